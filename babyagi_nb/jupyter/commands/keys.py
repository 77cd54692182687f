"""``%babyagi key``: names of secrets; a value is typed unseen and never shown."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from babyagi_nb.core.ports import Table
from babyagi_nb.errors import KeyStoreError, NotFound, UsageError, near
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.keys.chain import removed_from, source_of, troubles_of
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
    if not declared and not _found_in(request, name):
        raise _unknown(request, name)
    places = removed_from(app.keys, name)
    if declared:
        app.changes.forget_key(name)
    said = f"key {name!r} removed from {' and '.join(places) or 'this store'}"
    if still := _found_in(request, name):
        # A variable of the kernel is not ours to take, and would come back with the next kernel.
        said += f"; the {still} still supplies it, until it is taken out where the kernel starts"
    users = next((row["used_by"] for row in _known(request) if row["name"] == name), ())
    if users and not still:
        said += f"; {', '.join(users)} cannot run without it"
    return Line(said)


def _listed(request: Request) -> View:
    rows = tuple(
        (row["name"], row["place"] or "missing", ", ".join(row["used_by"]))
        for row in _known(request)
    )
    return TableView(Table(columns=("key", "value", "used by"), rows=rows))


def _checked(request: Request, name: str | None) -> View:
    """A line for each key: where its value is found, who needs it, and what is to be done."""
    wanted = [row for row in _known(request) if name in (None, row["name"])]
    if name is not None and not wanted:
        raise _unknown(request, name)
    rows = tuple(
        (row["name"], row["place"] or "missing", ", ".join(row["used_by"]), _mend(row))
        for row in wanted
    )
    table = Table(columns=("key", "found in", "needed by", "to do"), rows=rows)
    return Stack(TableView(table), *map(Line, troubles_of(request.app.keys)))


def _mend(row: dict[str, Any]) -> str:
    if row["place"]:
        return "" if row["used_by"] else "no function needs it"
    return f"%babyagi key set {row['name']}"


def _known(request: Request) -> list[dict[str, Any]]:
    """What is known of each key that the store names or that has a value here."""
    app = request.app
    rows = {str(each["name"]): {**each} for each in app.get_all_secret_keys()}
    for name in app.keys.sources():
        rows.setdefault(name, {"name": name, "used_by": []})
    return [
        {**row, "name": name, "place": _found_in(request, name)}
        for name, row in sorted(rows.items())
    ]


def _found_in(request: Request, name: str) -> str:
    try:
        return source_of(request.app.keys, name)
    except KeyStoreError:
        return ""


def _unknown(request: Request, name: str) -> NotFound:
    known = [str(row["name"]) for row in _known(request)]
    return NotFound(f"no key {name!r}", fix=near(name, known) or f"%babyagi key set {name}")
