"""Every benchmark runs, at a size where no figure means anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.row import FULL, TINY, Row, Size
from benchmarks.table import BEGIN, END, keep, text

ROOT = Path(__file__).parents[2]

NEEDS_ANOTHER_PACKAGE = "one logged call, faster than the original by"

FIGURES = {
    "calls": [
        "one logged call, against a hand-written wrapper",
        "one logged call, faster than an OpenTelemetry span by",
        NEEDS_ANOTHER_PACKAGE,
        "chain of 3, each record, against the wrapper",
        "triggers of 10, each record, against the wrapper",
    ],
    "values": ["snapshot of a frame of 100 MB, against one pass over it"],
    "scale": ["the same with 20 registered functions, against 3"],
    "kill": ["records lost or doubled by SIGKILL straight after 20 calls"],
    "register": ["register 20 functions in a batch", "register one function alone"],
    "open": ["open a store of 20 functions and call one, after `import duckdb`"],
    "extension": [
        "`%load_ext` added to kernel start, against `import duckdb`",
        "of duckdb and openai, imported by `%load_ext`",
    ],
    "queries": [
        "newest 100, 2,000 runs",
        "newest 100 of one function, 2,000 runs",
        "one call tree, 2,000 runs",
        "p95 per function, all time, 2,000 runs",
        "fold",
    ],
    "visibility": ["age of the newest log row that another kernel sees"],
    "sandbox": [
        "standard sandbox: call in a child that was ready, against `python -I -S -c pass`",
        "standard sandbox: call in a child forked for it, against `python -I -S -c pass`",
        "standard sandbox: first call, which starts the fork server, against "
        "`python -I -S -c pass`",
    ],
    "dashboard": [
        "request round trip while a cell is sleeping",
        "request round trip while a cell is in a Python loop",
        "row seen after its call, cell sleeping",
        "row seen after its call, cell in a Python loop",
        "overhead of an open panel on a logged call",
        "list of 20 functions, first time",
        "first page of the log, 2,000 runs",
    ],
    "search": [
        "recall@5 of paraphrases over 1,697 real functions, with search phrases",
        "take in 20 functions with search phrases",
        "search 20 functions with search phrases",
    ],
    "gate": ["gate: one candidate, median"],
    "build": ["whole build of 3 functions, model without latency, journal in the store"],
    "interrupt": [
        "Ctrl-C to prompt while a build waits for the model",
        "Ctrl-C to prompt while half of an answer is there",
        "Ctrl-C to prompt while the gate tries code",
        "Ctrl-C to prompt while a chat waits for the model",
        "Ctrl-C to prompt while a chat's answer streams",
        "Ctrl-C to prompt while a search waits for vectors",
    ],
    "torture": ["2 kernels writing under random kills: acknowledged things lost or doubled"],
}
"""The rows with a goal, suite by suite."""


def test_every_suite_is_known_to_this_test() -> None:
    assert list(FIGURES) == list(command.SUITES)


@pytest.mark.parametrize("suite", FIGURES)
def test_a_suite_yields_its_figures(suite: str) -> None:
    rows = command.run_suite(suite, TINY)

    assert [row.name for row in rows if row.goal is not None] == FIGURES[suite]
    assert all(row.value is not None for row in rows if "the original" not in row.name)


@pytest.mark.parametrize("suite", ["kill", "torture"])
def test_nothing_acknowledged_is_lost_at_any_size(suite: str) -> None:
    assert all(row.met for row in command.run_suite(suite, TINY))


def test_the_command_runs_the_suites_that_are_named_and_leaves_the_page_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "run_suite", _pretend)
    monkeypatch.setattr(command, "keep", _refuse)

    assert command.main(["kill", "open"]) == 0
    assert capsys.readouterr().out.count("figure of ") == 2


def test_the_command_without_arguments_runs_everything_and_keeps_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[Row] = []
    monkeypatch.setattr(command, "run_suite", _pretend)
    monkeypatch.setattr(command, "keep", lambda rows, page: kept.extend(rows))

    assert command.main([]) == 0
    assert [row.name for row in kept] == [f"figure of {suite}" for suite in command.SUITES]


def test_the_command_fails_when_a_goal_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = Row(name="x", value=3.0, unit="×", goal=2.5)
    monkeypatch.setattr(command, "run_suite", lambda suite, size: [missed])

    assert command.main(["kill"]) == 1


def test_an_unknown_suite_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["folding"])

    assert "no suite 'folding'" in capsys.readouterr().err


def test_a_suite_that_fails_becomes_a_row_that_says_so() -> None:
    (row,) = command.run_suite("no_such_suite", TINY)

    assert row.value is None
    assert "failed" in row.note


@pytest.mark.parametrize(
    ("value", "at_least", "met"), [(2.0, False, True), (3.0, False, False), (3.0, True, True)]
)
def test_a_goal_is_a_bound_from_above_or_from_below(
    value: float, at_least: bool, met: bool
) -> None:
    assert Row(name="x", value=value, unit="×", goal=2.5, at_least=at_least).met is met


def test_what_was_not_measured_neither_meets_nor_misses_its_goal() -> None:
    row = Row(name="x", value=None, unit="×", goal=2.5, note="not installed")

    assert row.met is None
    assert "not measured" in text([row])


def test_the_table_is_kept_between_the_marks_and_replaced_by_the_next(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    keep([Row(name="call", value=9.0, unit="×", goal=2.5)], page)
    keep([Row(name="call", value=1.5, unit="×", goal=2.5)], page)

    kept = page.read_text()
    assert kept.startswith("before\n")
    assert kept.endswith("after\n")
    assert "| call | ≤ 2.50 × | **1.50 ×** | met |" in kept
    assert "old" not in kept
    assert "9.00" not in kept


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here")

    with pytest.raises(ValueError, match="no marks"):
        keep([Row(name="call", value=1.5, unit="×")], page)


def test_the_page_in_the_documentation_has_the_marks() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert page.count(BEGIN) == page.count(END) == 1


def test_the_full_size_is_that_of_the_goals() -> None:
    assert (FULL.few, FULL.many, FULL.rows, FULL.kernels) == (100, 10_000, 1_000_000, 8)


def _pretend(suite: str, size: Size) -> list[Row]:
    return [Row(name=f"figure of {suite}", value=1.0, unit="×", goal=2.5)]


def _refuse(rows: list[Row], page: Path) -> None:
    raise AssertionError("the page was written")
