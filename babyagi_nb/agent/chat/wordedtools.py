"""Tools in words: for models whose server takes none.

:class:`WordedTools` stands in front of a model and passes every question on as it is, until the
server says that it takes no tools. From then on tools are described in the instructions, calls and
their answers are told as text, and the model answers in JSON: functions to call, or what it says.
Whoever asks sees no difference: an answer has ``calls`` in it either way.

A model that answers in plain words instead of JSON has answered; only what looks like a call and is
none is asked for again, twice at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from babyagi_nb.agent.models.extraction import objects, spoken
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.model import Answer, Ask, Message, Model, Tool, ToolCall
from babyagi_nb.errors import ModelError

__all__ = ["WordedTools", "in_words", "read_step"]

_AGAIN = 2
"""Times that an answer is asked for again."""


class WordedTools:
    """*model*, which need not take tools; ``able`` says whether it does, as far as is known."""

    def __init__(self, model: Model, *, able: bool = True) -> None:
        self.model = model
        self.able = able

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def host(self) -> str:
        return self.model.host

    def ask(
        self, ask: Ask, *, meter: Meter | None = None, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        if self.able:
            try:
                return self.model.ask(ask, meter=meter, on_text=on_text)
            except ModelError as error:
                if error.kind != "tools" or not ask.tools:
                    raise
                self.able = False
        answer = self._ask_in_words(ask, meter)
        if on_text is not None and answer.text:
            on_text(answer.text)
        return answer

    def embed(self, texts: Sequence[str], *, meter: Meter | None = None) -> list[list[float]]:
        return self.model.embed(texts, meter=meter)

    def _ask_in_words(self, ask: Ask, meter: Meter | None) -> Answer:
        messages = list(in_words(ask.messages, ask.tools))
        schema = _SCHEMA if ask.tools else None
        for left in range(_AGAIN, -1, -1):
            worded = replace(ask, messages=tuple(messages), tools=(), schema=schema)
            answer = self.model.ask(worded, meter=meter)
            if not ask.tools:
                break
            text, calls, trouble = read_step(answer.text)
            if not trouble or not left:
                return replace(answer, text=text, calls=calls)
            messages += [
                Message(role="assistant", content=answer.text[:4000]),
                Message(role="user", content=f"{trouble} {_HOW}"),
            ]
        return answer


def in_words(messages: Iterable[Message], tools: Sequence[Tool]) -> tuple[Message, ...]:
    """*messages* without tool calls and their answers, which are told as text instead.

    >>> call = ToolCall(id="a", name="add", arguments='{"a": 1}')
    >>> said = in_words([Message(role="assistant", calls=(call,))], ())
    >>> said[0].content
    '{"say": "", "calls": [{"name": "add", "arguments": {"a": 1}}]}'
    """
    found: list[Message] = []
    names: dict[str, str] = {}
    for each in messages:
        if each.role == "assistant" and each.calls:
            names = {call.id: call.name for call in each.calls}
            found.append(Message(role="assistant", content=_told(each)))
        elif each.role == "tool":
            said = f"Answer of {names.get(each.answers or '', 'a function')}:\n{each.content}"
            # One message for all answers of a round: many servers want the speakers to take turns.
            if found and found[-1].role == "user" and found[-1].content.startswith("Answer of "):
                said = f"{found.pop().content}\n{said}"
            found.append(Message(role="user", content=said))
        else:
            found.append(each)
    if tools:
        where = next((at for at, each in enumerate(found) if each.role == "system"), None)
        listed = f"{_LIST}\n{_listed(tools)}\n{_HOW}"
        if where is None:
            found.insert(0, Message(role="system", content=listed))
        else:
            found[where] = replace(found[where], content=f"{found[where].content}\n\n{listed}")
    return tuple(found)


def read_step(text: str) -> tuple[str, tuple[ToolCall, ...], str]:
    """What *text* says, the calls in it, and what is wrong with it, if something is.

    >>> read_step('{"say": "I add.", "calls": [{"name": "add", "arguments": {"a": 1}}]}')[1][0].name
    'add'
    >>> read_step("It is four.")
    ('It is four.', (), '')
    """
    said = spoken(text)
    trouble = ""
    for each in objects(said):
        if "say" not in each and "calls" not in each and "name" not in each:
            continue
        calls, trouble = _calls(each)
        words = each.get("say")
        words = words if isinstance(words, str) else ""
        if not trouble and (calls or words.strip()):
            return words, calls, ""
        trouble = trouble or "The answer is empty."
    return said, (), trouble


def _calls(step: dict[str, Any]) -> tuple[tuple[ToolCall, ...], str]:
    # Some models leave out the list, and write the one call that they mean.
    listed = step.get("calls", [step] if "name" in step else [])
    if isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list):
        return (), "'calls' is no list."
    found = []
    for at, each in enumerate(listed):
        name = each.get("name") if isinstance(each, dict) else None
        if not isinstance(name, str) or not name:
            return (), f"Call {at} has no name."
        given = each.get("arguments", {})
        written = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        found.append(ToolCall(id=f"call_{at}", name=name, arguments=written))
    return tuple(found), ""


def _told(message: Message) -> str:
    calls = [{"name": each.name, "arguments": _read(each.arguments)} for each in message.calls]
    return json.dumps({"say": message.content, "calls": calls}, ensure_ascii=False)


def _read(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return {}


def _listed(tools: Iterable[Tool]) -> str:
    rows = (
        {"name": each.name, "description": each.description, "arguments": dict(each.parameters)}
        for each in tools
    )
    return "\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)


_LIST = "Functions that you can call, one a line, with the JSON schema of their arguments:"
_HOW = (
    'Answer with one JSON object: {"say": "…", "calls": [{"name": "…", "arguments": {…}}]}. '
    'Leave "calls" empty when you need no function; then "say" is your answer to the person.'
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "say": {"type": "string"},
        "calls": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "arguments": {"type": "object"}},
                "required": ["name", "arguments"],
            },
        },
    },
    "required": ["say", "calls"],
}
