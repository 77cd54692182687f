"""Running the tests that travel with functions, before anything is stored.

Candidates are linked beside stored functions in a closure of their own, in which everything calls
everything directly: a trial leaves no trace in the log and sets off no trigger.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.errors import TestFailure
from babyagi_nb.ids import FunctionName
from babyagi_nb.runtime.compiler import Location
from babyagi_nb.runtime.linker import Kind, Link, Linker
from babyagi_nb.runtime.traces import line_of

__all__ = ["Trial", "tests_of"]

_PACKAGE = "babyagi_trial"

Finish = Callable[[Coroutine[Any, Any, Any]], Any]
"""Runs a coroutine to its end and returns its result."""


def tests_of(candidates: Iterable[FunctionVersion]) -> dict[str, FunctionVersion]:
    """Each test text once, with the first of *candidates* that it came with."""
    found: dict[str, FunctionVersion] = {}
    for version in candidates:
        for text in version.spec.tests:
            found.setdefault(text, version)
    return found


class Trial:
    """Links *candidates*, as if they were stored already, and runs their tests."""

    def __init__(
        self,
        linker: Linker,
        catalogue: Catalogue,
        candidates: Iterable[FunctionVersion],
        location: Location | None,
        finish: Finish,
    ) -> None:
        self._linker = linker
        self._catalogue = catalogue
        self._candidates = {each.name: each for each in candidates}
        self._location = location
        self._finish = finish
        self._links: dict[FunctionName, Link] = {}

    def run(self) -> int:
        """Run every test of the candidates once, and return how many there were.

        Raises :class:`~babyagi_nb.errors.TestFailure` for the first that fails; its cause is what
        the test itself raised.
        """
        tests = tests_of(self._candidates.values())
        try:
            return sum(self._run_text(text, version.name) for text, version in tests.items())
        finally:
            for name in self._links:
                sys.modules.pop(f"{_PACKAGE}.{name}", None)

    def _run_text(self, text: str, name: FunctionName) -> int:
        """Run one source text, a bare ``assert`` or definitions of ``test_*`` functions."""
        tree = ast.parse(text)
        named = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
        ]
        try:
            space = self._space(name)
            exec(compile(tree, "<babyagi test>", "exec", dont_inherit=True), space)
            for each in named:
                result = space[each]()
                if inspect.iscoroutine(result):
                    self._finish(result)
        except Exception as error:
            label = ", ".join(named) or text.strip().splitlines()[-1]
            raise TestFailure(
                f"test failed: {label}: {line_of(error).removesuffix(': ')}",
                fix="nothing was stored; mend the function or the test",
            ) from error
        return max(1, len(named))

    def _space(self, name: FunctionName) -> dict[str, Any]:
        """What a test of *name* sees: what the function sees, and every candidate."""
        space = dict(self._linked(name).module.__dict__)
        for each in self._candidates:
            space[each] = self._direct(each, "async")
        return space

    def _linked(self, name: FunctionName) -> Link:
        link = self._links.get(name)
        if link is None:
            version = self._candidates.get(name)
            place = self._location if version is not None else None
            link = self._linker.link(
                version or self._catalogue.version(name),
                place,
                dependency=self._direct,
                package=_PACKAGE,
            )
            self._links[name] = link
        return link

    def _direct(self, name: FunctionName, caller: Kind) -> Callable[..., Any]:
        """Call *name* unlogged; linked at the first call, so circles among peers are no matter."""

        def direct(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            link = self._linked(name)
            if link.prepare is not None:
                link.prepare()
            result = link.function(*args, **kwargs)
            if link.kind == "async" and caller not in ("async", "async_generator"):
                return self._finish(result)
            return result

        return direct
