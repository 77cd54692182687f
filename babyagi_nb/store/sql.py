"""One statement of a person, run over the public views with what is not folded yet put beside.

Pending runs go into a table of the in-memory instance, in the same hold, so a query sees every run
as soon as its record is written. The statement itself runs in a read-only transaction that is
always rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from babyagi_nb.core.ports import Table
from babyagi_nb.core.runs import Run
from babyagi_nb.errors import QueryRefused
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.rows import COLUMNS, JSON_COLUMNS
from babyagi_nb.store.statements import check, words
from babyagi_nb.store.views import PENDING_RUNS, memory_views

__all__ = ["run_select"]


def run_select(
    hold: Hold, pending: list[Run], statement: str, parameters: Sequence[Any], limit: int
) -> Table:
    """Run *statement* and return at most *limit* rows.

    Raises :class:`~babyagi_nb.errors.QueryRefused` for anything that is not one reading
    statement, and for what DuckDB finds wrong with it.
    """
    import duckdb

    from babyagi_nb.store.faults import about_the_file

    query = check(hold, statement)
    _put_pending(hold, pending)
    try:
        with hold.transaction(read_only=True):
            columns, rows = hold.some(query, parameters, max(limit, 0) + 1)
    except duckdb.Error as error:
        # The connection knows what to do about the file, and about an interrupt.
        if about_the_file(error) or isinstance(error, duckdb.InterruptException):
            raise
        raise words(error) from error
    except (ValueError, TypeError) as error:
        raise words(error) from error
    except RuntimeError as error:
        raise QueryRefused(f"the query failed: {error}") from error
    kept = rows[: max(limit, 0)]
    return Table(columns=columns, rows=tuple(kept), truncated=len(rows) > len(kept))


def _put_pending(hold: Hold, pending: list[Run]) -> None:
    there = hold.rows(
        "SELECT count(*) FROM duckdb_views() WHERE database_name = 'memory' AND view_name = 'logs'"
    )
    if not there[0][0]:
        for each in memory_views():
            hold.execute(each)
    hold.empty(PENDING_RUNS)
    if pending:
        lists = ", ".join(f"unnest(?::{kind}[])" for kind in COLUMNS.values())
        hold.execute(
            f"INSERT INTO {PENDING_RUNS} SELECT {lists}",
            [[_value(run, name) for run in pending] for name in COLUMNS],
        )


def _value(run: Run, name: str) -> Any:
    value = getattr(run, name)
    if name in JSON_COLUMNS and value is not None:
        return orjson.dumps(value).decode()
    return value
