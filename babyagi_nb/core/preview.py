"""Bounded snapshots of arguments and results, made of nothing but what JSON can hold.

A snapshot is taken on every logged call, so most of this file is about doing little. Scalars and
small flat containers are recognised by exact type and pass at once; everything else is walked
with a budget of bytes, items and depth. What JSON has no word for becomes a *tag*, a dict that
begins with ``"$type"`` (see ``core.tags``)::

    1, "a", [1, None], {"k": 0.5}        as they are
    (1, 2)                               {"$type": "tuple", "$items": [1, 2]}
    float("nan")                         {"$type": "float", "$value": "nan"}
    a pandas frame                       {"$type": "pandas.DataFrame", "$repr": "...", "shape": ...}
    a list of a million                  [first items..., {"$more": 999800}]

Invariants: :func:`preview` never raises an ``Exception``, never advances an iterator, a generator
or a file, and never calls ``__repr__``, ``__str__``, ``__len__`` or a property of a class it does
not know. Types are compared by identity only, because even hashing a class can run its metaclass.
The result shares no mutable part with the value, and encodes to at most ``budget`` bytes of JSON.
"""

from __future__ import annotations

from itertools import islice
from json.encoder import encode_basestring
from typing import Any, Final

from babyagi_nb.core import scrubbing
from babyagi_nb.core.tags import RESTORABLE, TEXT, clean_text, length_tag, tag, type_name

__all__ = ["BUDGET", "is_exact", "preview"]

BUDGET: Final = 65_536
"""Bytes of JSON that one snapshot may take."""

_ITEMS: Final = 200
_DEPTH: Final = 8
_WHOLE: Final = 2**63
_FLAT_ITEMS: Final = 16
_FLAT_TEXT: Final = 200
_KEY: Final = 200
_OVERHEAD: Final = 512
"""Room that the fixed parts of any tag fit in."""


def preview(value: Any, budget: int = BUDGET) -> Any:
    """Return a snapshot of *value* that any JSON encoder takes; at most *budget* bytes of it.

    A *budget* below two kilobytes counts as two.

    >>> preview({"n": 1, "pair": (1, 2)})
    {'n': 1, 'pair': {'$type': 'tuple', '$items': [1, 2]}}
    >>> preview(x for x in "abc")
    {'$type': 'generator', '$repr': '<generator>'}
    """
    kind = type(value)
    if kind is str:
        # ASCII never needs more than six bytes a character in JSON.
        if len(value) <= 160 and value.isascii():
            return value
    elif kind is int:
        # Comparing with a small constant first is twice as fast for nearly every number.
        if -1_000_000_000 < value < 1_000_000_000 or -_WHOLE <= value < _WHOLE:
            return value
    elif value is None or kind is bool:
        return value
    elif kind is float:
        if value - value == 0.0:
            return value
    elif kind is dict:
        if len(value) <= _FLAT_ITEMS and budget >= BUDGET:
            copied = value.copy()
            if _flat_keys(copied) and _flat(copied.values()):
                return copied
    elif (kind is list or kind is tuple) and len(value) <= _FLAT_ITEMS and budget >= BUDGET:
        listed = [*value]
        if len(listed) <= _FLAT_ITEMS and _flat(listed):
            return listed if kind is list else {"$type": "tuple", "$items": listed}
    try:
        return _Snapshot(max(budget, 4 * _OVERHEAD)).take(value, 0)
    except Exception:
        return {"$type": "object", "$repr": "<unreadable>"}


def is_exact(shown: Any) -> bool:
    """Whether *shown*, made by :func:`preview`, says all there is to say about its value.

    Exact snapshots can be turned back into equal values (``core.restoring``).

    >>> is_exact(preview([1, (2.5, "a")])), is_exact(preview(list(range(1000))))
    (True, False)
    """
    stack = [shown]
    while stack:
        value = stack.pop()
        if type(value) is list:
            stack.extend(value)
        elif type(value) is dict:
            if "$more" in value or "$repr" in value:
                return False
            if "$type" in value and value["$type"] not in RESTORABLE:
                return False
            stack.extend(value.values())
    return True


def _flat(values: Any) -> bool:
    """Whether all of a few values stand for themselves; small enough to need no counting."""
    for value in values:
        kind = type(value)
        if kind is str:
            if len(value) > _FLAT_TEXT or not value.isascii():
                return False
        elif kind is int:
            if not (-1_000_000_000 < value < 1_000_000_000 or -_WHOLE <= value < _WHOLE):
                return False
        elif kind is float:
            if value - value != 0.0:
                return False
        elif not (value is None or kind is bool):
            return False
    return True


def _flat_keys(keys: Any) -> bool:
    # A string begins with "$" exactly when it lies in ["$", "%").
    for key in keys:
        if type(key) is not str or len(key) > _KEY or not key.isascii() or "$" <= key < "%":
            return False
    return True


class _Snapshot:
    """One walk over one value; ``left`` is what remains of its budget, in bytes of JSON."""

    __slots__ = ("left", "path")

    def __init__(self, budget: int) -> None:
        self.left = budget - 2 * _OVERHEAD
        self.path: list[Any] = []

    def take(self, value: Any, depth: int) -> Any:
        """Return the snapshot of one part that lies *depth* containers deep."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is int:
            if -1_000_000_000 < value < 1_000_000_000 or -_WHOLE <= value < _WHOLE:
                self.left -= 21
                return value
        elif value is None or kind is bool:
            self.left -= 6
            return value
        elif kind is float:
            if value - value == 0.0:
                self.left -= 25
                return value
        elif kind is list or kind is dict:
            return self._nested(value, kind, depth)
        return self._tagged(value, kind, depth)

    def text(self, value: str, limit: int = TEXT) -> Any:
        """Return an exact string as it is, or as a tag when it is long or half a surrogate pair."""
        if len(value) <= limit and value.isascii() and value.isprintable():
            cost = 2 * len(value) + 3
            if cost <= self.left:
                self.left -= cost
                return value
        head = scrubbing.head(value, limit)
        cleaned = clean_text(head)
        shown, cost = _fitting(cleaned, self.left - 48)
        if len(shown) < len(cleaned) and scrubbing.active():
            shown, cost = _fitting(scrubbing.head(cleaned, len(shown)), self.left - 48)
        self.left -= cost
        whole = len(value) <= limit and len(shown) == len(cleaned)
        if cleaned is head and whole:
            return head
        self.left -= 48
        cut: dict[str, Any] = {"$type": "str", "$repr": shown}
        if not whole:
            cut["$more"] = max(1, len(value) - len(shown))
        return cut

    def items(self, values: Any, length: int, depth: int) -> list[Any]:
        """Return snapshots of the first *values*; a last ``{"$more": n}`` stands for the rest."""
        shown: list[Any] = []
        self.left -= 2
        take = self.take
        for value in values:
            if len(shown) >= _ITEMS or self.left < _OVERHEAD:
                break
            shown.append(take(value, depth + 1))
        if len(shown) < length:
            self.left -= 32
            shown.append({"$more": length - len(shown)})
        return shown

    def fields(self, pairs: Any, length: int, depth: int) -> dict[str, Any]:
        """Return a JSON object of the first *pairs*, whose keys are plain strings."""
        shown: dict[str, Any] = {}
        self.left -= 2
        for key, value in pairs:
            if len(shown) >= _ITEMS or self.left < _OVERHEAD:
                break
            self.left -= 4 * len(key) + 4
            shown[key] = self.take(value, depth + 1)
        if len(shown) < length:
            self.left -= 32
            shown["$more"] = length - len(shown)
        return shown

    def _nested(self, value: Any, kind: type, depth: int) -> Any:
        """Return the snapshot of an exact list or dict."""
        if self._too_deep(value, depth):
            self.left -= 64
            return length_tag(value, kind, cyclic=any(value is each for each in self.path))
        self.path.append(value)
        try:
            if kind is list:
                return self.items(value[:_ITEMS], len(value), depth)
            # One C call takes the pairs, so another thread's change cannot disturb the walk.
            pairs = list(islice(value.items(), _ITEMS))
            if all(map(_plain_key, [pair[0] for pair in pairs])):
                return self.fields(pairs, len(value), depth)
            self.left -= 48
            pairs_shown = self.items(map(list, pairs), len(value), depth)
            return {"$type": "dict", "$items": pairs_shown}
        finally:
            self.path.pop()

    def _too_deep(self, value: Any, depth: int) -> bool:
        # The path holds few values, so a plain loop beats a set of ids and a generator.
        for each in self.path:
            if value is each:
                return True
        return depth >= _DEPTH

    def _tagged(self, value: Any, kind: type, depth: int) -> Any:
        """Return the tag of anything JSON has no word for."""
        self.left -= _OVERHEAD
        if self._too_deep(value, depth):
            return length_tag(value, kind, cyclic=any(value is each for each in self.path))
        before = self.left
        self.path.append(value)
        try:
            made = tag(self, value, kind, depth)
        except Exception:
            self.left = min(self.left, before)
            return {"$type": type_name(kind), "$repr": "<unreadable>"}
        finally:
            self.path.pop()
        if len(made) == 2:
            # Only a name and what was counted already: give back the room that was not needed.
            self.left += _OVERHEAD - 40 - 2 * len(made["$type"])
        return made


def _plain_key(key: Any) -> bool:
    """Whether a dict key can be a JSON key without being mistaken for a tag's own."""
    if type(key) is not str or len(key) > _KEY or "$" <= key < "%":
        return False
    return key.isprintable()


def _fitting(text: str, room: int) -> tuple[str, int]:
    """Cut *text* so that its JSON fits in *room* bytes; return it and what it costs."""
    cost = _cost(text)
    while cost > room and text:
        # Cutting in proportion lands close at once; the loop ends since it always shortens.
        text = text[: min(len(text) - 1, len(text) * max(room, 0) // cost)]
        cost = _cost(text)
    return text, cost


def _cost(text: str) -> int:
    """Bytes that *text* takes in JSON."""
    return len(encode_basestring(text).encode())
