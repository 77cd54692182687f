"""``%babyagi key``: names of secrets; a value is typed unseen and never shown."""

from __future__ import annotations

from getpass import getpass

from babyagi_nb.core.ports import Table
from babyagi_nb.errors import NotFound, UsageError, near
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import View

__all__ = ["key"]


def key(request: Request) -> View:
    action, name = request.given["ACTION"], request.given.get("NAME")
    if action == "list":
        return _table(request, None)
    if action == "check":
        return _table(request, name)
    if name is None:
        raise UsageError(f"%babyagi key {action} needs NAME", fix=f"%babyagi key {action} my_key")
    if action == "rm":
        return _forget(request, name)
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


def _forget(request: Request, name: str) -> View:
    request.app.keys.forget(name)
    request.app.changes.forget_key(name)
    return Line(f"key {name!r} forgotten")


def _table(request: Request, name: str | None) -> View:
    app = request.app
    sources = app.keys.sources()
    found = [each for each in app.get_all_secret_keys() if name in (None, each["name"])]
    if name is not None and not found:
        known = [str(each["name"]) for each in app.get_all_secret_keys()]
        raise NotFound(f"no key {name!r}", fix=near(name, known) or f"%babyagi key set {name}")
    rows = tuple(
        (
            each["name"],
            sources.get(each["name"], "found") if each["available"] else "missing",
            ", ".join(each["used_by"]),
        )
        for each in found
    )
    return TableView(Table(columns=("key", "value", "used by"), rows=rows))
