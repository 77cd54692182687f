"""The operation that says how things stand, in seven numbers."""

from __future__ import annotations

import time

from babyagi_nb.jupyter.messages import Overview
from babyagi_nb.jupyter.operations.desk import Desk

__all__ = ["overview"]

_DAY = 24 * 3600

_COUNTED = """
SELECT
    count(*),
    count(*) FILTER (log_type = 'started'),
    count(*) FILTER (
        log_type IN ('error', 'timeout') AND epoch_us("timestamp") >= ?
    )
FROM logs
"""


def overview(desk: Desk) -> Overview:
    app = desk.app
    rows = desk.function_rows()
    since = int((time.time() - _DAY) * 1e6)
    ((runs, running, failures),) = app.queries.sql(_COUNTED, (since,)).rows
    keys = {key for row in rows for key in row["keys"]}
    return {
        "functions": len(app.catalogue),
        "drafts": sum(1 for _ in app.catalogue.drafts()),
        "runs": runs,
        "running": running,
        "failures": failures,
        "missing_keys": sum(1 for key in keys if not desk.has_key(key)),
        "generation": app.catalogue.generation,
    }
