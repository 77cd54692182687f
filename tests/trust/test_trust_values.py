"""Arguments, results, printed text and exceptions that no log should have to hold.

Whatever a function is given, returns, prints or raises: the user's code behaves as without a log,
the record is there, and each part of it is at most 64 KB.
"""

from __future__ import annotations

import asyncio
import collections
import decimal
import gc
import io
import json
import sys
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.preview import BUDGET

# Some of the values here make trouble when they are freed, whenever that is.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Evil:
    """Everything that can be asked of it raises, with what ``except Exception`` does not catch."""

    def _no(self, *args: Any, **kwargs: Any) -> Any:
        raise SystemExit("evil")

    __repr__ = __str__ = __eq__ = __ne__ = __len__ = __iter__ = __bool__ = __format__ = _no
    __getattr__ = __dir__ = __reduce__ = __reduce_ex__ = __getitem__ = __contains__ = _no
    __int__ = __float__ = __index__ = __bytes__ = __call__ = __copy__ = __deepcopy__ = _no
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __sizeof__ = __class_getitem__ = _no

    def __hash__(self) -> int:
        return 7

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise SystemExit("evil")


class Liar:
    """Claims to be another class, and has as many attributes as anybody may ask for."""

    __class__ = dict  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *args: Any) -> Any:
        return self


class EvilMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise SystemExit("evil")

    def __eq__(cls, other: object) -> bool:
        raise SystemExit("evil")

    def __hash__(cls) -> int:
        raise SystemExit("evil")

    def __instancecheck__(cls, one: object) -> bool:
        raise SystemExit("evil")

    def __repr__(cls) -> str:
        raise SystemExit("evil")


def _of_evil_metaclass() -> Any:
    # Not a name of this module, because test runners look at those.
    return EvilMeta("OfEvilMeta", (), {})


class EvilDict(dict[str, Any]):
    def items(self) -> Any:
        raise SystemExit("evil")

    __iter__ = __len__ = keys = values = __getitem__ = items  # type: ignore[assignment]


class EvilList(list[Any]):
    def __iter__(self) -> Any:
        raise SystemExit("evil")

    __len__ = __getitem__ = __iter__  # type: ignore[assignment]


class EvilStr(str):
    def __str__(self) -> str:
        raise SystemExit("evil")

    __len__ = encode = isascii = __format__ = __str__  # type: ignore[assignment]


class EvilInt(int):
    def __repr__(self) -> str:
        raise SystemExit("evil")

    __str__ = __index__ = __lt__ = __gt__ = __add__ = __repr__  # type: ignore[assignment]


class EvilFloat(float):
    def __sub__(self, other: Any) -> Any:
        raise SystemExit("evil")

    __repr__ = __str__ = __eq__ = __float__ = __sub__  # type: ignore[assignment]
    __hash__ = float.__hash__


class DiesBadly:
    def __del__(self) -> None:
        raise ValueError("not even this")


class EvilKey:
    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        raise SystemExit("evil")

    def __repr__(self) -> str:
        raise SystemExit("evil")


class Slotted:
    __slots__ = ("filled", "unfilled")

    def __init__(self) -> None:
        self.filled = Evil()


def _cycle() -> list[Any]:
    found: list[Any] = [1]
    found.append({"again": found})
    return found


def _deep() -> Any:
    found: Any = "bottom"
    for n in range(50_000):
        found = [found] if n % 2 else {"in": found}
    return found


def _bush() -> Any:
    found: Any = [1] * 20
    for _ in range(12):
        found = [found] * 20
    return found


def _mapping_proxy() -> Any:
    return types.MappingProxyType({"a": Evil()})


NASTY: dict[str, Callable[[], Any]] = {
    "cycle": _cycle,
    "deep": _deep,
    "bush": _bush,
    "generator": lambda: (n for n in iter(int, 1)),
    "iterator": lambda: iter([1, 2]),
    "map": lambda: map(int, "123"),
    "huge text": lambda: "x" * 10_000_000,
    "huge bytes": lambda: bytes(10_000_000),
    "huge list": lambda: list(range(1_000_000)),
    "huge dict": lambda: {str(n): n for n in range(200_000)},
    "huge integer": lambda: 1 << 5_000_000,
    "huge set": lambda: set(range(200_000)),
    "many texts": lambda: ["\u20ac" * 5_000] * 199,
    "memory": lambda: memoryview(bytearray(1_000_000)),
    "bytes": lambda: b"\x00\xff\xfe",
    "bytearray": lambda: bytearray(b"\xff" * 5),
    "nan": lambda: float("nan"),
    "infinities": lambda: [float("inf"), -float("inf"), {"x": float("nan")}],
    "signalling nan": lambda: decimal.Decimal("sNaN"),
    "lone surrogate": lambda: "\ud800 and \udfff",
    "surrogate key": lambda: {"\ud800": "\ud800"},
    "null and controls": lambda: "\x00\x1b[31m\x07\u202e\u2028\x7f",
    "line break key": lambda: {'a\n"}': 1},
    "evil": Evil,
    "evil inside": lambda: {"a": [Evil()], "b": (Evil(), {Evil()})},
    "liar": Liar,
    "evil metaclass": _of_evil_metaclass,
    "object of evil metaclass": lambda: type.__call__(_of_evil_metaclass()),
    "evil dict": lambda: EvilDict(a=1),
    "evil list": lambda: EvilList([1]),
    "evil text": lambda: EvilStr("text"),
    "evil integer": lambda: EvilInt(5),
    "evil float": lambda: EvilFloat(5.5),
    "evil key": lambda: {EvilKey(): 1},
    "evil tag": lambda: {"$type": "tuple", "$items": "no list"},
    "non-text keys": lambda: {1: 2, None: 3, (1, 2): 4, 1.5: {}, b"x": 5},
    "mapping proxy": _mapping_proxy,
    "slots": Slotted,
    "object": object,
    "dies badly": DiesBadly,
    "dead weak reference": lambda: weakref.ref(DiesQuietly()),
    "weak proxy": lambda: weakref.proxy(DiesQuietly()),
    "frame": lambda: sys._getframe(),
    "traceback": lambda: _error().__traceback__,
    "exception": lambda: _error(),
    "code": lambda: _cycle.__code__,
    "module": lambda: sys,
    "class": lambda: Evil,
    "lambda": lambda: lambda: None,
    "bound method": lambda: [].append,
    "coroutine function": lambda: asyncio.sleep,
    "lock": threading.Lock,
    "thread": threading.Thread,
    "open file": lambda: io.StringIO("text"),
    "closed file": lambda: _closed(),
    "not implemented": lambda: NotImplemented,
    "chain map": lambda: collections.ChainMap({"a": 1}, {}),
    "default dict": lambda: collections.defaultdict(Evil),
    "counter": lambda: collections.Counter("aab"),
    "simple namespace": lambda: types.SimpleNamespace(a=Evil()),
    "slice": lambda: slice(Evil(), None),
    "template exception group": lambda: ExceptionGroup("g", [ValueError(Evil())]),
}


class DiesQuietly:
    pass


def _error() -> ValueError:
    try:
        raise ValueError(Evil())
    except ValueError as error:
        return error


def _closed() -> io.StringIO:
    found = io.StringIO()
    found.close()
    return found


@pytest.fixture
def full(app: BabyAGI) -> BabyAGI:
    app.add_function("same", "def same(value, *rest, **more):\n    return value")
    return app


def the_record(app: BabyAGI, name: str = "same") -> dict[str, Any]:
    (row,) = app.get_logs(name)
    return row


def assert_bounded(row: dict[str, Any]) -> None:
    for value in row["params"].values():
        assert len(json.dumps(value, ensure_ascii=False).encode()) <= BUDGET
    for part in ("output", "stdout", "traceback", "message", "error_type"):
        assert len(json.dumps(row[part], ensure_ascii=False).encode()) <= BUDGET


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_value_passes_through_and_leaves_a_bounded_record(full: BabyAGI, name: str) -> None:
    value = NASTY[name]()
    assert full.same(value) is value
    row = the_record(full)
    assert row["log_type"] == "success"
    assert_bounded(row)
    # Folded it is read by DuckDB rather than by us.
    full._store.maintenance.fold()
    assert the_record(full)["output"] == row["output"]


def test_all_nasty_values_together_make_one_bounded_record(full: BabyAGI) -> None:
    values = {name.replace(" ", "_").replace("-", "_"): make() for name, make in NASTY.items()}
    full.same(values, *values.values(), **values)
    row = the_record(full)
    assert row["log_type"] == "success"
    assert_bounded(row)
    # One of them is a frame that holds all of them: they die here or in somebody else's test.
    values.clear()
    gc.collect()


def test_a_value_is_not_used_up_by_being_logged(full: BabyAGI) -> None:
    file = io.StringIO("all of it")
    for given, rest in ((iter("abc"), list), ((c for c in "abc"), list), (file, io.StringIO.read)):
        assert len(rest(full.same(given))) in (3, 9)


def test_a_value_is_not_kept_alive_by_being_logged(full: BabyAGI) -> None:
    value = DiesQuietly()
    gone = weakref.ref(value)
    full.same(value)
    del value
    assert gone() is None


def test_what_code_changes_after_the_call_does_not_change_the_record(full: BabyAGI) -> None:
    value = {"a": [1, 2]}
    full.same(value)["a"].append(3)
    assert the_record(full)["output"] == {"a": [1, 2]}


# -- exceptions ------------------------------------------------------------------------------


class EvilError(Exception):
    def __str__(self) -> str:
        raise SystemExit("evil")

    __repr__ = __str__


class Closed(Exception):
    """Refuses attributes and notes."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)

    def add_note(self, note: str) -> None:
        raise SystemExit("evil")


class Opaque(Exception):
    def __getattribute__(self, name: str) -> Any:
        raise SystemExit("evil")


class Interrupting(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt


def _chained() -> Exception:
    try:
        try:
            raise EvilError
        except EvilError as error:
            raise ValueError("outer") from error
    except ValueError as error:
        return error


def _own_cause() -> Exception:
    error = ValueError("round")
    other = ValueError("and round")
    error.__cause__, other.__cause__ = other, error
    return error


def _many() -> Exception:
    error: Exception = ValueError("first")
    for n in range(5_000):
        following = ValueError(f"number {n}")
        following.__context__ = error
        error = following
    return error


RAISED: dict[str, Callable[[], BaseException]] = {
    "plain": lambda: ValueError("no"),
    "evil text": EvilError,
    "interrupting text": Interrupting,
    "closed": Closed,
    "opaque": Opaque,
    "evil argument": lambda: ValueError(Evil()),
    "huge": lambda: ValueError("x" * 10_000_000),
    "surrogates": lambda: ValueError("\ud800"),
    "bytes": lambda: ValueError(b"\xff"),
    "chain": _chained,
    "own cause": _own_cause,
    "long chain": _many,
    "group": lambda: ExceptionGroup("g", [ValueError(n) for n in range(1_000)]),
    "stop iteration": lambda: StopIteration(3),
    "stop async iteration": StopAsyncIteration,
    "generator exit": GeneratorExit,
    "system exit": lambda: SystemExit(2),
    "interrupt": KeyboardInterrupt,
    "cancelled": asyncio.CancelledError,
    "base": lambda: BaseException("base"),
    "syntax": lambda: SyntaxError("bad", ("file", 1, 2, "text\ud800", 1, 9)),
    "system error": lambda: OSError(2, "gone", "\udcff"),
    "lookup": lambda: KeyError(Evil()),
    "decode": lambda: UnicodeDecodeError("utf-8", b"\xff" * 100_000, 0, 1, "bad"),
    "recursion": lambda: RecursionError("deep"),
    "memory": MemoryError,
}

_BODY = "(make):\n    print('before')\n    raise make()"
_KINDS = {
    "plain": "def fail" + _BODY,
    "limited": "def fail" + _BODY,
    "generator": "def fail" + _BODY + "\n    yield",
    "coroutine": "async def fail" + _BODY,
    "async generator": "async def fail" + _BODY + "\n    yield",
}


@pytest.mark.parametrize("name", RAISED)
def test_what_a_function_raises_arrives_unchanged_and_is_recorded(
    app: BabyAGI, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in _KINDS:
        assert_arrives(app, name, kind, capsys)


def assert_arrives(app: BabyAGI, name: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    app.add_function("fail", _KINDS[kind], timeout=60 if kind == "limited" else None)
    raised = RAISED[name]()
    caught = _outcome(app, kind, raised)
    if (name == "stop iteration" and kind not in ("plain", "limited")) or (
        name == "stop async iteration" and kind == "async generator"
    ):
        # Python's own rule.
        assert type(caught) is RuntimeError
    else:
        assert caught is raised
    row = app.get_logs("fail")[0]
    assert row["log_type"] in ("error", "interrupted", "cancelled")
    assert row["error_type"] == type(caught).__name__
    assert row["stdout"] == "before\n"
    assert capsys.readouterr().out == "before\n"
    assert_bounded(row)


def _outcome(app: BabyAGI, kind: str, raised: BaseException) -> BaseException | None:
    found = None
    try:
        result = app.fail(lambda: raised)
        if kind == "generator":
            next(result)
        elif kind == "coroutine":
            result.send(None)
        elif kind == "async generator":
            result.asend(None).send(None)
    except BaseException as error:
        found = error
    return found


def test_an_exception_that_refuses_everything_can_be_raised_again(app: BabyAGI) -> None:
    app.add_function("inner", "def inner(make):\n    raise make()")
    app.add_function("outer", "def outer(make):\n    return inner(make)")
    for make in (Closed, Opaque, EvilError):
        with pytest.raises(make):
            app.outer(make)
    assert len(app.get_logs(status="error")) == 6


# -- printed text ----------------------------------------------------------------------------


def test_printed_text_is_bounded_and_any_character_may_be_printed(
    app: BabyAGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen:
        shown = 0

        def write(self, text: str) -> int:
            self.shown += len(text)
            return len(text)

        def flush(self) -> None:
            pass

    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    app.add_function(
        "say", "def say(text, times):\n    for _ in range(times):\n        print(text)"
    )
    app.say("\ud800\x00\x1b[0m\u20ac", 100_000)
    assert screen.shown == 800_000
    row = the_record(app, "say")
    assert len(row["stdout"]) < 32_100
    assert "cut after" in row["stdout"]
    app._store.maintenance.fold()
    assert "cut after" in the_record(app, "say")["stdout"]


def test_a_stream_that_is_not_there_or_refuses_is_the_functions_own_matter(
    app: BabyAGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        __slots__ = ()

        def write(self, text: str) -> int:
            raise BrokenPipeError("gone")

    app.add_function("say", "def say():\n    print('x')\n    return 1")
    monkeypatch.setattr(sys, "stdout", None)
    assert app.say() == 1
    monkeypatch.setattr(sys, "stdout", Broken())
    with pytest.raises(BrokenPipeError):
        app.say()
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert app.say() == 1
    assert [row["log_type"] for row in app.get_logs("say")] == ["success", "error", "success"]
