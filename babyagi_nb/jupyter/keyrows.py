"""What is known of keys, for the magic and for pages: names, places, users. Never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.chain import removed_from, source_of

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["KnownKey", "known_keys", "place_of", "remove_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """One key."""

    name: str
    place: str
    """Where its value is found now, in plain words; empty when there is none."""
    used_by: tuple[str, ...] = ()
    """Functions that need it."""


def known_keys(app: BabyAGI) -> list[KnownKey]:
    """Each key that the store names or that has a value here, by name."""
    users = {str(row["name"]): tuple(row["used_by"]) for row in app.get_all_secret_keys()}
    for name in app.keys.sources():
        users.setdefault(name, ())
    return [
        KnownKey(name=name, place=place_of(app, name), used_by=each)
        for name, each in sorted(users.items())
    ]


def place_of(app: BabyAGI, name: str) -> str:
    """Where the value of *name* comes from now; ``""`` for nowhere."""
    try:
        return source_of(app.keys, name)
    except KeyStoreError:
        return ""


def remove_key(app: BabyAGI, name: str) -> str:
    """Take a key out of every place that lets go of it, and say in plain words what is left."""
    declared = name in app.catalogue.keys()  # noqa: SIM118
    places = removed_from(app.keys, name)
    if declared:
        app.changes.forget_key(name)
    said = f"key {name!r} removed from {' and '.join(places) or 'this store'}"
    if still := place_of(app, name):
        # A variable of the kernel is not ours to take, and would come back with the next kernel.
        said += f"; the {still} still supplies it, until it is taken out where the kernel starts"
    users = next((each.used_by for each in known_keys(app) if each.name == name), ())
    if users and not still:
        said += f"; {', '.join(users)} cannot run without it"
    return said
