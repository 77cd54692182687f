"""Lists of messages: settled whatever happened, and short enough to be sent."""

from __future__ import annotations

from chat_desk import is_settled
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.chat.messages import (
    LEFT_OUT,
    fitted,
    message_of,
    row_of,
    settled,
    size,
    turns,
)
from babyagi_nb.core.model import Message, ToolCall

IDS = st.sampled_from("abcd")
CALLS = st.lists(
    st.builds(ToolCall, id=IDS, name=st.sampled_from("fg"), arguments=st.just("{}")), max_size=3
)
MESSAGES = st.lists(
    st.builds(Message, role=st.just("user"), content=st.text(max_size=9))
    | st.builds(
        Message, role=st.just("assistant"), content=st.text(max_size=9), calls=CALLS.map(tuple)
    )
    | st.builds(Message, role=st.just("tool"), content=st.text(max_size=9), answers=IDS),
    max_size=12,
)


@given(MESSAGES)
def test_settled_messages_have_one_answer_behind_each_call(messages: list[Message]) -> None:
    found = settled(messages)
    assert is_settled(found)
    assert settled(found) == found
    assert [each.content for each in found if each.role == "user"] == [
        each.content for each in messages if each.role == "user"
    ]


@given(MESSAGES)
def test_what_is_settled_already_stays_as_it_is(messages: list[Message]) -> None:
    unique = [each for each in messages if len({call.id for call in each.calls}) == len(each.calls)]
    if is_settled(tuple(unique)):
        assert settled(unique) == tuple(unique)


def test_answers_come_in_the_order_of_their_calls() -> None:
    calls = tuple(ToolCall(id=each, name="f", arguments="{}") for each in "ab")
    found = settled(
        [
            Message(role="assistant", calls=calls),
            Message(role="tool", content="second", answers="b"),
            Message(role="tool", content="first", answers="a"),
            Message(role="tool", content="again", answers="a"),
            Message(role="tool", content="of nobody", answers="z"),
        ]
    )
    assert [each.content for each in found] == ["", "first", "second"]


@given(MESSAGES, MESSAGES, st.integers(0, 200))
def test_what_is_sent_fits_and_keeps_whole_turns(
    history: list[Message], now: list[Message], limit: int
) -> None:
    sent = fitted(settled(history), settled(now), limit)
    own = settled(now)
    assert len(sent) >= len(own)
    before = sent[: len(sent) - len(own)]
    assert not before or before[0].role == "user"
    assert size(before) + size(own) <= limit or not before
    assert is_settled(sent)


def test_results_of_earlier_rounds_leave_first_and_the_last_ones_stay() -> None:
    def round_of(name: str) -> list[Message]:
        call = ToolCall(id=name, name="f", arguments="{}")
        return [
            Message(role="assistant", calls=(call,)),
            Message(role="tool", content=name * 1000, answers=name),
        ]

    now = [Message(role="user", content="go"), *round_of("a"), *round_of("b"), *round_of("c")]
    sent = fitted([], now, 2200)
    assert [each.content[:1] for each in sent if each.role == "tool"] == [LEFT_OUT[0], "b", "c"]
    sent = fitted([], now, 10)
    assert [each.content[:1] for each in sent if each.role == "tool"] == ["(", "(", "c"]


def test_turns_begin_where_the_person_speaks() -> None:
    said = [Message(role=role) for role in ("assistant", "user", "assistant", "user")]  # type: ignore[arg-type]
    assert [len(each) for each in turns(said)] == [2, 1]
    assert turns([]) == []


@given(MESSAGES)
def test_messages_survive_being_kept(messages: list[Message]) -> None:
    assert [message_of(row_of(each)) for each in messages] == messages


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["role", "content", "calls", "answers", "id", "name"]), inner
            )
        ),
        max_leaves=8,
    )
)
def test_nonsense_in_a_file_is_no_message_and_no_error(row: object) -> None:
    found = message_of(row)
    assert found is None or isinstance(found, Message)
