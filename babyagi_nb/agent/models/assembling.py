"""A streamed answer, put together from its chunks.

Chunks say a little at a time, and are as untrustworthy as whole answers: tool calls may come
interleaved or without an index, the end may come twice or never, an error may come in the middle.
A stream that ended without saying why it ended is *truncated*: of its tool calls only those are
kept whose arguments are whole, for half an argument can still look like one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from babyagi_nb.agent.models.failures import failure_of, protocol
from babyagi_nb.agent.models.reply import Reply, call_of, tokens_of, with_ids
from babyagi_nb.agent.models.texts import Halves, plain
from babyagi_nb.core.cleaning import one_line

__all__ = ["Assembly"]


class _Call:
    """A tool call of which more may come."""

    __slots__ = ("arguments", "id", "index", "name")

    def __init__(self, index: object, id: str) -> None:
        self.index, self.id = index, id
        self.name = ""
        self.arguments: list[str] = []


class Assembly:
    """Takes the events of one stream.

    >>> stream = Assembly()
    >>> stream.take('{"choices": [{"delta": {"content": "hi"}}]}')
    'hi'
    >>> stream.reply().finish
    'truncated'
    """

    def __init__(self) -> None:
        self.chunks = 0
        """How many chunks of an answer came."""
        self.pieces = 0
        """How many texts were handed out."""
        self.finish = ""
        self.done = False
        """Whether nothing more is to come."""
        self.spoilt = False
        """Whether a chunk could not be read; what follows it is not trusted."""
        self._halves = Halves()
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[_Call] = []
        self._model = ""
        self._usage: object = None

    def take(self, event: str) -> str:
        """Take one event, and return the text it brought.

        Raises :class:`~babyagi_nb.errors.ModelError` for an error in the stream.
        """
        if event.strip() == "[DONE]":
            self.done = True
            return ""
        chunk = self._chunk(event)
        if chunk is None:
            return ""
        if chunk.get("error"):
            raise failure_of(200, chunk["error"], {})
        self.chunks += 1
        self._model = self._model or _short(chunk.get("model"))
        self._usage = chunk.get("usage") or self._usage
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, Mapping) and choice.get("index") in (None, 0):
                return self._choice(choice)
        return ""

    def rest(self) -> str:
        """What was held back of the text, when nothing more is to come."""
        if rest := self._halves.end():
            self._text.append(rest)
        return rest

    def reply(self) -> Reply:
        """What came; raises for a stream of which nothing could be read."""
        if self.spoilt and not (self._text or self._calls):
            raise protocol("a stream that is no JSON", retry=True)
        finish = "truncated" if self.spoilt or not self.finish else self.finish
        calls = [call_of(each.id, each.name, "".join(each.arguments)) for each in self._calls]
        if finish == "truncated":
            calls = [each for each in calls if _is_object(each.arguments)]
        prompt, completion = tokens_of(self._usage)
        return Reply(
            text="".join(self._text),
            calls=with_ids([each for each in calls if each.name]),
            finish=finish,
            refusal="".join(self._refusal),
            model=self._model,
            prompt=prompt,
            completion=completion,
            streamed=True,
            pieces=self.pieces,
        )

    def _chunk(self, event: str) -> Mapping[str, Any] | None:
        try:
            chunk = json.loads(event)
        except (ValueError, RecursionError):
            chunk = None
        if not isinstance(chunk, Mapping):
            self.spoilt = self.done = True
            return None
        return chunk

    def _choice(self, choice: Mapping[str, Any]) -> str:
        delta = choice.get("delta")
        piece = ""
        # What comes after the end belongs to nobody.
        if isinstance(delta, Mapping) and not self.finish:
            piece = self._delta(delta)
        if not self.finish and isinstance(choice.get("finish_reason"), str):
            self.finish = _short(choice["finish_reason"])
        return piece

    def _delta(self, delta: Mapping[str, Any]) -> str:
        refusal = delta.get("refusal")
        if isinstance(refusal, str):
            self._refusal.append(plain(refusal))
        calls = delta.get("tool_calls")
        for each in calls if isinstance(calls, list) else ():
            if isinstance(each, Mapping):
                self._part(each)
        content = delta.get("content")
        piece = self._halves.feed(content) if isinstance(content, str) else ""
        if piece:
            self._text.append(piece)
            self.pieces += 1
        return piece

    def _part(self, part: Mapping[str, Any]) -> None:
        """One piece of a tool call, put where it belongs."""
        called = part.get("function")
        called = called if isinstance(called, Mapping) else {}
        id, name = _short(part.get("id")), _short(called.get("name"))
        call = self._open(part.get("index"), id, name)
        call.name = call.name or name
        arguments = called.get("arguments")
        if isinstance(arguments, str):
            call.arguments.append(arguments)
        elif arguments is not None:
            call.arguments.append(json.dumps(arguments, default=str))

    def _open(self, index: object, id: str, name: str) -> _Call:
        """The call that a piece continues, or a new one."""
        same = [each for each in self._calls if index is not None and each.index == index]
        found = same[-1] if same else None
        if index is None and self._calls:
            known = [each for each in self._calls if id and each.id == id]
            found = known[-1] if known else None if id or name else self._calls[-1]
        # Some servers number every call 0; a new name with another id is another call.
        if found is None or (name and id and found.id and found.id != id):
            found = _Call(index, id)
            self._calls.append(found)
        found.id = found.id or id
        return found


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _short(value: object) -> str:
    return one_line(value, 200) if isinstance(value, str | int) else ""
