"""What a server said, read with suspicion: a :class:`Reply` from whatever came with status 200.

A status of 200 proves nothing. The body may be a web page, an error, a choice without a message,
arguments that are an object instead of text, ids that are missing or used twice. Here all of it
becomes one record, or a typed error; nothing else of the package sees what a server wrote.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.agent.models.failures import failure_of, protocol
from babyagi_nb.agent.models.texts import plain, plain_value
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import ToolCall
from babyagi_nb.errors import AnswerError, ModelRefused

__all__ = ["Reply", "call_of", "estimated", "judged", "reply_of", "tokens_of", "with_ids"]

MOST_CALLS = 128
"""Tool calls of one answer; more are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer as it came, before it is known whether it is of use."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: str = ""
    refusal: str = ""
    model: str = ""
    prompt: int | None = None
    """Tokens, as far as the server said so in earnest."""
    completion: int | None = None
    streamed: bool = False
    pieces: int = field(default=0, compare=False)
    """How often text was handed on while it came."""


def reply_of(body: bytes, content_type: str = "") -> Reply:
    """Read a whole body; raises :class:`~babyagi_nb.errors.ModelError`.

    >>> reply_of(b'{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}').text
    'hi'
    """
    document = _document(body, content_type)
    if document.get("error"):
        raise failure_of(200, document["error"], {})
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices:
        raise protocol("an answer without a choice", retry=True)
    choice = choices[0] if isinstance(choices[0], Mapping) else {}
    message = choice.get("message")
    if not isinstance(message, Mapping):
        raise protocol("a choice without a message", retry=True)
    prompt, completion = tokens_of(document.get("usage"))
    return Reply(
        text=_text(message.get("content")),
        calls=with_ids(_calls(message)),
        finish=_word(choice.get("finish_reason")),
        refusal=_text(message.get("refusal")),
        model=_word(document.get("model")),
        prompt=prompt,
        completion=completion,
    )


def judged(reply: Reply, *, tools: bool = False) -> Reply:
    """*reply* when something can be done with it; who has *tools* may have nothing to say.

    Raises :class:`~babyagi_nb.errors.ModelRefused` for a refusal and for what a filter took away,
    :class:`~babyagi_nb.errors.AnswerError` for an answer with nothing in it.
    """
    if reply.finish == "content_filter":
        raise ModelRefused(
            "a filter of the server held the answer back", fix="ask for it in other words",
            kind="filter",
        )  # fmt: skip
    if reply.refusal and not reply.calls:
        said = one_line(reply.refusal, 200)
        raise ModelRefused(
            f"the model declined: {said}", fix="ask for it in other words", kind="refused"
        )
    cut = reply.finish in ("length", "truncated")
    if not reply.text.strip() and not reply.calls and not cut and not tools:
        raise AnswerError(
            "the model answered with nothing", fix="ask again, or pick another model",
            kind="empty", retry=True,
        )  # fmt: skip
    return reply


def with_ids(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """*calls* whose ids are there and differ, at most 128 of them."""
    taken: set[str] = set()
    made: list[ToolCall] = []
    for number, call in enumerate(calls[:MOST_CALLS], 1):
        id = call.id if call.id and call.id not in taken else f"call_{number}"
        while id in taken:
            id = f"{id}_{number}"
        taken.add(id)
        made.append(ToolCall(id=id, name=call.name, arguments=call.arguments))
    return tuple(made)


def call_of(id: object, name: object, arguments: object) -> ToolCall:
    """One call as it was written; arguments that are no text are written as JSON."""
    if arguments is None or arguments == "":
        arguments = "{}"
    if not isinstance(arguments, str):
        arguments = json.dumps(plain_value(arguments), ensure_ascii=False, default=str)
    return ToolCall(id=_word(id), name=_word(name), arguments=plain(arguments))


def tokens_of(usage: object) -> tuple[int | None, int | None]:
    """Tokens of prompt and answer; ``None`` for what is missing, negative or no number.

    >>> tokens_of({"prompt_tokens": 12, "completion_tokens": -1})
    (12, None)
    """
    if not isinstance(usage, Mapping):
        return None, None
    return _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))


def estimated(characters: int) -> int:
    """Tokens that so many characters are about; rather more than fewer."""
    return math.ceil(characters / 3.5)


def _count(value: object) -> int | None:
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return int(str(value)) if sound else None


def _document(body: bytes, content_type: str) -> Mapping[str, Any]:
    text = body.decode("utf-8", "replace").strip()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        if "html" in content_type or text[:1] == "<":
            raise protocol(
                "a web page instead of an answer",
                fix="check the address of the server; it usually ends in /v1",
            ) from None
        raise protocol("an answer that is no JSON", retry=True) from None
    if not isinstance(document, Mapping):
        raise protocol("an answer that is no JSON object", retry=True)
    return document


def _calls(message: Mapping[str, Any]) -> list[ToolCall]:
    found = []
    written = message.get("tool_calls")
    for each in written if isinstance(written, list) else ():
        called = each.get("function") if isinstance(each, Mapping) else None
        if isinstance(called, Mapping) and _word(called.get("name")):
            found.append(call_of(each.get("id"), called.get("name"), called.get("arguments")))
    return found


def _text(content: object) -> str:
    """Text of a message, which may be a list of parts."""
    if isinstance(content, str):
        return plain(content)
    if isinstance(content, list):
        parts = (each.get("text") for each in content if isinstance(each, Mapping))
        return plain("".join(each for each in parts if isinstance(each, str)))
    return ""


def _word(value: object) -> str:
    return one_line(value, 200) if isinstance(value, str | int) else ""
