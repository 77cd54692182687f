"""Snapshots: bounded, harmless, exact where they say so."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import io
import itertools
import json
import math
import operator
import pathlib
import random
import re
import sys
import threading
import types
import uuid
import weakref
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import orjson
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.core.preview import BUDGET, is_exact, preview
from babyagi_nb.core.restoring import restore


class Refuses:
    """Answers nothing: every way of asking raises."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(f"asked for {name}")

    def __repr__(self) -> str:
        raise RuntimeError("asked for its repr")

    __str__ = __repr__

    def __len__(self) -> int:
        raise RuntimeError("asked for its length")

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("asked for its items")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    def __hash__(self) -> int:
        raise RuntimeError("hashed")

    def __bool__(self) -> bool:
        raise RuntimeError("asked whether it is true")


class HostileMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(f"class asked for {name}")

    def __hash__(cls) -> int:
        raise RuntimeError("class hashed")

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError("class compared")

    def __instancecheck__(cls, instance: object) -> bool:
        raise RuntimeError("instance checked")


def hostile_class() -> Any:
    # Not at the top of the module: collecting tests asks what it finds there.
    class HostileClass(metaclass=HostileMeta):
        pass

    return HostileClass


class Liar:
    """Pretends to be a dict, and to have a dict."""

    __dict__ = property(lambda self: 1 / 0)  # type: ignore[assignment]
    __class__ = property(lambda self: dict)  # type: ignore[assignment]


class Endless(list[int]):
    def __iter__(self) -> Iterator[int]:
        return itertools.count()

    def __len__(self) -> int:
        return sys.maxsize


class ShoutingDict(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("items asked")

    __iter__ = keys = values = __len__ = items


class StrangeText(str):
    def __str__(self) -> str:
        raise RuntimeError

    __len__ = isascii = encode = __str__  # type: ignore[assignment]


class StrangeInt(int):
    def __index__(self) -> int:
        raise RuntimeError

    __int__ = __str__ = __repr__ = bit_length = __lt__ = __index__  # type: ignore[assignment]


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Pair(NamedTuple):
    left: int
    right: Any


@dataclasses.dataclass
class Order:
    number: int
    secret: str = dataclasses.field(default="x", repr=False)


@dataclasses.dataclass(slots=True)
class SlottedOrder:
    number: int
    unset: int = dataclasses.field(init=False)


class Model(pydantic.BaseModel):
    name: str
    sizes: list[int]


class WithProperty:
    def __init__(self) -> None:
        self.seen = 1
        self._hidden = 2

    @property
    def costly(self) -> int:
        raise RuntimeError("property ran")


class PretendFrame:
    """Calls itself a pandas frame and answers nothing right."""

    @property
    def shape(self) -> Any:
        raise KeyError("shape")


PretendFrame.__module__, PretendFrame.__qualname__ = "pandas.core.frame", "DataFrame"


def cyclic_list() -> list[Any]:
    made: list[Any] = [1]
    made.append(made)
    return made


def cyclic_dict() -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["self"] = {"again": made}
    return made


def deep(levels: int) -> Any:
    made: Any = 0
    for at in range(levels):
        made = [made] if at % 2 else {"in": made}
    return made


def wide_and_deep(levels: int) -> Any:
    return [wide_and_deep(levels - 1) for _ in range(8)] if levels else "x" * 200


def chained_error() -> BaseException:
    try:
        raise ValueError("first")
    except ValueError as error:
        caught: BaseException = RuntimeError("second", Refuses())
        caught.__cause__ = error
        return caught


NASTY: dict[str, Callable[[], Any]] = {
    "an int beyond 64 bits": lambda: 2**64,
    "an int below 64 bits": lambda: -(2**63) - 1,
    "an int of a million bits": lambda: 1 << 1_000_000,
    "not a number": lambda: math.nan,
    "minus infinity": lambda: -math.inf,
    "a complex number": lambda: complex(1, math.nan),
    "a lone surrogate": lambda: "a\ud800b",
    "a key with a lone surrogate": lambda: {"\udfff": 1},
    "a long text": lambda: "x" * 200_000,
    "a long text of control characters": lambda: "\x00" * 200_000,
    "a long text of astral characters": lambda: "\U0001f600" * 200_000,
    "bytes": lambda: bytes(range(256)),
    "many bytes": lambda: b"\xff" * 200_000,
    "a bytearray": lambda: bytearray(b"abc"),
    "a memoryview": lambda: memoryview(b"abc"),
    "a list inside itself": cyclic_list,
    "a dict inside itself": cyclic_dict,
    "ten thousand levels": lambda: deep(10_000),
    "a tree of thirty thousand leaves": lambda: wide_and_deep(5),
    "many numbers": lambda: list(range(100_000)),
    "a dict of many long keys": lambda: {f"{at:0500}": at for at in range(1000)},
    "keys that are no text": lambda: {1: "a", None: "b", (1, 2): "c", 1.5: "d"},
    "keys that look like a tag": lambda: {"$type": "list", "$more": 3},
    "a set of mixed types": lambda: {1, "a", None, (2, 3), frozenset({4})},
    "a tuple of tuples": lambda: ((1, (2,)), ()),
    "a named tuple": lambda: Pair(1, Refuses()),
    "a generator": lambda: (each for each in range(3)),
    "an endless iterator": lambda: itertools.count(),
    "a map": lambda: map(str, [1]),
    "a range": lambda: range(10**30),
    "a file": lambda: io.StringIO("content"),
    "a real file": lambda: sys.__stderr__,
    "a lock": threading.Lock,
    "a thread-local": threading.local,
    "a weak reference": lambda: weakref.ref(Order(1)),
    "a module": lambda: json,
    "a function": lambda: deep,
    "a lambda": lambda: lambda: 1,
    "a built-in": lambda: len,
    "a bound method": lambda: [].append,
    "a partial": lambda: functools.partial(deep, 3),
    "a class": lambda: Order,
    "a type alias": lambda: list[int],
    "an ellipsis": lambda: ...,
    "not implemented": lambda: NotImplemented,
    "a decimal": lambda: decimal.Decimal("1e999999"),
    "a signalling nan": lambda: decimal.Decimal("sNaN"),
    "a fraction": lambda: fractions.Fraction(1, 3),
    "a uuid": lambda: uuid.UUID(int=1),
    "a path": lambda: pathlib.Path("/a") / "b",
    "a date": lambda: datetime.date(2024, 2, 29),
    "a moment with an offset": lambda: datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    "a duration": lambda: datetime.timedelta(days=-1, microseconds=1),
    "a pattern": lambda: re.compile("a+"),
    "an enum member": lambda: Colour.RED,
    "an integer enum member": lambda: Level.HIGH,
    "a dataclass": lambda: Order(1),
    "a slotted dataclass": lambda: SlottedOrder(1),
    "a pydantic model": lambda: Model(name="a", sizes=[1]),
    "a simple namespace": lambda: types.SimpleNamespace(a=1),
    "a mapping proxy": lambda: types.MappingProxyType({"a": 1}),
    "a default dict": lambda: collections.defaultdict(list, {"a": [1]}),
    "a counter": lambda: collections.Counter("aab"),
    "a deque": lambda: collections.deque(range(1000), maxlen=1000),
    "an exception": chained_error,
    "an object that answers nothing": Refuses,
    "a class that answers nothing": hostile_class,
    "an instance of such a class": lambda: object.__new__(hostile_class()),
    "a liar about its class": Liar,
    "a list that never ends": lambda: Endless([1, 2]),
    "a dict that raises": lambda: ShoutingDict(a=1),
    "a text that raises": lambda: StrangeText("abc"),
    "a number that raises": lambda: StrangeInt(7),
    "a container of all that": lambda: [Refuses(), {"k": Liar()}, (hostile_class(), StrangeInt(7))],
    "an object with a property": WithProperty,
    "something that pretends to be a frame": PretendFrame,
    "an array": lambda: np.arange(1_000_000.0).reshape(1000, 1000),
    "an empty array": lambda: np.zeros((0, 3)),
    "an array of objects": lambda: np.array([Refuses, {"a": 1}, None], dtype=object),
    "a structured array": lambda: np.zeros(2, dtype=[("a", "i4"), ("b", "U10")]),
    "a numpy number": lambda: np.float64(1.5),
    "a numpy nan": lambda: np.float32("nan"),
    "a numpy date": lambda: np.datetime64("2024-01-01T00:00:00.000000001"),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_value_becomes_bounded_json(name: str) -> None:
    value = NASTY[name]()
    encoded = orjson.dumps(preview(value))
    assert 0 < len(encoded) <= BUDGET


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("budget", [0, 2048, 5000])
def test_a_small_budget_is_kept(name: str, budget: int) -> None:
    assert len(orjson.dumps(preview(NASTY[name](), budget))) <= max(budget, 2048)


@pytest.mark.parametrize(
    "value",
    [
        1,
        -(2**63),
        2**63 - 1,
        0.5,
        -0.0,
        True,
        False,
        None,
        "",
        "text",
        "é\n",
        [],
        {},
        [1, "a", None],
        {"a": [1.5, {"b": True}]},
        list(range(200)),
        {"k" * 200: 1},
    ],
)
def test_what_json_can_say_stands_for_itself(value: Any) -> None:
    assert preview(value) == value
    assert repr(preview(value)) == repr(value)
    assert is_exact(preview(value))


@pytest.mark.parametrize(
    "value",
    [
        (1, (2, "a")),
        {1, 2},
        frozenset({"a"}),
        b"\x00a'\"",
        2**200,
        math.inf,
        1j,
        {1: 2},
        {"$a": 1},
        {(1, 2): [3]},
        datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        datetime.date(1, 1, 1),
        datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
        datetime.time(1, 2),
        uuid.UUID(int=3),
        datetime.timedelta(-1, 3, 5),
        decimal.Decimal("1.10"),
        fractions.Fraction(1, 3),
    ],
    ids=repr,
)
def test_an_exact_tag_can_be_turned_back(value: Any) -> None:
    shown = orjson.loads(orjson.dumps(preview(value)))
    assert is_exact(shown)
    assert restore(shown) == value
    assert type(restore(shown)) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        list(range(201)),
        "x" * 100_000,
        "\ud800",
        Order(1),
        len,
        np.arange(3),
        deep(30),
        [1, [Level.HIGH]],
        {"a": object()},
        collections.Counter("a"),
        b"x" * 2000,
        bytearray(b"x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_snapshot_that_leaves_something_out_says_so(value: Any) -> None:
    shown = preview(value)
    assert not is_exact(shown)
    with pytest.raises(ValueError, match="only a part"):
        restore(shown)


def test_a_long_list_keeps_its_beginning_and_counts_the_rest() -> None:
    assert preview(list(range(1000)))[-2:] == [199, {"$more": 800}]


def test_a_long_dict_keeps_its_beginning_and_counts_the_rest() -> None:
    shown = preview({f"k{at}": at for at in range(1000)})
    assert list(shown)[:2] == ["k0", "k1"]
    assert shown["$more"] == 800


def test_a_long_text_keeps_its_beginning_and_counts_the_rest() -> None:
    shown = preview("line\n" * 100_000)
    assert shown["$repr"].startswith("line\nline\n")
    assert len(shown["$repr"]) + shown["$more"] == 500_000


def test_iterators_and_files_are_left_where_they_stood() -> None:
    steps = (each for each in "abc")
    numbers = iter([1, 2])
    file = io.StringIO("content")
    preview([steps, numbers, file])
    assert (next(steps), next(numbers), file.read()) == ("a", 1, "content")


def test_a_snapshot_shares_nothing_with_its_value() -> None:
    value: dict[str, Any] = {"a": 1, "b": [1], "c": {"d": [2]}}
    shown = preview(value)
    flat = preview(flat_value := [1, 2])
    value["b"].append(2)
    value["c"]["d"].clear()
    flat_value.append(3)
    assert shown == {"a": 1, "b": [1], "c": {"d": [2]}}
    assert flat == [1, 2]


def test_no_code_of_an_unknown_class_runs() -> None:
    assert preview(WithProperty())["$fields"] == {"seen": 1}
    assert preview(Liar())["$type"].endswith("Liar")
    assert preview(ShoutingDict(a=1))["$items"] == [["a", 1]]
    assert preview(Endless([1, 2]))["$items"] == [1, 2]
    assert preview(StrangeInt(7))["$value"] == "7"
    assert preview(StrangeText("abc"))["$value"] == "abc"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Order(7), {"number": 7, "secret": "x"}),
        (SlottedOrder(7), {"number": 7}),
        (Model(name="a", sizes=[1]), {"name": "a", "sizes": [1]}),
        (Pair(1, "b"), {"left": 1, "right": "b"}),
    ],
    ids=["dataclass", "slots", "pydantic", "named tuple"],
)
def test_records_show_their_fields(value: Any, shown: dict[str, Any]) -> None:
    assert preview(value)["$fields"] == shown


def test_an_enum_member_shows_its_name_and_value() -> None:
    shown = preview(Level.HIGH)
    assert (shown["$repr"], shown["value"]) == ("Level.HIGH", 3)


def test_an_exception_shows_its_text_and_arguments() -> None:
    shown = preview(ValueError("no", 3))
    assert (shown["$type"], shown["$repr"]) == ("ValueError", "ValueError: no")
    assert shown["args"] == ["no", 3]


def test_a_value_inside_itself_is_named_and_not_entered() -> None:
    assert preview(cyclic_list()) == [1, {"$type": "list", "$repr": "<list inside itself>"}]


def test_the_same_value_twice_is_no_circle() -> None:
    twice = [1]
    assert preview([twice, (twice,)]) == [[1], {"$type": "tuple", "$items": [[1]]}]


def test_an_array_shows_its_shape_and_first_values() -> None:
    shown = preview(np.arange(30, dtype=np.int16).reshape(5, 6))
    assert (shown["$type"], shown["shape"], shown["dtype"]) == ("numpy.ndarray", [5, 6], "int16")
    assert shown["items"][:3] == [0, 1, 2]
    assert shown["items"][-1] == {"$more": 10}


def test_a_dict_that_changes_under_the_walk_is_no_trouble() -> None:
    shared: dict[str, Any] = {"a": 1}
    stop = threading.Event()

    def change() -> None:
        for at in itertools.cycle(range(50)):
            shared[f"k{at}"] = at
            shared.pop(f"k{(at * 7) % 50}", None)
            if stop.is_set():
                return

    worker = threading.Thread(target=change)
    worker.start()
    try:
        for _ in range(2000):
            assert orjson.dumps(preview(shared)) != b'{"$type":"object","$repr":"<unreadable>"}'
    finally:
        stop.set()
        worker.join()


def test_a_huge_array_costs_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    base = np.zeros(1)
    huge = np.lib.stride_tricks.as_strided(base, shape=(10**6, 10**6), strides=(0, 0))
    # A copy would need eight terabytes.
    assert preview(huge)["shape"] == [10**6, 10**6]


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=50)
    | st.binary(max_size=50)
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.decimals().filter(lambda each: not each.is_snan())
    | st.fractions()
    | st.uuids()
    | st.complex_numbers()
)
hashables = scalars | st.tuples(scalars, scalars) | st.frozensets(scalars, max_size=3)
values = st.recursive(
    hashables,
    lambda inside: (
        st.lists(inside, max_size=5)
        | st.dictionaries(hashables, inside, max_size=3)
        | st.dictionaries(st.text(max_size=5), inside, max_size=3)
        | st.tuples(inside, inside)
    ),
    max_leaves=8,
)


@given(values, st.sampled_from([2048, 4096, BUDGET]))
@settings(deadline=None, max_examples=100)
def test_any_value_becomes_json_within_its_budget(value: Any, budget: int) -> None:
    assert len(orjson.dumps(preview(value, budget))) <= budget


@given(values)
@settings(deadline=None, max_examples=100)
def test_an_exact_snapshot_equals_its_value(value: Any) -> None:
    shown = preview(value)
    if is_exact(shown):
        assert _same(restore(json.loads(orjson.dumps(shown))), value)


@given(st.integers(0, 2**32), st.integers(0, 5))
@settings(deadline=None, max_examples=25)
def test_random_bushes_stay_within_the_budget(seed: int, size: int) -> None:
    chance = random.Random(seed)
    makers = [*NASTY.values(), lambda: "\x01" * 3000, lambda: "\U0001f600" * 3000]

    def bush(levels: int) -> Any:
        if not levels or chance.random() < 0.1:
            return None if chance.random() < 0.5 else chance.choice(makers[:20:3] + makers[-12:])()
        inside = [bush(levels - 1) for _ in range(chance.randrange(size + 1))]
        kind = chance.choice([list, tuple, lambda x: dict(enumerate(x)), lambda x: Pair(1, x)])
        return kind(inside)  # type: ignore[operator]

    assert len(orjson.dumps(preview(bush(9)))) <= BUDGET


def _same(one: Any, other: Any) -> bool:
    """Equality that takes two not-a-numbers for the same, and minus zero for another."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        # Both keep the order of insertion, and a key may be a not-a-number.
        return _same(list(one.items()), list(other.items()))
    if isinstance(one, set | frozenset | complex | decimal.Decimal):
        return sorted(map(repr, [one] if isinstance(one, complex | decimal.Decimal) else one)) == (
            sorted(map(repr, [other] if isinstance(other, complex | decimal.Decimal) else other))
        )
    return repr(one) == repr(other) or operator.eq(one, other)
