"""``%babyagi key``: names of secrets; a value is typed unseen and never shown."""

from __future__ import annotations

from getpass import getpass

from babyagi_nb.core.ports import Table
from babyagi_nb.errors import NotFound, UsageError, near
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.keyrows import KnownKey, known_keys, place_of, remove_key
from babyagi_nb.jupyter.request import Request
from babyagi_nb.keys.chain import troubles_of
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import Stack, View

__all__ = ["key"]


def key(request: Request) -> View:
    action, name = request.given["ACTION"], request.given.get("NAME")
    if action == "list":
        return _listed(request)
    if action == "check":
        return _checked(request, name)
    if name is None:
        raise UsageError(f"%babyagi key {action} needs NAME", fix=f"%babyagi key {action} my_key")
    if action == "rm":
        return _removed(request, name)
    return _set(request, name)


def _set(request: Request, name: str) -> View:
    if "VALUE" in request.given:
        # The value stands in the notebook and in IPython's history by now.
        raise UsageError(
            "a key's value does not belong into a cell",
            fix=f"take it out, have a new one issued, and type %babyagi key set {name}",
        )
    if not name.isidentifier():
        raise UsageError(f"{name!r} is no name for a key", fix="use letters, digits and _")
    value = getpass(f"value of {name}: ").strip()
    if not value:
        raise UsageError("no value was typed", fix=f"%babyagi key set {name}")
    return Line(request.app.add_key(name, value))


def _removed(request: Request, name: str) -> View:
    app = request.app
    declared = name in app.catalogue.keys()  # noqa: SIM118
    if not declared and not place_of(app, name):
        raise _unknown(request, name)
    return Line(remove_key(app, name))


def _listed(request: Request) -> View:
    rows = tuple(
        (each.name, each.place or "missing", ", ".join(each.used_by))
        for each in known_keys(request.app)
    )
    return TableView(Table(columns=("key", "value", "used by"), rows=rows))


def _checked(request: Request, name: str | None) -> View:
    """A line for each key: where its value is found, who needs it, and what is to be done."""
    wanted = [each for each in known_keys(request.app) if name in (None, each.name)]
    if name is not None and not wanted:
        raise _unknown(request, name)
    rows = tuple(
        (each.name, each.place or "missing", ", ".join(each.used_by), _mend(each))
        for each in wanted
    )
    table = Table(columns=("key", "found in", "needed by", "to do"), rows=rows)
    return Stack(TableView(table), *map(Line, troubles_of(request.app.keys)))


def _mend(key: KnownKey) -> str:
    if key.place:
        return "" if key.used_by else "no function needs it"
    return f"%babyagi key set {key.name}"


def _unknown(request: Request, name: str) -> NotFound:
    known = [each.name for each in known_keys(request.app)]
    return NotFound(f"no key {name!r}", fix=near(name, known) or f"%babyagi key set {name}")
