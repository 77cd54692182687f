"""Subcommands about the history of the definitions: undo and history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babyagi_nb.core.events import (
    FunctionRegistered,
    FunctionRemoved,
    Transaction,
    VersionActivated,
)
from babyagi_nb.core.plain import utc
from babyagi_nb.core.ports import Table
from babyagi_nb.errors import UsageError
from babyagi_nb.ids import TransactionId
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.registering import bind
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import View

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["history", "undo"]

_OF_FUNCTIONS = (FunctionRegistered, FunctionRemoved, VersionActivated)


def undo(request: Request) -> View:
    if request.given.get("list"):
        return history(request)
    app = request.app
    done = app.undo(_number(request.given.get("NUMBER")))
    if done is None:
        return Line("nothing to undo")
    _rebind(app, request.shell.user_ns, done)
    return Line(f"undone: {done.summary}")


def _rebind(app: BabyAGI, namespace: dict[str, Any], undone: Transaction) -> None:
    """Let the notebook hold what is stored again, and no longer what is not."""
    for name in {each.name for each in undone.events if isinstance(each, _OF_FUNCTIONS)}:
        if name in app.catalogue:
            bind(app, namespace, [name])
        elif getattr(namespace.get(name), "__babyagi_name__", None) == name:
            del namespace[name]


def history(request: Request) -> View:
    app = request.app
    app.refresh()
    past = app.catalogue.history
    undone = {each.undoes for each in past}
    newest = list(reversed(past))[: request.given.get("limit", 20)]
    rows = tuple((int(each.id), each.summary, _state(each, undone)) for each in newest)
    return _History(Table(columns=("change", "what", "state"), rows=rows), newest)


class _History(TableView):
    """The text form leaves the times out, because they differ from run to run."""

    def __init__(self, table: Table, changes: list[Transaction]) -> None:
        super().__init__(table)
        self._changes = changes

    def html(self) -> str:  # type: ignore[override]
        rows = tuple(
            (*row, f"{utc(each.at).astimezone():%Y-%m-%d %H:%M}")
            for row, each in zip(self.table.rows, self._changes, strict=True)
        )
        return TableView(Table(columns=(*self.table.columns, "when"), rows=rows)).html()


def _state(change: Transaction, undone: set[TransactionId | None]) -> str:
    if change.id in undone:
        return "undone"
    return f"undo of {change.undoes}" if change.undoes is not None else ""


def _number(text: str | None) -> int | None:
    if text is None or text.isdigit():
        return None if text is None else int(text)
    raise UsageError(f"{text!r} is no number of a change", fix="%babyagi history shows them")
