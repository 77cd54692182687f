"""One application as seen from a page, with the few things that answers remember.

A list of ten thousand functions must not decode ten thousand records for each look at it. So what
a version says of itself is kept as a row for as long as the version is active, and the finished
list for as long as nothing changed: the catalogue's generation says so. Whether a key has a value
is asked of places that can be slow (a system's keyring), so the answer holds for a moment.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import State, Trust, is_trusted
from babyagi_nb.errors import KeyStoreError
from babyagi_nb.jupyter.messages import FunctionRow
from babyagi_nb.jupyter.underway import Underway, underway_of

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["Desk", "Say"]

_MOMENT = 2.0
"""Seconds for which it is believed that a key has a value, or has none."""
_REMEMBERED = 1000
_TEXT = 200

Say = Callable[[str], None]
"""Takes what a run prints, as it prints it."""


class Desk:
    """Answers about *app*; what user code binds goes into the application's own namespace."""

    def __init__(self, app: BabyAGI, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._clock = clock
        self._said: dict[str, tuple[int, FunctionRow]] = {}
        self._rows: tuple[int, list[FunctionRow]] | None = None
        self._held: dict[str, tuple[float, bool]] = {}
        self._starts: OrderedDict[str, int] = OrderedDict()
        self.layout: object = None
        """The last layout of a graph, kept by who made it."""

    @property
    def underway(self) -> Underway:
        """What pages of this application began."""
        return underway_of(self.app)

    # -- functions -------------------------------------------------------------------------

    def function_rows(self) -> list[FunctionRow]:
        """Every function, and names that have a draft only, in order of registration."""
        self.app.refresh()
        generation = self.app.catalogue.generation
        if self._rows is None or self._rows[0] != generation:
            self._rows = (generation, self._collected())
        rows = self._rows[1]
        for row in rows:
            if row["keys"]:
                row["missing"] = not all(map(self.has_key, row["keys"]))
        return rows

    def function_row(self, version: FunctionVersion, triggers: int) -> FunctionRow:
        """The row of one version, whether it is the active one or not."""
        catalogue = self.app.catalogue
        decided = catalogue.state(version.name, version.number)
        row = _said_by(version)
        row["state"] = decided or ("own" if is_trusted(version.spec) else "draft")
        row["trust"] = self._place(version, row["state"])
        row["triggers"] = triggers
        row["missing"] = not all(map(self.has_key, row["keys"]))
        return row

    def _collected(self) -> list[FunctionRow]:
        catalogue = self.app.catalogue
        sources: dict[str, int] = {}
        for triggered, _ in catalogue.triggers():
            sources[triggered] = sources.get(triggered, 0) + 1
        found = []
        for name, number in self._wanted():
            known = self._said.get(name)
            if known is None or known[0] != number:
                known = (number, self.function_row(catalogue.version(name, number), 0))
                self._said[name] = known
            row = known[1]
            state = catalogue.state(name, number) or ("own" if row["origin"] == "user" else "draft")
            if state != row["state"] or state == "approved":
                row["state"] = state
                row["trust"] = self._place(catalogue.version(name, number), state)
            row["triggers"] = sources.get(name, 0)
            found.append(row)
        return found

    def _wanted(self) -> Iterator[tuple[str, int]]:
        catalogue = self.app.catalogue
        for name in catalogue:
            number = catalogue.active(name)
            if number is not None:
                yield name, number
        waiting = {name: number for name, number in catalogue.drafts() if name not in catalogue}
        yield from waiting.items()

    def _place(self, version: FunctionVersion, state: State) -> Trust:
        """Where it runs, if it is admitted at all."""
        if state == "own":
            return "sandbox" if version.spec.trust == "sandbox" else "kernel"
        approval = self.app.catalogue.approval(version.name, version.number)
        approved = state == "approved" and approval is not None and approval.grants.kernel
        return "kernel" if approved else "sandbox"

    # -- keys ------------------------------------------------------------------------------

    def has_key(self, name: str) -> bool:
        now = self._clock()
        known = self._held.get(name)
        if known is None or now - known[0] > _MOMENT:
            known = self._held[name] = (now, self._found(name))
        return known[1]

    def forget_keys(self) -> None:
        """Look for values anew."""
        self._held.clear()

    def _found(self, name: str) -> bool:
        try:
            return self.app.keys.get(name) is not None
        except KeyStoreError:
            return False

    # -- runs ------------------------------------------------------------------------------

    def remember_start(self, run: str, started: int) -> None:
        """Note the exact start of a run that a page may go on from.

        A page counts in milliseconds, which is too coarse to page by without losing rows.
        """
        self._starts[run] = started
        self._starts.move_to_end(run)
        while len(self._starts) > _REMEMBERED:
            self._starts.popitem(last=False)

    def start_of(self, run: str) -> int:
        """The exact start of *run*, in nanoseconds; raises ``NotFound``."""
        known = self._starts.get(run)
        return self.app.queries.run(run).started if known is None else known


def _said_by(version: FunctionVersion) -> FunctionRow:
    spec = version.spec
    return {
        "name": version.name,
        "version": version.number,
        "description": one_line(spec.description, _TEXT),
        "tags": [one_line(tag, 60) for tag in spec.tags],
        "origin": one_line(spec.origin, 120),
        "state": "own",
        "trust": "kernel",
        "is_async": spec.is_async,
        "dependencies": len(spec.dependencies),
        "triggers": 0,
        "keys": list(spec.keys),
        "missing": False,
    }
