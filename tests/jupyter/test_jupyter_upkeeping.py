"""The subcommands improve, upkeep and bench, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.commands import upkeeping
from babyagi_nb.testing import Request, Rule, ScriptedModel
from babyagi_nb.upkeeping import Upkeeping

TASKS = Path(__file__).parents[1] / "agent" / "upkeep" / "tasks.jsonl"
HALF = "def half(x: int) -> float:\n    return 1 / x\n"


class Application(BabyAGI, Upkeeping):
    """Everything that can be asked for."""


class Shell:
    """A terminal: nothing that was shown can change."""

    def __init__(self) -> None:
        self.next = ""

    def set_next_input(self, text: str) -> None:
        self.next = text


@pytest.fixture
def app() -> Iterator[Application]:
    made = Application(":memory:", namespace={})
    for name in list(made.catalogue):
        made.remove_function(name, force=True)
    yield made
    made.close()


def asked(app: Application, **given: Any) -> Any:
    return SimpleNamespace(app=app, given=given, shell=Shell(), rest="", local={})


def fail(app: Application, times: int) -> None:
    app.add_function("half", HALF)
    for _ in range(times):
        with pytest.raises(ZeroDivisionError):
            app.call("half", (0,))


def test_upkeep_shows_outcomes_and_the_lines_that_carry_proposals_out(app: Application) -> None:
    fail(app, 5)
    view = upkeeping.upkeep(asked(app))
    assert view.plain().splitlines() == [
        "version  runs  succeeded  errors",
        "half@1   5     0          ZeroDivisionError 5",
        "improve half@1: 0 of 5 runs succeeded: ZeroDivisionError 5×",
        "  %babyagi improve half",
    ]
    html = view.html()
    assert "half@1" in html
    assert "nothing was changed" in html


def test_upkeep_of_a_store_where_nothing_ran(app: Application) -> None:
    view = upkeeping.upkeep(asked(app, days=7))
    assert view.plain() == "no runs in the last 7 days\nnothing to propose"
    assert "nothing to propose" in view.html()


def test_improve_says_when_there_is_nothing_to_improve_by(app: Application) -> None:
    app.add_function("half", HALF)
    view = upkeeping.improve(asked(app, NAME="half"))
    assert view.plain() == "nothing to improve: the log holds no input that it failed on"


def test_improve_hands_over_a_draft_to_review(
    app: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(app, 1)
    assert app.call("half", (2,)) == 0.5

    def answer(request: Request) -> Any:
        if request.system.startswith("You write tests"):
            codes = ("half(4) == 0.25", "half(1) == 1", "half(-2) == -0.5")
            cases = [{"title": each, "code": f"assert {each}", "raises": ""} for each in codes]
            cases.append({"title": "text", "code": "half('a')", "raises": "TypeError"})
            return {"cases": cases, "search_phrases": []}
        code = HALF.replace("1 / x", "1 / x if x else 0.0")
        return f"```python\n{code}```"

    app._model = ScriptedModel([Rule(answer, times=None)])
    request = asked(app, NAME="half")
    view = upkeeping.improve(request)
    assert "wait for approval: half@2" in view.plain()
    assert request.shell.next.startswith("%%babyagi review half@2")
    assert "half(0)" in request.shell.next
    assert app.catalogue.active("half") == 1


def test_bench_prints_each_task_and_says_that_a_script_answered(
    app: Application, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "tasks.jsonl"
    data.write_text(TASKS.read_text(encoding="utf-8"), encoding="utf-8")
    code = "def clamp(value, low, high):\n    return max(low, min(high, value))\n"
    app._model = ScriptedModel([Rule(f"```python\n{code}```", "no <b>code</b>", times=None)])
    request = asked(app, data=str(data), arms=["oneshot"], limit=2)
    view = upkeeping.bench(request)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "✓ oneshot 1/2 HumanEval/900"
    assert said[1].startswith("✗ oneshot 2/2 HumanEval/901: the answer holds no code")
    plain = view.plain()
    assert "asked once  1 of 2  0.500" in plain
    assert "They say nothing about any model." in plain
    assert "results: tasks.jsonl.results.jsonl; the same line goes on" in plain
    assert "price not known" in plain
    assert "1 not solved" in view.html()
    upkeeping.bench(request)
    assert capsys.readouterr().out == ""


def test_bench_needs_a_file(app: Application, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="data=FILE"):
        upkeeping.bench(asked(app))
    with pytest.raises(UsageError, match="cannot be read"):
        upkeeping.bench(asked(app, data=str(tmp_path / "nowhere.jsonl")))
