"""From versions to something that runs: one namespace per version, dependencies put in.

A :class:`Slot` is the lasting place of one function name in this process. Its ``logged`` callable
is what notebooks and dependents hold; it never changes. Its ``link`` is the active version made
runnable; it is dropped when another version becomes active and built again at the next call. So a
change of one function costs one link, however many functions depend on it.
"""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Callable, Mapping, MutableMapping
from types import ModuleType
from typing import Any, Literal

from babyagi_nb.core.admission import Admission
from babyagi_nb.core.ports import Keys
from babyagi_nb.core.preview import preview
from babyagi_nb.core.records import FunctionVersion, Import
from babyagi_nb.errors import MissingName, NotGranted, near
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.runtime.compiler import Location, compile_version
from babyagi_nb.runtime.imports import Provide, bring
from babyagi_nb.runtime.validation import Check, argument_check

__all__ = ["Dependency", "Kind", "Link", "Linker", "Slot", "resemble"]

Kind = Literal["sync", "async", "generator", "async_generator"]

Dependency = Callable[[FunctionName, Kind], Callable[..., Any]]
"""What a function of some kind finds under the name of a dependency."""


class Slot:
    """The lasting place of one function name."""

    __slots__ = ("link", "logged", "name")

    def __init__(self, name: FunctionName) -> None:
        self.name = name
        self.link: Link | None = None
        self.logged: Callable[..., Any]


class Link:
    """One version, ready to run."""

    __slots__ = (
        "accepts_output", "circle", "first", "foreign", "function", "kind", "listeners", "logs",
        "module", "most", "name", "names", "number", "plain", "prepare", "ready", "secret", "star",
        "timeout", "version",
    )  # fmt: skip

    def __init__(
        self,
        version: FunctionVersion,
        module: ModuleType,
        function: Callable[..., Any],
        prepare: Callable[[], None] | None,
    ) -> None:
        spec = version.spec
        self.version = version
        self.module = module
        self.function = function
        self.prepare = prepare
        self.name = version.name
        self.number = version.number
        self.kind: Kind = _kind(function)
        self.timeout = spec.timeout
        self.logs = spec.log
        self.foreign = False
        """Whether an admission was needed, which any change of the definitions may void."""
        self.ready = _readiness(
            argument_check(function, spec.name) if spec.validate else None, prepare
        )
        """Run before each call, if not ``None``: checks the arguments, fetches what is live."""
        self.names, self.star, self.accepts_output = _positional(function)
        self.first = self.names[0] if self.names else ""
        self.most = len(self.names)
        self.listeners: tuple[FunctionName, ...] = ()
        self.circle: frozenset[FunctionName] = frozenset()
        """Listeners from which triggers lead back here."""
        self.secret = frozenset(spec.metadata.get("secret_parameters", ()))
        self.plain = (
            self.kind == "sync" and self.timeout is None and self.logs == "all" and not self.secret
        )
        """Whether the short way through the executor applies."""

    def previews(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Bounded snapshots of the arguments of a call, by name."""
        return {name: preview(value) for name, value in self.params(args, kwargs).items()}

    def params(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Name the arguments of a call; extra positional ones stand under ``*name``."""
        named = dict(zip(self.names, args, strict=False))
        if len(args) > len(self.names):
            named[self.star or "*"] = list(args[len(self.names) :])
        if kwargs:
            named.update(kwargs)
        for name in self.secret & named.keys():
            named[name] = "[secret]"
        return named


class Linker:
    """Builds links; knows where values of keys, notebook names and host imports come from."""

    def __init__(
        self,
        *,
        namespace: MutableMapping[str, Any],
        keys: Keys,
        provide: Provide,
        dependency: Dependency,
        admit: Callable[[FunctionVersion], Admission],
        confine: Callable[..., Callable[..., Any]],
    ) -> None:
        self.namespace = namespace
        self._admit = admit
        self._confine = confine
        self.locations: dict[tuple[FunctionName, VersionNumber], Location] = {}
        self._keys = keys
        self._provide = provide
        self._dependency = dependency

    def link(
        self,
        version: FunctionVersion,
        location: Location | None = None,
        *,
        dependency: Dependency | None = None,
        package: str = "babyagi_functions",
    ) -> Link:
        """Make *version* runnable, here or in the sandbox, as it is admitted.

        *dependency* gives what stands under the name of a dependency, by default the logged
        callable. Raises :class:`~babyagi_nb.errors.MissingName` for an import that is not there;
        whatever the top of the function's own code raises passes through.
        """
        admission = self._admit(version)
        if admission.place == "sandbox":
            return self._outside(version, admission, silent=dependency is not None)
        withheld = set(version.spec.keys) - set(admission.grants.keys)
        link = self._inside(
            version,
            location,
            dependency or self._dependency,
            package,
            withheld if admission.state != "own" else set(),
        )
        link.foreign = admission.state != "own"
        return link

    def _outside(self, version: FunctionVersion, admission: Admission, *, silent: bool) -> Link:
        """A link of which no code is executed in this process."""
        function = self._confine(version, admission, silent=silent)
        link = Link(version, ModuleType(f"babyagi_sandboxed.{version.name}"), function, None)
        link.foreign = True
        # The sandbox keeps the time itself, and ends the process that ran out of it.
        link.timeout = None
        return link

    def _inside(
        self,
        version: FunctionVersion,
        location: Location | None,
        given: Dependency,
        package: str,
        withheld: set[str],
    ) -> Link:
        spec = version.spec
        module = ModuleType(f"{package}.{spec.name}", spec.description or None)
        space = module.__dict__
        space["__builtins__"] = self._builtins_for(version)
        kind: Kind = "async" if spec.is_async else "sync"
        for wanted in spec.imports:
            space[wanted.name] = bring(wanted, spec.name, self._provide(wanted, spec.origin))
        for name in spec.dependencies:
            space[name] = given(name, kind)
        prepare = self._preparation(version, space, withheld)
        if prepare is not None:
            # Decorators, defaults and helpers may need these names while the code is executed.
            prepare()
        # Dataclasses, pickling and string annotations look a class's module up by its name.
        sys.modules[module.__name__] = module
        place = location or self.locations.get((version.name, version.number))
        exec(compile_version(version, place), space)
        link = Link(version, module, space[spec.name], prepare)
        # Recursion is logged like any other call.
        space[spec.name] = given(spec.name, link.kind)
        return link

    def _builtins_for(self, version: FunctionVersion) -> Any:
        """Functions of packs may import the host inside their body, under the original's names."""
        origin = version.spec.origin
        if not origin.startswith("pack:"):
            return builtins

        def importing(
            name: str, space: Any = None, local: Any = None, names: Any = (), level: int = 0
        ) -> Any:
            # ``import a.b`` binds ``a``; ``from a.b import c`` looks into ``a.b``.
            module = name if names else name.partition(".")[0]
            given = None if level else self._provide(Import(module=module, name=module), origin)
            return __import__(name, space, local, names, level) if given is None else given

        return {**vars(builtins), "__import__": importing}

    def _preparation(
        self, version: FunctionVersion, space: dict[str, Any], withheld: set[str]
    ) -> Callable[[], None] | None:
        """What has to be fetched anew before each call: notebook names and keys."""
        spec = version.spec
        if not spec.uses and not spec.keys:
            return None

        def prepare() -> None:
            for name in spec.uses:
                try:
                    space[name] = self.namespace[name]
                except KeyError:
                    raise MissingName(
                        f"{spec.name!r} uses the notebook's name {name!r}, which is not defined",
                        fix=near(name, self.namespace)
                        or "run the cell that defines it, or store it as a function",
                    ) from None
            for key in spec.keys:
                if key in withheld:
                    raise NotGranted(
                        f"{version.label} was approved without the key {key!r}",
                        fix=f"%babyagi approve {version.label} looks at it again",
                    )
                value = self._keys.get(key)
                if value is None:
                    raise MissingName(
                        f"{spec.name!r} needs the key {key!r}, which has no value",
                        fix=f"%babyagi key set {key}",
                    )
                space[key] = value

        return prepare


def _readiness(check: Check | None, prepare: Callable[[], None] | None) -> Check | None:
    if prepare is None or check is None:
        return check if prepare is None else lambda args, kwargs: prepare()

    def ready(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        check(args, kwargs)
        prepare()

    return ready


def _kind(function: Callable[..., Any]) -> Kind:
    if inspect.isasyncgenfunction(function):
        return "async_generator"
    if inspect.iscoroutinefunction(function):
        return "async"
    return "generator" if inspect.isgeneratorfunction(function) else "sync"


def _positional(function: Callable[..., Any]) -> tuple[tuple[str, ...], str | None, bool]:
    """Names of positional parameters, the name of ``*args``, and whether one argument fits."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return (), None, True
    names = tuple(
        each.name
        for each in parameters
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    )
    star = next((f"*{each.name}" for each in parameters if each.kind is each.VAR_POSITIONAL), None)
    return names, star, bool(names or star)


def resemble(logged: Callable[..., Any], function: Callable[..., Any]) -> None:
    """Let ``inspect``, help and completion see the function behind its logged callable."""
    logged.__doc__ = function.__doc__
    logged.__module__ = function.__module__
    logged.__wrapped__ = function  # type: ignore[attr-defined]
