"""``react_agent`` and ``chat_with_functions``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chat_desk import Desk, calls, desk_open

from babyagi_nb.agent.chat.history import HistoryError, chat_with_functions
from babyagi_nb.agent.chat.react import react_agent
from babyagi_nb.core.budget import Budget
from babyagi_nb.errors import BudgetSpent, ModelError, NotFound, UsageError
from babyagi_nb.testing import Rule, ScriptedModel


@pytest.fixture
def desk() -> Iterator[Desk]:
    with desk_open() as made:
        yield made


def solve(desk: Desk, task: str = "add 2 and 3, then 1", **options: Any) -> Any:
    given = {"runs": desk.app.runs, "model": desk.model, **options}
    return react_agent(task, library=desk.library, **given)


def test_an_agent_thinks_acts_and_answers(desk: Desk) -> None:
    desk.script(
        calls(("add", {"a": 2, "b": 3}), text="First 2 and 3."),
        calls(("add", {"a": 5, "b": 1}), text="Then 5 and 1."),
        "All is added.\nAnswer: six",
    )
    found = solve(desk)
    assert (str(found), found.turn.finish) == ("six", "stop")
    assert [(step.thought, [each.note for each in step.calls]) for step in found.steps] == [
        ("First 2 and 3.", ["5"]),
        ("Then 5 and 1.", ["6"]),
    ]
    assert found.report() == (
        "Full Reasoning Path:\n1. First 2 and 3.\n2. Then 5 and 1.\n\n"
        'Functions Used:\nadd({"a": 2, "b": 3}) done: 5\nadd({"a": 5, "b": 1}) done: 6\n\n'
        "Final Answer:\nsix"
    )
    tree = [run.function for run in desk.app.queries.tree(found.turn.run)]
    assert tree == ["react", "tool", "add", "tool", "add"]


def test_an_agent_without_tools_is_an_agent_too(desk: Desk) -> None:
    class Toolless(ScriptedModel):
        def ask(self, ask: Any, **options: Any) -> Any:
            if ask.tools:
                raise ModelError("the model takes no tools", kind="tools")
            return super().ask(ask, **options)

    desk.model = Toolless(
        [
            '{"say": "I add.", "calls": [{"name": "add", "arguments": {"a": 2, "b": 3}}]}',
            '{"say": "Answer: five", "calls": []}',
        ]
    )
    found = solve(desk)
    assert (found.answer, found.steps[0].thought) == ("five", "I add.")


def test_an_agent_stops_after_its_rounds(desk: Desk) -> None:
    numbers = iter(range(100))
    loop = Rule(
        lambda request: calls(("add", {"a": next(numbers), "b": 0})), tools="add", times=None
    )
    desk.script(loop, "Answer: I do not know.")
    found = solve(desk, rounds=3)
    assert (found.answer, len(found.steps), found.turn.finish) == ("I do not know.", 3, "rounds")


def test_an_agent_stops_at_its_budget(desk: Desk) -> None:
    desk.script(Rule(calls(("add", {"a": 1, "b": 0})), times=None))
    with pytest.raises(BudgetSpent):
        solve(desk, budget=Budget(calls=1))


def test_an_agent_that_called_nothing_says_so(desk: Desk) -> None:
    desk.script("It is plain.")
    found = solve(desk)
    assert found.answer == "It is plain."
    assert "No functions were called." in found.report()


# -- chat_with_functions -----------------------------------------------------------------------


def reply(desk: Desk, history: Any, names: Any) -> str:
    return chat_with_functions(
        lambda functions: desk.converse(functions=functions, chats=None), history, names
    )


HISTORY = [
    {"role": "system", "message": "Be kind."},
    {"role": "assistant", "message": "What can I do?"},
    {"role": "user", "message": "Add 2 and 3."},
]


def test_a_history_is_answered_with_the_functions_named(desk: Desk) -> None:
    desk.script(calls(("add", {"a": 2, "b": 3}), ("post", {"text": "x"})), "Five.")
    assert reply(desk, HISTORY, "add, later") == "Five."
    sent = desk.model.requests[0].fields["messages"]
    assert [(each["role"], each["content"]) for each in sent[1:]] == [
        (each["role"], each["message"]) for each in HISTORY
    ]
    assert desk.tools(0)[:2] == ["add", "later"]
    assert desk.sent == []
    assert desk.chats.list() == [], "the caller keeps the history"


@pytest.mark.parametrize(
    "history",
    ["hello", [], ["hello"], [{"role": "robot", "message": "x"}], [{"role": "user"}],
     [{"role": "user", "message": 3}], [{"message": "x"}], None],
)  # fmt: skip
def test_what_is_no_history_is_a_value_error(desk: Desk, history: Any) -> None:
    with pytest.raises(ValueError, match=r"chat_history|message") as caught:
        reply(desk, history, "add")
    assert isinstance(caught.value, HistoryError)
    assert caught.value.fix


@pytest.mark.parametrize("names", ["", " , ", [], [3], None, 3])
def test_no_names_are_a_value_error(desk: Desk, names: Any) -> None:
    with pytest.raises(ValueError, match="available_function_names"):
        reply(desk, HISTORY, names)


def test_names_have_to_exist_and_manage_nothing(desk: Desk) -> None:
    with pytest.raises(NotFound):
        reply(desk, HISTORY, ["add", "nothing"])
    with pytest.raises(UsageError, match="manages the store"):
        reply(desk, HISTORY, ["boss"])
