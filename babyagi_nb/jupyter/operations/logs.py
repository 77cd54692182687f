"""Operations about the log: a page of runs, how many there are, one in full, its whole tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babyagi_nb.core.runs import Run, RunFilter, statuses
from babyagi_nb.jupyter.messages import RunDetail, Tree
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.rows import nanoseconds, run_detail, run_row

__all__ = ["count", "detail", "detail_of", "page", "tree"]

_PAGE = 1000
_TREE = 5000
"""Runs of one tree that a page is sent; the oldest, so that parents are among them."""


def page(
    desk: Desk, filter: Mapping[str, Any], limit: int, before: Sequence[Any] | None = None
) -> dict[str, Any]:
    """Runs that fit, newest first, and whether there are older ones."""
    limit = min(max(limit, 1), _PAGE)
    since = None if before is None else (desk.start_of(before[1]), str(before[1]))
    runs = desk.app.queries.runs(_read(filter, limit=limit + 1, before=since))
    rows = runs[:limit]
    if rows:
        desk.remember_start(rows[-1].id, rows[-1].started)
    return {"rows": [run_row(run) for run in rows], "more": len(runs) > limit}


def count(desk: Desk, filter: Mapping[str, Any]) -> int:
    return desk.app.queries.count(_read(filter))


def detail(desk: Desk, id: str) -> RunDetail:
    return detail_of(desk, desk.app.queries.run(id))


def tree(desk: Desk, id: str) -> Tree:
    """The tree of a run, or its beginning and how large it is."""
    runs = desk.app.queries.tree(id)
    rows = [run_row(run) for run in runs[:_TREE]]
    return {"rows": rows, "more": len(runs) > len(rows), "total": len(runs)}


def detail_of(desk: Desk, run: Run) -> RunDetail:
    """One run, with the call that would make it again."""
    catalogue = desk.app.catalogue
    positional: list[str] = []
    if run.version in catalogue.numbers(run.function):
        spec = catalogue.version(run.function, run.version).spec
        positional = [each.name for each in spec.parameters if each.kind == "positional_only"]
    return run_detail(run, positional)


def _read(given: Mapping[str, Any], **further: Any) -> RunFilter:
    """A filter as the page words it, in our units; what was left out narrows nothing."""

    def at(member: str) -> int | None:
        value = given.get(member)
        return None if value is None else nanoseconds(value)

    return RunFilter(
        function=given.get("function") or None,
        status=statuses(given.get("status") or ()),
        since=at("since"),
        until=at("until"),
        text=given.get("text") or None,
        roots_only=bool(given.get("roots_only")),
        version=given.get("version"),
        slower_than=at("slower_than"),
        **further,
    )
