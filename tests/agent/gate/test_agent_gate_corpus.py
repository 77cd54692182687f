"""Every honest candidate passes, every other is stopped, all of them in the real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gate_bad_code
import gate_bad_forged
import gate_bad_tests
import pytest
from gate_corpus import Bad
from gate_good import GOOD
from gate_world import Gates, opened_gates

from babyagi_nb.agent.gate import Candidate, Report

BAD = (*gate_bad_code.BAD, *gate_bad_forged.BAD, *gate_bad_tests.BAD)


@pytest.fixture(scope="module", name="gates")
def gates_fixture() -> Iterator[Gates]:
    with opened_gates() as made:
        yield made


def examined(gates: Gates, candidates: list[Candidate]) -> list[Report]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(gates.gate.examine, candidates))


def test_every_honest_candidate_passes(gates: Gates) -> None:
    reports = examined(gates, list(GOOD))

    stopped = {
        each.name: report.findings
        for each, report in zip(GOOD, reports, strict=True)
        if not report.ok
    }

    assert len({each.name for each in GOOD}) >= 60
    assert stopped == {}
    assert all(2 * report.killed >= report.mutants for report in reports)
    assert all(report.fingerprint.startswith("f1:") for report in reports)


def test_every_other_candidate_is_stopped_by_the_rule_that_it_breaks(gates: Gates) -> None:
    reports = examined(gates, [each.candidate for each in BAD])

    passed = [each for each, report in zip(BAD, reports, strict=True) if report.ok]
    otherwise = [
        (each.rules, report.findings, each.candidate.code[-200:])
        for each, report in zip(BAD, reports, strict=True)
        if not set(each.rules) & set(report.rules)
    ]

    assert len(BAD) >= 100
    assert passed == []
    assert otherwise == []


def test_what_a_model_is_told_holds_nothing_of_the_hidden_tests(gates: Gates) -> None:
    chosen: list[Bad] = [each for each in gate_bad_code.WRONG if "hidden-failed" in each.rules][:3]

    for each in chosen:
        report = gates.gate.examine(each.candidate)

        assert report.rules == ("hidden-failed",)
        told = report.for_model()
        assert "not the examples" in told
        assert "hidden test" not in told
        assert not any(text.strip() in told for text in each.candidate.hidden)
        assert "hidden test" in report.findings[0].people
