"""Questions about runs: folded rows, journal tails and boards, answered as one.

A run is in exactly one of three places. While it is open it stands on its kernel's board; when it
ended it is a line in a journal; when that was folded it is a row. All three are read inside one
shared hold, so no fold moves lines from the second to the third meanwhile. A run can end during
the reading, so boards are read first, and a run that is also found in a journal or in the index
is not open.

Tails are short because somebody folds all the time. When they are not (nobody was there, or the
index is new), the question folds first. Every question pushes its filter and its limit into each
branch and merges the few rows that come back: a view over both halves would read everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from babyagi_nb.core.ports import Table
from babyagi_nb.core.runs import Run, RunFilter, Statistics
from babyagi_nb.errors import NotFound, StoreError
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.filters import condition, newest_first, predicate
from babyagi_nb.store.fold import Folder
from babyagi_nb.store.home import Home
from babyagi_nb.store.index import Index
from babyagi_nb.store.journals import Lines, archived, has_orphans
from babyagi_nb.store.news import LineNews
from babyagi_nb.store.rows import COLUMNS, kernel_of, run_of_row, runs_of_lines
from babyagi_nb.store.sql import run_select
from babyagi_nb.store.watermarks import read_watermarks

__all__ = ["StoreQueries", "Unfolded"]

T = TypeVar("T")

TAIL_LIMIT = 1 << 20
"""Bytes of unfolded journal that a question reads itself; with more it folds first."""

_SELECT = "SELECT " + ", ".join(f'"{name}"' for name in COLUMNS) + " FROM store.data.runs"

# Runs of version 0 are no function's: questions to models, builds, chats.
_STATISTICS = """
SELECT
    "function",
    version,
    count(*) FILTER (status <> 'started'),
    count(*) FILTER (status IN ('error', 'timeout')),
    coalesce(quantile_disc(duration, 0.5), 0),
    coalesce(quantile_disc(duration, 0.95), 0),
    coalesce(max(duration), 0),
    max(started)
FROM store.data.runs
WHERE started >= ? AND version > 0
GROUP BY "function", version
ORDER BY 3 DESC, 1, 2
"""


@dataclass(frozen=True, slots=True)
class Unfolded:
    """What the index does not have: ended runs of the tails, and open ones of the boards."""

    ended: list[Run]
    open: list[Run]

    @property
    def all(self) -> list[Run]:
        return [*self.ended, *self.open]


class _Backlog(Exception):
    """Too much is unfolded to answer from tails."""


class StoreQueries:
    """:class:`~babyagi_nb.core.ports.Queries` over the index and the journals."""

    def __init__(
        self,
        index: Index,
        lines: Lines,
        folder: Folder,
        home: Home | None,
        awake: Callable[[], None] = lambda: None,
    ) -> None:
        self._index = index
        self._lines = lines
        self._folder = folder
        self._home = home
        self._awake = awake
        self._asked = False

    # -- the port --------------------------------------------------------------------------

    def runs(self, wanted: RunFilter) -> list[Run]:
        if wanted.limit <= 0:
            return []
        where, values = condition(wanted)
        fits = predicate(wanted)
        newest = f"{where} ORDER BY started DESC, id DESC LIMIT ?"
        # Rows are chosen by the few columns that matter; only then are the others read.
        statement = f"{_SELECT} WHERE rowid IN (SELECT rowid FROM store.data.runs {newest})"

        def ask(hold: Hold, unfolded: Unfolded) -> list[Run]:
            found = [run_of_row(row) for row in hold.rows(statement, (*values, wanted.limit))]
            found += [run for run in unfolded.all if fits(run)]
            return sorted(found, key=newest_first, reverse=True)[: wanted.limit]

        return self._ask(ask)

    def count(self, wanted: RunFilter) -> int:
        where, values = condition(wanted)
        fits = predicate(wanted)

        def ask(hold: Hold, unfolded: Unfolded) -> int:
            folded = hold.rows(f"SELECT count(*) FROM store.data.runs {where}", values)
            return int(folded[0][0]) + sum(map(fits, unfolded.all))

        return self._ask(ask)

    def run(self, id: str) -> Run:
        return self._ask(lambda hold, unfolded: _find(hold, unfolded, id))

    def tree(self, id: str) -> list[Run]:
        def ask(hold: Hold, unfolded: Unfolded) -> list[Run]:
            # Nearly always the id of a root is given: then one look is enough.
            found = _rooted(hold, unfolded, id)
            if not found:
                found = _rooted(hold, unfolded, _find(hold, unfolded, id).root)
            return sorted(found, key=newest_first)

        return self._ask(ask)

    def statistics(self, since: int | None = None) -> list[Statistics]:
        first = True

        def ask(hold: Hold, unfolded: Unfolded) -> list[Statistics]:
            nonlocal first
            if unfolded.ended and first:
                # Percentiles of two halves cannot be merged; what comes during the fold can wait.
                first = False
                raise _Backlog
            rows = hold.rows(_STATISTICS, (since if since is not None else -(1 << 62),))
            return [_statistics_of(row) for row in rows]

        return self._ask(ask)

    def sql(self, statement: str, parameters: Sequence[Any] = (), *, limit: int = 1000) -> Table:
        def ask(hold: Hold, unfolded: Unfolded) -> Table:
            if self._folder.definitions_pending(hold):
                raise _Backlog
            return run_select(hold, unfolded.all, statement, parameters, limit)

        return self._ask(ask)

    def interrupt(self) -> None:
        self._index.interrupt()

    def news(self) -> LineNews:
        return LineNews(self._lines)

    # -- how every question is asked -------------------------------------------------------

    def _ask(self, question: Callable[[Hold, Unfolded], T]) -> T:
        """Answer *question* in one shared hold, folding first where that is needed."""

        def held(hold: Hold) -> T:
            return question(hold, self._unfolded(hold))

        if not self._asked:
            # The first question of a process wakes whoever folds.
            self._asked = True
            self._awake()
        if self._home is not None and has_orphans(self._home):
            # Folding settles what a dead kernel left open; where it cannot, the rest is answered.
            with suppress(StoreError):
                self._folder.fold()
        for _ in range(5):
            try:
                return self._index.read(held)
            except _Backlog:
                self._folder.fold()
        raise StoreError(
            "runs are written faster than they can be taken in", fix="ask again in a moment"
        )

    def _unfolded(self, hold: Hold) -> Unfolded:
        boards = list(runs_of_lines(self._lines.open_runs()))
        marks = self._watermarks(hold)
        ended: list[Run] = []
        left = TAIL_LIMIT
        # Tails end with a whole line, so a little below the limit. Asked for just as much as we
        # read, a source that has more would look as if it had been read to its end.
        for tail in self._lines.tails(marks, limit=2 * TAIL_LIMIT):
            left -= len(tail.data)
            if left <= 0:
                raise _Backlog
            ended += runs_of_lines(tail.data.splitlines())
        if ended:
            self._awake()
        return Unfolded(ended, _still_open(hold, boards, ended))

    def _watermarks(self, hold: Hold) -> Mapping[str, int]:
        marks = read_watermarks(hold)
        if self._home is not None:
            for source in archived(self._home):
                if source not in marks.archived and not (self._home.journal / source).exists():
                    # The index is new, or older than the archive.
                    raise _Backlog
        return marks.folded


def _still_open(hold: Hold, boards: list[Run], ended: list[Run]) -> list[Run]:
    over = {run.id for run in ended}
    waiting = [run for run in boards if run.id not in over]
    if not waiting:
        return []
    earliest = min(run.started for run in waiting)
    rows = hold.rows(
        "SELECT id FROM store.data.runs WHERE started >= ? AND list_contains(?::VARCHAR[], id)",
        (earliest, [run.id for run in waiting]),
    )
    folded = {row[0] for row in rows}
    return [run for run in waiting if run.id not in folded]


def _rooted(hold: Hold, unfolded: Unfolded, root: str) -> list[Run]:
    found = [run_of_row(row) for row in hold.rows(f"{_SELECT} WHERE root = ?", (root,))]
    return found + [run for run in unfolded.all if run.root == root]


def _find(hold: Hold, unfolded: Unfolded, id: str) -> Run:
    """One run by its id, or by a prefix or suffix of it that fits no other."""
    exact = [run for run in unfolded.all if run.id == id]
    # The kernel is a short column of few values: it prunes what the long id cannot.
    rows = hold.rows(f"{_SELECT} WHERE kernel = ? AND id = ?", (kernel_of(id), id))
    found = exact + [run_of_row(row) for row in rows]
    if not found and id:
        found = [run for run in unfolded.all if run.id.startswith(id) or run.id.endswith(id)]
        rows = hold.rows(
            f"{_SELECT} WHERE starts_with(id, ?) OR ends_with(id, ?) LIMIT 3", (id, id)
        )
        found += [run_of_row(row) for row in rows]
    if not found:
        raise NotFound(f"no run {id!r}", fix="%babyagi logs shows the newest runs")
    if len(found) > 1:
        some = ", ".join(run.id for run in found[:3])
        raise NotFound(f"several runs fit {id!r}, for example {some}", fix="give more of the id")
    return found[0]


def _statistics_of(row: tuple[Any, ...]) -> Statistics:
    function, version, runs, errors, p50, p95, longest, last = row
    return Statistics(
        function=FunctionName(function),
        version=VersionNumber(version),
        runs=int(runs),
        errors=int(errors),
        p50=int(p50),
        p95=int(p95),
        longest=int(longest),
        last_started=int(last),
    )
