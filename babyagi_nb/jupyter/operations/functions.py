"""Operations about what is stored: list, statistics, one in full, the difference of two."""

from __future__ import annotations

from typing import Any

from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.runs import Statistics
from babyagi_nb.core.trust import asked
from babyagi_nb.errors import BabyAGIError, NotFound, near
from babyagi_nb.ids import VersionNumber
from babyagi_nb.jupyter.celltext import cell_text
from babyagi_nb.jupyter.messages import FunctionDetail, FunctionStats, VersionRow
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.protocol import jsonable
from babyagi_nb.jupyter.rows import pairs, place_of, stats_row, version_row

__all__ = ["detail", "diff", "listed", "statistics"]

_ALL = 100_000
"""Functions whose statistics are told at once."""

_PER_FUNCTION = """
SELECT
    function_name,
    count(*) FILTER (log_type <> 'started'),
    count(*) FILTER (log_type IN ('error', 'timeout')),
    coalesce(quantile_disc(time_spent, 0.5), 0) * 1000,
    coalesce(quantile_disc(time_spent, 0.95), 0) * 1000,
    max(epoch_us("timestamp")) / 1000.0,
    arg_max(log_type, "timestamp")
FROM logs WHERE version > 0 GROUP BY function_name ORDER BY 1
"""

_PER_VERSION = """
SELECT
    version,
    count(*) FILTER (log_type <> 'started'),
    count(*) FILTER (log_type IN ('error', 'timeout')),
    coalesce(quantile_disc(time_spent, 0.5), 0) * 1e9
FROM logs WHERE function_name = ? AND version > 0 GROUP BY version
"""


def listed(desk: Desk) -> dict[str, Any]:
    rows = desk.function_rows()
    return {"generation": desk.app.catalogue.generation, "rows": rows}


def statistics(desk: Desk) -> list[FunctionStats]:
    table = desk.app.queries.sql(_PER_FUNCTION, limit=_ALL)
    return [stats_row(*row) for row in table.rows]


def detail(desk: Desk, name: str, version: int | None = None) -> FunctionDetail:
    """One version in full, by default the active one, else the newest draft."""
    app = desk.app
    app.refresh()
    found = _version(desk, name, version)
    spec, catalogue = found.spec, app.catalogue
    sources = [str(source) for triggered, source in catalogue.triggers() if triggered == name]
    return {
        **desk.function_row(found, len(sources)),
        "code": spec.code,
        "returns": spec.returns,
        "parameters": [
            {
                "name": each.name, "kind": each.kind, "annotation": each.annotation,
                "default": each.default,
            }
            for each in spec.parameters
        ],
        "schema": jsonable(app.schema_of(name, found.number)),
        "tests": list(spec.tests),
        "metadata": jsonable(dict(spec.metadata)),
        "imports": [each.statement() for each in spec.imports],
        "uses": list(spec.uses),
        "depends_on": [str(each) for each in spec.dependencies],
        "dependents": [str(each) for each in catalogue.dependents(name)],
        "runs_after": sources,
        "listeners": [str(each) for each in catalogue.listeners(name)],
        "timeout": spec.timeout,
        "effects": spec.effects,
        "log": spec.log,
        "asks": pairs(asked(spec)),
        "granted": pairs(app.grants(name, found.number)),
        "versions": _versions(desk, name),
        "cell": cell_text(found),
        "where": place_of(spec.cell),
    }  # fmt: skip


def diff(desk: Desk, name: str, old: int, new: int) -> dict[str, dict[str, str]]:
    both = {"old": desk.app.version(name, old), "new": desk.app.version(name, new)}
    return {
        side: {"label": version.label, "code": version.spec.code} for side, version in both.items()
    }


def _version(desk: Desk, name: str, number: int | None) -> FunctionVersion:
    catalogue = desk.app.catalogue
    if number is not None:
        return catalogue.version(name, number)
    latest = catalogue.latest(name)
    if latest is None:
        numbers = catalogue.numbers(name)
        if not numbers:
            raise NotFound(f"no function {name!r}", fix=near(name, catalogue))
        # Removed: the last version is still worth a look, and can be activated again.
        latest = catalogue.version(name, numbers[-1])
    return latest


def _versions(desk: Desk, name: str) -> list[VersionRow]:
    """All versions, newest first."""
    catalogue = desk.app.catalogue
    counted = _counted(desk, name)
    active = catalogue.active(name)
    return [
        version_row(
            version,
            state=desk.function_row(version, 0)["state"],
            active=version.number == active,
            counted=counted.get(version.number),
        )
        for version in reversed(catalogue.versions(name))
    ]


def _counted(desk: Desk, name: str) -> dict[int, Statistics]:
    try:
        table = desk.app.queries.sql(_PER_VERSION, (name,), limit=_ALL)
    except BabyAGIError:
        # A function can be looked at while its log cannot be read.
        return {}
    return {
        number: Statistics(
            function=desk.app.catalogue.version(name, number).name,
            version=VersionNumber(number), runs=runs, errors=errors, p50=round(p50), p95=0,
            longest=0, last_started=0,
        )
        for number, runs, errors, p50 in table.rows
        if number in desk.app.catalogue.numbers(name)
    }  # fmt: skip
