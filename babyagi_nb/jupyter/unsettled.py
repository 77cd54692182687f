"""Runs that pages were told have begun, until they are told how those ended.

The news of the log tells the end of a run when its record is written. But a function may be
declared to log its errors only, or not at all: a good run of it leaves the board and nothing else,
and would seem to run for ever. So whoever has been open for a while is looked up, at growing
intervals. That asks the index, which watching otherwise never does; a program of short runs causes
no such question, and a long run few.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from babyagi_nb.core.ports import Queries
from babyagi_nb.core.runs import Run, RunFilter
from babyagi_nb.errors import NotFound
from babyagi_nb.ids import RunId

__all__ = ["Settled", "Unsettled"]

_FIRST = 2.0
"""Seconds after which a run is looked up; each look that finds it open doubles them."""
_LONGEST = 10.0
_MANY = 2000
"""Runs that are followed, and open runs that one look reads."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of runs that the news did not tell the end of."""

    ended: tuple[Run, ...] = ()
    """Those that have a record after all."""
    gone: tuple[RunId, ...] = ()
    """Those that ended and left none."""


@dataclass(slots=True)
class _Look:
    at: float
    pause: float


class Unsettled:
    """Follows runs by id; time is a number of seconds that its caller counts."""

    def __init__(self) -> None:
        self._looks: dict[RunId, _Look] = {}

    def tell(self, runs: Iterable[Run], now: float) -> None:
        """These runs were told as they are."""
        for run in runs:
            if run.status != "started":
                self._looks.pop(run.id, None)
            elif len(self._looks) < _MANY:
                self._looks.setdefault(run.id, _Look(now + _FIRST, _FIRST))

    def settle(self, queries: Queries, now: float) -> Settled:
        """Look up those that have been open for a while; raises what asking the log raises."""
        due = [id for id, look in self._looks.items() if look.at <= now]
        if not due:
            return Settled()
        for id in due:
            # Whatever comes of it: a log that cannot be read is not asked again at once.
            pause = min(2 * self._looks[id].pause, _LONGEST)
            self._looks[id] = _Look(now + pause, pause)
        found = queries.runs(RunFilter(status=("started",), limit=_MANY))
        if len(found) == _MANY:
            return Settled()
        still = {run.id for run in found}
        ended: list[Run] = []
        gone: list[RunId] = []
        for id in due:
            if id in still:
                continue
            try:
                run = queries.run(id)
            except NotFound:
                gone.append(id)
            else:
                if run.status == "started":
                    continue
                ended.append(run)
            del self._looks[id]
        return Settled(tuple(ended), tuple(gone))
