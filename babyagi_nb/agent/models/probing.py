"""Trying out what a model can be asked for, by asking for very little.

A refusal teaches by itself (:mod:`~babyagi_nb.agent.models.remote`). What has to be looked at is a
server that takes a part of the interface and passes over it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Protocol

from babyagi_nb.agent.models.abilities import Abilities, Form
from babyagi_nb.agent.models.extraction import objects
from babyagi_nb.core.model import Answer, Ask, Message, Model, Tool
from babyagi_nb.errors import AnswerError, ModelError, ModelRefused

__all__ = ["probe"]

_SECONDS = 60.0
_TOKENS = 400
"""Enough for a model that thinks before it speaks."""


class _Able(Model, Protocol):
    @property
    def abilities(self) -> Abilities: ...


def probe(model: _Able) -> Abilities:
    """What *model* can do, tried with three questions at most; raises ``ModelError``."""
    form = _form(model)
    tools = _tools(model)
    return replace(model.abilities, form=form, tools=tools, probed=True)


def _form(model: _Able) -> Form:
    ask = Ask(
        messages=(Message(role="user", content="How many legs has a spider? Answer as JSON."),),
        purpose="probe",
        schema={
            "type": "object",
            "properties": {"legs": {"type": "integer"}},
            "required": ["legs"],
            "additionalProperties": False,
        },
        max_tokens=_TOKENS,
        seconds=_SECONDS,
    )
    answer = _quietly(model, ask)
    text = "" if answer is None else answer.text
    if any(isinstance(each.get("legs"), int) for each in objects(text)):
        return model.abilities.form
    # It was taken, and passed over: what is JSON nevertheless is worth asking for as such.
    return "object" if _is_json(text) and model.abilities.form != "text" else "text"


def _tools(model: _Able) -> bool:
    noting = Tool(
        name="note",
        description="Keep a number",
        parameters={
            "type": "object",
            "properties": {"number": {"type": "integer"}},
            "required": ["number"],
        },
    )
    ask = Ask(
        messages=(Message(role="user", content="Use the tool to note the number 7."),),
        purpose="probe",
        tools=(noting,),
        max_tokens=_TOKENS,
        seconds=_SECONDS,
    )
    answer = _quietly(model, ask)
    return answer is not None and bool(answer.calls)


def _quietly(model: Model, ask: Ask) -> Answer | None:
    """The answer; ``None`` where the model, not the way to it, is what failed."""
    try:
        return model.ask(ask)
    except (AnswerError, ModelRefused):
        return None
    except ModelError as error:
        if error.kind in ("tools", "request"):
            return None
        raise


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
