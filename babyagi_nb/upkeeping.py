"""The half of an application that looks after its functions by what the log shows.

It proposes, and drafts. What is taken out of use, and what becomes active, is decided by people.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.core.builds import Build, Progress
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.isolation import Sandbox
from babyagi_nb.core.model import Answer, Ask, Model
from babyagi_nb.core.ports import Keys, Queries
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.core.search import Hit
from babyagi_nb.errors import ModelRefused, NotFound, SandboxUnavailable, UsageError, near
from babyagi_nb.sandbox.deferred import Deferred
from babyagi_nb.settings import Settings
from babyagi_nb.store.store import Store

if TYPE_CHECKING:
    from babyagi_nb.agent.building.desk import BuildDesk
    from babyagi_nb.agent.search.finder import Finder
    from babyagi_nb.agent.upkeep.bench.arms import Governor, Place
    from babyagi_nb.agent.upkeep.bench.score import Report
    from babyagi_nb.agent.upkeep.bench.series import Step
    from babyagi_nb.agent.upkeep.failures import Lessons
    from babyagi_nb.agent.upkeep.proposals import Proposal
    from babyagi_nb.runtime.laboratory import SandboxLaboratory

__all__ = ["Upkeeping"]

_DAY = 86_400 * 10**9
_RUNS = 2_000
"""Runs of a version that are looked through for inputs."""


class Upkeeping(ABC):
    """Evidence, proposals, next versions, the bench."""

    keys: Keys
    policy: Any
    sandbox: Sandbox
    settings: Settings
    _store: Store

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store."""

    @property
    @abstractmethod
    def queries(self) -> Queries:
        """Reading the log."""

    @abstractmethod
    def refresh(self) -> None:
        """Take in what other kernels changed; cheap."""

    @abstractmethod
    def open_model(self, name: str | None = None) -> Model:
        """The picked model, or the one called *name*."""

    @abstractmethod
    def propose(self, code: str, *, origin: str, **declared: Any) -> Registration:
        """Store the functions of *code* as drafts."""

    @abstractmethod
    def deny(self, name: str, version: int | None = None, reason: str = "") -> None:
        """Keep a draft from running."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""

    @property
    @abstractmethod
    def _methods(self) -> Collection[str]: ...

    @property
    @abstractmethod
    def _finder(self) -> Finder: ...

    @property
    @abstractmethod
    def _desk(self) -> BuildDesk: ...

    @property
    @abstractmethod
    def _laboratory(self) -> SandboxLaboratory: ...

    @abstractmethod
    def _budget(self, limits: Mapping[str, float | None]) -> Budget: ...

    # -- evidence ------------------------------------------------------------------------------

    def outcomes(self, name: str | None = None, days: int | None = None) -> list[dict[str, Any]]:
        """How versions fared, as rows: of *name* or of all, in the last *days* or ever.

        ``runs``, ``successes``, ``timeouts``, ``errors`` by kind, ``failing`` (different inputs),
        ``p50`` and ``p95`` in seconds, ``asked``, ``tokens`` and ``cost`` of questions to models
        below them, and ``low`` and ``high``, between which the share of successes most likely is.
        Raises :class:`~babyagi_nb.errors.NotFound`.
        """
        from babyagi_nb.agent.upkeep.ledger import Ledger

        self.refresh()
        if name is not None and not self.catalogue.numbers(name):
            raise NotFound(f"no function {name!r}", fix=near(name, self.catalogue))
        found = Ledger(self.queries).evidence(name, _since(days))
        return [each.row() for each in found]

    def upkeep(self, days: int = 30) -> list[Proposal]:
        """What may be retired, gone back with, improved or merged, by the log of the last *days*.

        Nothing is changed: each proposal has its evidence and the line that carries it out.
        """
        from babyagi_nb.agent.upkeep.evidence import by_version
        from babyagi_nb.agent.upkeep.ledger import Ledger
        from babyagi_nb.agent.upkeep.proposals import retirements
        from babyagi_nb.agent.upkeep.twins import merges

        if days < 1:
            raise UsageError(f"{days} days are none", fix="days=30 looks at the last 30")
        self.refresh()
        ledger = Ledger(self.queries)
        known = by_version(ledger.evidence(since=_since(days)))
        found = list(
            retirements(self.catalogue, known, now=time_ns(), days=days, compare=ledger.compare)
        )
        # Without a sandbox nobody's tests are tried on others; the rest can be said all the same.
        with suppress(SandboxUnavailable):
            for each in merges(
                self.catalogue, known, similar=self._finder.similar, laboratory=self._laboratory
            ):
                found.append(each)
        gone: set[tuple[str, int]] = set()
        return [
            each
            for each in found
            if (each.function, each.version) not in gone
            and not gone.add((each.function, each.version))  # type: ignore[func-returns-value]
        ]

    def lessons(self, name: str, version: int | None = None) -> Lessons:
        """What the log teaches about a version, by default the active one: inputs it failed on.

        Raises :class:`~babyagi_nb.errors.NotFound`.
        """
        from babyagi_nb.agent.upkeep.failures import lessons

        self.refresh()
        found = self.catalogue.version(name, version)
        wanted = RunFilter(function=name, version=int(found.number), limit=_RUNS)
        return lessons(found.spec, self.queries.runs(wanted))

    def improve(
        self, name: str, *, model: str | None = None, calls: int | None = None,
        tokens: int | None = None, seconds: float | None = None, cost: float | None = None,
        watch: Callable[[Progress], None] | None = None,
    ) -> Build:  # fmt: skip
        """Have the next version of *name* written, which does what the log saw it fail on.

        Inputs of failed runs become tests beside those that it has; what it returned stays so where
        it is declared pure, and what it refuses on purpose stays refused. The result is a draft.
        Raises :class:`~babyagi_nb.errors.NotFound` when the log holds no failing input.
        """
        found = self.lessons(name)
        number = int(self.catalogue.version(name).number)
        if not found.failing:
            raise NotFound(f"nothing to improve {name}@{number} by: {found.nothing}",
                           fix=f"%babyagi revise {name}@{number} says in words what to change",
                           )  # fmt: skip
        return self._desk.next_version(
            name, number, found.tests, model=model, watch=watch,
            calls=calls, tokens=tokens, seconds=seconds, cost=cost,
        )  # fmt: skip

    # -- the bench -----------------------------------------------------------------------------

    def bench(
        self,
        data: str | Path,
        *,
        arms: Iterable[str] | None = None,
        limit: int | None = None,
        model: str | None = None,
        watch: Callable[[Step], None] | None = None,
        **limits: float | None,
    ) -> Report:
        """How many tasks of the file *data* the model solves: ``oneshot``, ``build``, ``library``.

        *data* has the format of HumanEval+ or MBPP+. *limits* (``calls``, ``tokens``, ``seconds``,
        ``cost``) are of each task. Results stand in a file beside *data*; what is there is not done
        again. This store is not touched: builds go on in stores of their own, in memory. Raises
        :class:`~babyagi_nb.errors.UsageError`, :class:`~babyagi_nb.errors.ModelError` and
        :class:`~babyagi_nb.errors.SandboxUnavailable`.
        """
        from babyagi_nb.agent.upkeep.bench.arms import ARMS, open_arm
        from babyagi_nb.agent.upkeep.bench.judging import Judge
        from babyagi_nb.agent.upkeep.bench.series import run_series
        from babyagi_nb.agent.upkeep.bench.tasks import read_tasks

        path = Path(data).expanduser()
        wanted = [each for each in ARMS if arms is None or each in set(arms)]
        unknown = sorted(set(arms or ()) - set(ARMS))
        if unknown or not wanted:
            raise UsageError(f"no arm {(unknown or ['at all'])[0]!r}", fix=f"use {', '.join(ARMS)}")
        tasks = read_tasks(path, limit)
        asked = self.open_model(model)
        budget = self._budget(limits)
        return run_series(
            tasks,
            wanted,
            data=path,
            model=asked,
            judge=Judge(self._laboratory),
            open_arm=lambda arm: open_arm(
                arm, model=asked, budget=budget,
                open_place=lambda governor: self._place(asked, budget, governor),
            ),
            watch=watch,
            scripted=asked.host == "memory" or asked.id.startswith("scripted"),
        )  # fmt: skip

    def _place(self, model: Model, budget: Budget, governor: Governor | None) -> Place:
        """A new store in memory for *model* to build in."""
        make: Any = type(self)
        child: Upkeeping = make(
            ":memory:",
            namespace={},
            notify=lambda message: None,
            keys=self.keys,
            settings=replace(self.settings, packs=(), embeddings="", read_only=False),
            policy=self.policy,
            sandbox=_Lent(lambda: self.sandbox),
            model=model,
        )
        return _Room(child, model, budget, governor)


class _Lent(Deferred):
    """A sandbox that stays open when who borrowed it is closed."""

    def close(self) -> None:
        """It is somebody else's."""


class _Noting:
    """A model, and whether it declined: a task that it declines is not solved, and no more."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.refused = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    @property
    def id(self) -> str:
        return self._model.id

    @property
    def host(self) -> str:
        return self._model.host

    def ask(
        self, ask: Ask, *, meter: Meter | None = None, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        try:
            return self._model.ask(ask, meter=meter, on_text=on_text)
        except ModelRefused:
            self.refused = True
            raise

    def embed(self, texts: Sequence[str], *, meter: Meter | None = None) -> list[list[float]]:
        return self._model.embed(texts, meter=meter)


class _Room:
    """Implements ``agent.upkeep.bench.arms.Place`` by an application in memory."""

    def __init__(
        self, child: Upkeeping, model: Model, budget: Budget, governor: Governor | None
    ) -> None:
        from babyagi_nb.agent.building.builder import Builder
        from babyagi_nb.agent.building.desk import BuildDesk
        from babyagi_nb.agent.building.workshop import open_workshop
        from babyagi_nb.agent.upkeep.offering import WIDER, offered

        def find(query: str, k: int) -> list[Hit]:
            hits = child._finder.find(query, WIDER * k, drafts=True)
            known = governor.evidence if governor is not None else dict
            return offered(hits, k, catalogue=child.catalogue, evidence=known)

        shop = open_workshop(
            catalogue=child.catalogue,
            find=find,
            laboratory=child._laboratory,
            propose=child.propose,
            methods=child._methods,
            offered=child.settings.offered,
        )
        limits = {
            "calls": budget.calls, "tokens": budget.tokens, "seconds": budget.seconds,
            "cost": budget.cost,
        }  # fmt: skip
        self._child = child
        self._model = _Noting(model)
        self._builds = BuildDesk(
            child._store.builds, lambda name: Builder(shop, self._model), limits
        )

    @property
    def laboratory(self) -> SandboxLaboratory:
        return self._child._laboratory

    def build(self, task: str) -> tuple[Build, str]:
        self._model.refused = False
        done = self._builds.build(task)
        facts = next(
            (row for row in self._child._store.builds.all() if row.get("id") == done.id), {}
        )
        return done, "refused" if self._model.refused else str(facts.get("cause") or "")

    def code(self, name: str) -> Mapping[str, Any] | None:
        version = self._child.catalogue.latest(name)
        if version is None:
            return None
        return {
            "name": str(name),
            "code": version.spec.code,
            "origin": version.spec.origin,
            "description": version.spec.description,
            "metadata": dict(version.spec.metadata),
        }

    def uses(self, name: str) -> list[str]:
        version = self._child.catalogue.latest(name)
        return [] if version is None else list(map(str, version.spec.dependencies))

    def names(self) -> list[str]:
        return list(dict.fromkeys(str(name) for name, _ in self._child.catalogue.drafts()))

    def propose(self, given: Mapping[str, Any]) -> None:
        declared = {name: given[name] for name in ("name", "description", "metadata")}
        self._child.propose(str(given["code"]), origin=str(given["origin"]), **declared)

    def retire(self, name: str) -> None:
        version = self._child.catalogue.latest(name)
        if version is not None:
            self._child.deny(name, int(version.number), "it fails")

    def close(self) -> None:
        self._child.close()


def _since(days: int | None) -> int:
    return 0 if days is None else time_ns() - days * _DAY
