"""A kept transcript as the rows of the events that its turns were."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Message

__all__ = ["rows_of"]


def rows_of(messages: Iterable[Message]) -> Iterable[dict[str, Any]]:
    """What `babyagi_nb.agent.chat.events` would have told while *messages* were said."""
    for each in messages:
        if each.role == "user":
            yield {"event": "said", "text": each.content}
        elif each.role == "assistant":
            if each.content:
                yield {"event": "text", "text": f"{each.content}\n"}
            for call in each.calls:
                yield {
                    "event": "began",
                    "call": call.id,
                    "name": call.name,
                    "arguments": call.arguments,
                }
        elif each.role == "tool":
            yield {
                "event": "ended",
                "call": each.answers,
                "status": "done" if "was not done" not in each.content[:200] else "refused",
                "note": _unfenced(each.content),
            }


def _unfenced(text: str) -> str:
    """What a function returned, in one line, without the lines of its fence."""
    lines = [line for line in text.splitlines() if not line.startswith(("<data ", "</data "))]
    return one_line(" ".join(lines), 200)
