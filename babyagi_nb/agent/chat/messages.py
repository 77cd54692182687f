"""Lists of messages as servers insist on them, and as short as they need to be.

Two rules hold for whatever is sent or kept. *Settled*: right behind an assistant's calls stands one
answer to each, in order, and no answer stands anywhere else; a turn that broke off gets its missing
answers here. *Fitted*: at most so many characters, from a person's message on; old turns go first,
then the results of earlier rounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from babyagi_nb.core.model import Message, ToolCall

__all__ = ["fitted", "message_of", "row_of", "settled", "size", "turns"]

UNANSWERED = "This was not carried out: the turn ended before."
LEFT_OUT = "(an earlier result, left out for room)"


def settled(messages: Iterable[Message]) -> tuple[Message, ...]:
    """*messages* with exactly one answer behind each call, and none elsewhere.

    >>> call = ToolCall(id="a", name="f", arguments="{}")
    >>> [each.role for each in settled([Message(role="assistant", calls=(call,))])]
    ['assistant', 'tool']
    """
    found: list[Message] = []
    waiting: dict[str, ToolCall] = {}
    answers: dict[str, Message] = {}

    def close() -> None:
        for id in waiting:
            found.append(answers.get(id) or Message(role="tool", content=UNANSWERED, answers=id))
        waiting.clear()
        answers.clear()

    for each in messages:
        if each.role == "tool":
            if each.answers in waiting:
                answers.setdefault(each.answers, each)
            continue
        close()
        if each.role == "assistant":
            waiting = {call.id: call for call in reversed(each.calls)}
            waiting = dict(reversed(waiting.items()))
            each = replace(each, calls=tuple(waiting.values()))
        found.append(each)
    close()
    return tuple(found)


def turns(messages: Sequence[Message]) -> list[tuple[Message, ...]]:
    """*messages* cut where the person speaks; what comes before the first time is left out."""
    starts = [at for at, each in enumerate(messages) if each.role == "user"]
    ends = [*starts[1:], len(messages)]
    return [tuple(messages[start:end]) for start, end in zip(starts, ends, strict=False)]


def size(messages: Iterable[Message]) -> int:
    """Characters of *messages*."""
    return sum(
        len(each.content) + sum(len(call.name) + len(call.arguments) for call in each.calls)
        for each in messages
    )


def fitted(history: Sequence[Message], now: Sequence[Message], limit: int) -> tuple[Message, ...]:
    """The newest whole turns of *history* that fit into *limit* characters together with *now*.

    Where *now* alone is too long, results of its earlier rounds are left out, the oldest first; the
    results behind the last calls stay.
    """
    left = limit - size(now)
    kept: list[tuple[Message, ...]] = []
    for turn in reversed(turns(history)):
        left -= size(turn)
        if left < 0:
            break
        kept.insert(0, turn)
    before = tuple(each for turn in kept for each in turn)
    return (*before, *_shortened(now, limit))


def _shortened(now: Sequence[Message], limit: int) -> tuple[Message, ...]:
    found = list(now)
    newest = max((at for at, each in enumerate(found) if each.calls), default=len(found))
    over = size(found) - limit
    for at, each in enumerate(found[:newest]):
        if over <= 0:
            break
        if each.role == "tool" and len(each.content) > len(LEFT_OUT):
            over -= len(each.content) - len(LEFT_OUT)
            found[at] = replace(each, content=LEFT_OUT)
    return tuple(found)


def row_of(message: Message) -> dict[str, Any]:
    """*message* as JSON.

    >>> row_of(Message(role="user", content="Hi"))
    {'role': 'user', 'content': 'Hi'}
    """
    row: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        row["calls"] = [
            {"id": each.id, "name": each.name, "arguments": each.arguments}
            for each in message.calls
        ]
    if message.answers is not None:
        row["answers"] = message.answers
    return row


def message_of(row: object) -> Message | None:
    """The message that *row* stands for, or ``None`` where it is none: it comes from a file."""
    if not isinstance(row, Mapping):
        return None
    role, content = row.get("role"), row.get("content", "")
    if role not in ("system", "user", "assistant", "tool") or not isinstance(content, str):
        return None
    answers = row.get("answers")
    listed = row.get("calls")
    calls = listed if isinstance(listed, list) else []
    return Message(
        role=role,
        content=content,
        calls=tuple(
            ToolCall(**{name: each[name] for name in ("id", "name", "arguments")})
            for each in calls
            if isinstance(each, Mapping)
            and all(isinstance(each.get(name), str) for name in ("id", "name", "arguments"))
        ),
        answers=answers if isinstance(answers, str) else None,
    )
