"""Records as the rows that pages show. Pure; every text in them is data, and stays data.

Lines that are only looked at are cleaned of what acts (``core.cleaning``). Code is handed over as
it is: whoever decides about it must see what is there, so the page marks what hides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from babyagi_nb.core.budget import Spent as Spending
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.events import Transaction
from babyagi_nb.core.records import Cell, FunctionVersion
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.runs import Run, RunStatus, Statistics
from babyagi_nb.core.trust import Grants, State, asked, wording
from babyagi_nb.ids import TransactionId
from babyagi_nb.jupyter.messages import (
    ChangeRow,
    DeniedRow,
    DraftRow,
    FunctionStats,
    Outcome,
    Pairs,
    Review,
    RunDetail,
    RunRow,
    Spent,
    VersionRow,
)
from babyagi_nb.jupyter.protocol import jsonable
from babyagi_nb.widgets.reviewcard import ReviewCard
from babyagi_nb.widgets.values import arguments, call, outcome

if TYPE_CHECKING:
    from babyagi_nb.runtime.approvals import Review as Reviewed

__all__ = [
    "change_rows", "draft_row", "milliseconds", "nanoseconds", "outcomes", "pairs", "place_of",
    "review_of", "run_detail", "run_row", "spent_row", "stats_row", "version_row",
]  # fmt: skip

_LINE = 160
"""Characters of one line about arguments or a result."""
_PRINTED = 100_000
"""Characters of printed text or of a traceback that one answer carries."""


def milliseconds(nanoseconds: int) -> float:
    """As the page counts time; nine digits of it are kept exactly."""
    return nanoseconds / 1e6


def nanoseconds(milliseconds: float) -> int:
    return round(milliseconds * 1e6)


def run_row(run: Run) -> RunRow:
    return {
        "id": run.id,
        "root": run.root,
        "parent": run.parent,
        "trigger": run.trigger,
        "function": one_line(run.function, 200),
        "version": run.version,
        "kernel": run.kernel,
        "cell": None if run.cell is None else one_line(run.cell, 80),
        "started": milliseconds(run.started),
        "duration": None if run.duration is None else milliseconds(run.duration),
        "status": run.status,
        "params_line": arguments(run.params, _LINE),
        "result_line": "" if run.status == "started" else outcome(run, _LINE),
        "error": None if run.error is None else one_line(run.error, 80),
    }


def run_detail(run: Run, positional: Sequence[str] = ()) -> RunDetail:
    """One run in full; *positional* names parameters that take no keyword, for the call."""
    return {
        **run_row(run),
        "params": jsonable(dict(run.params)),
        "output": jsonable(run.output),
        "stdout": _long(run.stdout),
        "message": _long(run.message),
        "traceback": _long(run.traceback),
        "call": call(run, positional),
    }


def spent_row(spent: Spending) -> Spent:
    return {
        "calls": spent.calls, "tokens": spent.tokens, "seconds": float(spent.seconds),
        "cost": float(spent.cost), "unpriced": spent.unpriced,
    }  # fmt: skip


def stats_row(
    name: str,
    runs: int,
    errors: int,
    p50: float,
    p95: float,
    last: float,
    last_status: RunStatus | None,
) -> FunctionStats:
    return {
        "name": name, "runs": runs, "errors": errors, "p50": p50, "p95": p95, "last": last,
        "last_status": last_status,
    }  # fmt: skip


def version_row(
    version: FunctionVersion, *, state: State, active: bool, counted: Statistics | None
) -> VersionRow:
    return {
        "number": version.number,
        "created": milliseconds(version.created_at),
        "digest": version.digest,
        "origin": one_line(version.spec.origin, 120),
        "state": state,
        "active": active,
        "runs": counted.runs if counted else 0,
        "errors": counted.errors if counted else 0,
        "p50": milliseconds(counted.p50) if counted and counted.runs else None,
    }


def pairs(grants: Grants) -> Pairs:
    return list(wording(grants))


def place_of(cell: Cell) -> dict[str, str | None]:
    """Where something was written, as far as it is known."""
    count = cell.execution_count
    return {
        "notebook": cell.notebook,
        "cell": cell.id or (f"In[{count}]" if count is not None else None),
    }


def draft_row(version: FunctionVersion, state: State) -> DraftRow:
    return {
        "label": version.label,
        "name": version.name,
        "number": version.number,
        "origin": one_line(version.spec.origin, 120),
        "state": state,
        "created": milliseconds(version.created_at),
        "asks": pairs(asked(version.spec)),
    }


def denied_row(version: FunctionVersion, state: State, *, at: int, reason: str) -> DeniedRow:
    return {
        "label": version.label,
        "name": version.name,
        "number": version.number,
        "origin": one_line(version.spec.origin, 120),
        "state": state,
        "at": milliseconds(at),
        "reason": one_line(reason, 300),
    }


def review_of(seen: Reviewed) -> Review:
    version, base = seen.version, seen.base
    card = ReviewCard(version, state=seen.state)
    other = base if base is not None and base != version else None
    return {
        "label": version.label,
        "name": version.name,
        "number": version.number,
        "origin": one_line(version.spec.origin, 120),
        "state": seen.state,
        "code": version.spec.code,
        "base": None if other is None else {"label": other.label, "code": other.spec.code},
        "tests": list(version.spec.tests),
        "asks": pairs(seen.asked),
        "asked": jsonable(asdict(seen.asked)),
        "granted": pairs(seen.granted),
        "declared": list(card.declared()),
        "forbidden": list(seen.forbidden),
        "companions": [
            {"label": member.label, "state": state} for member, state in seen.companions
        ],
        "warnings": list(card.warnings),
        "review": seen.code,
    }


def change_rows(history: Sequence[Transaction], limit: int) -> list[ChangeRow]:
    """The last changes, newest first."""
    undone: set[TransactionId | None] = {each.undoes for each in history}
    newest = list(reversed(history[-limit:] if limit else ()))
    return [
        {
            "id": each.id,
            "at": milliseconds(each.at),
            "summary": one_line(each.summary, 300),
            "state": _standing(each, undone),
        }
        for each in newest
    ]


def outcomes(registration: Registration, extra: Sequence[str] = ()) -> list[Outcome]:
    """One for each function; warnings and the number of tests stand with the first."""
    return [
        {
            "name": each.version.name,
            "version": each.version.number,
            "change": each.change,
            "warnings": [] if at else [*registration.warnings, *extra],
            "tests": 0 if at else registration.tests,
        }
        for at, each in enumerate(registration.functions)
    ]


def _standing(change: Transaction, undone: set[TransactionId | None]) -> str:
    if change.id in undone:
        return "undone"
    return f"undo of {change.undoes}" if change.undoes is not None else ""


def _long(text: str | None) -> str | None:
    if text is None or len(text) <= _PRINTED:
        return text
    return f"{text[:_PRINTED]}\n… {len(text) - _PRINTED} more characters"
