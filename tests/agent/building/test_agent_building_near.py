"""Nearly equal code is pointed out, and arguments are taken from words."""

from __future__ import annotations

from collections.abc import Iterator

import building_bench as bench
import pytest

from babyagi_nb.agent.building.calling import arguments_for
from babyagi_nb.agent.building.nearness import nearest
from babyagi_nb.agent.building.plan import Known
from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import AnswerError
from babyagi_nb.testing import ScriptedModel

LABEL = bench.CODE["label_of"]
OTHER = LABEL.replace("label_of", "price_label").replace("amount", "price").replace("10", "12")
ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}


@pytest.fixture
def app() -> Iterator[BabyAGI]:
    made = BabyAGI(":memory:", namespace={})
    yield made
    made.close()


def test_other_names_and_documentation_make_no_difference() -> None:
    same = LABEL.replace("amount", "x").replace("What an amount means.", "Names it.")
    assert nearest(LABEL, {"far": bench.CODE["report"], "near": same}) == "near"


def test_other_code_is_not_near() -> None:
    assert nearest(LABEL, {"a": bench.CODE["report"], "b": bench.CODE["parse_amounts"]}) is None


@pytest.mark.parametrize("code", ["", "def f(:", "\x00", "(" * 3000])
def test_what_does_not_parse_is_near_nothing(code: str) -> None:
    assert nearest(code, {"f": LABEL}) is None
    assert nearest(LABEL, {"f": code}) is None


def test_a_draft_that_is_nearly_there_says_so(app: BabyAGI) -> None:
    app.add_function("price_label", OTHER, description="low, middle or high for a price")
    desk = bench.desk(app, ScriptedModel(bench.answering(plan=ONE)))
    (made,) = desk.build(bench.TASK).made
    assert (made.name, made.how) == ("label_of", "written")
    assert made.reason == "nearly the same code as price_label: one of the two may do"
    assert app.version("label_of", 1).spec.metadata["build"]["near"] == "price_label"


SCHEMA = {
    "type": "object",
    "properties": {"amount": {"type": "number"}},
    "required": ["amount"],
    "additionalProperties": False,
}
KNOWN = Known(name="label_of", signature="label_of(amount: float)")


def test_arguments_are_taken_from_the_task() -> None:
    model = ScriptedModel([{"arguments": {"amount": "3"}}, {"arguments": {"amount": 3}}])
    assert arguments_for(model, "label 3", KNOWN, SCHEMA) == {"amount": 3}
    assert len(model.requests) == 2


def test_arguments_that_never_fit_end_typed() -> None:
    model = ScriptedModel([{"arguments": {}}] * 3)
    with pytest.raises(AnswerError):
        arguments_for(model, "label it", KNOWN, SCHEMA)


def test_a_function_without_parameters_needs_no_question() -> None:
    assert arguments_for(ScriptedModel(), "go", KNOWN, {"type": "object", "properties": {}}) == {}
