"""Subcommands about the store as a whole: sql, doctor, backup, restore."""

from __future__ import annotations

from babyagi_nb.core.ports import Table
from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.table import TableView
from babyagi_nb.widgets.view import View

__all__ = ["backup", "doctor", "restore", "sql"]


def sql(request: Request) -> View:
    statement = request.rest.strip().rstrip(";")
    if not statement:
        raise UsageError(
            "%babyagi sql needs a query", fix="write %babyagi sql SELECT * FROM logs LIMIT 5"
        )
    return TableView(request.app.sql(statement))


def doctor(request: Request) -> View:
    found = request.app.doctor(repair=bool(request.given.get("repair")))
    rows = tuple((each.level, each.subject, each.message, each.fix) for each in found)
    return TableView(Table(columns=("level", "subject", "finding", "mend"), rows=rows))


def backup(request: Request) -> View:
    return Line(f"backup written to {request.app.backup(request.given['PATH'])}")


def restore(request: Request) -> View:
    app = request.app
    app.restore(request.given["PATH"])
    return Line(f"restored; {len(app.catalogue)} functions")
