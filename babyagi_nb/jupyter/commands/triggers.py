"""``%babyagi trigger``."""

from __future__ import annotations

from babyagi_nb.core.catalogue import FUNCTION_ADDED_OR_UPDATED
from babyagi_nb.core.ports import Table
from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import View

__all__ = ["trigger"]


def trigger(request: Request) -> View:
    action, triggered = request.given["ACTION"], request.given.get("TRIGGERED")
    if action == "list":
        pairs = request.app.get_triggers()
        rows = tuple(
            (each["triggered"], each["triggering"])
            for each in pairs
            if triggered in (None, each["triggered"], each["triggering"])
        )
        return TableView(Table(columns=("function", "runs after"), rows=rows))
    if triggered is None:
        raise UsageError(
            f"%babyagi trigger {action} needs TRIGGERED",
            fix=f"%babyagi trigger {action} report after=load",
        )
    source = _source(request)
    if action == "add":
        request.app.add_trigger(triggered, source)
        return Line(f"{triggered} runs after {source or FUNCTION_ADDED_OR_UPDATED}")
    request.app.remove_trigger(triggered, source)
    return Line(f"{triggered} no longer runs after {source or FUNCTION_ADDED_OR_UPDATED}")


def _source(request: Request) -> str | None:
    given = request.given
    if "TRIGGERING" in given and "after" in given:
        raise UsageError("two sources are given", fix="leave one out")
    source: str | None = given.get("after", given.get("TRIGGERING"))
    return source
