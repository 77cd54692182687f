"""An answer of a given form: read tolerantly, asked for again with reasons, never for ever."""

from __future__ import annotations

from time import monotonic

import pytest
from model_desk import desk, question
from pydantic import BaseModel, Field

from babyagi_nb.agent.models.ladder import ask_form, fitting
from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.errors import AnswerError, BudgetSpent, ModelRefused
from babyagi_nb.testing import Fault, Reply, Rule, ScriptedModel, faults


class Plan(BaseModel):
    main: str
    steps: list[str] = Field(min_length=1)
    notes: dict[str, str] = {}


_GOOD = '{"main": "f", "steps": ["a"]}'


@pytest.mark.parametrize(
    "text",
    [
        _GOOD,
        f"```json\n{_GOOD}\n```",
        f"<think>hm</think> Of course! {_GOOD}",
        f'{{"result": {_GOOD}}}',
        "{'main': 'f', 'steps': ['a',],}",
        f'{{"main": 1}}\n{_GOOD}',
        f'{_GOOD}\n{{"main": 1}}',
    ],
)
def test_one_question_is_enough_for_what_can_be_read(text: str) -> None:
    model = ScriptedModel([text])
    found, answer = ask_form(model, question("plan it"), Plan)
    assert (found.main, found.steps) == ("f", ["a"])
    assert answer.text == text
    (request,) = model.requests
    assert "plan it" in request.last
    assert '"steps"' in request.last
    assert request.fields["response_format"]["type"] == "json_schema"


def test_what_is_wrong_is_told_and_asked_again() -> None:
    model = ScriptedModel(['{"main": "f", "steps": []}', _GOOD])
    found, answer = ask_form(model, question("plan it"), Plan)
    assert found.steps == ["a"]
    assert answer.attempts == 1
    again = model.requests[1]
    assert "steps" in again.last
    assert "at least 1 item" in again.last
    assert [each["role"] for each in again.messages] == ["user", "assistant", "user"]


def test_a_useless_answer_is_not_carried_along_twice() -> None:
    model = ScriptedModel(["first nonsense", "second nonsense", _GOOD])
    ask_form(model, question("plan it"), Plan)
    said = "\n".join(model.requests[2].texts)
    assert "second nonsense" in said
    assert "first nonsense" not in said


def test_the_last_attempt_goes_without_the_schema_and_then_it_is_over() -> None:
    model = ScriptedModel([Rule("nonsense", times=None)])
    with pytest.raises(AnswerError, match="no JSON object"):
        ask_form(model, question("plan it"), Plan, attempts=3)
    formats = ["response_format" in each.fields for each in model.requests]
    assert formats == [True, True, False]


def test_a_check_has_its_say_in_the_words_that_it_finds() -> None:
    model = ScriptedModel([_GOOD, _GOOD.replace('"f"', '"g"')])

    def free(plan: Plan) -> str | None:
        return "the name f is taken" if plan.main == "f" else None

    found, _ = ask_form(model, question(), Plan, check=free)
    assert found.main == "g"
    assert "the name f is taken" in model.requests[1].last


def test_an_answer_that_was_cut_is_asked_for_with_more_room() -> None:
    cut = Reply(text='{"main": "f", "st', finish="length")
    model = ScriptedModel([cut, cut, _GOOD])
    found, _ = ask_form(model, question(max_tokens=1500), Plan)
    assert found.main == "f"
    limits = [each.fields["max_tokens"] for each in model.requests]
    assert limits == [1500, 3000, 6000]


def test_a_cut_answer_that_is_whole_nevertheless_is_taken() -> None:
    model = ScriptedModel([Reply(text=_GOOD + " and", finish="length")])
    assert ask_form(model, question(), Plan)[0].main == "f"


def test_a_refusal_is_not_asked_again() -> None:
    model = ScriptedModel([Reply(refusal="no")])
    with pytest.raises(ModelRefused):
        ask_form(model, question(), Plan)
    assert len(model.requests) == 1


def test_every_question_is_one_that_the_meter_allowed() -> None:
    model = ScriptedModel([Rule("nonsense", times=None)])
    with pytest.raises(BudgetSpent):
        ask_form(model, question(), Plan, meter=Meter(Budget(calls=2), clock=monotonic), attempts=9)
    assert len(model.requests) == 2


def test_what_the_model_is_shown_again_is_bounded() -> None:
    model = ScriptedModel(["x" * 1_000_000, _GOOD])
    ask_form(model, question(), Plan)
    assert sum(map(len, model.requests[1].texts)) < 10_000


def test_an_object_without_sense_says_what_does_not_fit_and_not_what_it_held() -> None:
    found, wrong = fitting('{"main": ["secret-text"], "steps": "x"}', Plan)
    assert found is None
    assert "main" in wrong
    assert "secret-text" not in wrong


_CONTENT = [
    each
    for each in faults.ALL.values()
    if each.kind == "content" and each.recovers and each.name != "huge"
]


@pytest.mark.parametrize("fault", _CONTENT, ids=lambda fault: fault.name)
def test_every_fault_of_the_content_is_survived(fault: Fault) -> None:
    with desk(Rule(fault, _GOOD, times=None)) as found:
        plan, _ = ask_form(found.model(), question("plan it"), Plan)
        assert plan.main == "f"
        assert len(found.server.requests) <= 4
