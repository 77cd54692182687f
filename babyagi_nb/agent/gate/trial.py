"""Running a candidate against its tests, and its tests against stubs and mutants.

Two experiments, each in a process of its own: first the candidate twice, and when it is well the
stubs and the mutants, which are given less time.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from babyagi_nb.agent.gate.canaries import canary
from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.cases import Case, expected_constant
from babyagi_nb.agent.gate.mutants import Mutant, mutants
from babyagi_nb.agent.gate.report import Finding
from babyagi_nb.agent.gate.shape import target_of
from babyagi_nb.agent.gate.stubs import stubs
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.laboratory import Experiment, Laboratory, Outcome
from babyagi_nb.ids import FunctionName

__all__ = ["MOST_MUTANTS", "Trial", "Verdict"]

MOST_MUTANTS = 16
_CANDIDATE, _AGAIN = "candidate", "candidate again"
_CANARIES = 3
_SHORT_SECONDS = 0.1
_SHORT_LIMIT = 6.0
_WORDS = 400


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the experiments showed."""

    findings: tuple[Finding, ...]
    killed: int = 0
    mutants: int = 0


class Trial:
    """The experiments with one candidate."""

    def __init__(
        self,
        laboratory: Laboratory,
        candidate: Candidate,
        tree: ast.Module,
        cases: Collection[Case],
        *,
        seconds: float,
        limit: float,
    ) -> None:
        self._laboratory = laboratory
        self._candidate = candidate
        self._tree = tree
        self._cases = tuple(cases)
        self._seconds = seconds
        self._limit = limit

    def verdict(self) -> Verdict:
        """Run the experiments; raises what the laboratory raises."""
        findings = tuple(self._first())
        if findings:
            return Verdict(findings)
        findings, killed, tried = self._second()
        if not findings and 2 * len(killed) < len(tried):
            findings = (_weak(tried, killed),)
        return Verdict(findings, len(killed), len(tried))

    def _run(
        self, variants: Mapping[str, str], tests: Mapping[str, str], seconds: float, limit: float
    ) -> dict[str, dict[str, Outcome]]:
        """Outcomes by variant and test."""
        experiment = Experiment(
            name=FunctionName(self._candidate.name),
            variants=variants,
            tests=tests,
            uses=tuple(map(FunctionName, self._candidate.uses)),
            seconds=seconds,
            limit=limit,
        )
        found: dict[str, dict[str, Outcome]] = {each: {} for each in variants}
        for outcome in self._laboratory.run(experiment):
            found[outcome.variant][outcome.test] = outcome
        return found

    # -- the candidate -------------------------------------------------------------------------

    def _first(self) -> Iterator[Finding]:
        code = self._candidate.code
        canaries = self._canaries()
        tests = {each.label: each.text for each in self._cases} | canaries
        variants = {_CANDIDATE: code, _AGAIN: code}
        found = self._run(variants, tests, self._seconds, self._limit)
        yield from self._passes(found[_CANDIDATE], found[_AGAIN])
        yield from self._fooled(found[_CANDIDATE], canaries)

    def _canaries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for case in self._cases:
            text = canary(case.tree) if case.tree is not None else None
            if text is not None and len(found) < _CANARIES:
                found[f"canary {len(found) + 1}"] = text
        return found

    def _passes(
        self, first: Mapping[str, Outcome], again: Mapping[str, Outcome]
    ) -> Iterator[Finding]:
        """The candidate's own outcomes."""
        shown = [each for each in self._cases if not each.hidden]
        hidden = [each for each in self._cases if each.hidden]
        wrong = [each for each in shown if not _passed(first, each.label)]
        flaky = [
            each
            for each in self._cases
            if each.label in first
            and each.label in again
            and first[each.label].result != again[each.label].result
        ]
        if flaky:
            words = "the same test passes once and fails once: keep nothing between two calls, " \
                    "and use neither chance nor the clock"  # fmt: skip
            names = ", ".join(each.label for each in flaky)
            yield Finding(rule="flaky", model=words, people=f"{words} ({names})")
        for case in wrong[:5]:
            yield _failed(case, first.get(case.label))
        missed = [each for each in hidden if not _passed(first, each.label)]
        if missed and not wrong and not flaky:
            words = (
                "it passes the tests that you see, but not others of the same kind: follow the "
                "description for every input, not the examples"
            )
            told = "; ".join(f"{each.label}: {_told(first.get(each.label))}" for each in missed[:3])
            yield Finding(rule="hidden-failed", model=words, people=f"{words} ({told})")

    def _fooled(
        self, first: Mapping[str, Outcome], canaries: Mapping[str, str]
    ) -> Iterator[Finding]:
        """Canaries that were passed: the candidate's doing, or the test never asserts."""
        passed = {label: text for label, text in canaries.items() if _passed(first, label)}
        if not passed:
            return
        plain = self._stubs()
        found = self._run(plain, passed, self._seconds, self._limit)
        if any(_passed(outcomes, each) for outcomes in found.values() for each in passed):
            words = "a test passes without reaching its assertions"
            yield Finding(rule="test-cannot-fail", model=words, people=words, about="tests")
        else:
            words = "it passes a test that nothing can pass: return plain values"
            yield Finding(rule="always-equal", model=words, people=words)

    def _stubs(self) -> Mapping[str, str]:
        target = target_of(self._tree, self._candidate.name)
        assert target is not None
        trees = [each.tree for each in self._cases if each.tree is not None]
        return stubs(target, expected_constant(trees))

    # -- the stubs and the mutants -------------------------------------------------------------

    def _second(self) -> tuple[tuple[Finding, ...], list[Mutant], list[Mutant]]:
        """What is wrong with the tests; the mutants that they noticed, and those tried."""
        plain = self._stubs()
        made = mutants(self._candidate.code, MOST_MUTANTS)
        by_label = {f"{at}. {each.label}": each for at, each in enumerate(made, 1)}
        found = self._run(
            dict(plain) | {label: each.code for label, each in by_label.items()},
            {each.label: each.text for each in self._cases},
            min(_SHORT_SECONDS, self._seconds),
            min(_SHORT_LIMIT, self._limit),
        )
        findings = tuple(self._stubs_pass({each: found[each] for each in plain}))
        tried = [each for label, each in by_label.items() if found[label]]
        killed = [
            each
            for label, each in by_label.items()
            if any(outcome.result != "passed" for outcome in found[label].values())
        ]
        return findings, killed, tried

    def _stubs_pass(self, found: Mapping[str, Mapping[str, Outcome]]) -> Iterator[Finding]:
        for label, outcomes in found.items():
            if all(_passed(outcomes, each.label) for each in self._cases):
                words = f"all tests pass on a function that does nothing ({label})"
                yield Finding(rule="stub-passes", model=words, people=words, about="tests")
        for case in self._cases:
            if all(_passed(outcomes, case.label) for outcomes in found.values()):
                words = "it passes whatever the function does; assert on what it returns"
                yield Finding(
                    rule="test-cannot-fail", model=words, people=words, where=case.label,
                    about="tests",
                )  # fmt: skip


def _passed(outcomes: Mapping[str, Outcome], label: str) -> bool:
    outcome = outcomes.get(label)
    return outcome is not None and outcome.result == "passed"


def _told(outcome: Outcome | None) -> str:
    if outcome is None:
        return "there was no time for it"
    return one_line(outcome.message, _WORDS) or outcome.result


def _failed(case: Case, outcome: Outcome | None) -> Finding:
    told = _told(outcome)
    slow = outcome is None or outcome.result == "timeout"
    lines = [each for each in case.text.strip().splitlines() if "assert" in each]
    shown = one_line(lines[0] if len(lines) == 1 else case.text.strip(), 160)
    words = f"{told} in `{shown}`"
    rule = "timeout" if slow else "tests-failed"
    return Finding(rule=rule, model=words, people=words, where=case.label)


def _weak(tried: Collection[Mutant], killed: Collection[Mutant]) -> Finding:
    lived = [each for each in tried if each not in killed]
    shown = "; ".join(one_line(each.label, 80) for each in lived[:6])
    words = (
        f"the tests notice {len(killed)} of {len(tried)} small mistakes in the code; "
        f"add tests that notice these: {shown}"
    )
    return Finding(rule="tests-weak", model=words, people=words, about="tests")
