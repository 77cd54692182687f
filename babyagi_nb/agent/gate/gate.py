"""The gate: what code that a model wrote has to pass before it becomes a draft.

Cheapest first, and no further than the first stage that finds something: the text, its shape, what
it must not write, its names, its tests, and then the sandbox. What passes is still a draft, which a
person approves; what does not comes back with findings that say what to change.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from time import perf_counter

from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.cases import LEAST, check_cases, read_cases
from babyagi_nb.agent.gate.fingerprint import fingerprint
from babyagi_nb.agent.gate.forbidden import forbidden
from babyagi_nb.agent.gate.library import Library
from babyagi_nb.agent.gate.report import Finding, Report
from babyagi_nb.agent.gate.shape import check_names, check_shape, check_text, is_deep, target_of
from babyagi_nb.agent.gate.trial import Trial, Verdict
from babyagi_nb.core.laboratory import Laboratory
from babyagi_nb.core.parameters import parse_parameters
from babyagi_nb.core.syntax import check, tree_of

__all__ = ["Gate"]


class Gate:
    """Examines candidates; *library* is what the store holds, *laboratory* runs code safely.

    ``least`` is how many assertions and error cases the tests must have, ``seconds`` the time of
    one test, ``limit`` that of all the candidate's tests together.
    """

    def __init__(
        self,
        *,
        laboratory: Laboratory,
        library: Library,
        installed: Callable[[str], bool] | None = None,
        least: int = LEAST,
        seconds: float = 1.0,
        limit: float = 10.0,
    ) -> None:
        self._laboratory = laboratory
        self._library = library
        self._installed = installed or _is_installed
        self._least = least
        self._seconds = seconds
        self._limit = limit

    def examine(self, candidate: Candidate) -> Report:
        """Everything that speaks against *candidate*.

        Raises ``errors.SandboxUnavailable`` where code cannot be tried, and ``errors.NotFound``
        when a function that it uses is gone by then.
        """
        began = perf_counter()
        tree, found = self._parse(candidate)
        if tree is None:
            return Report(ok=False, findings=found, seconds=perf_counter() - began)
        print = fingerprint(candidate.code, candidate.name)
        findings = tuple(self._read(candidate, tree))
        same = None if findings else self._same(candidate, tree, print)
        if same is not None:
            findings = (_duplicate(same),)
        verdict = Verdict(findings) if findings else self._try(candidate, tree)
        return Report(
            ok=not verdict.findings,
            findings=verdict.findings,
            killed=verdict.killed,
            mutants=verdict.mutants,
            seconds=perf_counter() - began,
            fingerprint=print,
            same=same,
        )

    def check_tests(self, candidate: Candidate) -> tuple[Finding, ...]:
        """What speaks against the tests alone, before there is any code."""
        cases = read_cases(candidate)
        return tuple(check_cases(candidate, cases, installed=self._installed, least=self._least))

    def _parse(self, candidate: Candidate) -> tuple[ast.Module | None, tuple[Finding, ...]]:
        findings = tuple(check_text(candidate.code))
        if findings:
            return None, findings
        try:
            tree = tree_of(candidate.code)
            check(tree)
        except SyntaxError as error:
            words = f"it does not parse: {error.msg}"
            where = f"line {error.lineno}" if error.lineno else ""
            return None, (Finding(rule="syntax", model=words, people=words, where=where),)
        except (ValueError, RecursionError, MemoryError) as error:
            words = f"it does not parse: {error or type(error).__name__}"
            return None, (Finding(rule="syntax", model=words, people=words),)
        if is_deep(tree):
            words = "it is nested too deeply; write simpler expressions"
            return None, (Finding(rule="size", model=words, people=words),)
        return tree, ()

    def _read(self, candidate: Candidate, tree: ast.Module) -> Iterator[Finding]:
        """What can be seen without running anything; each stage only if those before it pass."""
        yield from _first(
            lambda: check_shape(candidate, tree),
            lambda: forbidden(
                tree, declared=candidate.imports, installed=self._installed, about="code"
            ),
            lambda: check_names(candidate, tree, self._library),
            lambda: self.check_tests(candidate),
        )

    def _same(self, candidate: Candidate, tree: ast.Module, print: str) -> str | None:
        target = target_of(tree, candidate.name)
        assert target is not None
        same = self._library.same(print, len(parse_parameters(target)))
        # To be told that the next version is the one before helps nobody: its tests tell more.
        return None if same == candidate.replaces else same

    def _try(self, candidate: Candidate, tree: ast.Module) -> Verdict:
        trial = Trial(
            self._laboratory, candidate, tree, read_cases(candidate),
            seconds=self._seconds, limit=self._limit,
        )  # fmt: skip
        return trial.verdict()


def _first(*stages: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    for stage in stages:
        found = tuple(stage())
        if found:
            yield from found
            return


def _duplicate(same: str) -> Finding:
    words = f"the stored function {same} is the same code; call that"
    return Finding(rule="duplicate", model=words, people=words)


@cache
def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
