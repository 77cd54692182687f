"""Arguments of a model against the schema of a function."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from babyagi_nb.agent.fitting import misfits
from babyagi_nb.runtime.validation import json_schema


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    x: int
    y: int = 0


def function(
    number: int,
    name: str = "",
    ratio: float = 0.5,
    many: list[int] | None = None,
    pair: tuple[int, str] = (1, "a"),
    colour: Colour = Colour.RED,
    mode: Literal["fast", "slow"] = "fast",
    point: Point | None = None,
    day: date | None = None,
    table: dict[str, float] | None = None,
    anything: Any = None,
) -> None: ...


SCHEMA = json_schema(function)


@pytest.mark.parametrize(
    "given",
    [
        {"number": 1},
        {"number": 1.0, "ratio": 2, "many": [1, 2], "pair": [3, "x"], "colour": "blue"},
        {"number": -1, "many": None, "mode": "slow", "point": {"x": 1}, "day": "2026-01-02"},
        {"number": 0, "table": {"a": 1, "b": 0.5}, "anything": {"deep": [1, None]}},
    ],
)
def test_what_fits_is_taken(given: dict[str, Any]) -> None:
    assert misfits(given, SCHEMA) == []


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "'number' is missing"),
        ({"number": "1"}, "number: '1' is a string, not integer"),
        ({"number": True}, "number: True is a boolean, not integer"),
        ({"number": 1.5}, "number: 1.5 is a number, not integer"),
        ({"number": None}, "number: None is null, not integer"),
        ({"number": 1, "many": [1, "2"]}, "many[1]: '2' is a string, not integer"),
        ({"number": 1, "many": "12"}, "many: '12' is a string, not array or null"),
        ({"number": 1, "pair": [1]}, "pair: 1 items are fewer than 2"),
        ({"number": 1, "pair": [1, "a", 3]}, "pair: 3 items are more than 2"),
        ({"number": 1, "pair": ["a", "b"]}, "pair[0]: 'a' is a string, not integer"),
        ({"number": 1, "colour": "green"}, "colour: 'green' is none of ['red', 'blue']"),
        ({"number": 1, "mode": "medium"}, "mode: 'medium' is none of ['fast', 'slow']"),
        ({"number": 1, "point": {}}, "point: 'x' is missing"),
        ({"number": 1, "point": {"x": "1"}}, "point.x: '1' is a string, not integer"),
        ({"number": 1, "table": {"a": "b"}}, "table.a: 'b' is a string, not number"),
        ({"number": 1, "ratioo": 1}, "there is no 'ratioo'; did you mean 'ratio'?"),
    ],
)
def test_what_does_not_fit_is_explained(given: dict[str, Any], complaint: str) -> None:
    assert misfits(given, SCHEMA) == [complaint]


def test_all_that_is_wrong_is_told_at_once_up_to_a_bound() -> None:
    assert misfits({"name": 1, "ratio": "x"}, SCHEMA) == [
        "'number' is missing",
        "name: 1 is an integer, not string",
        "ratio: 'x' is a string, not number",
    ]
    assert len(misfits({f"a{at}": 1 for at in range(50)}, SCHEMA)) == 5


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(VALUES, st.sampled_from([int, str, bool, list[int], dict[str, int], int | None, Point]))
def test_it_agrees_with_pydantic_on_values_of_one_hint(value: Any, hint: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(hint)
    try:
        adapter.validate_python(value, strict=hint is not Point)
        fits = True
    except ValidationError:
        fits = False
    found = misfits(value, adapter.json_schema())
    if fits and isinstance(value, dict | list | str | int | bool | None):
        assert found == []
    if not fits and not found:
        # Whole floats are whole numbers in JSON; what lies deeper is the call's own to check.
        assert isinstance(value, float | dict | list)


@given(VALUES, VALUES)
def test_no_schema_is_too_odd(value: Any, schema: Any) -> None:
    odd = schema if isinstance(schema, dict) else {"items": schema, "$ref": schema}
    assert isinstance(misfits(value, odd), list)


def test_a_schema_that_refers_to_itself_ends() -> None:
    schema = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert misfits(1, schema) == []
