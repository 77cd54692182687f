"""The application: one object that puts the rooms together, and the only one that does.

``BabyAGI`` holds a store, an executor and a registrar, and offers what users call. It decides
nothing itself: registering is the registrar's, running the executor's, reading the queries'.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import suppress
from inspect import iscoroutine
from pathlib import Path
from typing import Any

from babyagi_nb.asking import Asking
from babyagi_nb.building import Building
from babyagi_nb.conversing import Conversing
from babyagi_nb.core.admission import Rules
from babyagi_nb.core.budget import Budget
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import Transaction
from babyagi_nb.core.isolation import TIERS, Sandbox
from babyagi_nb.core.model import Model
from babyagi_nb.core.panel import SECTIONS, Panel
from babyagi_nb.core.plain import function_row
from babyagi_nb.core.policy import Policy
from babyagi_nb.core.ports import Finding, Keys, Notify, Queries, RunLog
from babyagi_nb.errors import StoreUnwritable, UsageError, near
from babyagi_nb.keys.chain import KeyChain
from babyagi_nb.keys.redaction import keep_out, without_secrets
from babyagi_nb.keys.seal import MemorySeal, Seal
from babyagi_nb.packs.litellm import Questions
from babyagi_nb.packs.shim import Host, provide_host
from babyagi_nb.packs.spending import Spending
from babyagi_nb.policy import machine_policy
from babyagi_nb.reading import Reading
from babyagi_nb.registering import Registering
from babyagi_nb.runtime.approvals import Approvals
from babyagi_nb.runtime.arguments import arguments_of
from babyagi_nb.runtime.changes import Changes
from babyagi_nb.runtime.executor import Executor
from babyagi_nb.runtime.frame import current_root, current_run
from babyagi_nb.runtime.registrar import Registrar
from babyagi_nb.runtime.sketch import sketch
from babyagi_nb.runtime.span import Spans
from babyagi_nb.runtime.validation import json_schema
from babyagi_nb.sandbox.deferred import Deferred
from babyagi_nb.settings import Settings, read_settings
from babyagi_nb.store.home import find_home
from babyagi_nb.store.store import open_store
from babyagi_nb.trusting import Trusting
from babyagi_nb.upkeeping import Upkeeping

__all__ = ["BabyAGI"]


class BabyAGI(Reading, Registering, Trusting, Asking, Building, Conversing, Upkeeping):
    r"""A store of functions, open in this process.

    ``path`` is the store's directory, ``":memory:"``, or ``None`` for ``.babyagi`` beside the
    nearest ``.babyagi``, ``pyproject.toml`` or ``.git``, else in the working directory. Opening
    creates nothing; the first write does. ``namespace`` is where functions find the notebook's own
    names; by default ``__main__``. ``read_only`` changes no file at all, and opens stores of newer
    versions too; runs are not logged then, and :meth:`export` writes what is there as text.

    >>> app = BabyAGI(":memory:")
    >>> _ = app.add_function("double", "def double(x: int):\n    return 2 * x")
    >>> app.double(21)
    42
    >>> [(row["function_name"], row["log_type"]) for row in app.get_logs()]
    [('double', 'success')]
    >>> app.close()
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        namespace: MutableMapping[str, Any] | None = None,
        notify: Notify | None = None,
        keys: Keys | None = None,
        settings: Settings | None = None,
        policy: Policy | None = None,
        sandbox: Sandbox | None = None,
        confirm: Callable[[str], bool] | None = None,
        read_only: bool | None = None,
        model: Model | None = None,
    ) -> None:
        self.settings = settings or read_settings(Path.cwd())
        self.namespace = vars(sys.modules["__main__"]) if namespace is None else namespace
        self.notify: Notify = notify or _warn
        self.keys: Keys = KeyChain(on_trouble=self._tell) if keys is None else keys
        self.read_only = self.settings.read_only if read_only is None else read_only
        self._store = open_store(
            _place(path, self.settings), notify=self._tell, read_only=self.read_only
        )
        keep_out(self.keys, self._store.journal)
        self.policy = machine_policy() if policy is None else policy
        self._confirm = confirm or (lambda question: False)
        self.sandbox: Sandbox = sandbox or Deferred(self._make_sandbox)
        self._model = model
        self._seal = seal = MemorySeal() if self.path is None else Seal()
        self._rules = rules = Rules(holds=seal.holds, policy=self.policy)
        self._host = self._make_host()
        self.executor = Executor(
            definitions=self._store.definitions,
            journal=self._store.journal,
            keys=self.keys,
            namespace=self.namespace,
            provide=lambda wanted, origin: provide_host(wanted, origin, self._host),
            notify=self._tell,
            sandbox=self.sandbox,
            rules=rules,
            packages=self._packages,
        )
        self.runs: RunLog = Spans(self.executor.recorder)
        self.registrar = Registrar(
            definitions=self._store.definitions,
            executor=self.executor,
            offer=self._offer,
            methods=_METHODS,
        )
        self.changes = Changes(self._store.definitions, self.executor)
        self.approvals = Approvals(self._store.definitions, self.executor, rules, seal.sign)
        self._loading: set[str] = set()
        self._pack_files: dict[str, Path] = {}
        self.closed = False

    def __repr__(self) -> str:
        return f"<BabyAGI {self.path or ':memory:'}>"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.catalogue]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """``app.hello`` is the logged callable of the stored function ``hello``."""
        if name.startswith("_"):
            raise AttributeError(name)
        self.executor.refresh()
        if self._offer(name):
            return self.function(name)
        hint = near(name, [*self.catalogue, *dir(type(self))])
        raise AttributeError(f"no function or method {name!r}{'; ' + hint if hint else ''}")

    @property
    def path(self) -> Path | None:
        """The store's directory; ``None`` in memory."""
        return self._store.maintenance.path

    @property
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store (see :meth:`refresh`)."""
        return self._store.definitions.catalogue

    @property
    def queries(self) -> Queries:
        """Reading the log, for views."""
        return self._store.queries

    # -- changing what exists ------------------------------------------------------------------

    def remove_function(self, name: str, *, force: bool = False) -> None:
        """Take *name* out of use; its versions and runs stay, and ``undo`` brings it back.

        Raises :class:`~babyagi_nb.errors.DependencyError` while others depend on it, unless
        ``force``.
        """

        self.changes.remove(name, force=force)

    def activate_function_version(self, name: str, version: int) -> dict[str, Any]:
        """Make *version* the active one and return it; also brings a removed function back.

        Raises :class:`~babyagi_nb.errors.NotFound` for a version that does not exist; the active
        one then stays active.
        """
        self.changes.activate(name, version)
        return function_row(self.catalogue.version(name))

    def undo(self, transaction: int | None = None) -> Transaction | None:
        """Take back the last change of the definitions, or the one named; ``None``: there is none.

        An undo is itself a change in the history, and can be taken back by its number.
        """
        return self.changes.undo(transaction)

    # -- running -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what other kernels changed; cheap."""
        self.executor.refresh()

    def execute_function(self, function_name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a stored function by name; the same logged path as ``app.name(…)``.

        An ``async def`` gives a coroutine, a generator function a generator.
        """
        return self.function(function_name)(*args, **kwargs)

    def function(self, name: str) -> Callable[..., Any]:
        """The logged callable of *name*; raises :class:`~babyagi_nb.errors.NotFound`."""
        if not self._offer(name):
            self.refresh()
            if not self._offer(name):
                self.catalogue.version(name)
        return self.executor.logged(name)

    def call(
        self,
        name: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        version: int | None = None,
    ) -> Any:
        """Call *name* with a time limit in seconds, whatever its own parameters are called.

        With a *version*, that version runs, whether it is active or not; a draft runs in the
        sandbox. Nothing is triggered by it.
        """
        if version is not None:
            self.refresh()
            found = self.catalogue.version(name, version)
            return self.executor.call_version(found, tuple(args), kwargs or {}, timeout)
        self.function(name)
        return self.executor.call(name, tuple(args), kwargs or {}, timeout)

    def call_with_json(
        self, name: str, arguments: Mapping[str, Any], *, version: int | None = None
    ) -> Any:
        """Call *name* with JSON that fits its schema: what a form fills in, or a model.

        Hints say what a value means, so a date may come as text. Raises
        :class:`~babyagi_nb.errors.ArgumentError`.
        """
        self.refresh()
        found = self.catalogue.version(name, version)
        active = self.catalogue.active(name) == found.number
        if active:
            self.executor.prepare(name)
        link = self.executor.linked(found) or self.executor.linker.link(found)
        args, kwargs = arguments_of(link.function, arguments)
        return self.call(name, args, kwargs, version=None if active else found.number)

    def schema(self, name: str) -> dict[str, Any]:
        """JSON schema of the arguments of *name*, as tools and forms want it."""
        self.executor.prepare(name)
        return self.schema_of(name)

    def schema_of(self, name: str, version: int | None = None) -> dict[str, Any]:
        """The same of any version, without executing code: exact where it has run already."""
        found = self.catalogue.version(name, version)
        link = self.executor.linked(found)
        return json_schema(sketch(found.spec) if link is None else link.function)

    # -- triggers ------------------------------------------------------------------------------

    def add_trigger(self, triggered: str, triggering: str | None = None) -> None:
        """Let *triggered* run after *triggering*; ``None`` means after every registration."""
        self.changes.add_trigger(triggered, triggering)

    def remove_trigger(self, triggered: str, triggering: str | None = None) -> None:
        """Take a trigger out of use, also one that the function itself declares."""
        self.changes.remove_trigger(triggered, triggering)

    # -- keys ----------------------------------------------------------------------------------

    def add_key(self, name: str, value: str) -> str:
        """Keep a key's value outside the store, and return in plain words where."""
        if self.read_only:
            raise StoreUnwritable(
                "the store was opened for reading", fix="open it without read_only=True"
            )
        where = self.keys.set(name, value)
        self.changes.declare_key(name, where.partition(";")[0])
        return f"key {name!r} kept in {where}"

    # -- looking -------------------------------------------------------------------------------

    def panel(self, section: str | None = None, name: str | None = None) -> Panel:
        """The dashboard below a cell, open at *section* and at the function *name*.

        Sections are ``functions`` (the default), ``logs``, ``graph``, ``triggers``, ``keys``,
        ``packs`` and ``drafts``.
        """
        return Panel(self, section or SECTIONS[0], name)

    # -- upkeep --------------------------------------------------------------------------------

    def backup(self, target: str | Path) -> Path:
        """Write a verified copy of the store to *target*."""
        return self._store.maintenance.backup(Path(target))

    def export(self, target: str | Path) -> int:
        """Write every version as a text file into *target*; returns how many there are.

        Only for a store that was opened with ``read_only``; others have ``functions/`` in them.
        """
        from babyagi_nb.store.readonly import Looker

        maintenance = self._store.maintenance
        if not isinstance(maintenance, Looker):
            raise UsageError(
                "the text mirror of this store is in its directory",
                fix=f"copy {self.path}/functions" if self.path else "",
            )
        return maintenance.export(Path(target))

    def restore(self, source: str | Path) -> None:
        """Put a backup in the store's place; what was there is moved aside."""
        self._store.maintenance.restore(Path(source))
        self.refresh()

    def doctor(self, *, repair: bool = False) -> list[Finding]:
        """Examine the store and the sandbox; with ``repair`` also mend what can be mended."""
        return [*self._store.maintenance.doctor(repair=repair), *self._examine_trust()]

    def close(self) -> None:
        """Write what is left and let go of everything; calling it again does nothing."""
        if not self.closed:
            self.closed = True
            if "picker" in vars(self):
                self.picker.close()
            self.executor.close()
            self.sandbox.close()
            self._store.maintenance.close()

    # -- inside --------------------------------------------------------------------------------

    def _make_host(self) -> Host:
        """What packs find under the original's names; what they ask models for has a budget."""
        settings = self.settings
        budget = Budget(calls=settings.calls, tokens=settings.tokens, seconds=settings.seconds)
        return Host(
            self,
            current_run,
            spending=Spending(budget, current_root),
            questions=Questions(answer=self._answer, embed=self.embed_texts),
        )

    def _called(self, name: str, given: Mapping[str, Any]) -> Any:
        """Call a function with JSON, and await what is a coroutine."""
        result = self.call_with_json(name, given)
        return self.executor.loop.run(result) if iscoroutine(result) else result

    @property
    def _methods(self) -> Collection[str]:
        return _METHODS

    def _packages(self, name: str, number: int) -> str | None:
        """Where the packages of a draft are, if any were installed for it."""
        if self.path is None or not (folder := self.path / "packages").is_dir():
            return None
        from babyagi_nb.distributions.install import target_of

        target = target_of(folder, name, number)
        return str(target) if target.is_dir() else None

    def _make_sandbox(self) -> Sandbox:
        from babyagi_nb.sandbox.server import open_sandbox

        tiers: tuple[Any, ...] = (self.settings.sandbox, self.policy.tier)
        return open_sandbox(
            minimum=min(tiers, key=TIERS.index),
            preload=self.settings.preload,
            confirm=self._confirm,
            notify=self._tell,
        )

    def _tell(self, message: str) -> None:
        # Telling the person is no reason to fail the person's call.
        with suppress(Exception):
            self.notify(without_secrets(message, self.keys))


def _place(path: str | Path | None, settings: Settings) -> Path | None:
    """Where the store is; ``None`` is in memory."""
    wanted = path if path is not None else settings.store_path
    if wanted is None:
        return find_home(Path.cwd())
    if str(wanted) == ":memory:":
        return None
    return Path(os.path.expandvars(wanted)).expanduser().absolute()


def _warn(message: str) -> None:
    """Outside a notebook front end, one line on standard error."""
    sys.stderr.write(f"babyagi: {message}\n")


_METHODS = tuple(name for name in dir(BabyAGI) if not name.startswith("_"))
"""A stored function of such a name cannot be reached as an attribute."""
