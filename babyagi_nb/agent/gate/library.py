"""What the gate has to know about the store: names, dependencies, and which code is there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from babyagi_nb.agent.gate.fingerprint import fingerprint
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.names import check_name
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.errors import RegistrationError
from babyagi_nb.ids import FunctionName

__all__ = ["CatalogueLibrary", "Library"]


class Library(Protocol):
    """The stored functions, as the gate asks for them."""

    def refusal(self, name: str) -> str:
        """Why a new function may not have this name, in one line; empty when it may."""
        ...

    def dependencies(self, name: str) -> Iterable[str] | None:
        """Direct dependencies of a stored function; ``None`` when there is none of that name."""
        ...

    def same(self, print: str, parameters: int) -> str | None:
        """The stored function with this fingerprint and so many parameters."""
        ...


class CatalogueLibrary:
    """The library that a catalogue makes; drafts count."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        methods: Collection[str] = (),
        keys: Callable[[], Collection[str]] = tuple,
        planned: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """*methods* are the application's own names; *planned* are further functions by name, with
        their dependencies.
        """
        self._catalogue = catalogue
        self._methods = methods
        self._keys = keys
        self._planned = planned or {}
        self._prints: dict[str, str] = {}

    def refusal(self, name: str) -> str:
        try:
            if check_name(name, keys=self._keys(), methods=self._methods):
                return f"{name!r} is a name of the application"
        except RegistrationError as error:
            return str(error)
        if self._catalogue.numbers(name):
            return f"there is a function {name!r} already"
        return ""

    def dependencies(self, name: str) -> Iterable[str] | None:
        if name in self._planned:
            return self._planned[name]
        version = self._catalogue.latest(name)
        return None if version is None else version.spec.dependencies

    def same(self, print: str, parameters: int) -> str | None:
        for version in self._stored():
            if len(version.spec.parameters) == parameters and self._print(version) == print:
                return str(version.name)
        return None

    def _stored(self) -> Iterable[FunctionVersion]:
        names: dict[FunctionName, None] = dict.fromkeys(self._catalogue)
        names.update(dict.fromkeys(name for name, _ in self._catalogue.drafts()))
        for name in names:
            version = self._catalogue.latest(name)
            if version is not None:
                yield version

    def _print(self, version: FunctionVersion) -> str:
        known = self._prints.get(version.digest)
        if known is None:
            try:
                known = fingerprint(_bare(version.spec.code), version.name)
            except (SyntaxError, ValueError, RecursionError):
                known = ""
            self._prints[version.digest] = known
        return known


def _bare(code: str) -> str:
    """*code* without the decorators that registered it."""
    tree = tree_of(code)
    found = [each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not any(each.decorator_list for each in found):
        return code
    for each in found:
        each.decorator_list = []
    return ast.unparse(tree)
