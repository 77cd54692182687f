"""The public views: what ``%babyagi sql`` and other tools see of a store.

The same text serves twice. In the index file the views stand over the folded rows alone, for people
who open the file with another tool. In the in-memory instance they stand over folded *and* pending
rows (open runs, and lines no fold has taken in yet), which is what queries of this package see.

Times are UTC timestamps, durations are seconds.
"""

from __future__ import annotations

from collections.abc import Iterator

from babyagi_nb.store.rows import COLUMNS

__all__ = ["PENDING_RUNS", "VIEWS", "file_views", "memory_views"]

VIEWS = ("logs", "functions", "versions", "triggers", "keys", "history", "model_calls")

_COLUMN_LIST = ", ".join(f'"{name}"' for name in COLUMNS)

PENDING_RUNS = "memory.pending.runs"

_LOGS = """
SELECT
    id,
    "function" AS function_name,
    message,
    make_timestamp(started // 1000) AS "timestamp",
    params,
    "output",
    duration / 1e9 AS time_spent,
    parent AS parent_log_id,
    "trigger" AS triggered_by_log_id,
    status AS log_type,
    version,
    traceback,
    stdout,
    kernel,
    cell,
    root AS root_log_id,
    error AS error_type
FROM {runs}
"""

_VERSIONS = """
SELECT
    name,
    number AS version,
    description,
    tags,
    dependencies,
    imports,
    "keys",
    triggers,
    parameters,
    "returns",
    effects,
    "log",
    origin,
    make_timestamp(created_at // 1000) AS created_at,
    cell,
    notebook,
    digest,
    code,
    record
FROM {schema}.versions
"""

# The last event that moved a function says what is active; a removal has no number.
_FUNCTIONS = """
WITH moves AS (
    SELECT
        name,
        arg_max(coalesce(number, 0), ("transaction", position)) AS active,
        min("at") AS registered_at,
        max("at") AS updated_at
    FROM {schema}.events
    WHERE event IN ('registered', 'activated', 'removed')
    GROUP BY name
)
SELECT
    moves.name,
    moves.active AS version,
    v.description,
    v.tags,
    v.dependencies,
    v.imports,
    v."keys",
    v.triggers,
    v.parameters,
    v."returns",
    v.effects,
    v."log",
    v.origin,
    v.code,
    make_timestamp(moves.registered_at // 1000) AS registered_at,
    make_timestamp(moves.updated_at // 1000) AS updated_at
FROM moves
JOIN {schema}.versions AS v ON v.name = moves.name AND v.number = moves.active
WHERE moves.active > 0
"""

_TRIGGERS = "SELECT triggered, triggering FROM {schema}.triggers"

_KEYS = 'SELECT name, source FROM {schema}."keys"'

_HISTORY = """
SELECT
    "transaction",
    make_timestamp("at" // 1000) AS "timestamp",
    kernel,
    summary,
    undoes,
    event,
    name,
    number AS version,
    previous AS previous_version,
    other
FROM {schema}.events
ORDER BY "transaction", position
"""

# A question to a model is a run of version 0, which no stored function has. What its members hold
# was cut to a limit, and may come from a server: what is no number counts as unknown.
_MODEL_CALLS = """
SELECT
    id,
    root,
    make_timestamp(started // 1000) AS started,
    params->>'$.purpose' AS purpose,
    params->>'$.model' AS model,
    params->>'$.host' AS host,
    params->>'$.prompt_hash' AS prompt_hash,
    TRY_CAST("output"->>'$.prompt_tokens' AS BIGINT) AS prompt_tokens,
    TRY_CAST("output"->>'$.completion_tokens' AS BIGINT) AS completion_tokens,
    TRY_CAST("output"->>'$.cost' AS DOUBLE) AS cost,
    TRY_CAST("output"->>'$.estimated' AS BOOLEAN) AS estimated,
    "output"->>'$.finish' AS finish,
    TRY_CAST("output"->>'$.attempts' AS INTEGER) AS attempts,
    status,
    duration / 1e9 AS duration
FROM {runs}
WHERE "function" = 'model' AND version = 0
"""

_BODIES = {
    "logs": _LOGS,
    "functions": _FUNCTIONS,
    "versions": _VERSIONS,
    "triggers": _TRIGGERS,
    "keys": _KEYS,
    "history": _HISTORY,
    "model_calls": _MODEL_CALLS,
}


def file_views() -> Iterator[str]:
    """Statements that put the views into the attached index."""
    for name, body in _BODIES.items():
        text = body.format(schema="data", runs="data.runs")
        yield f'CREATE OR REPLACE VIEW store.main."{name}" AS {text}'


def memory_views() -> Iterator[str]:
    """Statements that put the views, and the table of pending runs, into the instance."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    yield "CREATE SCHEMA IF NOT EXISTS memory.pending"
    yield f"CREATE TABLE IF NOT EXISTS {PENDING_RUNS} ({columns})"
    both = (
        f"(SELECT {_COLUMN_LIST} FROM store.data.runs "
        f"UNION ALL SELECT {_COLUMN_LIST} FROM {PENDING_RUNS})"
    )
    for name, body in _BODIES.items():
        text = body.format(schema="store.data", runs=both)
        yield f'CREATE OR REPLACE VIEW memory.main."{name}" AS {text}'
