"""The arguments with which a function does a task that was said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from babyagi_nb.agent.building.plan import Known
from babyagi_nb.agent.fencing import fence
from babyagi_nb.agent.fitting import misfits
from babyagi_nb.agent.models.ladder import ask_form
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.cleaning import clean
from babyagi_nb.core.model import Ask, Message, Model

__all__ = ["CALLER", "arguments_for"]

CALLER = "You call one Python function."

_RULES = """\
Give the arguments by name with which it does the task. Take every value from the task; where it \
says none, leave the argument out."""


class _Arguments(BaseModel):
    arguments: dict[str, Any] = Field(description="by name")


def arguments_for(
    model: Model, task: str, known: Known, schema: Mapping[str, Any], *, meter: Meter | None = None
) -> dict[str, Any]:
    """Arguments that fit *schema* (of the arguments of *known*), as *task* says them.

    A function without parameters is not asked for. Raises
    :class:`~babyagi_nb.errors.AnswerError` when the model finds none that fit, and what asking
    raises.
    """
    if not schema.get("properties") and not schema.get("additionalProperties"):
        return {}
    system = Message(role="system", content=f"{CALLER}\n{_RULES}")
    user = Message(
        role="user", content=f"The task:\n{clean(task, 4_000)}\n\n{fence(known.line(), 'function')}"
    )
    ask = Ask(messages=(system, user), purpose="arguments")
    form, _ = ask_form(
        model, ask, _Arguments, meter=meter,
        check=lambda form: "\n".join(misfits(form.arguments, schema)) or None,
    )  # fmt: skip
    return form.arguments
