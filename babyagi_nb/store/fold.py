"""The fold: new journal lines and definitions go into the index, each exactly once.

One hold takes in what *all* kernels wrote, up to :data:`BUDGET` bytes, so that whoever folds does
so for everybody and no hold is long. The rows and the watermarks of their sources are one
transaction: a kill leaves both or neither. Lines that are no records are kept aside, never an
obstacle. Only when much is waiting does a hold take several such batches.

A hold also settles dead kernels (what they left open becomes ``lost``) and, for an index that was
made anew, takes in the archive. :meth:`Folder.tend` is for idle moments: it checkpoints and then,
with nothing left in DuckDB's own log, moves finished journals into the archive.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from babyagi_nb.core.ports import Definitions
from babyagi_nb.core.runs import STATUSES
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.definition_rows import fold_definitions, last_folded
from babyagi_nb.store.home import Home
from babyagi_nb.store.index import CHECKPOINT_AT, Index
from babyagi_nb.store.intake import split, tidy
from babyagi_nb.store.journals import Lines, Tail, archived, read_archived
from babyagi_nb.store.rows import COLUMNS
from babyagi_nb.store.watermarks import Watermarks, mark_archived, move, read_watermarks

__all__ = ["BUDGET", "Folder", "Progress"]

BUDGET = 4 << 20
"""Bytes of journal that one hold takes in."""

_BACKLOG = 32 << 20
"""Bytes of a batch when more than the budget waits. So many rows go into the file at once, without
a detour over DuckDB's log, which is faster than many small batches."""

_BACKLOG_LOG = 16 << 20
"""Bytes of DuckDB's log at which a long catching-up checkpoints before it is done."""

_PATIENCE = 0.4
"""Seconds after which a hold that catches up takes no further batch, because others wait."""

Progress = Callable[[int], None]
"""Told the number of lines taken in so far."""

_STRUCTURE = json.dumps({name: kind for name, kind in COLUMNS.items() if name != "kernel"})
_IS_RUN = (
    "r.id IS NOT NULL AND r.function IS NOT NULL AND r.started IS NOT NULL "
    f"AND r.status IN ({', '.join(repr(status) for status in STATUSES)})"
)
_VALUES = ", ".join(
    {
        "id": f"CASE WHEN {_IS_RUN} THEN r.id END",
        "kernel": "split_part(r.id, '.', 1)",
        "root": "coalesce(r.root, r.id)",
        "version": "coalesce(r.version, 0)",
    }.get(name, f'r."{name}"')
    for name in COLUMNS
)
_PARSED = (
    f"(SELECT line, from_json(TRY_CAST(line AS JSON), '{_STRUCTURE}') AS r "
    "FROM (SELECT unnest(?::VARCHAR[]) AS line))"
)
# In time order, so that a question about a stretch of time reads few row groups. There is no WHERE:
# a filter would be pushed below and parse the JSON once more for each column it looks at.
_INSERT = f"INSERT INTO store.data.runs SELECT {_VALUES} FROM {_PARSED} ORDER BY r.started, r.id"
# Row groups without any null are passed over, so this costs next to nothing.
_BAD = "SELECT count(*) FROM store.data.runs WHERE id IS NULL"
_INSERT_GOOD = (
    f"INSERT INTO store.data.runs SELECT {_VALUES} FROM {_PARSED} "
    f"WHERE {_IS_RUN} ORDER BY r.started, r.id"
)
_REFUSED = f"SELECT line FROM {_PARSED} WHERE NOT coalesce({_IS_RUN}, false)"


@dataclass(frozen=True, slots=True)
class _Taken:
    """What one hold took in."""

    lines: int = 0
    bytes: int = 0
    more: bool = False

    def and_then(self, other: _Taken) -> _Taken:
        return _Taken(self.lines + other.lines, self.bytes + other.bytes, other.more)


class Folder:
    """Folds one store; any thread may call any method."""

    def __init__(
        self, index: Index, lines: Lines, definitions: Definitions, home: Home | None
    ) -> None:
        self._index = index
        self._lines = lines
        self._definitions = definitions
        self._home = home

    def fold(self, *, timeout: float | None = 10.0, progress: Progress | None = None) -> int:
        """Take in everything there is; return the number of journal lines.

        Raises what :class:`~babyagi_nb.store.index.Index` raises; nothing is lost by it.
        """
        total = small = 0
        while True:
            taken = self._index.write(self._take, timeout=timeout)
            total += taken.lines
            if progress is not None:
                progress(total)
            # Kernels that write all the time would keep us here for ever.
            small += taken.bytes < BUDGET // 2
            if not taken.more or small > 2:
                return total

    def tend(self, *, timeout: float | None = 2.0) -> None:
        """Checkpoint, then archive what is finished and wholly taken in."""
        if self._home is not None and (self._index.log_size() or self._lines.finished()):
            self._index.write(self._tidy_up, timeout=timeout)

    def definitions_pending(self, hold: Hold) -> bool:
        """Whether the definition log has more than the index."""
        history = self._definitions.catalogue.history
        newest = (history[-1].id, history[-1].at) if history else (0, 0)
        return last_folded(hold) != newest

    # -- inside a hold ---------------------------------------------------------------------

    def _take(self, hold: Hold) -> _Taken:
        """As many batches as one hold may take, then the definitions."""
        with contextlib.suppress(OSError):
            # On a disk that refuses, the dead are settled some other time.
            self._lines.settle_dead()
        give_way = time.monotonic() + _PATIENCE
        taken = self._take_batch(hold, BUDGET)
        while taken.more and time.monotonic() < give_way:
            taken = taken.and_then(self._take_batch(hold, _BACKLOG))
        # Inside the hold: whoever folded last may have known a newer log than this kernel did.
        self._definitions.refresh()
        if self.definitions_pending(hold):
            with hold.transaction():
                fold_definitions(hold, self._definitions.catalogue)
        self._index.checkpoint(hold, at=_BACKLOG_LOG if taken.more else CHECKPOINT_AT)
        return taken

    def _take_batch(self, hold: Hold, limit: int) -> _Taken:
        marks = read_watermarks(hold)
        tails = self._from_archive(marks) or list(self._lines.tails(marks.folded, limit=limit))
        if not tails:
            return _Taken()
        return _Taken(
            lines=self._take_tails(hold, tails, marks),
            bytes=sum(len(tail.data) for tail in tails),
            more=self._more(marks, tails),
        )

    def _more(self, marks: Watermarks, taken: list[Tail]) -> bool:
        """Whether something is left: beyond the budget, or written meanwhile."""
        if self._home is not None and not (self._home.journal / taken[0].source).exists():
            # The archive comes before the journals.
            return True
        folded = {**marks.folded, **{tail.source: tail.end for tail in taken}}
        return any(True for _ in self._lines.tails(folded, limit=1))

    def _from_archive(self, marks: Watermarks) -> list[Tail]:
        """Archived sources that the index does not know; normally there are none."""
        found: list[Tail] = []
        size = 0
        if self._home is None:
            return found
        for source in archived(self._home):
            if source in marks.archived or (self._home.journal / source).exists():
                continue
            found.append(self._archived_tail(source, marks.folded.get(source, 0)))
            size += len(found[-1].data)
            if size >= _BACKLOG:
                break
        return found

    def _archived_tail(self, source: str, begun: int) -> Tail:
        assert self._home is not None
        try:
            data = read_archived(self._home, source)
        except OSError:
            # Known as archived from now on; the doctor names it.
            return Tail(source, begun, b"\n")
        return Tail(source, begun, data[begun : data.rfind(b"\n") + 1])

    def _take_tails(self, hold: Hold, tails: list[Tail], marks: Watermarks) -> int:
        clean = split(b"".join(tail.data for tail in tails))
        if clean is not None:
            with contextlib.suppress(_Mismatch), hold.transaction():
                hold.execute(_INSERT, (clean,))
                if hold.rows(_BAD)[0][0]:
                    raise _Mismatch
                self._advance(hold, tails, marks)
                return len(clean)
        with hold.transaction():
            count = sum(_insert_tidied(hold, tail) for tail in tails)
            self._advance(hold, tails, marks)
        return count

    def _advance(self, hold: Hold, tails: list[Tail], marks: Watermarks) -> None:
        move(hold, {tail.source: tail.end for tail in tails}, marks.folded)
        home = self._home
        if home is not None:
            here = [tail.source for tail in tails if not (home.journal / tail.source).exists()]
            mark_archived(hold, here, {**marks.folded, **{tail.source: 0 for tail in tails}})

    def _tidy_up(self, hold: Hold) -> None:
        self._index.checkpoint(hold, at=1)
        if self._index.log_size():
            return
        marks = read_watermarks(hold)
        waiting = {tail.source for tail in self._lines.tails(marks.folded, limit=BUDGET)}
        done = [source for source in self._lines.finished() if source not in waiting]
        # A full budget may hide the tails of later sources.
        if waiting or not done:
            return
        with hold.transaction():
            mark_archived(hold, done, marks.folded)
        # Its row stands for a source wherever it is, so a kill between the two does no harm.
        for source in done:
            with contextlib.suppress(OSError):
                self._lines.archive(source)


class _Mismatch(Exception):
    """Something in the batch is no record."""


def _insert_tidied(hold: Hold, tail: Tail) -> int:
    intake = tidy(tail.data)
    count = int(hold.rows(_INSERT_GOOD, (intake.lines,))[0][0]) if intake.lines else 0
    if count != len(intake.lines):
        intake.bad += [line[:2000] for (line,) in hold.rows(_REFUSED, (intake.lines,))]
    if intake.bad:
        hold.execute(
            "INSERT INTO store.data.bad_lines SELECT ?, unnest(?::VARCHAR[]), ?",
            (tail.source, intake.bad, time.time_ns()),
        )
    return count
