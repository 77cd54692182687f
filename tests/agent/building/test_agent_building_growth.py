"""Building for a role: which tasks are chosen, one budget, and going on with all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import building_bench as bench
import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.building.growth import Idea, choose, likeness
from babyagi_nb.app import BabyAGI
from babyagi_nb.testing import Rule, ScriptedModel, faults


@pytest.fixture
def app() -> Iterator[BabyAGI]:
    made = BabyAGI(":memory:", namespace={})
    made.add_function("average", bench.STORED)
    yield made
    made.close()


TASKS = {
    "tasks": [
        {"task": "Label prices as low, middle or high.", "feasible": 9},
        {"task": "Read amounts out of lines of a receipt.", "feasible": 8},
        {"task": "The mean of some numbers.", "feasible": 10},
        {"task": "Predict next year's weather.", "feasible": 0},
        {"task": "Label each price as low, middle or high.", "feasible": 7},
    ]
}


def one(name: str) -> dict[str, Any]:
    (found,) = [each for each in bench.PLAN["functions"] if each["name"] == name]
    return {"functions": [found], "main": name}


def script(**more: Any) -> list[Rule]:
    label = more.pop("label", one("label_of"))
    return [
        Rule(label, system="You plan Python", contains="Label prices", times=None),
        Rule(one("parse_amounts"), system="You plan Python", contains="Read amounts", times=None),
        *bench.answering({("tasks", ""): TASKS}),
    ]


def test_tasks_that_are_new_and_feasible_are_built(app: BabyAGI) -> None:
    model = ScriptedModel(script())
    desk = bench.desk(app, model, bench.quick(app))
    done = desk.self_build("a shopkeeper", 3)
    assert (done.state, done.message) == ("done", "2 of 2 tasks built")
    assert [each.name for each in done.made] == ["label_of", "parse_amounts"]
    assert sorted(row["name"] for row in app.drafts()) == ["label_of", "parse_amounts"]
    children = [each for each in desk.all() if each.id != done.id]
    assert [each.state for each in children] == ["done", "done"]
    assert done.spent.calls == len(model.requests) == 7


def test_one_failure_does_not_stop_the_rest(app: BabyAGI) -> None:
    model = ScriptedModel(script(label="no plan"))
    done = bench.desk(app, model, bench.quick(app)).self_build("a shopkeeper", 3)
    assert (done.state, done.message) == ("done", "1 of 2 tasks built")
    assert [each.name for each in done.made] == ["parse_amounts"]


def test_the_builds_share_one_budget_and_go_on_together(app: BabyAGI) -> None:
    model = ScriptedModel(script())
    desk = bench.desk(app, model, bench.quick(app), calls=3)
    done = desk.self_build("a shopkeeper", 3)
    assert done.state == "stopped"
    assert (done.spent.calls, len(model.requests)) == (3, 3)
    mend = f"%babyagi resume {done.id[-6:]} calls=6 goes on"
    assert done.message == f"the budget of 3 calls is spent; {mend}"
    again = desk.resume(calls=20)
    assert (again.id, again.state, len(again.made)) == (done.id, "done", 2)
    assert len({each.last for each in model.requests}) == len(model.requests) == 7


def test_a_model_that_cannot_be_asked_stops_all_of_it(app: BabyAGI) -> None:
    model = ScriptedModel(script())
    model.inject(faults.ALL["unauthorized"], after=1)
    done = bench.desk(app, model, bench.quick(app)).self_build("a shopkeeper", 3)
    assert done.state == "stopped"
    assert len(model.requests) == 2
    assert done.message.endswith(f"%babyagi resume {done.id[-6:]}")
    again = ScriptedModel(script())
    assert bench.desk(app, again, bench.quick(app)).resume().state == "done"
    assert len(again.requests) == 6


def test_a_role_without_tasks_says_so(app: BabyAGI) -> None:
    model = ScriptedModel(bench.answering({("tasks", ""): {"tasks": []}}))
    done = bench.desk(app, model, bench.quick(app)).self_build("nobody", 2)
    assert done.state == "failed"
    assert "describe the role in more words" in done.message


@given(
    st.lists(
        st.builds(
            Idea,
            task=st.text(max_size=40),
            feasible=st.integers(0, 10),
            novelty=st.floats(0, 1),
        ),
        max_size=12,
    ),
    st.integers(0, 5),
)
def test_the_chosen_are_few_different_and_in_order(ideas: list[Idea], n: int) -> None:
    found = choose(ideas, n)
    assert len(found) <= n
    assert all(each in ideas for each in found)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    for at, each in enumerate(found):
        assert all(likeness(each.task, other.task) <= 0.8 for other in found[:at])
