"""Builds from the notebook: progress, the card, the cell to review, and what stops them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from shell_desk import Desk, bare_shell_fixture, desk_fixture

from babyagi_nb import kernel_app
from babyagi_nb.testing import ScriptedModel

sys.path.insert(0, str(Path(__file__).parents[1] / "agent" / "building"))

import building_bench as bench

__all__ = ["bare_shell_fixture", "desk_fixture"]

ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}


@pytest.fixture
def offered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the cells that were put below, newest last."""
    found: list[str] = []
    monkeypatch.setattr(desk.shell, "set_next_input", lambda text, **more: found.append(text))
    return found


def speak(desk: Desk, said: Any = None, plan: Any = ONE) -> ScriptedModel:
    desk.ok("%babyagi list")
    app = kernel_app.get_func_instance()
    model = ScriptedModel(bench.answering(said, plan=plan))
    app._model = model
    return model


def test_a_build_tells_its_steps_and_offers_its_drafts(desk: Desk, offered: list[str]) -> None:
    speak(desk)
    shown = desk.ok("%babyagi build 'Say whether a price is low.' calls=9")
    assert "✓ plan: label_of" in shown.lines
    assert "✓ store the draft of label_of: label_of@1" in shown.lines
    assert str(shown.value) == (
        "build done: Say whether a price is low.\n"
        "function    how\n"
        "label_of@1  written  does the task\n"
        "wait for approval: label_of@1"
    )
    (cell,) = offered
    assert cell.startswith("%%babyagi review label_of@1\n")


def test_the_cell_as_it_is_shows_and_registers_nothing(desk: Desk, offered: list[str]) -> None:
    speak(desk)
    desk.ok("%babyagi build 'Say whether a price is low.'")
    shown = desk.ok(offered[-1])
    assert "label_of@1" in str(shown.value)
    assert "label_of" not in desk.shell.user_ns
    app = kernel_app.get_func_instance()
    assert list(app.catalogue) == []
    assert offered[-1].startswith("%babyagi approve label_of@1 review=")
    desk.ok(offered[-1])
    assert app.catalogue.active("label_of") == 1


def test_all_drafts_of_a_build_are_approved_by_the_lines_below(
    desk: Desk, offered: list[str]
) -> None:
    speak(desk, plan=bench.PLAN)
    desk.ok("%%babyagi_function\n" + bench.STORED)
    desk.ok(f"%babyagi build {bench.TASK}")
    desk.ok(offered[-1])
    lines = offered[-1].splitlines()
    assert [line.split()[2] for line in lines] == ["parse_amounts@1", "label_of@1", "report@1"]
    desk.ok(offered[-1])
    app = kernel_app.get_func_instance()
    assert app.call("report", ("tea: 3",)) == {"count": 1, "mean": 3.0, "label": "middle"}


def test_a_build_that_stops_fails_the_cell_and_can_be_gone_on_with(desk: Desk) -> None:
    speak(desk)
    said = desk.refused("%babyagi build 'Say whether a price is low.' calls=2")
    assert said.startswith("BuildError: the budget of 2 calls is spent; %babyagi resume ")
    assert "stopped" in str(desk.ok("%babyagi builds").value)
    again = desk.ok("%babyagi resume calls=9")
    assert "· plan: label_of" in again.lines
    assert str(again.value).startswith("build done")


def test_a_version_is_revised_with_the_words_behind_it(desk: Desk, offered: list[str]) -> None:
    speak(desk)
    desk.ok("%babyagi build 'Say whether a price is low.'")
    code = bench.CODE["label_of"].replace("amount >= 10", "amount > 9.999")
    speak(desk, {("repair", "label_of"): bench.fenced(code)})
    shown = desk.ok("%babyagi revise label_of@1 compare differently")
    assert "label_of@2" in str(shown.value)
    assert offered[-1].startswith("%%babyagi review label_of@2")


def test_a_role_is_built_for(desk: Desk, offered: list[str]) -> None:
    tasks = {"tasks": [{"task": "Say whether a price is low.", "feasible": 9}]}
    speak(desk, {("tasks", ""): tasks})
    shown = desk.ok("%babyagi self_build 'a shopkeeper' n=1")
    assert "1 of 1 tasks built" in str(shown.value)
    assert offered[-1].startswith("%%babyagi review label_of@1")


def test_what_is_not_there_is_said(desk: Desk) -> None:
    speak(desk)
    assert "no build waits" in desk.refused("%babyagi resume")
    assert "no builds fit 'zz'" in desk.refused("%babyagi builds zz")
    assert "no builds yet" in str(desk.ok("%babyagi builds").value)
    assert "needs TASK" in desk.refused("%babyagi build")
