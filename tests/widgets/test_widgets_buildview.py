"""Builds as people see them: text stays text, and equal builds read the same."""

from __future__ import annotations

from dataclasses import replace

from babyagi_nb.core.budget import Spent
from babyagi_nb.core.builds import Build, Made, Progress
from babyagi_nb.widgets.buildview import BuildTable, BuildView, StepsView, step_line

EVIL = "<script>alert(1)</script>\x1b[31m\u202e"


def build(**other: object) -> Build:
    given = {
        "id": "01M8356356RDTE", "task": "sum a column", "state": "done", "model": "m",
        "started": 1_700_000_000_000_000_000, "main": "total",
        "made": (
            Made(name="rows", how="written", version=1),
            Made(name="mean", how="reused", version=3, reason="it passes all tests already"),
            Made(name="total", how="written", version=2),
        ),
        "spent": Spent(calls=7, tokens=1200, seconds=3.2, unpriced=7),
    }  # fmt: skip
    return Build(**{**given, **other})  # type: ignore[arg-type]


def test_a_build_says_what_it_made_and_what_waits() -> None:
    assert BuildView(build()).plain() == (
        "build done: sum a column\n"
        "function  how\n"
        "rows@1    written\n"
        "mean@3    reused   it passes all tests already\n"
        "total@2   written  does the task\n"
        "wait for approval: rows@1, total@2"
    )


def test_the_plain_form_holds_no_id_and_no_count() -> None:
    for view in (BuildView(build()), BuildTable([build()])):
        other = type(view)(
            build(id="X", started=5, spent=Spent(calls=1))
            if isinstance(view, BuildView)
            else [build(id="X", started=5, spent=Spent(calls=1))]  # type: ignore[arg-type]
        )
        assert view.plain() == other.plain()
        assert view.html() != other.html()


def test_what_a_model_said_stays_text() -> None:
    made = (Made(name=EVIL, how="failed", reason=EVIL),)
    bad = build(task=EVIL, made=made, message=EVIL, main=EVIL, state="failed")
    steps = [Progress(build="B", step=EVIL, state="ended", function=EVIL, message=EVIL)]
    for view in (BuildView(bad), BuildTable([bad]), StepsView(EVIL, steps)):
        for text in (view.html(), view.plain()):
            assert "\x1b" not in text
            assert "\u202e" not in text
        assert "<script" not in view.html()
        assert "&lt;script&gt;" in view.html()


def test_steps_that_ended_stand_once() -> None:
    def step(name: str, state: str, function: str | None = None, message: str = "") -> Progress:
        return Progress(
            build="B",
            step=name,
            state=state,
            function=function,
            message=message,  # type: ignore[arg-type]
        )

    steps = [
        step("plan", "began"), step("plan", "ended", message="f"), step("code", "began", "f"),
        step("code", "failed", "f", "no"), step("code", "began", "f"), step("done", "ended"),
    ]  # fmt: skip
    assert StepsView("it", steps).plain() == ("build: it\n✓ plan: f\n✗ write f: no\n▶ write f")
    assert "open" in StepsView("it", steps).html()
    assert step_line(step("tests", "known", "f", "4 cases")) == "· state tests of f: 4 cases"


def test_no_builds_are_said_to_be_none() -> None:
    assert "%babyagi build" in BuildTable([]).plain()
    assert "%babyagi build" in BuildTable([]).html()


def test_a_long_build_stays_small() -> None:
    steps = [
        Progress(build="B", step="code", state="ended", function=f"f{at}", message="x" * 9_000)
        for at in range(500)
    ]
    assert len(StepsView("it", steps).html()) < 80_000


def test_what_the_gate_refused_before_is_shown_as_refused() -> None:
    good = Progress(build="B", step="gate", state="known", function="f", facts={"good": True})
    assert 'aria-label="error"' not in StepsView("it", [good]).html()
    assert 'aria-label="error"' in StepsView("it", [replace(good, facts={"good": False})]).html()
