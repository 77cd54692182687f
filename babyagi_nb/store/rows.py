"""One run in its three written forms: a journal line, a row of the index, and a ``Run``.

A journal line leaves out members that are null; a board line is the same object cut after
``params``. A row of the index holds the columns of :data:`COLUMNS` in this order, with ``params``
and ``output`` as JSON text. What comes from disk is untrusted: a line that is no run gives
``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import orjson

from babyagi_nb.core.runs import STATUSES, Run, RunStatus
from babyagi_nb.ids import FunctionName, KernelId, RunId, VersionNumber

__all__ = [
    "COLUMNS",
    "JSON_COLUMNS",
    "kernel_of",
    "run_of_line",
    "run_of_record",
    "run_of_row",
    "runs_of_lines",
]

COLUMNS: Mapping[str, str] = {
    "id": "VARCHAR",
    "root": "VARCHAR",
    "parent": "VARCHAR",
    "trigger": "VARCHAR",
    "function": "VARCHAR",
    "version": "INTEGER",
    "kernel": "VARCHAR",
    "cell": "VARCHAR",
    "started": "BIGINT",
    "duration": "BIGINT",
    "status": "VARCHAR",
    "params": "JSON",
    "output": "JSON",
    "stdout": "VARCHAR",
    "error": "VARCHAR",
    "message": "VARCHAR",
    "traceback": "VARCHAR",
}
"""Columns of a run in the index, with their DuckDB types."""

JSON_COLUMNS = ("params", "output")

_KNOWN = frozenset(STATUSES)


def kernel_of(run: str) -> KernelId:
    """The kernel part of a run id.

    >>> kernel_of("01J9Z3K4QP7M2A.00000042")
    '01J9Z3K4QP7M2A'
    """
    return KernelId(run.partition(".")[0])


def run_of_line(line: bytes) -> Run | None:
    """Read one journal or board line; ``None`` when it is no run."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return run_of_record(record) if isinstance(record, dict) else None


def runs_of_lines(lines: Iterable[bytes]) -> Iterator[Run]:
    """Every run among *lines*; what is no run is passed over (the fold puts it aside)."""
    for line in lines:
        run = run_of_line(line)
        if run is not None:
            yield run


def run_of_record(record: Mapping[str, Any]) -> Run | None:
    """Build a run from a decoded line; a line without status is an open run."""
    get = record.get
    identifier, function, started = get("id"), get("function"), get("started")
    status = get("status", "started")
    if not (isinstance(identifier, str) and isinstance(function, str)):
        return None
    if not isinstance(started, int) or status not in _KNOWN:
        return None
    params = get("params")
    return Run(
        id=RunId(identifier),
        root=RunId(get("root") or identifier),
        parent=get("parent"),
        trigger=get("trigger"),
        function=FunctionName(function),
        version=VersionNumber(get("version") or 0),
        kernel=kernel_of(identifier),
        cell=get("cell"),
        started=started,
        duration=get("duration"),
        status=cast(RunStatus, status),
        params=params if isinstance(params, dict) else {},
        output=get("output"),
        stdout=get("stdout"),
        error=get("error"),
        message=get("message"),
        traceback=get("traceback"),
    )


def run_of_row(row: Sequence[Any]) -> Run:
    """Build a run from a row of the index whose columns are those of :data:`COLUMNS`."""
    values: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    values["params"] = orjson.loads(values["params"]) if values["params"] else {}
    values["output"] = orjson.loads(values["output"]) if values["output"] else None
    return Run(**values)
