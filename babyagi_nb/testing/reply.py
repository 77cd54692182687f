"""What a scripted model says, and how that looks on the wire: one JSON body, or a stream of chunks.

Everything here is pure: the same reply to the same request is the same bytes, ids and counts of
tokens included. A token is four characters, rounded up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.testing.request import Request

__all__ = ["Reply", "call", "reply_of", "tokens"]

_PIECE = 24
"""Characters of text in one chunk of a stream, unless that made too many chunks."""
_CHUNKS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of a model.

    >>> Reply(text="Hi").completion(Request(path="/"))["choices"][0]["message"]["content"]
    'Hi'
    """

    text: str | None = ""
    calls: tuple[Mapping[str, Any], ...] = ()
    """Tool calls in the form of the wire; see :func:`call`."""
    finish: str | None = None
    """``None``: ``tool_calls`` where there are calls, else ``stop``."""
    refusal: str | None = None
    usage: Mapping[str, Any] | None = None
    """``None``: counted from the characters of the request and of the text."""
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    """The whole body as it is sent; for what is no chat, such as embeddings."""

    @property
    def ending(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")

    def counted(self, request: Request) -> Mapping[str, Any]:
        """The usage that is reported."""
        if self.usage is not None:
            return self.usage
        prompt = sum(map(tokens, request.texts))
        written = (self.text or "") + "".join(
            str(each.get("function", {}).get("arguments", "")) for each in self.calls
        )
        completion = tokens(written)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }

    def completion(self, request: Request) -> dict[str, Any]:
        """The body of an answer that is not streamed."""
        if self.body is not None:
            return dict(self.body)
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.calls:
            message["tool_calls"] = [dict(each) for each in self.calls]
            message["content"] = self.text or None
        if self.refusal is not None:
            message["refusal"] = self.refusal
        choice = {"index": 0, "message": message, "finish_reason": self.ending}
        return {
            **_head(request, "chat.completion"),
            "choices": [choice],
            "usage": dict(self.counted(request)),
        }

    def chunks(self, request: Request) -> Iterator[dict[str, Any]]:
        """The chunks of an answer that is streamed, without the mark of its end."""
        yield chunk(request, {"role": "assistant", "content": ""})
        text = self.text or ""
        size = max(_PIECE, len(text) // _CHUNKS)
        for at in range(0, len(text), size):
            yield chunk(request, {"content": text[at : at + size]})
        if self.refusal is not None:
            yield chunk(request, {"refusal": self.refusal})
        for index, each in enumerate(self.calls):
            yield chunk(request, {"tool_calls": [{"index": index, **each}]})
        yield chunk(request, {}, self.ending)
        if (request.fields.get("stream_options") or {}).get("include_usage"):
            usage = dict(self.counted(request))
            yield {**_head(request, "chat.completion.chunk"), "choices": [], "usage": usage}


def chunk(request: Request, delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    """One chunk of a stream."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
    return {**_head(request, "chat.completion.chunk"), "choices": [choice]}


def call(name: str, arguments: Any = None, *, id: str | None = None) -> dict[str, Any]:
    """Return one tool call; *arguments* that are no text are written as JSON.

    >>> call("add", {"a": 1})["function"]
    {'name': 'add', 'arguments': '{"a": 1}'}
    """
    written = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    function = {"name": name, "arguments": written}
    return {"id": id or f"call_{name}", "type": "function", "function": function}


def reply_of(said: Any) -> Reply:
    """Return the reply that *said* stands for: text, a reply, or what is written as JSON.

    >>> reply_of(["a", 1]).text
    '["a", 1]'
    """
    if isinstance(said, Reply):
        return said
    return Reply(text=said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))


def tokens(text: str) -> int:
    """The tokens that *text* counts as here.

    >>> tokens(""), tokens("abcde")
    (0, 2)
    """
    return -(-len(text) // 4)


def _head(request: Request, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": request.model}
