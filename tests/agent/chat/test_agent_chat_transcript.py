"""Transcripts: kept, bounded, listed, opened again."""

from __future__ import annotations

from itertools import count

import pytest

from babyagi_nb.agent.chat import transcript as module
from babyagi_nb.agent.chat.transcript import CHARACTERS, MOST, TURNS, Chats, Transcript, bounded
from babyagi_nb.core.model import Message, ToolCall
from babyagi_nb.errors import NotFound
from babyagi_nb.store.shelf import MemoryShelf

DAY = 86_400_000_000_000


@pytest.fixture
def chats() -> Chats:
    days = count(1)
    return Chats(MemoryShelf(), clock=lambda: next(days) * DAY)


def turn(text: str, answer: str = "Yes.") -> tuple[Message, ...]:
    return (Message(role="user", content=text), Message(role="assistant", content=answer))


def kept(chats: Chats, text: str = "hello") -> Transcript:
    begun = chats.begin()
    return chats.keep(
        Transcript(id=begun.id, messages=turn(text), title=text, began=begun.began, model="m")
    )


def test_a_transcript_comes_back_as_it_was_kept(chats: Chats) -> None:
    one = kept(chats)
    assert chats.open(one.id) == one
    assert one.turns == 1


def test_nothing_is_written_before_something_was_said(chats: Chats) -> None:
    chats.begin()
    assert chats.ids() == []


def test_the_one_that_went_on_last_comes_first(chats: Chats) -> None:
    first, second = kept(chats, "first"), kept(chats, "second")
    assert [each.title for each in chats.list()] == ["second", "first"]
    chats.keep(first)
    assert [each.title for each in chats.list()] == ["first", "second"]
    assert chats.open("2").id == second.id


def test_a_part_of_an_id_is_enough_when_only_one_has_it(chats: Chats) -> None:
    one, other = kept(chats), kept(chats)
    assert chats.open(one.id[-9:]) == one
    with pytest.raises(NotFound, match="there are 2 with it"):
        chats.open("19700")
    with pytest.raises(NotFound, match="no conversation 'nonsense'"):
        chats.open("nonsense")
    with pytest.raises(NotFound, match="there are 2"):
        chats.open("3")
    assert other.id != one.id


def test_old_turns_leave_a_long_transcript_and_are_counted() -> None:
    messages = tuple(each for at in range(TURNS + 5) for each in turn(str(at)))
    short = bounded(Transcript(id="a", messages=messages))
    assert (short.dropped, short.turns, len(short.messages)) == (5, TURNS + 5, 2 * TURNS)
    assert short.messages[0].content == "5"


def test_a_transcript_has_a_size_at_most_and_keeps_its_last_turn() -> None:
    long = "x" * (CHARACTERS // 2)
    messages = (*turn("a", long), *turn("b", long), *turn("c", long))
    short = bounded(Transcript(id="a", messages=messages))
    assert [each.content[:1] for each in short.messages] == ["c", "x"]
    alone = bounded(Transcript(id="a", messages=turn("a", "x" * (CHARACTERS + 1))))
    assert len(alone.messages) == 2


def test_only_the_newest_transcripts_are_kept(
    chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    ids = [kept(chats).id for _ in range(5)]
    assert chats.ids() == sorted(ids[2:], reverse=True)
    assert MOST > 3


def test_a_damaged_document_counts_as_an_empty_conversation() -> None:
    shelf = MemoryShelf()
    call = {"id": "a", "name": "f", "arguments": "{}"}
    shelf.put("chats/torn", {"messages": [
        {"role": "assistant", "calls": [call]}, {"role": "robot"}, 3,
        {"role": "user", "content": "hi"}, {"role": "assistant", "calls": [call, {"id": 3}]},
    ], "began": "yesterday", "title": ["x"]})  # fmt: skip
    shelf.put("chats/other", [1, 2])
    chats = Chats(shelf)
    assert chats.open("other") == Transcript(id="other")
    found = chats.open("torn")
    assert [each.role for each in found.messages] == ["user", "assistant", "tool"]
    assert found.messages[1].calls == (ToolCall(id="a", name="f", arguments="{}"),)
    assert found.began == 0
    assert [each.id for each in chats.list()] == ["torn"]
