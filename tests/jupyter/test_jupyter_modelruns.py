"""Runs that are no function's: shown among the runs, left out where functions are counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.diagrams import Wanted, diagram_of
from babyagi_nb.jupyter.protocol import read_request

ASKED = {"model": "m-1", "purpose": "plan", "prompt_hash": "ab12", "host": "localhost"}
TOOK = {"prompt_tokens": 120, "completion_tokens": 30, "cost": 0.5, "finish": "stop", "attempts": 1}


@pytest.fixture(name="asked")
def asked_fixture(app: BabyAGI) -> BabyAGI:
    """With one build, one question below it, and a stored function called like a question."""
    app.add_function("model", "def model(x: int):\n    return x")
    with app.runs("build", {"task": "add"}):
        with app.runs("model", ASKED) as span:
            span.output = TOOK
        app.execute_function("model", 3)
    return app


def ask(app: BabyAGI, op: str, **args: Any) -> Any:
    request = read_request({"v": 1, "id": 1, "op": op, "args": args})
    answer = Bridge(lambda: app).answer(request, main=True, say=print)
    json.dumps(answer, allow_nan=False)
    assert "ok" in answer, answer
    return answer["ok"]


def test_a_question_is_a_row_of_its_view_below_the_build(asked: BabyAGI) -> None:
    (row,) = asked.sql(
        "SELECT model, purpose, prompt_tokens, completion_tokens, cost, finish, status, "
        "root <> id FROM model_calls"
    ).rows
    assert row == ("m-1", "plan", 120, 30, 0.5, "stop", "success", True)


def test_functions_are_counted_without_them(asked: BabyAGI) -> None:
    (row,) = ask(asked, "functions.stats")
    assert (row["name"], row["runs"]) == ("model", 1)
    (version,) = ask(asked, "functions.detail", name="model")["versions"]
    assert (version["number"], version["runs"]) == (1, 1)
    assert [(each.function, each.version) for each in asked.queries.statistics()] == [("model", 1)]


def test_they_stand_in_the_tree_of_what_asked(asked: BabyAGI) -> None:
    root = asked.queries.runs(RunFilter(function="build"))[0]
    tree = asked.queries.tree(root.id)
    assert [(run.function, run.version) for run in tree] == [
        ("build", 0), ("model", 0), ("model", 1),
    ]  # fmt: skip
    assert len(ask(asked, "logs.tree", id=root.id)) == 3
    assert ask(asked, "logs.detail", id=tree[1].id)["version"] == 0


def test_a_question_that_failed_says_nothing_about_a_function_of_that_name(asked: BabyAGI) -> None:
    with pytest.raises(OSError, match="unreachable"), asked.runs("model", ASKED):
        raise OSError("unreachable")
    shown = diagram_of(asked, Wanted())
    assert [node.status for node in shown.nodes if node.id == "model"] == ["ok"]


def test_the_doctor_finds_nothing_wrong_with_them(asked: BabyAGI) -> None:
    assert {each.level for each in asked.doctor()} <= {"ok", "note"}
