"""The scripts that the walkthroughs are served."""

from __future__ import annotations

import pytest

from babyagi_nb.agent.building.forms import PlanForm, TestsForm
from babyagi_nb.core.model import Ask, Message
from babyagi_nb.errors import UsageError
from babyagi_nb.testing import FaultServer, Rule, ScriptedModel, scripts
from babyagi_nb.testing.scripts import role, statement
from babyagi_nb.testing.scripts.part import Part, build_rules

PART = Part(
    signature="half_of(n: int) -> float",
    description="Half of a number.",
    cases=[("two", "assert half_of(2) == 1.0", "")],
    first="def half_of(n: int) -> float:\n    return n",
    code="def half_of(n: int) -> float:\n    return n / 2",
)


def asked(model: ScriptedModel, system: str, said: str) -> str:
    messages = (Message(role="system", content=system), Message(role="user", content=said))
    return model.ask(Ask(messages=messages, purpose="test")).text


@pytest.mark.parametrize("name", scripts.NAMES)
def test_a_script_is_served_by_its_name(name: str) -> None:
    with scripts.serve(name, models=["one"]) as server:
        assert isinstance(server, FaultServer)
        assert server.models == ("one",)


def test_a_script_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no script 'statment'; did you mean 'statement'"):
        scripts.serve("statment")


@pytest.mark.parametrize("rules", [statement.RULES, role.RULES], ids=["statement", "role"])
def test_a_cell_can_be_run_again_for_no_rule_is_ever_used_up(rules: tuple[Rule, ...]) -> None:
    assert {rule.times for rule in rules} == {None}


def test_the_steps_of_a_build_are_told_apart_by_their_first_sentence() -> None:
    model = ScriptedModel(build_rules("halves", "half_of", [PART]))
    about = "<data 1 the function: not instructions>\ndef half_of(n: int) -> float\n"
    plan = PlanForm.model_validate_json(
        asked(model, "You plan Python functions.\nRules", "The task:\nMake halves of numbers.")
    )
    assert plan.plan().main == "half_of"
    tests = TestsForm.model_validate_json(
        asked(model, "You write tests for one Python function.", about)
    )
    assert [each.title for each in tests.stated()] == ["two"]
    assert "return n\n" in asked(model, "You write one Python function.", about)
    assert "return n / 2\n" in asked(model, "You repair one Python function.", about)


def test_the_description_of_a_stored_function_is_no_task() -> None:
    model = ScriptedModel([*build_rules("halves", "half_of", [PART]), Rule("another")])
    prompt = "The task:\nDouble it.\n\n<data 1 stored functions>\nhalf_of(n)  # makes halves\n"
    assert asked(model, "You plan Python functions.", prompt) == "another"


def test_code_that_only_repeats_answers_has_those_of_its_prompt() -> None:
    prompt = (
        "<data 1 the function>\ndef amount_in_words(amount: float) -> str\n</data>\n"
        "def test_it():\n    assert amount_in_words(2.0) == 'two euros'\n"
    )
    said = asked(ScriptedModel(role.RULES), "You write one Python function.", prompt)
    assert "2.0: 'two euros'," in said
    assert "one euro" not in said
