"""From an exact snapshot back to an equal value, for replaying a run with its own arguments."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from babyagi_nb.core.preview import is_exact

__all__ = ["restore"]


def restore(shown: Any) -> Any:
    """Return a value equal to the one that *shown* is an exact snapshot of.

    Raises ``ValueError`` for a snapshot that leaves something out.

    >>> restore({"$type": "tuple", "$items": [1, {"$type": "bytes", "$value": "b'x'"}]})
    (1, b'x')
    """
    if not is_exact(shown):
        raise ValueError("the snapshot shows only a part of the value")
    return _restore(shown)


def _restore(shown: Any) -> Any:
    if isinstance(shown, list):
        return [_restore(each) for each in shown]
    if not isinstance(shown, dict):
        return shown
    name = shown.get("$type")
    if name is None:
        return {key: _restore(value) for key, value in shown.items()}
    if name == "dict":
        return {_restore(key): _restore(value) for key, value in shown["$items"]}
    if name in _CONTAINERS:
        return _CONTAINERS[name](_restore(each) for each in shown["$items"])
    return _restore_value(name, shown["$value"])


def _restore_value(name: str, value: Any) -> Any:
    import datetime
    from decimal import Decimal
    from fractions import Fraction
    from uuid import UUID

    made: dict[str, Callable[[Any], Any]] = {
        "bytes": ast.literal_eval,
        "complex": complex,
        "datetime.date": datetime.date.fromisoformat,
        "datetime.datetime": datetime.datetime.fromisoformat,
        "datetime.time": datetime.time.fromisoformat,
        "datetime.timedelta": lambda parts: datetime.timedelta(*parts),
        "decimal.Decimal": Decimal,
        "float": float,
        "fractions.Fraction": Fraction,
        "int": int,
        "uuid.UUID": UUID,
    }
    return made[name](value)


_CONTAINERS: dict[str, Callable[[Any], Any]] = {
    "frozenset": frozenset,
    "set": set,
    "tuple": tuple,
}
