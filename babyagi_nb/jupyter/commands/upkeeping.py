"""Subcommands about keeping functions good: improve, upkeep, bench."""

from __future__ import annotations

import sys
from typing import Any

from babyagi_nb.core.builds import Build
from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.commands.builds import carried_out
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.benchview import BenchView, bench_line
from babyagi_nb.widgets.upkeepview import UpkeepView
from babyagi_nb.widgets.view import View

__all__ = ["bench", "improve", "upkeep"]

_LIMITS = ("calls", "tokens", "seconds", "cost")
_DAYS = 30


def improve(request: Request) -> View:
    """Have the next version of a function written, from the inputs that it failed on."""
    given, app = request.given, request.app
    name = given["NAME"]
    found = app.lessons(name)
    if not found.failing:
        return Line(f"nothing to improve: {found.nothing}")
    task = f"improve {name}: {len(found.failing)} inputs that it failed on"

    def carry_out(watch: Any) -> Build:
        return app.improve(name, model=given.get("model"), watch=watch, **_limits(request))

    return carried_out(request, task, carry_out)


def upkeep(request: Request) -> View:
    """How versions fared, and what may be done about it."""
    days = request.given.get("days") or _DAYS
    proposals = [each.row() for each in request.app.upkeep(days)]
    return UpkeepView(request.app.outcomes(days=days), proposals, days=days)


def bench(request: Request) -> View:
    """How many tasks of a file the model solves."""
    given = request.given
    if not given.get("data"):
        raise UsageError("which tasks?", fix="%babyagi bench data=FILE names them")

    def watch(step: Any) -> None:
        if not step.known:
            sys.stdout.write(f"{bench_line(step.row())}\n")
            sys.stdout.flush()

    report = request.app.bench(
        given["data"],
        arms=given.get("arms") or None,
        limit=given.get("limit"),
        model=given.get("model"),
        watch=watch,
        **_limits(request),
    )
    return BenchView(report.row())


def _limits(request: Request) -> dict[str, Any]:
    return {name: request.given[name] for name in _LIMITS if name in request.given}
