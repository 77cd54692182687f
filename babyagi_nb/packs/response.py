"""Answers in the shape that users of litellm know, and questions read from that shape.

A response is a dictionary whose members are attributes as well: ``response["choices"][0]`` and
``response.choices[0]`` are the same. An attribute that is not there is ``None``, for what litellm
knows and this does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import time
from typing import Any

from babyagi_nb.core.model import Answer, Message, Tool, ToolCall
from babyagi_nb.errors import UsageError

__all__ = [
    "Item", "bare", "embeddings_of", "messages_of", "pieces_of", "response_of", "tools_of",
]  # fmt: skip

_FENCED = re.compile(r"\s*```[A-Za-z]*[ \t]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL)
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant",
          "tool": "tool", "function": "tool"}  # fmt: skip
_PIECE = 40
"""Characters of one piece of a streamed answer."""


class Item(dict[str, Any]):
    """A dictionary whose members are attributes too.

    >>> found = Item(message=Item(content="Hi"))
    >>> found["message"]["content"], found.message.content, found.message.get("tool_calls", [])
    ('Hi', 'Hi', [])
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """The same as plain dictionaries and lists."""
        plain: dict[str, Any] = _plain(self)
        return plain

    def model_dump_json(self, **options: Any) -> str:
        return json.dumps(_plain(self))

    dict = to_dict = model_dump
    json = model_dump_json


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def bare(text: str, question: str) -> str:
    r"""*text* without the fence around it, where *question* asks for JSON and it holds just that.

    Models wrap JSON in a fence, and packs of the original decode the whole answer.

    >>> bare('```json\n{"a": 1}\n```', "Answer with JSON.")
    '{"a": 1}'
    >>> bare('```json\n{"a": 1}\n```', "Show me a code block.")
    '```json\n{"a": 1}\n```'
    """
    fenced = _FENCED.fullmatch(text)
    if fenced is None or "json" not in question.lower():
        return text
    try:
        json.loads(fenced[1])
    except (ValueError, RecursionError):
        return text
    return fenced[1]


# -- questions ---------------------------------------------------------------------------------


def messages_of(given: Iterable[Mapping[str, Any]]) -> tuple[Message, ...]:
    """Messages in litellm's form as ours; raises :class:`~babyagi_nb.errors.UsageError`.

    >>> messages_of([{"role": "user", "content": "Hi"}])[0].content
    'Hi'
    """
    found = []
    for at, each in enumerate(given):
        role = _ROLES.get(str(each.get("role"))) if isinstance(each, Mapping) else None
        if role is None:
            raise UsageError(
                f"message {at} is no message", fix="write {'role': 'user', 'content': '…'}"
            )
        found.append(
            Message(
                role=role,  # type: ignore[arg-type]
                content=_text(each.get("content")),
                calls=tuple(map(_call, each.get("tool_calls") or ())),
                answers=each.get("tool_call_id"),
            )
        )
    return tuple(found)


def tools_of(given: Sequence[Mapping[str, Any]] | None) -> tuple[Tool, ...]:
    """Tools in the form of the chat interface, ``{"type": "function", "function": …}``, as ours."""
    listed = [each.get("function", each) for each in given or ()]
    return tuple(
        Tool(
            name=str(each["name"]),
            description=str(each.get("description") or ""),
            parameters=each.get("parameters") or {"type": "object", "properties": {}},
        )
        for each in listed
    )


def _text(content: Any) -> str:
    """Content is a text, nothing, or a list of parts of which the texts count."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return "" if content is None else str(content)


def _call(given: Mapping[str, Any]) -> ToolCall:
    function = given.get("function") or {}
    arguments = function.get("arguments")
    return ToolCall(
        id=str(given.get("id") or ""),
        name=str(function.get("name") or ""),
        arguments=arguments if isinstance(arguments, str) else json.dumps(arguments or {}),
    )


# -- answers -----------------------------------------------------------------------------------


def response_of(answer: Answer, text: str) -> Item:
    """*answer*, saying *text*, as a response."""
    message = Item(role="assistant", content=text or (None if answer.calls else ""))
    if answer.calls:
        message["tool_calls"] = [_called(at, each) for at, each in enumerate(answer.calls)]
    choice = Item(index=0, message=message, finish_reason=_finish(answer))
    return Item(
        id=f"chatcmpl-{answer.prompt_hash}",
        object="chat.completion",
        created=int(time()),
        model=answer.model,
        choices=[choice],
        usage=_usage(answer.usage.prompt, answer.usage.completion),
    )


def pieces_of(response: Item) -> Iterator[Item]:
    """A whole *response* in the pieces of a streamed one."""
    choice = response["choices"][0]
    text, calls = choice["message"]["content"] or "", choice["message"].get("tool_calls")
    deltas = [Item(content=text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
    if calls:
        deltas.append(Item(content=None, tool_calls=calls))
    for delta in deltas:
        yield _piece(response, Item(role="assistant", **delta), None)
    yield _piece(response, Item(content=None), choice["finish_reason"])


def embeddings_of(vectors: Sequence[Sequence[float]], model: str) -> Item:
    """Vectors as a response."""
    rows = [
        Item(object="embedding", index=at, embedding=list(each)) for at, each in enumerate(vectors)
    ]
    return Item(object="list", data=rows, model=model, usage=_usage(0, 0))


def _piece(response: Item, delta: Item, finish: str | None) -> Item:
    choice = Item(index=0, delta=delta, finish_reason=finish)
    return Item(id=response.id, object="chat.completion.chunk", model=response.model,
                created=response.created, choices=[choice])  # fmt: skip


def _called(at: int, call: ToolCall) -> Item:
    function = Item(name=call.name, arguments=call.arguments)
    return Item(index=at, id=call.id, type="function", function=function)


def _finish(answer: Answer) -> str:
    return "length" if answer.finish == "truncated" else answer.finish


def _usage(prompt: int, completion: int) -> Item:
    return Item(
        prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion
    )
