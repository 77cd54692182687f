"""Operations that change what is stored: register, activate, remove, undo; and the history."""

from __future__ import annotations

from typing import Any

from babyagi_nb.core.events import FunctionRegistered, FunctionRemoved, VersionActivated
from babyagi_nb.core.source import CellSource
from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import read_arguments
from babyagi_nb.jupyter.grammar import FUNCTION
from babyagi_nb.jupyter.messages import ChangeRow, Outcome
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.registering import bind, declared_of
from babyagi_nb.jupyter.rows import change_rows, outcomes

__all__ = ["activate", "history", "rebind", "register", "remove", "undo"]

_NOT_RUN = (" ran once and is", " was not run, and is")
_LONGEST = 2_000_000
"""Characters of a cell."""


def register(desk: Desk, cell: str) -> list[Outcome]:
    """Store the functions of a cell, as the cell itself would; nothing else in it is run."""
    first, _, body = cell.lstrip().partition("\n")
    word, _, line = first.strip().partition(" ")
    if word != FUNCTION.command:
        raise UsageError(
            "the text is no function cell", fix=f"begin it with a line {FUNCTION.command}"
        )
    if len(cell) > _LONGEST:
        raise UsageError("the cell is too long", fix="store the functions one by one")
    app = desk.app
    given = read_arguments(line, FUNCTION)
    given.setdefault("validate", app.settings.validate)
    declared = declared_of(given)
    # One line above the body, so that line numbers in messages are those of the whole text.
    text = f"\n{body}"
    notes = ["run= was passed over; use the form to run it"] if "run" in given else []
    registration = app.register_cell(CellSource(text=text, declared=declared))
    rebind(desk, [str(each.version.name) for each in registration.functions])
    told = outcomes(registration, notes)
    for each in told:
        # In a cell, what stands beside the functions has run by now. Here it has not.
        each["warnings"] = [line.replace(*_NOT_RUN) for line in each["warnings"]]
    return told


def activate(desk: Desk, name: str, version: int) -> None:
    desk.app.activate_function_version(name, version)
    rebind(desk, [name])


def remove(desk: Desk, name: str, force: bool) -> None:
    desk.app.remove_function(name, force=force)
    rebind(desk, [name])


def undo(desk: Desk, id: int | None = None) -> str | None:
    """Take back a change and say which; ``None`` when there is nothing to take back."""
    done = desk.app.undo(id)
    if done is None:
        return None
    rebind(desk, sorted({str(each.name) for each in done.events if isinstance(each, _MOVED)}))
    return done.summary


def history(desk: Desk, limit: int) -> list[ChangeRow]:
    desk.app.refresh()
    return change_rows(desk.app.catalogue.history, min(limit, 1000))


def rebind(desk: Desk, names: list[str]) -> None:
    """Let the notebook hold what is stored now, and no longer what is not."""
    app = desk.app
    namespace: Any = app.namespace
    for name in names:
        if name in app.catalogue:
            bind(app, namespace, [name])
        elif getattr(namespace.get(name), "__babyagi_name__", None) == name:
            del namespace[name]


_MOVED = (FunctionRegistered, FunctionRemoved, VersionActivated)
