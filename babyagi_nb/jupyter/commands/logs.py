"""``%babyagi logs``: what ran, as a table, as trees, as bars, or one run in full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from babyagi_nb.core.runs import Run, RunFilter, RunStatus
from babyagi_nb.errors import NotFound, UsageError, near
from babyagi_nb.jupyter.literals import read_values
from babyagi_nb.jupyter.request import Request
from babyagi_nb.jupyter.since import read_moment
from babyagi_nb.widgets.runcard import RunCard
from babyagi_nb.widgets.runtree import RunTree
from babyagi_nb.widgets.table import RunTable
from babyagi_nb.widgets.view import Stack, View
from babyagi_nb.widgets.waterfall import Waterfall

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["logs"]

_SHOWN = 20


def logs(request: Request) -> View:
    app, given = request.app, request.given
    asked = _asked(request)
    name, at, number = (asked or "").partition("@")
    if asked is not None and not _is_function(app, name):
        return _one(app, _find(app, asked))
    if at:
        if not number.isdigit():
            raise UsageError(f"cannot read the version in {asked!r}", fix=f"write {name}@2")
        given = {**given, "version": int(number)}
    runs = app.queries.runs(_filter(name or None, given))
    if given.get("tree") or given.get("waterfall"):
        return _trees(app, runs, given)
    return RunTable(runs)


def _asked(request: Request) -> str | None:
    """What was typed; ``$row`` stands for the run of a row, or for the id or name it holds."""
    typed: str | None = request.given.get("NAME|RUN")
    if typed is None or not typed.startswith("$"):
        return typed
    (value,) = read_values([typed], request.local).args
    return str(value["id"] if isinstance(value, Mapping) and "id" in value else value)


def _filter(name: str | None, given: Any) -> RunFilter:
    now = datetime.now().astimezone()
    moments = {each: read_moment(given[each], now) for each in ("since", "until") if each in given}
    status = tuple(filter(None, given.get("status", "").split(",")))
    return RunFilter(
        function=name,
        status=cast(tuple[RunStatus, ...], status),
        since=moments.get("since"),
        until=moments.get("until"),
        text=given.get("text"),
        version=given.get("version"),
        slower_than=round(given["slower"] * 1e9) if "slower" in given else None,
        roots_only=bool(given.get("roots")),
        limit=given.get("limit", _SHOWN),
    )


def _is_function(app: BabyAGI, name: str) -> bool:
    app.refresh()
    return bool(app.catalogue.numbers(name))


def _find(app: BabyAGI, asked: str) -> Run:
    try:
        return app.queries.run(asked)
    except NotFound as error:
        close = near(asked, app.catalogue)
        if not close:
            raise
        raise NotFound(f"no function and no run {asked!r}", fix=close) from error


def _one(app: BabyAGI, run: Run) -> View:
    """One run in full, and the call tree around it when there is one."""
    positional: list[str] = []
    if run.version in app.catalogue.numbers(run.function):
        spec = app.catalogue.version(run.function, run.version).spec
        positional = [each.name for each in spec.parameters if each.kind == "positional_only"]
    card = RunCard(run, positional=positional)
    tree = app.queries.tree(run.id)
    if len(tree) < 2:
        return card
    return Stack(card, RunTree(tree), _Picture(tree))


def _trees(app: BabyAGI, runs: list[Run], given: Any) -> View:
    """The whole call trees of *runs*, newest first."""
    views: list[View] = []
    for root in dict.fromkeys(run.root for run in runs):
        tree = app.queries.tree(root)
        if given.get("tree"):
            views.append(RunTree(tree))
        if given.get("waterfall"):
            views.append(Waterfall(tree))
    if not views:
        return RunTable([])
    return views[0] if len(views) == 1 else Stack(*views)


class _Picture(Waterfall):
    """Bars beside a tree that says the same in words: nothing to add in the text form."""

    def plain(self) -> str:
        return ""
