"""What a build is done with: the library, the gate, the way into the store.

All of it is handed in; the building room itself touches neither store nor sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from babyagi_nb.agent.building.plan import Known, Planned, known_of, parameters
from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.gate import Gate
from babyagi_nb.agent.gate.library import CatalogueLibrary
from babyagi_nb.agent.gate.report import Finding, Report
from babyagi_nb.agent.gate.reuse import fits, reusable
from babyagi_nb.agent.toolbox import manages
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.laboratory import Laboratory
from babyagi_nb.core.ports import RunLog
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.search import Find

__all__ = ["Judge", "Propose", "Reuse", "Workshop", "installed", "open_workshop"]


class Judge(Protocol):
    """Examines code that nobody has to believe; the gate."""

    def examine(self, candidate: Candidate) -> Report: ...

    def check_tests(self, candidate: Candidate) -> tuple[Finding, ...]:
        """What speaks against the tests alone, before there is any code."""
        ...


class Reuse(Protocol):
    """Stored functions that pass the tests of a planned one already."""

    def __call__(self, planned: Planned, tests: Sequence[str], names: Sequence[str]) -> list[str]:
        """Those of *names* that pass all of *tests*, best first."""
        ...


class Propose(Protocol):
    """Stores drafts, as :meth:`babyagi_nb.BabyAGI.propose` does."""

    def __call__(self, code: str, *, origin: str, **declared: object) -> Registration: ...


def installed(module: str) -> bool:
    """Whether a top-level module can be imported here; imports nothing."""
    try:
        return find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Everything a build needs beside a model and a journal."""

    catalogue: Callable[[], Catalogue]
    """What is stored, as of now."""
    find: Find
    judge: Judge
    propose: Propose
    reuse: Reuse | None = None
    runs: RunLog | None = None
    installed: Callable[[str], bool] = installed
    has_key: Callable[[str], bool] = lambda name: True
    taken: Callable[[str], str] = lambda name: ""
    """Why a new function may not have a name, in one line; empty when it may."""
    offered: int = 8
    """Stored functions that the planner is shown."""

    def usable(self, name: str) -> FunctionVersion | None:
        """The stored function that code may call by *name*: the active one, or a waiting draft."""
        found = self.catalogue().latest(name)
        return None if found is None or manages(found) else found

    def known(self, name: str) -> Known | None:
        found = self.usable(name)
        return None if found is None else known_of(found.spec)

    def library(self, query: str) -> list[Known]:
        """Stored functions that may be of use for *query*, best first."""
        found = (self.known(hit.name) for hit in self.find(query, self.offered))
        return [each for each in found if each is not None]

    def refuse(self, name: str) -> str | None:
        """Why a new function may not be called *name*, as the planner is told."""
        stored = f"{name!r} is stored already" if self.catalogue().numbers(name) else ""
        reason = self.taken(name) or stored
        if not reason:
            return None
        # One that was rejected or removed keeps its name, and is of no use.
        way = "list it under uses, or choose" if self.usable(name) else "choose"
        return f"{reason}; {way} another name"


def open_workshop(
    *,
    catalogue: Catalogue,
    find: Find,
    laboratory: Laboratory,
    propose: Propose,
    runs: RunLog | None = None,
    methods: Collection[str] = (),
    has_key: Callable[[str], bool] = lambda name: True,
    offered: int = 8,
) -> Workshop:
    """A workshop with the gate and behavioural reuse over *laboratory*.

    *methods* are names of the application's own; *offered* is how many stored functions the planner
    is shown.
    """
    library = CatalogueLibrary(catalogue, methods=methods, keys=lambda: tuple(catalogue.keys()))

    def reuse(planned: Planned, tests: Sequence[str], names: Sequence[str]) -> list[str]:
        wanted = parameters(planned.signature) or ()
        fitting = [
            each
            for each in names
            if (version := catalogue.latest(each)) is not None
            and fits(wanted, version.spec.parameters)
        ]
        return list(reusable(laboratory, name=planned.name, tests=tests, among=fitting))

    return Workshop(
        catalogue=lambda: catalogue,
        find=find,
        judge=Gate(laboratory=laboratory, library=library, installed=installed),
        propose=propose,
        reuse=reuse,
        runs=runs,
        has_key=has_key,
        taken=library.refusal,
        offered=offered,
    )
