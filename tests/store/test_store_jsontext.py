"""Text that is kept can be read again, whatever a model put into it."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import UsageError
from babyagi_nb.store.jsontext import kept_text, read_object

# All that json.loads can make of somebody's text.
LOADED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(LOADED)
def test_everything_that_json_can_load_can_be_kept_and_read_in_one_line(value: Any) -> None:
    data = kept_text(value)
    assert b"\n" not in data
    assert kept_text(orjson.loads(data)) == data
    assert orjson.loads(kept_text(value, indent=True)) == orjson.loads(data)


@given(LOADED)
def test_what_every_reader_can_read_is_kept_as_it_is(value: Any) -> None:
    try:
        plain = orjson.dumps(value)
    except TypeError:
        return
    assert kept_text(value) == plain


@given(st.dictionaries(st.text(), LOADED, max_size=3), st.data())
def test_half_an_object_is_none(value: dict[str, Any], data: st.DataObject) -> None:
    line = kept_text(value)
    cut = data.draw(st.integers(0, len(line) - 1))
    assert read_object(line) == orjson.loads(line)
    assert read_object(line[:cut]) is None


def test_numbers_that_readers_refuse_become_ones_they_take() -> None:
    assert kept_text([10**400, -(10**20), float("-inf"), {1: 2}]) == b'[null,-1e+20,null,{"1":2}]'
    assert json.loads(kept_text((1 << 63) - 1)) == (1 << 63) - 1


def test_what_is_no_json_is_named() -> None:
    with pytest.raises(UsageError, match="a set is no JSON"):
        kept_text({"a": {1, 2}})
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(UsageError, match="too deeply"):
        kept_text(circle)
