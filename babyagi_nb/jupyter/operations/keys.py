"""Operations about keys: names, whether there is a value and where from, set, remove.

A value comes in by :func:`set_key` alone, and nothing that is answered holds one.
"""

from __future__ import annotations

from babyagi_nb.errors import NotFound, UsageError, near
from babyagi_nb.jupyter.keyrows import known_keys, place_of, remove_key
from babyagi_nb.jupyter.messages import KeyRow
from babyagi_nb.jupyter.operations.desk import Desk

__all__ = ["listed", "remove", "set_key"]


def listed(desk: Desk) -> list[KeyRow]:
    """Every key that the store names or that has a value here; those that are missing first."""
    rows: list[KeyRow] = [
        {
            "name": each.name, "available": bool(each.place), "source": each.place,
            "used_by": list(each.used_by),
        }
        for each in known_keys(desk.app)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["available"] or not row["used_by"], row["name"]))


def set_key(desk: Desk, name: str, value: str) -> str:
    if not name.isidentifier():
        raise UsageError("that is no name for a key", fix="use letters, digits and _")
    if not value.strip():
        raise UsageError(f"no value was given for {name}", fix="type or paste it")
    try:
        return desk.app.add_key(name, value.strip())
    finally:
        desk.forget_keys()


def remove(desk: Desk, name: str) -> str:
    known = [each.name for each in known_keys(desk.app)]
    if name not in known and not place_of(desk.app, name):
        raise NotFound(f"no key {name!r}", fix=near(name, known))
    try:
        return remove_key(desk.app, name)
    finally:
        desk.forget_keys()
