"""What is new in the log, read from the ends of the journals and from the boards. No DuckDB.

A watcher remembers how far it has read each source. A look costs a few system calls when nothing
happened, and when very much did, it counts lines instead of reading them: only the newest are made
into runs. So watching is cheap for whoever watches, and free for whoever writes.

A run that was told as begun must be told as ended, or it would seem to run for ever. So those are
followed by id: once one has left the board, its record is looked for also among what is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from babyagi_nb.core.ports import Fresh
from babyagi_nb.core.runs import Run
from babyagi_nb.store.journals import Lines
from babyagi_nb.store.rows import run_of_line, runs_of_lines

__all__ = ["LineNews"]

_AT_ONCE = 32 << 20
"""Bytes of journals that one look reads."""
_PATIENCE = 20
"""Looks for the record of a run that has left the board, before it is given up: runs that are not
to be logged leave none."""


class LineNews:
    """:class:`~babyagi_nb.core.ports.News` over the lines of a store."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._marks: dict[str, int] = {}
        self._before: list[bytes] = []
        self._told: dict[bytes, int] = {}
        """Runs told as begun, with how often their record was looked for in vain."""
        while self._read():
            """What was written before is not new."""

    def poll(self, limit: int) -> Fresh:
        # Boards first: a run that ends meanwhile is then found in both, and its record counts.
        boards = {_run_of(line): line for line in self._lines.open_runs()}
        data = self._read()
        total = sum(each.count(b"\n") for each in data)
        ended = [
            run
            for each in data
            for run in runs_of_lines(each.rsplit(b"\n", limit + 1)[-limit - 1 : -1])
        ]
        ended = sorted(ended, key=_age)[-limit:]
        followed = self._followed(boards, [*data, *self._before], ended)
        begun = list(runs_of_lines(self._begun(boards, [*data, *self._before])))[-limit:]
        self._told |= dict.fromkeys((str(run.id).encode() for run in begun), 0)
        self._before = data
        runs = sorted([*begun, *followed, *ended], key=_age)
        return Fresh(tuple(runs), max(total - len(ended) - len(followed), 0))

    def _read(self) -> list[bytes]:
        found = []
        for tail in self._lines.tails(self._marks, limit=_AT_ONCE):
            found.append(tail.data)
            self._marks[tail.source] = tail.end
        return found

    def _begun(self, boards: dict[bytes, bytes], written: list[bytes]) -> Iterator[bytes]:
        """Board lines of runs not told yet. A slot may still stand when its record is written."""
        for run, line in boards.items():
            if run not in self._told and _record(run, written) is None:
                yield line

    def _followed(
        self, boards: dict[bytes, bytes], written: list[bytes], ended: list[Run]
    ) -> list[Run]:
        """Records of runs that were told as begun, where they are not among *ended*."""
        for each in ended:
            self._told.pop(str(each.id).encode(), None)
        found = []
        for run, looked in list(self._told.items()):
            if run in boards:
                continue
            line = _record(run, written)
            record = None if line is None else run_of_line(line)
            if record is None:
                self._told[run] = looked + 1
            if record is not None or looked == _PATIENCE:
                del self._told[run]
            found += [] if record is None else [record]
        return found


def _record(run: bytes, data: Iterable[bytes]) -> bytes | None:
    """The line of *run* in *data*."""
    start = b'{"id":"%s"' % run
    for each in data:
        at = each.rfind(start)
        if at >= 0:
            return each[at : each.find(b"\n", at)]
    return None


def _run_of(line: bytes) -> bytes:
    return line[7 : line.find(b'"', 7)]


def _age(run: Run) -> tuple[int, str]:
    return run.started, run.id
