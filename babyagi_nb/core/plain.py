"""Records as the plain dictionaries that users of the original know.

Every member is JSON-able but for dates, which are aware ``datetime`` objects in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from babyagi_nb.core.parameters import input_parameters, output_parameters
from babyagi_nb.core.records import FunctionVersion, Import
from babyagi_nb.core.runs import Run, RunStatus
from babyagi_nb.core.trust import asked, grants_to_json, is_trusted

__all__ = ["described", "function_row", "import_row", "log_row", "nanoseconds", "utc"]

_MESSAGES: dict[RunStatus, str] = {
    "started": "Execution started.",
    "success": "Execution successful.",
    "lost": "The kernel ended before the run did.",
    "interrupted": "Execution interrupted.",
    "cancelled": "Execution cancelled.",
}


def function_row(version: FunctionVersion, *, active: bool = True) -> dict[str, Any]:
    """One version of a function, by the original's member names and some more."""
    spec = version.spec
    metadata: dict[str, Any] = {**spec.metadata, "description": spec.description}
    if spec.tags:
        metadata["tags"] = list(spec.tags)
    if spec.keys:
        metadata["key_dependencies"] = list(spec.keys)
    return {
        "name": spec.name,
        "version": version.number,
        "code": spec.code,
        "metadata": metadata,
        "description": spec.description,
        "tags": list(spec.tags),
        "dependencies": list(spec.dependencies),
        "key_dependencies": list(spec.keys),
        "triggers": list(spec.triggers),
        "imports": [each.name for each in spec.imports],
        "input_parameters": input_parameters(spec),
        "output_parameters": output_parameters(spec),
        "uses": list(spec.uses),
        "effects": spec.effects,
        "log": spec.log,
        "timeout": spec.timeout,
        "tests": list(spec.tests),
        "origin": spec.origin,
        "trust": spec.trust or ("kernel" if is_trusted(spec) else "sandbox"),
        "asks": grants_to_json(asked(spec)),
        "digest": version.digest,
        "created_date": utc(version.created_at),
        "is_active": active,
    }


def import_row(wanted: Import) -> dict[str, Any]:
    """One import in the original's form: ``name`` is bound, ``lib`` is what is installed."""
    return {
        "name": wanted.name,
        "lib": wanted.distribution,
        "module": wanted.module,
        "requirement": wanted.requirement,
        "statement": wanted.statement(),
    }


def log_row(run: Run) -> dict[str, Any]:
    """One run, by the original's member names and some more."""
    return {
        "id": run.id,
        "function_name": run.function,
        "message": message_of(run),
        "timestamp": utc(run.started),
        "params": dict(run.params),
        "output": run.output,
        "time_spent": None if run.duration is None else run.duration / 1e9,
        "parent_log_id": run.parent,
        "triggered_by_log_id": run.trigger,
        "log_type": run.status,
        "root_log_id": run.root,
        "version": run.version,
        "error_type": run.error,
        "traceback": run.traceback,
        "stdout": run.stdout,
        "kernel": run.kernel,
        "cell": run.cell,
    }


def message_of(run: Run) -> str:
    """The run's outcome in one sentence."""
    known = _MESSAGES.get(run.status)
    if known is not None:
        return known
    if run.status == "refused":
        return f"Not run: {run.message}."
    return f"Execution failed. Error: {run.message or run.error}"


def utc(at: int) -> datetime:
    """Nanoseconds since the epoch as an aware datetime (microseconds are kept)."""
    return datetime.fromtimestamp(at // 1_000_000_000, UTC).replace(
        microsecond=at % 1_000_000_000 // 1000
    )


def nanoseconds(when: datetime | str | None) -> int | None:
    """Nanoseconds since the epoch; a naive date is taken as local time.

    >>> nanoseconds("1970-01-01T00:00:01+00:00")
    1000000000
    """
    if when is None:
        return None
    moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    return int(moment.timestamp() * 1_000_000) * 1000


def described(row: Mapping[str, Any]) -> str:
    """A function's row as text, for people."""
    lines = [f"Function: {row['name']}", f"  Version: {row['version']}"]
    for title, member in (
        ("Description", "description"),
        ("Dependencies", "dependencies"),
        ("Triggers", "triggers"),
        ("Keys", "key_dependencies"),
    ):
        if row[member]:
            value = row[member]
            lines.append(f"  {title}: {value if isinstance(value, str) else ', '.join(value)}")
    for title, member in (("Input", "input_parameters"), ("Output", "output_parameters")):
        lines += [f"  {title}: {each['name']} ({each['type']})" for each in row[member]]
    lines.append("  Code:")
    lines += [f"    {line}" for line in row["code"].splitlines()]
    return "\n".join(lines)
