"""Results as JSON, made inside the job's process from whatever its code returned.

JSON's own types pass as they are. What JSON has no word for, and the kernel should get back as it
was, becomes an object with the single-letter key ``"$"``::

    b"\\x89PNG..."      {"$": "bytes", "v": base64}      an image is nothing but bytes
    float("nan")        {"$": "float", "v": "nan"}
    10 ** 2000          {"$": "int", "v": hexadecimal}
    {"$": 1}            {"$": "dict", "v": [["$", 1]]}   so that no result can be mistaken for a tag

Everything else loses its type, not its content: tuples are lists, sets are sorted lists, dates are
ISO texts, dataclasses are objects. An object of an unknown class becomes its class name and its
``repr``; its own ways to draw itself (HTML, SVG) are never asked. Whatever a class does when it is
looked at (raise, lie, never end) stays in this process.
"""

from __future__ import annotations

import base64
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

__all__ = ["DEPTH", "ITEMS", "TooMuch", "encode", "preview"]

DEPTH: Final = 100
"""Containers inside one another; what lies deeper becomes its ``repr``."""

ITEMS: Final = 1_000_000
"""Values in one result."""

_REPR: Final = 4_000
_ROOM: Final = 24_000
"""Characters of text in one preview."""
_WIDE: Final = 4_000
"""Bits of an integer that JSON text may hold as digits."""


class TooMuch(Exception):
    """The value holds more than may leave the sandbox."""


def encode(value: Any) -> Any:
    """Return *value* as something ``json.dumps`` takes; raises :class:`TooMuch`.

    >>> encode({"pair": (1, 2), 3: {"b", "a"}})
    {'pair': [1, 2], '3': ['a', 'b']}
    >>> encode(b"hi"), encode(object)["__type__"]
    ({'$': 'bytes', 'v': 'aGk='}, 'builtins.type')
    """
    return _Encoder(items=ITEMS, depth=DEPTH, text=None).take(value, ())


def preview(value: Any) -> Any:
    """Return a bounded picture of *value*: few items, short texts, never an exception.

    >>> preview(list(range(1000)))[-1]
    '… 940 more'
    """
    try:
        return _Encoder(items=400, depth=5, text=1_000, most=60).take(value, ())
    except BaseException:
        return {"__type__": "object", "__repr__": "<unreadable>"}


class _Encoder:
    def __init__(self, *, items: int, depth: int, text: int | None, most: int = sys.maxsize):
        self._left = items
        self._depth = depth
        self._text = text
        self._most = most
        self._room = _ROOM

    def take(self, value: Any, above: tuple[int, ...]) -> Any:
        """Return one part; *above* holds the identities of the containers around it."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return self._string(value)
        if kind is int:
            return value if value.bit_length() <= _WIDE else {"$": "int", "v": hex(value)}
        if kind is float:
            return value if value - value == 0.0 else {"$": "float", "v": repr(value)}
        self._left -= 1
        if self._left < 0:
            if self._text is None:
                raise TooMuch(f"it holds more than {ITEMS:,} values")
            return "…"
        if id(value) in above:
            return _unknown(value, "<cycle>")
        if len(above) >= self._depth:
            return _unknown(value, "<nested too deep>")
        try:
            return self._tagged(value, (*above, id(value)))
        except TooMuch:
            raise
        except Exception:
            return _unknown(value)

    def _tagged(self, value: Any, above: tuple[int, ...]) -> Any:
        if isinstance(value, dict | MappingProxyType):
            return self._pairs(value.items(), above)
        if isinstance(value, Enum):
            return self.take(value.value, above)
        if isinstance(value, list | tuple | deque | range):
            return self._items(value, len(value), above)
        if isinstance(value, set | frozenset):
            return self._items(_in_order(value), len(value), above)
        if isinstance(value, bytes | bytearray | memoryview):
            return self._binary(bytes(value))
        if is_dataclass(value) and not isinstance(value, type):
            named = [(each.name, getattr(value, each.name)) for each in fields(value)]
            return self._pairs(named, above)
        for each in type(value).__mro__:
            plain = _PLAIN.get((each.__module__, each.__qualname__))
            if plain is not None:
                return self.take(plain(value), above)
        return self._foreign(value, above)

    def _foreign(self, value: Any, above: tuple[int, ...]) -> Any:
        """Values of libraries, recognised without importing them."""
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.generic):
            return self.take(value.item(), above)
        if numpy is not None and isinstance(value, numpy.ndarray) and value.size <= ITEMS // 2:
            return self.take(value.tolist(), above)
        if isinstance(value, Mapping):
            return self._pairs(value.items(), above)
        return _unknown(value)

    def _items(self, values: Iterable[Any], length: int, above: tuple[int, ...]) -> list[Any]:
        made: list[Any] = []
        for value in values:
            if len(made) >= self._most:
                made.append(f"… {length - len(made)} more")
                break
            made.append(self.take(value, above))
        self._spend(len(made))
        return made

    def _pairs(self, pairs: Iterable[tuple[Any, Any]], above: tuple[int, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in pairs:
            if len(made) >= self._most:
                made["…"] = "more"
                break
            made[_key(key, made)] = self.take(value, above)
        self._spend(len(made))
        if "$" in made:
            return {"$": "dict", "v": [[key, value] for key, value in made.items()]}
        return made

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0 and self._text is None:
            raise TooMuch(f"it holds more than {ITEMS:,} values")

    def _string(self, value: str) -> str:
        if self._text is None:
            return value
        room = min(self._text, max(self._room, 0))
        self._room -= len(value[:room]) + 8
        return value if len(value) <= room else value[:room] + "…"

    def _binary(self, value: bytes) -> Any:
        if self._text is not None and len(value) > self._text:
            return _unknown(value, f"<{len(value)} bytes>")
        return {"$": "bytes", "v": base64.b64encode(value).decode("ascii")}


def _iso(value: Any) -> str:
    text: str = value.isoformat()
    return text


_PLAIN: Final[dict[tuple[str, str], Callable[[Any], Any]]] = {
    ("builtins", "str"): lambda value: str.__getitem__(value, slice(None)),
    ("builtins", "int"): int.__int__,
    ("builtins", "float"): float.__float__,
    ("builtins", "complex"): str,
    ("datetime", "date"): _iso,
    ("datetime", "time"): _iso,
    ("datetime", "timedelta"): lambda value: value.total_seconds(),
    ("decimal", "Decimal"): str,
    ("fractions", "Fraction"): str,
    ("uuid", "UUID"): str,
    ("pathlib", "PurePath"): str,
    ("pathlib._local", "PurePath"): str,
}
"""What becomes of values of these classes and their subclasses; by name, to import none of them."""


def _in_order(values: Iterable[Any]) -> list[Any]:
    listed = list(values)
    try:
        return sorted(listed)
    except Exception:
        return sorted(listed, key=repr)


def _key(key: Any, taken: Mapping[str, Any]) -> str:
    """*key* as text that is not among those *taken*."""
    text = str.__getitem__(key, slice(None)) if isinstance(key, str) else str(key)[:_REPR]
    if text in taken and not isinstance(key, str):
        text = repr(key)[:_REPR]
    while text in taken:
        text += "'"
    return text


def _unknown(value: Any, shown: str | None = None) -> dict[str, str]:
    kind = type(value)
    try:
        name = f"{kind.__module__}.{kind.__qualname__}"[:200]
    except BaseException:
        name = "object"
    if shown is None:
        try:
            shown = repr(value)
            if len(shown) > _REPR:
                shown = shown[:_REPR] + "…"
        except BaseException:
            shown = "<unreadable>"
    return {"__type__": name, "__repr__": shown}
