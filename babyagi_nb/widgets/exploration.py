"""The log explorer without its widgets: what is asked for, what was found, what is selected.

A state machine. Each method asks the store, replaces :attr:`Exploration.state` as a whole, and
tells the subscribers. Whatever the store raises becomes ``state.error`` and leaves the rows that
were there. Pages are cut by the place of the last row seen, so runs that arrive meanwhile shift
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.ports import Queries
from babyagi_nb.core.runs import Run, RunFilter, RunStatus

__all__ = ["ExplorerModel", "ExplorerState"]

Cursor = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorerState:
    """Everything the explorer shows."""

    function: str = ""
    status: RunStatus | None = None
    text: str = ""
    within: int | None = None
    """Seconds back from now; ``None`` is without limit."""
    pages: tuple[Cursor, ...] = ()
    """Where each page after the first one begins, up to the page that is shown."""
    rows: tuple[Run, ...] = ()
    """Newest first."""
    more: bool = False
    """Whether there are older rows than these."""
    selected: Run | None = None
    tree: tuple[Run, ...] = ()
    """The whole call tree of the selected run."""
    error: str = ""

    @property
    def page(self) -> int:
        """Counts from 1."""
        return len(self.pages) + 1


@dataclass(slots=True)
class ExplorerModel:
    """Asks *queries*, *size* rows at a time; *clock* gives nanoseconds since the epoch."""

    queries: Queries
    size: int = 20
    clock: Callable[[], int] = time.time_ns
    state: ExplorerState = ExplorerState()
    _subscribers: list[Callable[[ExplorerState], None]] = field(default_factory=list)
    _asking: Lock = field(default_factory=Lock)

    def subscribe(self, tell: Callable[[ExplorerState], None]) -> Callable[[], None]:
        """Call *tell* with every new state; the returned function ends that."""
        self._subscribers.append(tell)
        return lambda: self._subscribers.remove(tell) if tell in self._subscribers else None

    def filter(
        self,
        *,
        function: str = "",
        status: RunStatus | None = None,
        text: str = "",
        within: int | None = None,
    ) -> None:
        """Ask anew, from the newest row; every part replaces what was asked before."""
        asked = replace(self.state, function=function.strip(), status=status, text=text.strip())
        self._ask(replace(asked, within=within, pages=()))

    def refresh(self) -> None:
        """Ask the same again; returns at once when an answer is still under way."""
        if self._asking.locked():
            return
        self._ask(self.state)

    def older(self) -> None:
        rows = self.state.rows
        if self.state.more and rows:
            cursor = (rows[-1].started, str(rows[-1].id))
            self._ask(replace(self.state, pages=(*self.state.pages, cursor)))

    def newer(self) -> None:
        if self.state.pages:
            self._ask(replace(self.state, pages=self.state.pages[:-1]))

    def select(self, id: str | None) -> None:
        """Show one run with its call tree; ``None`` shows none."""
        if id is None:
            self._become(replace(self.state, selected=None, tree=()))
            return
        with self._asking:
            try:
                run, tree = self.queries.run(id), tuple(self.queries.tree(id))
                found = replace(self.state, selected=run, tree=tree, error="")
            except Exception as error:
                found = replace(self.state, error=_said(error))
        self._become(found)

    def wanted(self, state: ExplorerState) -> RunFilter:
        """What *state* asks of the store; one row too many shows whether there are more."""
        since = None if state.within is None else self.clock() - state.within * 1_000_000_000
        return RunFilter(
            function=state.function or None,
            status=(state.status,) if state.status else (),
            text=state.text or None,
            since=since,
            before=state.pages[-1] if state.pages else None,
            limit=self.size + 1,
        )

    def _ask(self, state: ExplorerState) -> None:
        with self._asking:
            try:
                rows = self.queries.runs(self.wanted(state))
                found = replace(
                    state, rows=tuple(rows[: self.size]), more=len(rows) > self.size, error=""
                )
                found = self._follow_selection(found)
            except Exception as error:
                found = replace(state, error=_said(error))
        self._become(found)

    def _follow_selection(self, state: ExplorerState) -> ExplorerState:
        """An open run that is selected ends some time, and so does its tree."""
        chosen = state.selected
        if chosen is None or all(run.status != "started" for run in (chosen, *state.tree)):
            return state
        tree = tuple(self.queries.tree(chosen.id))
        return replace(state, selected=self.queries.run(chosen.id), tree=tree)

    def _become(self, state: ExplorerState) -> None:
        if state == self.state:
            return
        self.state = state
        for tell in list(self._subscribers):
            tell(state)


def _said(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 400)
