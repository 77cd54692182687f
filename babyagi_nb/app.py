"""The application: one object that puts the rooms together, and the only one that does.

``BabyAGI`` holds a store, an executor and a registrar, and offers what users call. It decides
nothing itself: registering is the registrar's, running the executor's, reading the queries'.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.declaring import declare
from babyagi_nb.core.events import Transaction
from babyagi_nb.core.imports import parse_imports
from babyagi_nb.core.patching import patched
from babyagi_nb.core.plain import function_row
from babyagi_nb.core.ports import Finding, Keys, Notify, Queries
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.errors import RegistrationError, near
from babyagi_nb.packs.loader import defines, find_pack, installed_packs, read_pack
from babyagi_nb.packs.shim import Host, provide_host
from babyagi_nb.reading import Reading
from babyagi_nb.runtime.changes import Changes
from babyagi_nb.runtime.compiler import Location
from babyagi_nb.runtime.executor import Executor
from babyagi_nb.runtime.frame import current_run
from babyagi_nb.runtime.objects import read_object
from babyagi_nb.runtime.registrar import Registrar
from babyagi_nb.settings import Settings, read_settings
from babyagi_nb.store.home import find_home
from babyagi_nb.store.keys import ProcessKeys, keep_out, without_secrets
from babyagi_nb.store.store import open_store

__all__ = ["BabyAGI"]


class BabyAGI(Reading):
    r"""A store of functions, open in this process.

    ``path`` is the store's directory, ``":memory:"``, or ``None`` for ``.babyagi`` beside the
    nearest ``.babyagi``, ``pyproject.toml`` or ``.git``, else in the working directory. Opening
    creates nothing; the first write does. ``namespace`` is where functions find the notebook's own
    names; by default ``__main__``.

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
    ) -> None:
        self.settings = settings or read_settings(Path.cwd())
        self.namespace = vars(sys.modules["__main__"]) if namespace is None else namespace
        self.notify: Notify = notify or _warn
        self.keys: Keys = ProcessKeys() if keys is None else keys
        self._store = open_store(_place(path, self.settings), notify=self._tell)
        keep_out(self.keys, self._store.journal)
        self._host = Host(self, current_run)
        self.executor = Executor(
            definitions=self._store.definitions,
            journal=self._store.journal,
            keys=self.keys,
            namespace=self.namespace,
            provide=lambda wanted: provide_host(wanted, self._host),
            notify=self._tell,
        )
        self.registrar = Registrar(
            definitions=self._store.definitions,
            executor=self.executor,
            offer=self._offer,
            methods=_METHODS,
        )
        self.changes = Changes(self._store.definitions, self.executor)
        self._loading: set[str] = set()
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

    # -- registering -------------------------------------------------------------------------

    def register_function(
        self,
        metadata: Mapping[str, Any] | Callable[..., Any] | None = None,
        imports: Any = None,
        dependencies: Iterable[str] | None = None,
        triggers: Iterable[str] | None = None,
        key_dependencies: Iterable[str] | None = None,
        **declared: Any,
    ) -> Callable[..., Any]:
        """Decorate a function to store it; the name then is the logged callable.

        ``declared`` takes the further fields of :meth:`add_function`. Works bare too:
        ``@app.register_function``. Raises :class:`~babyagi_nb.errors.RegistrationError`.
        """
        if callable(metadata):
            decorated: Callable[..., Any] = self.register_function()(metadata)
            return decorated
        given = self._declare(
            metadata=metadata,
            imports=imports,
            dependencies=dependencies,
            triggers=triggers,
            key_dependencies=key_dependencies,
            further=declared,
        )

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            source, location = read_object(function, given)
            registration = self.registrar.register(
                source, namespace=function.__globals__, location=location
            )
            self._warn_of(registration)
            return self.executor.logged(function.__name__)

        return decorate

    def add_function(
        self,
        name: str,
        code: str,
        metadata: Mapping[str, Any] | None = None,
        imports: Any = None,
        dependencies: Iterable[str] | None = None,
        triggers: Iterable[str] | None = None,
        key_dependencies: Iterable[str] | None = None,
        **declared: Any,
    ) -> dict[str, Any]:
        """Store the function *name* that *code* defines, and return it as a dict.

        ``declared``: ``input_parameters``, ``output_parameters`` (lists of ``{"name", "type"}``),
        ``description``, ``tags``, ``effects``, ``log``, ``timeout`` (seconds), ``validate``.
        An existing function gets a new version unless nothing changed. Raises
        :class:`~babyagi_nb.errors.RegistrationError`; then the store is as it was.
        """
        given = self._declare(
            name=name,
            metadata=metadata,
            imports=imports,
            dependencies=dependencies,
            triggers=triggers,
            key_dependencies=key_dependencies,
            further=declared,
        )
        registration = self.registrar.register(CellSource(text=code, declared=given))
        self._warn_of(registration)
        return function_row(registration.functions[-1].version)

    def register_cell(
        self, source: CellSource, *, location: Location | None = None
    ) -> Registration:
        """Store every function of a cell together; all or none. Warnings are in the result."""
        return self.registrar.register(source, location=location)

    def update_function(
        self,
        name: str,
        code: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        imports: Any = None,
        dependencies: Iterable[str] | None = None,
        triggers: Iterable[str] | None = None,
        key_dependencies: Iterable[str] | None = None,
        **declared: Any,
    ) -> dict[str, Any]:
        """Change what is given and keep everything else; returns the active version as a dict."""
        given = {
            "metadata": metadata,
            "imports": imports,
            "dependencies": dependencies,
            "triggers": triggers,
            "key_dependencies": key_dependencies,
            **declared,
        }
        source = patched(self.version(name), code, given)
        registration = self.registrar.register(source)
        self._warn_of(registration)
        return function_row(registration.functions[-1].version)

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

    def load_functions(self, pack_or_path: str | Path) -> Registration:
        """Load a pack by name or file, all of it or nothing.

        Raises :class:`~babyagi_nb.errors.PackError` with file and line, or
        :class:`~babyagi_nb.errors.NotFound`.
        """
        pack = read_pack(find_pack(pack_or_path), self._host)
        declared = {
            each.name: replace(
                declare(each.declared, origin=f"pack:{pack.name}", lenient=True),
                imports=(*pack.host_imports, *parse_imports(each.declared.get("imports"))),
            )
            for each in pack.functions
        }
        try:
            registration = self.registrar.register_many(CellSource(text=pack.text), declared)
        except RegistrationError as error:
            raise pack.error(error) from error
        for write in pack.queued:
            write()
        return registration

    load_function_pack = load_functions

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
    ) -> Any:
        """Call *name* with a time limit in seconds, whatever its own parameters are called."""
        self.function(name)
        return self.executor.call(name, tuple(args), kwargs or {}, timeout)

    def schema(self, name: str) -> dict[str, Any]:
        """JSON schema of the arguments of *name*, as tools and forms want it."""
        return self.executor.schema(name)

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
        where = self.keys.set(name, value)
        self.changes.declare_key(name, where.partition(";")[0])
        return f"key {name!r} kept in {where}"

    # -- upkeep --------------------------------------------------------------------------------

    def backup(self, target: str | Path) -> Path:
        """Write a verified copy of the store to *target*."""
        return self._store.maintenance.backup(Path(target))

    def restore(self, source: str | Path) -> None:
        """Put a backup in the store's place; what was there is moved aside."""
        self._store.maintenance.restore(Path(source))
        self.refresh()

    def doctor(self, *, repair: bool = False) -> list[Finding]:
        """Examine the store; with ``repair`` also mend what can be mended."""
        return self._store.maintenance.doctor(repair=repair)

    def close(self) -> None:
        """Write what is left and let go of everything; calling it again does nothing."""
        if not self.closed:
            self.closed = True
            self.executor.close()
            self._store.maintenance.close()

    # -- inside --------------------------------------------------------------------------------

    def _offer(self, name: str) -> bool:
        """Whether *name* is stored; a default pack is loaded when first asked for."""
        if name in self.catalogue:
            return True
        known = installed_packs()
        for pack in self.settings.packs:
            if pack in known and pack not in self._loading and defines(known[pack], name):
                self._loading.add(pack)
                try:
                    self.load_functions(pack)
                finally:
                    self._loading.discard(pack)
                return name in self.catalogue
        return False

    def _declare(self, **given: Any) -> Declared:
        further = given.pop("further")
        return declare({"validate": self.settings.validate, **given, **further})

    def _tell(self, message: str) -> None:
        # Telling the person is no reason to fail the person's call.
        with suppress(Exception):
            self.notify(without_secrets(message, self.keys))

    def _warn_of(self, registration: Registration) -> None:
        for warning in registration.warnings:
            self._tell(warning)


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
