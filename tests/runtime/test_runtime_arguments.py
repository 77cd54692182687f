"""What JSON becomes on its way into a call, and what a form can know before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.records import FunctionSpec, Parameter
from babyagi_nb.errors import ArgumentError
from babyagi_nb.ids import FunctionName
from babyagi_nb.runtime.arguments import arguments_of
from babyagi_nb.runtime.sketch import sketch
from babyagi_nb.runtime.validation import json_schema


@dataclass
class Place:
    name: str


def many(a: int, b: int = 2, *rest: int, c: int = 0, **more: int) -> Any:
    return a, b, rest, c, more


def test_values_before_the_rest_go_by_position() -> None:
    args, kwargs = arguments_of(many, {"a": 1, "rest": [3, 4], "c": 5, "d": 6})
    assert many(*args, **kwargs) == (1, 2, (3, 4), 5, {"d": 6})


def test_without_a_rest_everything_goes_by_name() -> None:
    assert arguments_of(many, {"a": 1, "rest": []}) == ((), {"a": 1})


@given(st.dates(), st.integers())
def test_text_becomes_the_date_that_is_meant(day: date, n: int) -> None:
    def f(day: date, n: int) -> None: ...

    read = arguments_of(f, {"day": day.isoformat(), "n": n})
    assert read == ((), {"day": day, "n": n})


def test_containers_become_what_the_hint_says() -> None:
    def f(a: set[int], b: tuple[int, str], c: Place | None, d: timedelta, e: bytes) -> None: ...

    given = {"a": [1, 1], "b": [1, "x"], "c": {"name": "Oslo"}, "d": "PT5S", "e": "x"}
    _, kwargs = arguments_of(f, given)
    assert kwargs == {
        "a": {1}, "b": (1, "x"), "c": Place("Oslo"), "d": timedelta(seconds=5), "e": b"x",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["1", 1.5, True, None, [1]])
def test_a_number_is_not_made_of_something_else(value: object) -> None:
    def f(n: int) -> None: ...

    with pytest.raises(ArgumentError, match="argument 'n'"):
        arguments_of(f, {"n": value})


def test_a_hint_that_nobody_knows_takes_the_value_as_it_is() -> None:
    def f(x: Unknown) -> None: ...  # type: ignore[name-defined] # noqa: F821

    assert arguments_of(f, {"x": {"a": 1}}) == ((), {"x": {"a": 1}})


def drawn(code: str, **hints: str) -> dict[str, Any]:
    parameters = tuple(Parameter(name=name, annotation=hint) for name, hint in hints.items())
    spec = FunctionSpec(name=FunctionName("f"), code=code, parameters=parameters)
    found: dict[str, Any] = json_schema(sketch(spec))["properties"]
    return found


def test_a_form_is_drawn_from_the_text_alone() -> None:
    code = "import enum\n\nclass Unit(enum.Enum):\n    A = 1\n    B = 2\n\ndef f(): ..."
    shown = drawn(code, day="date", unit="Unit", when="list[datetime] | None", other="Frame")
    assert shown["day"] == {"type": "string", "format": "date"}
    assert shown["unit"] == {"type": "integer", "enum": [1, 2]}
    assert shown["when"]["anyOf"][0]["items"] == {"type": "string", "format": "date-time"}
    assert shown["other"] == {}


def test_no_code_is_executed_for_a_form(app: BabyAGI) -> None:
    app.namespace["seen"] = seen = []
    app.add_function("f", "def f(n: int = 3, m: object = seen.append(1)): return n")
    seen.clear()
    assert app.schema_of("f")["properties"]["n"] == {"type": "integer", "default": 3}
    assert seen == []


def test_references_of_a_schema_lead_somewhere(app: BabyAGI) -> None:
    app.add_function(
        "f",
        "from dataclasses import dataclass\n\n@dataclass\nclass Inner:\n    n: int\n\n"
        "@dataclass\nclass Outer:\n    inner: Inner\n\ndef f(one: Outer, two: Outer): return 1",
    )
    schema = app.schema("f")
    assert schema["properties"]["one"]["properties"]["inner"] == {"$ref": "#/$defs/Inner"}
    assert schema["$defs"]["Inner"]["properties"]["n"]["type"] == "integer"
