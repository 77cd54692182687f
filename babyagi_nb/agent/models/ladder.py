"""An answer of a given form: asked for as firmly as the server can, read as tolerantly as we can.

The rungs are the server's: a JSON schema that it holds the model to, JSON of any shape, plain text
(:mod:`~babyagi_nb.agent.models.abilities` says which it knows). On every rung the schema also
stands in the question, whatever comes is looked through for an object that fits, and when none
does, the model is shown what is wrong and asked again. The last attempt goes without the schema,
for some servers answer nonsense when held to one. After it an
:class:`~babyagi_nb.errors.AnswerError` says what was wrong; there is no further one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from babyagi_nb.agent.models.extraction import objects
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.cleaning import clean, one_line
from babyagi_nb.core.model import Answer, Ask, Message, Model
from babyagi_nb.errors import AnswerError

__all__ = ["ask_form", "fitting"]

F = TypeVar("F", bound=BaseModel)

_SHOWN = 3000
"""Characters of a useless answer that the model is shown again."""
_TROUBLE = 600
_MORE = 2048
"""Tokens of an answer that was cut, at least, when it is asked for again."""
_MOST = 32_000


def ask_form(
    model: Model,
    ask: Ask,
    form: type[F],
    *,
    meter: Meter | None = None,
    attempts: int = 3,
    check: Callable[[F], str | None] | None = None,
) -> tuple[F, Answer]:
    """What *model* answers to *ask* as a *form*, and the answer it was read from.

    *check* looks at what fits the form, and returns what is wrong with it or ``None``. Raises
    :class:`~babyagi_nb.errors.AnswerError` when *attempts* questions brought nothing that fits, and
    what ``model.ask`` raises.
    """
    schema = form.model_json_schema()
    asked = _with_schema(ask, schema)
    trouble = ""
    for attempt in range(1, attempts + 1):
        last = attempt == attempts and attempts > 1
        try:
            answer = model.ask(replace(asked, schema=None if last else schema), meter=meter)
        except AnswerError as error:
            trouble = error.message
            continue
        found, trouble = fitting(answer.text, form, check)
        if found is not None:
            return found, answer
        if answer.finish in ("length", "truncated"):
            trouble = f"it was cut off; {trouble}"
            asked = replace(asked, max_tokens=_more(asked, answer))
        else:
            asked = _corrected(_with_schema(ask, schema), asked.max_tokens, answer.text, trouble)
    raise AnswerError(
        f"the model's answer has not the form that was asked for: {one_line(trouble, 300)}",
        fix="ask again, or pick another model", kind="form",
    )  # fmt: skip


def fitting(
    text: str, form: type[F], check: Callable[[F], str | None] | None = None
) -> tuple[F | None, str]:
    """What in *text* fits *form*, or ``None`` and what is wrong.

    An object that holds the answer as its one member, such as ``{"result": {…}}``, fits as well.
    """
    trouble = ""
    for candidate in _candidates(text):
        try:
            found = form.model_validate(candidate)
            wrong = check(found) if check is not None else None
        except ValidationError as error:
            wrong = _explained(error)
        except RecursionError:
            wrong = "it is nested too deeply"
        else:
            if wrong is None:
                return found, ""
        trouble = trouble or wrong
    return None, trouble or "there is no JSON object in it"


def _candidates(text: str) -> Iterator[Mapping[str, Any]]:
    for found in objects(text):
        yield found
        if len(found) == 1:
            (inner,) = found.values()
            if isinstance(inner, dict):
                yield inner


def _explained(error: ValidationError) -> str:
    """What does not fit, one line each, without what it would be if it did."""
    rows = error.errors(include_url=False, include_input=False, include_context=False)
    lines = (f"{'.'.join(map(str, each['loc'])) or 'the object'}: {each['msg']}" for each in rows)
    return clean("\n".join(lines), _TROUBLE)


def _with_schema(ask: Ask, schema: Mapping[str, Any]) -> Ask:
    """*ask* with the form said in words, at the end of what the user says last."""
    text = json.dumps(_short(schema), ensure_ascii=False, separators=(",", ":"))
    said = f"Answer with one JSON object that fits this JSON schema, and with nothing else:\n{text}"
    *before, last = ask.messages or (Message(role="user"),)
    if last.role == "user":
        both = f"{last.content}\n\n{said}" if last.content else said
        return replace(ask, messages=(*before, replace(last, content=both)))
    return replace(ask, messages=(*ask.messages, Message(role="user", content=said)))


def _short(part: Any) -> Any:
    """A schema without its titles, which only repeat names."""
    if isinstance(part, list):
        return [_short(each) for each in part]
    if not isinstance(part, Mapping):
        return part
    return {
        key: {name: _short(each) for name, each in value.items()}
        if key in ("properties", "$defs")
        else _short(value)
        for key, value in part.items()
        if key != "title"
    }


def _corrected(ask: Ask, max_tokens: int | None, text: str, trouble: str) -> Ask:
    """*ask* again, after the answer that was of no use and what is wrong with it."""
    said = Message(role="assistant", content=clean(text, _SHOWN) or "(nothing)")
    wanted = f"That cannot be used:\n{trouble}\nAnswer again, with the whole JSON object only."
    messages = (*ask.messages, said, Message(role="user", content=wanted))
    return replace(ask, messages=messages, max_tokens=max_tokens)


def _more(ask: Ask, answer: Answer) -> int:
    """How many tokens an answer may take that was cut off."""
    before = max(ask.max_tokens or 0, answer.usage.completion)
    return min(max(2 * before, _MORE), _MOST)
