"""Models without tools: the same conversation, told in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chat_desk import Desk, desk_open
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.chat.wordedtools import WordedTools, in_words, read_step
from babyagi_nb.core.model import Ask, Message, Tool, ToolCall
from babyagi_nb.errors import ModelError
from babyagi_nb.testing import Request, Rule, ScriptedModel

TOOL = Tool(name="add", description="Add.", parameters={"type": "object"})


class Toolless(ScriptedModel):
    """Refuses every question that offers tools."""

    def ask(self, ask: Ask, **options: Any) -> Any:
        if ask.tools:
            raise ModelError("the model takes no tools", kind="tools")
        return super().ask(ask, **options)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with desk_open() as made:
        yield made


def step(say: str = "", *calls: tuple[str, Any]) -> str:
    return json.dumps({"say": say, "calls": [{"name": a, "arguments": b} for a, b in calls]})


def test_a_model_without_tools_calls_functions_all_the_same(desk: Desk) -> None:
    desk.model = Toolless([step("I add.", ("add", {"a": 2, "b": 3})), step("Five."), step("Yes.")])
    conversation = desk.converse()
    turn = conversation.say("add 2 and 3", desk.watch)
    assert (turn.text, [each.note for each in turn.calls]) == ("Five.", ["5"])
    first, second = desk.model.requests
    assert '"name":"add"' in first.system
    assert second.last.startswith("Answer of add:")
    assert {each["role"] for each in second.fields["messages"]} == {"system", "user", "assistant"}
    assert conversation.say("sure?").text == "Yes."
    assert len(desk.model.requests) == 3, "it was told once that there are no tools"


def test_the_transcript_holds_calls_whichever_way_they_were_told(desk: Desk) -> None:
    desk.model = Toolless(
        [
            step("", ("add", {"a": 2, "b": 3})),
            step("Five."),
        ]
    )
    conversation = desk.converse()
    conversation.say("add 2 and 3")
    desk.script("Six.")
    conversation.model = desk.model
    assert conversation.say("one more").text == "Six."
    assert desk.tools() != []
    roles = [each["role"] for each in desk.model.requests[0].fields["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]


def test_plain_words_are_an_answer(desk: Desk) -> None:
    desk.model = Toolless(["<think>easy</think>It is five."])
    assert desk.converse().say("2 + 3?").text == "It is five."


@pytest.mark.parametrize(
    "wrong", ['{"calls": [{"arguments": {}}], "say": "x"}', '{"say": "", "calls": []}',
              '{"calls": 3, "say": "x"}'],
)  # fmt: skip
def test_what_looks_like_a_call_and_is_none_is_asked_for_again(desk: Desk, wrong: str) -> None:
    desk.model = Toolless([wrong, step("Five.")])
    assert desk.converse().say("2 + 3?").text == "Five."
    assert "Answer with one JSON object" in desk.model.requests[1].last


def test_it_is_asked_for_again_a_bounded_number_of_times() -> None:
    model = Toolless([Rule('{"calls": 3, "say": "x"}', times=None)])
    asked = Ask(messages=(Message(role="user", content="2 + 3?"),), purpose="chat", tools=(TOOL,))
    answer = WordedTools(model).ask(asked)
    assert answer.calls == ()
    assert len(model.requests) == 3


def test_answers_of_one_round_are_one_message() -> None:
    calls = tuple(ToolCall(id=str(each), name=f"f{each}", arguments="{}") for each in range(2))
    told = in_words(
        [
            Message(role="assistant", calls=calls),
            Message(role="tool", content="one", answers="0"),
            Message(role="tool", content="two", answers="1"),
        ],
        (TOOL,),
    )
    assert [each.role for each in told] == ["system", "assistant", "user"]
    assert told[2].content == "Answer of f0:\none\nAnswer of f1:\ntwo"


def test_one_call_without_a_list_is_understood() -> None:
    _, (call,), trouble = read_step('```json\n{"name": "add", "arguments": {"a": 1}}\n```')
    assert (call.name, json.loads(call.arguments), trouble) == ("add", {"a": 1}, "")


@given(st.text() | st.from_regex(r'\{"(say|calls|name)": .{0,20}\}'))
def test_whatever_a_model_says_is_read(text: str) -> None:
    said, calls, trouble = read_step(text)
    assert isinstance(said, str)
    assert not (calls and trouble)


def test_other_errors_pass_through() -> None:
    class Failing(ScriptedModel):
        def ask(self, *args: Any, **options: Any) -> Any:
            raise ModelError("quota", kind="quota")

    with pytest.raises(ModelError, match="quota"):
        WordedTools(Failing()).ask(Ask(messages=(), purpose="chat", tools=(TOOL,)))


def test_text_is_handed_over_at_once_where_it_cannot_be_streamed(desk: Desk) -> None:
    def answer(request: Request) -> str:
        return step("Five.")

    desk.model = Toolless([answer])
    desk.converse().say("2 + 3?", desk.watch)
    assert next(each.row() for each in desk.events) == {"event": "text", "text": "Five."}
