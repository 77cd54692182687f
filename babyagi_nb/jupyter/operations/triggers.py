"""Operations about triggers: what runs after what, how it went last, add and remove."""

from __future__ import annotations

from babyagi_nb.core.runs import RunStatus
from babyagi_nb.errors import BabyAGIError
from babyagi_nb.jupyter.messages import TriggerRow
from babyagi_nb.jupyter.operations.desk import Desk

__all__ = ["add", "listed", "remove"]

_ALL = 100_000

_FIRED = """
SELECT
    ran.function_name,
    cause.function_name,
    max(epoch_us(ran."timestamp")) / 1000.0,
    arg_max(ran.log_type, ran."timestamp"),
    count(*) FILTER (ran.log_type IN ('error', 'timeout'))
FROM logs AS ran JOIN logs AS cause ON cause.id = ran.triggered_by_log_id
WHERE ran.triggered_by_log_id IS NOT NULL
GROUP BY ALL
"""


def listed(desk: Desk) -> list[TriggerRow]:
    app = desk.app
    live = app.get_triggers()
    fired = _fired(desk) if live else {}
    rows: list[TriggerRow] = []
    for each in live:
        triggered, triggering = each["triggered"], each["triggering"]
        last, status, failures = fired.get((triggered, triggering), (None, None, 0))
        rows.append(
            {
                "triggered": triggered, "triggering": triggering, "last": last,
                "last_status": status, "failures": failures,
            }
        )  # fmt: skip
    return rows


def add(desk: Desk, triggered: str, triggering: str | None = None) -> None:
    desk.app.add_trigger(triggered, triggering)


def remove(desk: Desk, triggered: str, triggering: str | None = None) -> None:
    desk.app.remove_trigger(triggered, triggering)


_Outcome = tuple[float | None, RunStatus | None, int]


def _fired(desk: Desk) -> dict[tuple[str, str], _Outcome]:
    """How each pair went last, as far as the log can be read."""
    try:
        table = desk.app.queries.sql(_FIRED, limit=_ALL)
    except BabyAGIError:
        return {}
    return {(ran, cause): (last, status, failed) for ran, cause, last, status, failed in table.rows}
