"""The half of an application that takes functions in: cells, decorators, calls, packs."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.declaring import declare
from babyagi_nb.core.imports import parse_imports
from babyagi_nb.core.isolation import Job, Member, Raised, Sandbox
from babyagi_nb.core.patching import patched
from babyagi_nb.core.plain import function_row
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.core.trust import is_trusted
from babyagi_nb.errors import CallError, PackError, RegistrationError
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.packs import recorder
from babyagi_nb.packs.loader import Pack, defines, find_pack, installed_packs, is_shipped, read_pack
from babyagi_nb.packs.shim import Host
from babyagi_nb.runtime.approvals import Approvals
from babyagi_nb.runtime.compiler import Location
from babyagi_nb.runtime.executor import Executor
from babyagi_nb.runtime.objects import read_object
from babyagi_nb.runtime.registrar import Registrar
from babyagi_nb.runtime.relay import Silent
from babyagi_nb.settings import Settings

__all__ = ["Registering"]


class Registering(ABC):
    """Whatever stores a function."""

    approvals: Approvals
    executor: Executor
    registrar: Registrar
    sandbox: Sandbox
    read_only: bool
    settings: Settings
    _host: Host
    _loading: set[str]
    _pack_files: dict[str, Path]

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store."""

    @abstractmethod
    def version(self, name: str, number: int | None = None) -> FunctionVersion:
        """One version's record, by default the active one."""

    @abstractmethod
    def _tell(self, message: str) -> None: ...

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

    def load_functions(self, pack_or_path: str | Path, *, approve: bool = False) -> Registration:
        """Load a pack by name or file, all of it or nothing.

        Packs of this package run in the kernel. Every other pack is read in the sandbox, and its
        functions are drafts; ``approve`` is your word that you trust the file with all that you
        may do. Raises :class:`~babyagi_nb.errors.PackError` with file and line, or
        :class:`~babyagi_nb.errors.NotFound`.
        """
        file = find_pack(pack_or_path)
        shipped = is_shipped(file)
        vouched = approve or shipped
        pack = read_pack(file, self._execute_here if vouched else self._execute_outside)
        if pack.queued and not vouched:
            raise PackError(
                f"{file} asks to {pack.queued[0][0]}(…) while it loads, which a draft may not",
                fix="load it with --approve, or approve=True, if you trust it",
            )
        registration = self._register_pack(pack)
        if vouched:
            self.approvals.approve_together(
                [
                    each.version
                    for each in registration.functions
                    if not is_trusted(each.version.spec)
                ],
                by="shipped" if shipped else "user",
                summary=f"approve pack {pack.name}",
            )
        for name, args, kwargs in pack.queued:
            getattr(self._host, name)(*args, **kwargs)
        return registration

    load_function_pack = load_functions

    def _register_pack(self, pack: Pack) -> Registration:
        declared = {
            each.name: replace(
                declare(each.declared, origin=pack.origin, lenient=True),
                imports=(*pack.host_imports, *parse_imports(each.declared.get("imports"))),
            )
            for each in pack.functions
        }
        try:
            done = self.registrar.register_many(CellSource(text=pack.text), declared)
        except RegistrationError as error:
            raise pack.error(error) from error
        return replace(done, warnings=(*pack.warnings, *done.warnings))

    def _execute_here(self, text: str, file: str) -> Mapping[str, Any]:
        return recorder.record_pack(text, file, self._host)

    def _execute_outside(self, text: str, file: str) -> Mapping[str, Any]:
        """Execute a pack's file where it can do no harm."""
        entry = FunctionName("record_pack")
        code = inspect.getsource(recorder)
        job = Job(
            entry=entry,
            members=(Member(name=entry, version=VersionNumber(0), code=code),),
            args=(text, file),
        )
        try:
            recorded: Mapping[str, Any] = self.sandbox.run(job, Silent(_nothing, _nothing))
        except (CallError, Raised) as error:
            raise PackError(f"{file} cannot be read in the sandbox: {error}") from error
        return recorded

    def _offer(self, name: str) -> bool:
        """Whether *name* is stored; a default pack is loaded when first asked for."""
        if name in self.catalogue or self.read_only:
            return name in self.catalogue
        for pack in self.settings.packs:
            file = self._pack_file(pack)
            if file is not None and pack not in self._loading and defines(file, name):
                self._loading.add(pack)
                try:
                    self.load_functions(pack)
                finally:
                    self._loading.discard(pack)
                return name in self.catalogue
        return False

    def _pack_file(self, pack: str) -> Path | None:
        """Where a default pack is; looked for once, because that asks every installed package."""
        if pack not in self._pack_files:
            found = installed_packs().get(pack)
            if found is None:
                return None
            self._pack_files[pack] = found
        return self._pack_files[pack]

    def _declare(self, **given: Any) -> Declared:
        further = given.pop("further")
        return declare({"validate": self.settings.validate, **given, **further})

    def _warn_of(self, registration: Registration) -> None:
        for warning in registration.warnings:
            self._tell(warning)


def _nothing(*given: Any) -> Any:
    raise AssertionError("a pack that is read has no host functions")
