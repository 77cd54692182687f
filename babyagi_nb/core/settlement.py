"""Settling free names: each one a dependency, an import, a key, a notebook name, or a mistake.

It happens once, at registration, so that a stored function is known to be complete before it runs
anywhere. The first of these that knows a name has it: Python's built-ins, the other functions of
the same cell, declared imports, declared dependencies, declared keys, functions of the store, the
notebook. A notebook name that is really a module, or something a module offers, becomes an import,
so that the function works in every kernel; only what lives in the notebook alone is *used* live.

An explicit list of dependencies is a contract: what it misses is added, and what it has too much
is kept, each with a warning that says how to mend the list.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from babyagi_nb.core.imports import import_of, imports_through
from babyagi_nb.core.names import BUILTINS, MODULE_NAMES, FreeNames
from babyagi_nb.core.records import Import
from babyagi_nb.core.source import Declared
from babyagi_nb.errors import DependencyError, NameSettlementError, near

__all__ = ["Settlement", "Surroundings", "settle"]

Offered = Callable[[str, object], Import | None]
"""Tells a notebook value as the import that would bind its name, or ``None``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where names may come from."""

    functions: Collection[str] = ()
    """Names of the store's functions."""
    keys: Collection[str] = ()
    """Names of the keys that the store knows."""
    notebook: Mapping[str, object] | None = None
    """The kernel's namespace; ``None`` outside a notebook."""
    offered: Offered = import_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How every free name of one function is provided for."""

    dependencies: tuple[str, ...]
    imports: tuple[Import, ...]
    keys: tuple[str, ...]
    uses: tuple[str, ...]
    unresolved: tuple[str, ...]
    warnings: tuple[str, ...]


def settle(
    free: FreeNames,
    *,
    declared: Declared,
    surroundings: Surroundings,
    peers: Collection[str] = (),
    name: str = "",
    code: str = "",
) -> Settlement:
    """Provide for every name in *free*.

    *peers* are the other functions of the same cell, *name* and *code* are the function itself:
    the code tells which modules it reaches through a package (``concurrent.futures``).

    Raises :class:`~babyagi_nb.errors.NameSettlementError` naming all names nobody knows, and
    :class:`~babyagi_nb.errors.DependencyError` for declared dependencies that do not exist;
    lenient declarations get warnings instead.

    >>> free = FreeNames(needed=frozenset({"world", "print"}))
    >>> stored = Surroundings(functions=["world"])
    >>> settle(free, declared=Declared(), surroundings=stored).dependencies
    ('world',)
    """
    work = _Work(name or "the function", code, declared, surroundings, frozenset(peers))
    work.check_declared()
    for each in sorted(free.needed):
        work.need(each)
    for each in sorted(free.hints):
        work.hint(each)
    for each in sorted(free.written - free.needed):
        work.write(each)
    return work.finish(free)


@dataclass(slots=True)
class _Work:
    name: str
    code: str
    declared: Declared
    surroundings: Surroundings
    peers: frozenset[str]
    found: dict[str, None] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def check_declared(self) -> None:
        known = self.surroundings.functions
        for each in self.declared.dependencies or ():
            if each in known or each in self.peers:
                continue
            message = f"{self.name} declares the unknown dependency {each!r}"
            fix = near(each, [*known, *self.peers]) or f"register {each!r} first"
            if not self.declared.lenient:
                raise DependencyError(message, fix=fix)
            self.warnings.append(f"{message}; {fix}")

    def need(self, name: str) -> None:
        if not self._provided(name) and not self._from_notebook(name):
            self.unknown.append(name)

    def hint(self, name: str) -> None:
        """An annotation that is never evaluated is worth an import, and nothing more."""
        if not self._provided(name, functions=False):
            wanted = self._offered(name)
            if wanted is not None:
                self.imports.append(wanted)

    def write(self, name: str) -> None:
        notebook = self.surroundings.notebook
        if notebook is None or name not in notebook:
            return
        self.uses.append(name)
        self.warnings.append(
            f"{self.name} writes the global {name!r}: the notebook's own {name!r} stays as it is"
        )

    def finish(self, free: FreeNames) -> Settlement:
        unresolved = self._settle_unknown()
        declared = self.declared.dependencies
        missing = [each for each in self.found if declared is not None and each not in declared]
        missing = [each for each in missing if each not in self.peers]
        dependencies = dict.fromkeys([*(declared or ()), *self.found])
        if missing:
            whole = ",".join(dependencies)
            self.warnings.append(f"{self.name} also calls {_and(missing)}; write deps={whole}")
        unused = [each for each in declared or () if each not in free.needed | free.hints]
        if unused:
            kept = ",".join(each for each in dependencies if each not in unused)
            self.warnings.append(
                f"{self.name} declares {_and(unused)} but does not call it; "
                + (f"write deps={kept}" if kept else "leave deps out")
            )
        return Settlement(
            dependencies=tuple(each for each in dependencies if each != self.name),
            imports=_distinct([*self.declared.imports, *self.imports]),
            keys=tuple(dict.fromkeys(self.declared.keys)),
            uses=tuple(dict.fromkeys(self.uses)),
            unresolved=unresolved,
            warnings=tuple(self.warnings),
        )

    def _provided(self, name: str, functions: bool = True) -> bool:
        """Whether anything but the notebook knows *name*; notes it where that matters."""
        if name in BUILTINS or name in MODULE_NAMES:
            return True
        if name in self.peers:
            self.found[name] = None
            return True
        if any(each.name == name for each in self.declared.imports):
            return True
        if name in self.declared.keys and name not in (self.declared.dependencies or ()):
            return True
        if functions and (
            name in (self.declared.dependencies or ()) or name in self.surroundings.functions
        ):
            self.found[name] = None
            self._warn_of_namesake(name)
            return name in self.surroundings.functions or not self.declared.lenient
        return False

    def _from_notebook(self, name: str) -> bool:
        notebook = self.surroundings.notebook
        if notebook is None or name not in notebook:
            return self._is_living_builtin(name)
        wanted = self._offered(name)
        if wanted is None:
            self.uses.append(name)
            return True
        self.imports.append(wanted)
        if wanted.attribute is None:
            self.imports += imports_through(name, notebook[name], self.code)
        return True

    def _offered(self, name: str) -> Import | None:
        notebook = self.surroundings.notebook
        if notebook is None or name not in notebook:
            return None
        return self.surroundings.offered(name, notebook[name])

    def _is_living_builtin(self, name: str) -> bool:
        """A notebook shell adds names to the built-ins of its own process."""
        return self.surroundings.notebook is not None and name in vars(builtins)

    def _warn_of_namesake(self, name: str) -> None:
        notebook = self.surroundings.notebook
        if notebook is None or name not in notebook:
            return
        if logged_name(notebook[name]) != name:
            self.warnings.append(
                f"{self.name} calls the stored function {name!r}, "
                f"not the notebook's own {name!r}; rename one of them"
            )

    def _settle_unknown(self) -> tuple[str, ...]:
        if not self.unknown:
            return ()
        where = [*self.surroundings.functions, *(self.surroundings.notebook or ())]
        hints = [near(each, [*where, *BUILTINS]) for each in self.unknown]
        said = ", ".join(
            f"{each!r} ({hint})" if hint else f"{each!r}"
            for each, hint in zip(self.unknown, hints, strict=True)
        )
        many = "names" if len(self.unknown) > 1 else "name"
        message = f"{self.name} uses the unknown {many} {said}"
        if not self.declared.lenient:
            raise NameSettlementError(
                message, fix="define it, import it, or declare it in deps=, imports= or keys="
            )
        self.warnings.append(message)
        return tuple(self.unknown)


def logged_name(value: object) -> str | None:
    """Name of the stored function that a notebook value is the callable of, if it is one."""
    try:
        name = getattr(value, "__babyagi_name__", None)
    except Exception:
        return None
    return name if type(name) is str else None


def _distinct(imports: list[Import]) -> tuple[Import, ...]:
    """Without repetitions; several imports may bind one root (``import a.b``, ``import a.c``)."""
    found: dict[tuple[str, str, str | None], Import] = {}
    for each in imports:
        found.setdefault((each.name, each.module, each.attribute), each)
    return tuple(found.values())


def _and(names: list[str]) -> str:
    return " and ".join(map(repr, names))
