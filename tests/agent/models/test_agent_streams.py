"""Streams put together from bytes and chunks, however they are cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.agent.models.assembling import Assembly
from babyagi_nb.agent.models.eventstream import Events
from babyagi_nb.agent.models.texts import Halves, plain
from babyagi_nb.core.model import ToolCall
from babyagi_nb.errors import ModelError


def _pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(each, len(data)) for each in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=12), max_size=5
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 200), max_size=8),
)
@settings(max_examples=50)
def test_where_bytes_are_cut_makes_no_difference(
    texts: list[str], end: str, cuts: list[int]
) -> None:
    data = "".join(f": ping{end}data: {each}{end}{end}" for each in texts).encode()
    events = Events()
    found = [event for piece in _pieces(data, cuts) for event in events.feed(piece)]
    assert found + events.end() == texts


def test_an_event_without_its_last_line_end_counts() -> None:
    events = Events()
    assert events.feed(b"event: x\nid: 1\ndata: a\ndata: b") == []
    assert events.end() == ["a\nb"]


@given(st.text(max_size=30), st.lists(st.integers(0, 40), max_size=5))
def test_where_a_text_is_cut_makes_no_difference(text: str, cuts: list[int]) -> None:
    halved = "".join(
        chr(0xD800 + ((ord(c) - 0x10000) >> 10)) + chr(0xDC00 + ((ord(c) - 0x10000) & 0x3FF))
        if ord(c) > 0xFFFF
        else c
        for c in text
    )
    places = sorted({min(each, len(halved)) for each in cuts})
    bounds = zip([0, *places], [*places, len(halved)], strict=True)
    halves = Halves()
    joined = "".join(halves.feed(halved[a:b]) for a, b in bounds) + halves.end()
    assert joined == plain(halved) == text.replace("\x00", "")


@given(st.text(st.characters(categories=["Cs", "Ll"], include_characters="\x00"), max_size=20))
@settings(max_examples=50)
def test_a_plain_text_can_be_encoded(text: str) -> None:
    plain(text).encode()
    assert "\x00" not in plain(text)


def _delta(finish: str | None = None, **delta: Any) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _part(arguments: str | None = None, **more: Any) -> dict[str, Any]:
    called = {key: more.pop(key) for key in ("name",) if key in more}
    return {
        **more,
        "function": {**called, **({} if arguments is None else {"arguments": arguments})},
    }


def _calls(*parts: dict[str, Any], finish: bool = True) -> tuple[ToolCall, ...]:
    stream = Assembly()
    for each in parts:
        stream.take(_delta(tool_calls=[each]))
    if finish:
        stream.take(_delta("tool_calls"))
    return stream.reply().calls


def test_interleaved_calls_are_told_apart_by_their_index() -> None:
    found = _calls(
        _part("{", index=0, id="a", name="f"), _part("[", index=1, id="b", name="g"),
        _part('"x":1}', index=0), _part("]", index=1),
    )  # fmt: skip
    assert [(each.id, each.name, each.arguments) for each in found] == [
        ("a", "f", '{"x":1}'),
        ("b", "g", "[]"),
    ]


def test_pieces_without_an_index_continue_the_last_call() -> None:
    found = _calls(
        _part("{", id="a", name="f"), _part("}"), _part("{", id="b", name="g"), _part('"y":2}')
    )
    assert [(each.name, each.arguments) for each in found] == [("f", "{}"), ("g", '{"y":2}')]


def test_calls_that_are_all_numbered_0_are_several() -> None:
    found = _calls(_part("{}", index=0, id="a", name="f"), _part("{}", index=0, id="b", name="g"))
    assert [each.name for each in found] == ["f", "g"]


def test_an_id_that_is_said_again_with_each_piece_is_one_call() -> None:
    found = _calls(*(_part(text, id="a", name="f") for text in ('{"x"', ":1}")))
    assert [(each.id, each.arguments) for each in found] == [("a", '{"x":1}')]


def test_of_a_broken_off_stream_only_whole_calls_are_kept() -> None:
    parts = (_part("{}", index=0, id="a", name="f"), _part('{"x": [1', index=1, id="b", name="g"))
    assert [each.name for each in _calls(*parts, finish=False)] == ["f"]


def test_what_comes_after_the_end_is_nobodys() -> None:
    stream = Assembly()
    texts = [stream.take(each) for each in (_delta(content="a"), _delta("stop"),
                                            _delta("length", content="b"))]  # fmt: skip
    assert texts == ["a", "", ""]
    assert (stream.reply().text, stream.reply().finish) == ("a", "stop")


def test_usage_may_come_in_a_chunk_without_choices() -> None:
    stream = Assembly()
    stream.take(_delta("stop", content="a"))
    stream.take('{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}')
    assert (stream.reply().prompt, stream.reply().completion) == (3, 1)


def test_an_error_in_a_stream_is_raised_as_one() -> None:
    with pytest.raises(ModelError) as caught:
        Assembly().take('{"error": {"code": "insufficient_quota", "message": "no"}}')
    assert caught.value.kind == "quota"


@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                st.sampled_from(["choices", "delta", "index", "tool_calls", "function", "content",
                                 "arguments", "name", "id", "finish_reason", "usage"]),
                inner, max_size=4),
            max_leaves=12,
        ),
        max_size=4,
    )
)  # fmt: skip
@settings(max_examples=50)
def test_no_chunk_breaks_it(chunks: list[Any]) -> None:
    stream = Assembly()
    try:
        for each in chunks:
            assert isinstance(stream.take(json.dumps(each)), str)
        reply = stream.reply()
    except ModelError:
        return
    assert reply.finish
    assert all(each.name and each.id for each in reply.calls)
