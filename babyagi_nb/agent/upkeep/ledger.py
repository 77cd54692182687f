"""Evidence out of the log, by statements over its public views.

Questions to a model are runs below the run that asked them, however deep; what they took is counted
for every version above them. A run of version 0 is no function's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from babyagi_nb.agent.upkeep.evidence import BLAMELESS, Comparison, Evidence
from babyagi_nb.core.ports import Queries

__all__ = ["Ledger"]

_MOST = 100_000
"""Rows that one statement may give."""

_RUNS = """
WITH judged AS (
    SELECT
        function_name, version, log_type, error_type, time_spent,
        epoch_ns("timestamp"::TIMESTAMP_NS) AS began, md5(params::VARCHAR) AS input,
        error_type IS NOT NULL AND error_type IN ({blameless}) AS blameless
    FROM logs
    WHERE version > 0 AND log_type IN ('success', 'error', 'timeout')
        AND "timestamp" >= make_timestamp(?) AND (? = '' OR function_name = ?)
)
SELECT
    function_name,
    version,
    count(*) FILTER (NOT blameless),
    count(*) FILTER (log_type = 'success'),
    count(*) FILTER (log_type = 'timeout'),
    count(DISTINCT input) FILTER (log_type <> 'success' AND NOT blameless),
    count(*) FILTER (blameless),
    coalesce(quantile_disc(time_spent, 0.5), 0),
    coalesce(quantile_disc(time_spent, 0.95), 0),
    max(began)
FROM judged
GROUP BY function_name, version
ORDER BY function_name, version
"""

_ERRORS = """
SELECT function_name, version, coalesce(error_type, log_type) AS kind, count(*)
FROM logs
WHERE version > 0 AND log_type IN ('error', 'timeout')
    AND "timestamp" >= make_timestamp(?) AND (? = '' OR function_name = ?)
GROUP BY ALL
ORDER BY 1, 2, 4 DESC, 3
"""

# From each question up to the outermost run; a version that calls itself counts it once.
_SPENT = """
WITH RECURSIVE asked(question, above) AS (
    SELECT l.id, l.parent_log_id
    FROM logs AS l JOIN model_calls AS m ON m.id = l.id
    WHERE m.started >= make_timestamp(?)
    UNION
    SELECT asked.question, l.parent_log_id
    FROM asked JOIN logs AS l ON l.id = asked.above
),
owned AS (
    SELECT DISTINCT l.function_name, l.version, asked.question
    FROM asked JOIN logs AS l ON l.id = asked.above
    WHERE l.version > 0 AND (? = '' OR l.function_name = ?)
)
SELECT
    owned.function_name,
    owned.version,
    count(*),
    sum(coalesce(m.prompt_tokens, 0) + coalesce(m.completion_tokens, 0)),
    sum(m.cost),
    count(*) FILTER (m.cost IS NULL AND m.status = 'success')
FROM owned JOIN model_calls AS m ON m.id = owned.question
GROUP BY owned.function_name, owned.version
"""

_SHARED = """
WITH inputs AS (
    SELECT version, params::VARCHAR AS input, bool_and(log_type = 'success') AS did
    FROM logs
    WHERE function_name = ? AND version IN (?, ?)
        AND log_type IN ('success', 'error', 'timeout')
        AND (error_type IS NULL OR error_type NOT IN ({blameless}))
    GROUP BY version, params::VARCHAR
)
SELECT o.input, o.did, n.did
FROM inputs AS o JOIN inputs AS n ON o.input = n.input
WHERE o.version = ? AND n.version = ?
ORDER BY o.input
"""


class Ledger:
    """Asks the log. Each method reads what is there now; nothing is kept."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def evidence(self, name: str | None = None, since: int = 0) -> list[Evidence]:
        """How every version fared that ran since *since* (nanoseconds), or those of *name*.

        In order of name and number.
        """
        given = (since // 1000, name or "", name or "")
        errors = self._errors(given)
        spent = self._spent(given)
        statement = _RUNS.format(blameless=_blameless())
        return [
            Evidence(
                function=row[0],
                version=row[1],
                runs=row[2],
                successes=row[3],
                timeouts=row[4],
                failing=row[5],
                blameless=row[6],
                p50=float(row[7]),
                p95=float(row[8]),
                last=int(row[9]),
                errors=errors.get((row[0], row[1]), {}),
                **spent.get((row[0], row[1]), {}),
            )
            for row in self._rows(statement, given)
        ]

    def compare(self, name: str, old: int, new: int) -> Comparison:
        """How two versions of *name* fared on inputs that both were given."""
        statement = _SHARED.format(blameless=_blameless())
        rows = list(self._rows(statement, (name, old, new, old, new)))
        return Comparison(
            function=name,
            old=old,
            new=new,
            same=sum(before == after for _, before, after in rows),
            mended=_named(rows, lambda before, after: after and not before),
            broken=_named(rows, lambda before, after: before and not after),
        )

    def _errors(self, given: Sequence[Any]) -> dict[tuple[str, int], dict[str, int]]:
        found: dict[tuple[str, int], dict[str, int]] = {}
        for name, version, kind, count in self._rows(_ERRORS, given):
            if kind not in BLAMELESS:
                found.setdefault((name, version), {})[kind] = count
        return found

    def _spent(self, given: Sequence[Any]) -> dict[tuple[str, int], dict[str, Any]]:
        return {
            (name, version): {
                "asked": asked,
                "tokens": int(tokens or 0),
                "cost": None if unpriced else float(cost or 0.0),
            }
            for name, version, asked, tokens, cost, unpriced in self._rows(_SPENT, given)
        }

    def _rows(self, statement: str, given: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
        return self._queries.sql(statement, given, limit=_MOST).rows


def _blameless() -> str:
    return ", ".join(f"'{each}'" for each in sorted(BLAMELESS))


def _named(rows: Iterable[tuple[Any, ...]], fits: Callable[[bool, bool], bool]) -> tuple[str, ...]:
    found = (_input(text) for text, before, after in rows if fits(before, after))
    return tuple(found)


def _input(text: str) -> str:
    """Arguments as they would be written in a call, as far as the log shows them."""
    try:
        params = json.loads(text)
    except ValueError:
        return text
    if not isinstance(params, dict):
        return text
    return ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in params.items()
    )
