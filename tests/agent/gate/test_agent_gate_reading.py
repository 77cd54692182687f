"""What the gate sees without running anything, and in which order it looks."""

from __future__ import annotations

import ast
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.agent.gate import Candidate, CatalogueLibrary, Finding, Gate, Report, fingerprint
from babyagi_nb.agent.gate.canaries import canary
from babyagi_nb.agent.gate.mutants import mutants
from babyagi_nb.agent.gate.stubs import stubs
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.laboratory import Experiment, Outcome
from babyagi_nb.errors import SandboxUnavailable

CODE = "def double(x):\n    if x < 0:\n        raise ValueError\n    return 2 * x\n"
TESTS = ("assert double(2) == 4", "assert double(0) == 0")
HIDDEN = (
    "assert double(5) == 10",
    "try:\n    double(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError",
)
GOOD = Candidate(name="double", code=CODE, tests=TESTS, hidden=HIDDEN)


class Told:
    """A laboratory whose outcomes are told to it: every variant passes but those named."""

    def __init__(self, **results: str) -> None:
        self.results = results
        self.experiments: list[Experiment] = []

    def run(self, experiment: Experiment) -> tuple[Outcome, ...]:
        self.experiments.append(experiment)
        return tuple(
            Outcome(variant=variant, test=test, result=self._result(variant, test))  # type: ignore[arg-type]
            for variant in experiment.variants
            for test in experiment.tests
        )

    def _result(self, variant: str, test: str) -> str:
        if test.startswith("canary"):
            return "failed"
        for begin, result in self.results.items():
            if variant.startswith(begin) and not variant.endswith("again"):
                return result
        return "passed" if variant.startswith("candidate") else "failed"


def gate(laboratory: Told) -> Gate:
    return Gate(laboratory=laboratory, library=CatalogueLibrary(Catalogue()))


def test_a_good_candidate_takes_two_experiments_and_is_reported_in_json() -> None:
    laboratory = Told()

    report = gate(laboratory).examine(GOOD)

    assert report.ok
    assert len(laboratory.experiments) == 2
    assert report.killed == report.mutants > 3
    assert Report.from_row(json.loads(json.dumps(report.row()))) == replace(
        report, seconds=round(report.seconds, 4)
    )


def test_what_can_be_read_is_found_before_anything_runs() -> None:
    laboratory = Told()

    report = gate(laboratory).examine(replace(GOOD, code=f"import subprocess\n{CODE}"))

    assert report.rules == ("import-banned",)
    assert laboratory.experiments == []


def test_a_candidate_that_fails_is_not_used_to_judge_its_tests() -> None:
    laboratory = Told(candidate="failed")

    report = gate(laboratory).examine(GOOD)

    assert "tests-failed" in report.rules or "flaky" in report.rules
    assert len(laboratory.experiments) == 1


def test_an_outcome_that_is_missing_counts_as_too_slow() -> None:
    class Cut(Told):
        def run(self, experiment: Experiment) -> tuple[Outcome, ...]:
            return super().run(experiment)[:1]

    report = gate(Cut()).examine(GOOD)

    assert not report.ok
    assert "timeout" in report.rules


def test_tests_that_stubs_pass_are_sent_back_to_whoever_wrote_the_tests() -> None:
    report = gate(Told(stub="passed")).examine(GOOD)

    assert "stub-passes" in report.rules
    assert report.for_model("code") == ""
    assert "does nothing" in report.for_model("tests")


def test_tests_that_notice_few_mistakes_are_sent_back_with_the_mistakes() -> None:
    laboratory = Told()
    laboratory.results = {str(at): "passed" for at in range(10)}

    report = gate(laboratory).examine(GOOD)

    assert report.rules == ("tests-weak",)
    assert (report.killed, report.mutants) == (0, report.mutants)
    assert "line " in report.for_model("tests")


def test_without_a_sandbox_the_gate_says_so_and_passes_nothing() -> None:
    class Nowhere(Told):
        def run(self, experiment: Experiment) -> tuple[Outcome, ...]:
            raise SandboxUnavailable("no sandbox", fix="install bubblewrap")

    with pytest.raises(SandboxUnavailable):
        gate(Nowhere()).examine(GOOD)


def test_the_next_version_of_a_function_may_bear_its_name() -> None:
    class Taken(CatalogueLibrary):
        def refusal(self, name: str) -> str:
            return f"there is a function {name!r} already"

    examine = Gate(laboratory=Told(), library=Taken(Catalogue())).examine

    assert examine(GOOD).rules == ("name-taken",)
    assert examine(replace(GOOD, replaces="double")).ok


def test_tests_can_be_judged_before_there_is_code() -> None:
    planned = Candidate(name="double", code="", tests=("assert True",))

    rules = {each.rule for each in gate(Told()).check_tests(planned)}

    assert {"test-idle", "test-no-target", "tests-few", "tests-no-error-case"} <= rules
    assert gate(Told()).check_tests(replace(GOOD, code="")) == ()


def test_findings_for_a_model_are_cut_to_a_length() -> None:
    found = tuple(Finding(rule="r", model="word " * 100, people="") for _ in range(50))

    told = Report(ok=False, findings=found).for_model(limit=300)

    assert len(told) == 300
    assert told.endswith("…")


# -- fingerprints ----------------------------------------------------------------------------

SAME = (
    "def f(a, b=1):\n    '''Words.'''\n    total = a + b\n    return total\n",
    "def g(first: int, second: int = 1) -> int:\n    # other words\n    s = (first + second)\n"
    "    return s\n",
)


def test_names_layout_words_and_annotations_do_not_count() -> None:
    assert fingerprint(SAME[0], "f") == fingerprint(SAME[1], "g")


@pytest.mark.parametrize(
    "other",
    [
        "def f(a, b=2):\n    total = a + b\n    return total\n",
        "def f(a, b=1):\n    total = b + a\n    return total\n",
        "def f(a, *, b=1):\n    total = a + b\n    return total\n",
        "async def f(a, b=1):\n    total = a + b\n    return total\n",
        "def f(a, b=1):\n    total = a + b\n    return abs(total)\n",
        "def f(a, b=1):\n    total = a + c\n    return total\n",
    ],
)
def test_what_a_function_does_counts(other: str) -> None:
    assert fingerprint(SAME[0], "f") != fingerprint(other, "f")


def test_which_of_two_functions_is_meant_counts() -> None:
    code = "def _a(x):\n    return x\n\ndef _b(x):\n    return x\n"

    assert fingerprint(code, "_a") != fingerprint(code, "_b")


def test_names_by_which_arguments_are_passed_count() -> None:
    one = "def f():\n    return _g(a=1, b=2)\n\ndef _g(a, b):\n    return a - b\n"
    other = "def f():\n    return _g(a=1, b=2)\n\ndef _g(b, a):\n    return b - a\n"

    assert fingerprint(one, "f") != fingerprint(other, "f")


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcdegh"), min_size=3, max_size=3, unique=True))
def test_any_renaming_of_locals_keeps_the_fingerprint(names: list[str]) -> None:
    text = "def f({0}, {1}):\n    {2} = {0} - {1}\n    return [{2} for {1} in {0}]\n"

    assert fingerprint(text.format(*names), "f") == fingerprint(text.format("x", "y", "z"), "f")


# -- mutants, stubs, canaries ----------------------------------------------------------------

LONG = """
def f(a, b):
    '''Words with 1 number.'''
    if a < b and not b == 3:
        for n in range(10):
            if n % 2:
                continue
            a += n
            if a > 100:
                break
    kept = [x.strip() for x in 'p q'.split() if x]
    kept.append(str(a)[1:3])
    if a is None:
        raise ValueError('none')
    return min(a, b) if kept else -b
"""


def test_mutants_compile_differ_and_are_the_same_every_time() -> None:
    made = mutants(LONG, 16)

    assert len(made) == 16
    assert len({each.code for each in made}) == 16
    assert made == mutants(LONG, 16)
    assert ast.unparse(ast.parse(LONG)) + "\n" not in {each.code for each in made}
    for each in made:
        compile(each.code, "mutant", "exec")


def test_mutants_are_spread_over_kinds_and_lines() -> None:
    made = mutants(LONG, 16)

    assert len({each.kind for each in made}) >= 8
    assert len({each.line for each in made}) >= 8
    assert all(each.label.startswith(f"line {each.line}: ") for each in made)


def test_words_and_annotations_are_no_mistakes_to_make() -> None:
    code = "def f(a: 'int' = None) -> 'str':\n    '''One 1.'''\n    raise ValueError('text 2')\n"

    assert [each.kind for each in mutants(code)] == ["raise"]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 40))
def test_never_more_mutants_than_wanted(limit: int) -> None:
    assert len(mutants(LONG, limit)) <= limit


@pytest.mark.parametrize(
    "head", ["def f(x):\n    return x", "async def f(x):\n    return x", "def f(x):\n    yield x"]
)
def test_stubs_are_of_the_kind_of_the_function(head: str) -> None:
    node = ast.parse(head).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)

    made = stubs(node, "3")

    assert len(made) >= 3
    for text in made.values():
        stub = ast.parse(text).body[0]
        assert type(stub) is type(node)
        yields = [each for each in ast.walk(stub) if isinstance(each, ast.Yield | ast.YieldFrom)]
        assert bool(yields) == ("yield" in head)


def test_a_canary_expects_what_nothing_is_equal_to_or_fails_at_the_end() -> None:
    assert canary(ast.parse("assert f(1) == 2")) == "assert f(1) == object()"
    assert canary(ast.parse("assert f(1) > 2")) == "assert f(1) > 2\nassert False"
    inside = canary(ast.parse("def test_x():\n    f(1)"))
    assert inside is not None
    assert inside.endswith("    assert False")
    assert canary(ast.parse("def test_x():\n    return f(1)")) is None
