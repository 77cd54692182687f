"""What came with status 200, read with suspicion; and what is sent to be answered so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_desk import question

from babyagi_nb.agent.models.abilities import Abilities, abilities_of, without
from babyagi_nb.agent.models.prices import Prices, price_of
from babyagi_nb.agent.models.reply import Reply, call_of, judged, reply_of
from babyagi_nb.agent.models.vectors import vectors_of
from babyagi_nb.agent.models.wording import body_of, prompt_hash, strict_schema
from babyagi_nb.core.model import Ask, Message, Tool
from babyagi_nb.errors import AnswerError, ModelError, ModelRefused, UsageError
from babyagi_nb.store.shelf import MemoryShelf

_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "tool_calls", "function", "name", "id",
                         "arguments", "finish_reason", "usage", "prompt_tokens", "text", "error",
                         "data", "embedding", "index", "refusal", "model"]),
        inner, max_size=4),
    max_leaves=14,
)  # fmt: skip


@given(_ANY | st.binary(max_size=30))
@settings(max_examples=50)
def test_every_body_is_a_reply_or_a_typed_error(value: Any) -> None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    try:
        reply = reply_of(body)
    except ModelError:
        return
    reply.text.encode()
    assert all(each.id and each.name for each in reply.calls)


@given(_ANY | st.binary(max_size=30), st.integers(1, 3))
@settings(max_examples=50)
def test_every_body_is_vectors_or_a_typed_error(value: Any, count: int) -> None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    try:
        vectors, _ = vectors_of(body, count)
    except ModelError:
        return
    assert len(vectors) == count


def test_a_content_of_parts_is_their_text() -> None:
    message = {"content": [{"type": "text", "text": "a"}, {"type": "image"}, {"text": "b"}]}
    assert reply_of(json.dumps({"choices": [{"message": message}]}).encode()).text == "ab"


def test_ids_that_are_missing_or_used_twice_are_made() -> None:
    calls = [{"id": id, "function": {"name": "f", "arguments": ""}} for id in
             ("call_2", None, "call_2", 7, "call_2")]  # fmt: skip
    body = json.dumps({"choices": [{"message": {"tool_calls": calls}}]}).encode()
    found = reply_of(body).calls
    assert len({each.id for each in found}) == 5
    assert found[0].id == "call_2"
    assert {each.arguments for each in found} == {"{}"}


def test_more_calls_than_anybody_means_are_dropped() -> None:
    calls = [{"function": {"name": "f"}}] * 5000
    body = json.dumps({"choices": [{"message": {"tool_calls": calls}}]}).encode()
    assert len(reply_of(body).calls) == 128


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(text=" "), AnswerError),
        (Reply(refusal="no"), ModelRefused),
        (Reply(text="half", finish="content_filter"), ModelRefused),
    ],
)
def test_a_reply_of_no_use_is_an_error(reply: Reply, error: type[ModelError]) -> None:
    with pytest.raises(error):
        judged(reply)


@pytest.mark.parametrize("reply", [Reply(text="a"), Reply(finish="length")])
def test_a_reply_of_use_is_none(reply: Reply) -> None:
    assert judged(reply) is reply


# -- what is sent ------------------------------------------------------------------------------


def test_the_fingerprint_is_of_what_is_asked_and_not_of_why_or_how_long() -> None:
    first = prompt_hash(question("a"))
    assert first == prompt_hash(question("a", purpose="other", seconds=1.0))
    assert len({first, prompt_hash(question("b")), prompt_hash(question("a", max_tokens=5)),
                prompt_hash(question("a", schema={"type": "object"}))}) == 4  # fmt: skip


def test_what_cannot_be_encoded_is_not_sent() -> None:
    tool = Tool(name="f", description="a\ud800", parameters={"title": "\x00b"})
    message = Message(role="user", content="c\ud800", calls=(call_of("1", "f", "\ud800"),))
    ask = Ask(messages=(message,), purpose="test", tools=(tool,))
    json.dumps(body_of(ask, "m", Abilities(), stream=True), ensure_ascii=False).encode()


_OBJECT = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}}


def test_a_schema_is_strict_where_strictness_says_the_same() -> None:
    body = body_of(question(schema=_OBJECT), "m", Abilities(), stream=False)
    form = body["response_format"]["json_schema"]
    assert form["strict"]
    assert form["schema"]["required"] == ["a"]
    assert form["schema"]["properties"] == {"a": {"type": "string"}}
    assert "required" not in _OBJECT


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {}}},
        {"type": "object", "properties": {"a": _OBJECT}, "additionalProperties": True},
    ],
)
def test_a_schema_that_cannot_be_strict_is_sent_as_it_is(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None
    body = body_of(question(schema=schema), "m", Abilities(), stream=False)
    form = body["response_format"]["json_schema"]
    assert (form["strict"], form["schema"]) == (False, schema)


def test_members_may_be_called_like_keywords() -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    assert strict_schema(schema) == {
        **schema,
        "required": ["title"],
        "additionalProperties": False,
    }


# -- what is known -----------------------------------------------------------------------------


@given(_ANY | st.dictionaries(st.sampled_from(["form", "limit", "stream", "tools"]), _ANY))
@settings(max_examples=50)
def test_whatever_is_remembered_is_read_as_abilities(document: Any) -> None:
    found = abilities_of(document, Abilities())
    assert found.form in ("schema", "object", "text")
    assert abilities_of(found.row(), Abilities(form="text")) == found


@given(st.text(max_size=40), st.sampled_from(["temperature", "max_tokens", "stream_options"]))
def test_a_refusal_takes_away_only_what_was_sent(words: str, part: str) -> None:
    can = Abilities()
    assert without(can, {}, words + part) is None
    left = without(can, {part: 1}, part.replace("max_tokens", "max_completion_tokens"))
    assert left not in (None, can)


# -- what it costs -----------------------------------------------------------------------------


def test_the_longest_pattern_counts_and_rows_without_sense_are_passed_over() -> None:
    table = {"m*": {"input": 1, "output": 1}, "m-1*": {"input": "free"}, "m-2": {"input": 3}}
    price = price_of("m-1", table)
    assert price is not None
    assert price.input == 1
    assert price_of("m-2", table) is not None
    assert price_of("x", table) is None


def test_a_price_holds_until_it_is_taken_out_and_no_other_is_known() -> None:
    prices = Prices(MemoryShelf())
    assert prices.of("m-1") is None
    prices.set("m-*", 9, 9)
    mine = prices.of("m-1")
    assert mine is not None
    assert mine.cost(1_000_000, 1_000_000) == 18
    prices.set("m-*", None)
    assert prices.of("m-1") is None
    assert prices.table() == {}


@pytest.mark.parametrize("value", [-1, float("inf"), float("nan"), "1"])
def test_what_is_no_price_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="no price"):
        Prices(MemoryShelf()).set("m", value)
