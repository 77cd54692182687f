"""Snapshots of arguments and results, written as Python would where they are exact.

A snapshot is JSON (see ``core.preview``): plain values, and tags, dicts that begin with
``"$type"``. :func:`shown` is for reading and always short; :func:`source` is for running again
and puts ``...`` where a snapshot is only a description.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babyagi_nb.core.runs import Run
from babyagi_nb.widgets.markup import one_line

__all__ = ["arguments", "call", "outcome", "shown", "source"]

_DEPTH = 6
_ITEMS = 24
_BRACKETS = {"tuple": "()", "set": "{}", "frozenset": ("frozenset({", "})"), "list": "[]"}


def shown(value: Any, limit: int = 80) -> str:
    """One line about *value*, at most *limit* characters.

    >>> shown({"$type": "pandas.DataFrame", "$repr": "...", "shape": [3, 2]})
    '<pandas.DataFrame 3×2>'
    >>> shown([1, "a", {"$more": 7}])
    "[1, 'a', … 7 more]"
    """
    return one_line(_text(value, _DEPTH, limit), limit)


def source(value: Any) -> str:
    """*value* as an expression, or ``...`` where the snapshot does not say all."""
    text = _text(value, _DEPTH, 2000)
    inexact = "…" in text or "<" in text or len(text) > 2000
    if inexact and not (isinstance(value, str) and len(value) <= 1000):
        return "..."
    return one_line(text, 2000)


def arguments(params: Mapping[str, Any], limit: int = 80) -> str:
    """``name=value`` pairs in one line."""
    each = max(limit // 2, 20)
    pairs = (f"{name}={shown(value, each)}" for name, value in list(params.items())[:_ITEMS])
    return one_line(", ".join(pairs), limit)


def outcome(run: Run, limit: int = 80) -> str:
    """What came of *run*: its output, its error, or a word for its state."""
    if run.status == "success":
        return shown(run.output, limit)
    if run.status == "started":
        return "running"
    if run.error or run.message:
        return one_line(": ".join(part for part in (run.error, run.message) if part), limit)
    return {"lost": "its kernel ended"}.get(run.status, one_line(run.status, 40))


def call(run: Run, positional: Sequence[str] = ()) -> str:
    """The run as a call in Python; *positional* names parameters that take no keyword.

    Surplus positional arguments are logged under ``*name``; what stands before them must then be
    positional too.
    """
    names = list(run.params)
    star = next((at for at, name in enumerate(names) if name.startswith("*")), -1)
    parts: list[str] = []
    for at, (name, value) in enumerate(run.params.items()):
        if at == star and isinstance(value, list):
            parts.extend(source(each) for each in value)
        elif at < star or name in positional:
            parts.append(source(value))
        else:
            parts.append(f"{one_line(name, 80)}={source(value)}")
    return f"{one_line(run.function, 80)}({', '.join(parts)})"


def _text(value: Any, depth: int, room: int) -> str:
    if isinstance(value, str):
        return repr(value[:room]) + ("…" if len(value) > room else "")
    if isinstance(value, Mapping):
        return _tag(value, depth, room) if "$type" in value else _mapping(value, depth, room)
    if isinstance(value, (list, tuple)):
        return _sequence(value, "[]", depth, room)
    return repr(value)


def _sequence(items: Sequence[Any], brackets: Sequence[str], depth: int, room: int) -> str:
    if depth == 0:
        return f"{brackets[0]}…{brackets[1]}"
    parts = []
    for each in items[:_ITEMS]:
        more = isinstance(each, Mapping) and each.keys() == {"$more"}
        parts.append(f"… {each['$more']} more" if more else _text(each, depth - 1, room))
    if len(items) > _ITEMS:
        parts.append(f"… {len(items) - _ITEMS} more")
    comma = "," if brackets[0] == "(" and len(parts) == 1 else ""
    return f"{brackets[0]}{', '.join(parts)}{comma}{brackets[1]}"


def _mapping(value: Mapping[Any, Any], depth: int, room: int) -> str:
    if depth == 0:
        return "{…}"
    pairs = list(value.items())
    parts = [
        f"… {each} more" if key == "$more" else f"{key!r}: {_text(each, depth - 1, room)}"
        for key, each in pairs[:_ITEMS]
    ]
    if len(pairs) > _ITEMS:
        parts.append(f"… {len(pairs) - _ITEMS} more")
    return "{" + ", ".join(parts) + "}"


def _tag(value: Mapping[str, Any], depth: int, room: int) -> str:
    kind = one_line(value["$type"], 60)
    items = value.get("$items")
    if isinstance(items, list):
        rest = [{"$more": value["$more"]}] if "$more" in value else []
        if kind == "dict" and all(isinstance(pair, list) and len(pair) == 2 for pair in items):
            pairs = (f"{_text(k, 1, room)}: {_text(v, depth - 1, room)}" for k, v in items[:_ITEMS])
            return "{" + ", ".join(pairs) + ("…" if rest or len(items) > _ITEMS else "") + "}"
        if kind in _BRACKETS and depth:
            return _sequence([*items, *rest], _BRACKETS[kind], depth, room)
        return f"<{kind} of {len(items)}>"
    if "$value" in value:
        return _exact(kind, value["$value"])
    shape = value.get("shape")
    if isinstance(shape, list):
        return f"<{kind} {'×'.join(one_line(each, 20) for each in shape[:6])}>"
    if kind == "str":
        return repr(str(value.get("$repr", ""))[:room]) + "…"
    fields = value.get("$fields")
    if isinstance(fields, Mapping) and depth:
        inner = (
            f"{name}={_text(each, depth - 1, room)}" for name, each in list(fields.items())[:8]
        )
        return f"<{kind.rpartition('.')[2]} {', '.join(inner)}>"
    described = one_line(value.get("$repr") or kind, room)
    return described if described.startswith("<") else f"<{described}>"


def _exact(kind: str, value: Any) -> str:
    text = one_line(value, 200)
    if kind in ("int", "complex", "bytes"):
        return text
    if kind == "float":
        return f"float({text!r})"
    name = kind.rpartition(".")[2]
    return f"{name}({text!r})" if isinstance(value, str) else f"{name}({text})"
