"""The half of an application that lets a model write functions: builds, and what goes on with them.

What comes of a build are drafts. Whether one of them ever runs is decided in ``trusting``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.builds import Build, Progress
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.isolation import Sandbox
from babyagi_nb.core.model import Model
from babyagi_nb.core.ports import RunLog
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.search import Hit
from babyagi_nb.core.trust import NOTHING, asked
from babyagi_nb.errors import BuildError, StoreUnwritable
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.packs.shim import Host, provide_host
from babyagi_nb.runtime.executor import Executor
from babyagi_nb.settings import Settings
from babyagi_nb.store.store import Store

if TYPE_CHECKING:
    from babyagi_nb.agent.building.builder import Builder
    from babyagi_nb.agent.building.desk import BuildDesk
    from babyagi_nb.agent.building.workshop import Workshop
    from babyagi_nb.runtime.laboratory import SandboxLaboratory

__all__ = ["Building"]

Watch = Callable[[Progress], None]


class Building(ABC):
    """Orders builds, and lists them."""

    executor: Executor
    _host: Host
    read_only: bool
    runs: RunLog
    sandbox: Sandbox
    settings: Settings
    _store: Store

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store."""

    @abstractmethod
    def open_model(self, name: str | None = None) -> Model:
        """The picked model, or the one called *name*."""

    @abstractmethod
    def propose(self, code: str, *, origin: str, **declared: Any) -> Registration:
        """Store the functions of *code* as drafts."""

    @abstractmethod
    def approve(self, name: str, version: int) -> dict[str, Any]:
        """Approve a version with no grants, and make it the active one."""

    @abstractmethod
    def schema(self, name: str) -> dict[str, Any]:
        """JSON schema of the arguments of a stored function."""

    @abstractmethod
    def _called(self, name: str, given: Mapping[str, Any]) -> Any:
        """Call a stored function with JSON that fits its schema, to its end."""

    @abstractmethod
    def function(self, name: str) -> Callable[..., Any]:
        """The logged callable of *name*."""

    @property
    @abstractmethod
    def _methods(self) -> Collection[str]: ...

    @abstractmethod
    def _offered(self, query: str, k: int, *, drafts: bool = False) -> list[Hit]:
        """What a model is offered for *query*, by evidence."""

    @abstractmethod
    def _fresh(self) -> Catalogue: ...

    @abstractmethod
    def _has_key(self, name: str) -> bool: ...

    def build(
        self, task: str, *, model: str | None = None, calls: int | None = None,
        tokens: int | None = None, seconds: float | None = None, cost: float | None = None,
        watch: Watch | None = None, approve: bool = False,
    ) -> Build:  # fmt: skip
        """Let the model write functions for *task*; what passes the gate is stored as drafts.

        With *approve* those that ask for nothing (no key, host, file, host function) are approved
        unseen, to run in the sandbox: your word, for work that nobody watches.

        The limits are of the whole build: requests, tokens, seconds, US dollars; by default those
        of the settings. *watch* is told each step. A build that comes to no end has ``state``
        ``stopped`` or ``failed``, and its ``message`` says the mend. Raises
        :class:`~babyagi_nb.errors.ModelUnavailable` when there is no model to ask, and
        ``KeyboardInterrupt`` after writing down that it stopped.
        """
        done = self._desk.build(
            task, model=model, watch=watch, calls=calls, tokens=tokens, seconds=seconds, cost=cost
        )
        if approve:
            self._approve_harmless(done)
        return done

    def resume_build(
        self, build: str | None = None, *, model: str | None = None, calls: int | None = None,
        tokens: int | None = None, seconds: float | None = None, cost: float | None = None,
        watch: Watch | None = None,
    ) -> Build:  # fmt: skip
        """Go on with a build that stopped, by its id or a part of it; by default the newest.

        What the model answered before is not asked again. Without *model* it asks the one that was
        named when it began, or else the one that is picked now. Raises
        :class:`~babyagi_nb.errors.NotFound`, :class:`~babyagi_nb.errors.BuildError` for one that is
        over, :class:`~babyagi_nb.errors.StoreLocked` for one that another kernel works on.
        """
        return self._desk.resume(
            build, model=model, watch=watch,
            calls=calls, tokens=tokens, seconds=seconds, cost=cost,
        )  # fmt: skip

    def build_role(
        self, role: str, n: int = 3, *, model: str | None = None, calls: int | None = None,
        tokens: int | None = None, seconds: float | None = None, cost: float | None = None,
        watch: Watch | None = None,
    ) -> Build:  # fmt: skip
        """Think of *n* tasks that somebody in *role* would have, and build functions for each.

        One budget for all; a task that fails does not stop the others.
        """
        return self._desk.self_build(
            role, n, model=model, watch=watch,
            calls=calls, tokens=tokens, seconds=seconds, cost=cost,
        )  # fmt: skip

    def revise_function(
        self, name: str, version: int, remark: str, *, model: str | None = None,
        calls: int | None = None, tokens: int | None = None, seconds: float | None = None,
        cost: float | None = None, watch: Watch | None = None,
    ) -> Build:  # fmt: skip
        """Have *version* of *name* written anew with a *remark*; the result is a draft again."""
        self._fresh()
        return self._desk.revise(
            name, version, remark, model=model, watch=watch,
            calls=calls, tokens=tokens, seconds=seconds, cost=cost,
        )  # fmt: skip

    def builds(self) -> list[Build]:
        """Every build of the store, newest first."""
        return self._desk.all()

    def build_and_run(self, task: str, *args: Any, **given: Any) -> Any:
        """Build functions for *task*, and run the main one if it may run already.

        It may when it was there before and is approved, or with ``approve=True`` when it asks for
        nothing; otherwise the build is returned, and its drafts wait. Without *args* the model
        takes the arguments from the task's words. *given* is what :meth:`build` takes. Raises
        :class:`~babyagi_nb.errors.BuildError` for a build that came to no end, and
        :class:`~babyagi_nb.errors.AnswerError` when the task does not say the arguments.
        """
        done = self.build(task, **given)
        if done.state != "done" or done.main is None:
            raise BuildError(done.message or f"the build {done.state}", build=done.id)
        main = FunctionName(done.main)
        known = None if self._fresh().active(main) is None else self._workshop.known(main)
        if known is None:
            return done
        if args:
            return self.function(main)(*args)
        from babyagi_nb.agent.building.calling import arguments_for

        asked = self.open_model(given.get("model"))
        return self._called(main, arguments_for(asked, task, known, self.schema(main)))

    # -- inside --------------------------------------------------------------------------------

    def _approve_harmless(self, build: Build) -> None:
        """Approve what a build wrote and what asks for nothing, dependencies first."""
        catalogue = self._fresh()
        for each in build.made:
            if each.how != "written" or each.version is None:
                continue
            number = VersionNumber(each.version)
            version = catalogue.version(each.name, number)
            waits = (version.name, number) in catalogue.drafts()
            uses = all(name in catalogue for name in version.spec.dependencies)
            if waits and uses and asked(version.spec) == NOTHING:
                self.approve(each.name, number)

    @cached_property
    def _desk(self) -> BuildDesk:
        from babyagi_nb.agent.building.desk import BuildDesk

        settings = self.settings
        limits: dict[str, float | None] = {
            "calls": settings.calls, "tokens": settings.tokens, "seconds": settings.seconds,
        }  # fmt: skip
        return BuildDesk(self._store.builds, self._builder, limits)

    def _builder(self, model: str | None) -> Builder:
        from babyagi_nb.agent.building.builder import Builder

        if self.read_only:
            raise StoreUnwritable(
                "the store was opened for reading", fix="open it without read_only=True"
            )
        return Builder(self._workshop, self.open_model(model))

    @cached_property
    def _workshop(self) -> Workshop:
        from babyagi_nb.agent.building.workshop import open_workshop

        return open_workshop(
            catalogue=self.catalogue,
            find=lambda query, k: self._offered(query, k, drafts=True),
            laboratory=self._laboratory,
            propose=self.propose,
            runs=self.runs,
            methods=self._methods,
            has_key=self._has_key,
            offered=self.settings.offered,
        )

    @cached_property
    def _laboratory(self) -> SandboxLaboratory:
        from babyagi_nb.runtime.laboratory import SandboxLaboratory

        return SandboxLaboratory(
            catalogue=self.catalogue,
            sandbox=self.sandbox,
            provide=lambda wanted, origin: provide_host(wanted, origin, self._host),
        )
