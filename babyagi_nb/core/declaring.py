"""From the keyword arguments of decorators and calls to one :class:`~.source.Declared`.

``metadata`` is the original's catch-all: description, tags and key dependencies may stand in it or
beside it; what stands beside wins. Everything else in it is kept as it is, if JSON can hold it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from babyagi_nb.core.imports import parse_imports
from babyagi_nb.core.records import Effects, LogPolicy
from babyagi_nb.core.source import Declared
from babyagi_nb.core.trust import Grants, Trust, read_grants
from babyagi_nb.errors import UsageError, near

__all__ = ["FIELDS", "declare"]

FIELDS = (
    "name", "metadata", "imports", "dependencies", "triggers", "key_dependencies",
    "description", "tags", "effects", "log", "timeout", "validate",
    "input_parameters", "output_parameters", "trust", "hosts", "reads", "calls", "memory",
)  # fmt: skip
"""What a registration may say, by the names that Python callers use."""


def declare(given: Mapping[str, Any], *, origin: str = "user", lenient: bool = False) -> Declared:
    """Read *given*, whose keys are among :data:`FIELDS`; ``None`` means not said.

    Raises :class:`~babyagi_nb.errors.UsageError` for an unknown field or a value of a wrong kind.

    >>> declare({"dependencies": "world", "metadata": {"description": "Greets."}}).description
    'Greets.'
    """
    for field in given:
        if field not in FIELDS:
            raise UsageError(f"unknown field {field!r}", fix=near(field, FIELDS))
    metadata = dict(_mapping(given.get("metadata"), "metadata"))
    described = metadata.pop("description", None)
    tags = metadata.pop("tags", None)
    keys = metadata.pop("key_dependencies", None)
    if given.get("description") is not None:
        described = given["description"]
    dependencies = given.get("dependencies")
    return Declared(
        name=given.get("name"),
        dependencies=None if dependencies is None else words(dependencies, "dependencies"),
        imports=parse_imports(given.get("imports") or ()),
        keys=words(given.get("key_dependencies") or keys or (), "key_dependencies"),
        triggers=words(given.get("triggers") or (), "triggers"),
        description=None if described is None else str(described),
        tags=words(given.get("tags") or tags or (), "tags"),
        metadata=_jsonable(metadata),
        effects=_one_of(given.get("effects") or "unknown", get_args(Effects), "effects"),
        log=_one_of(given.get("log") or "all", get_args(LogPolicy), "log"),
        timeout=_seconds(given.get("timeout")),
        validate=given.get("validate", True) is not False,
        input_parameters=_parameters(given.get("input_parameters"), "input_parameters"),
        output_parameters=_parameters(given.get("output_parameters"), "output_parameters"),
        origin=origin,
        trust=_trust(given.get("trust")),
        asks=_asks(given),
        lenient=lenient,
    )


def _trust(value: Any) -> Trust | None:
    found: Trust | None = None if value is None else _one_of(value, get_args(Trust), "trust")
    return found


def _asks(given: Mapping[str, Any]) -> Grants:
    listed = {name: words(given.get(name) or (), name) for name in ("hosts", "reads", "calls")}
    return read_grants({**listed, "memory": given.get("memory")})


def words(value: Any, field: str) -> tuple[str, ...]:
    """One word, a comma-separated text, or several words, each once."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Iterable) or isinstance(parts, bytes | Mapping):
        raise UsageError(f"{field} is {value!r}", fix=f"write {field}=['a', 'b']")
    found = [getattr(part, "__babyagi_name__", part) for part in parts]
    for part in found:
        if not isinstance(part, str):
            raise UsageError(f"{field} holds {part!r}", fix="give names as text")
    return tuple(dict.fromkeys(part.strip() for part in found if part.strip()))


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{field} is {value!r}", fix=f"write {field}={{'description': '…'}}")
    return value


def _jsonable(metadata: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(metadata)
    except (TypeError, ValueError) as error:
        raise UsageError(f"metadata cannot be kept: {error}", fix="use plain JSON values") from None
    return metadata


def _one_of(value: Any, known: tuple[str, ...], field: str) -> Any:
    if value not in known:
        raise UsageError(f"{field} is {value!r}", fix=f"use one of {', '.join(known)}")
    return value


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"timeout is {value!r}", fix="give seconds, for example timeout=30")
    return seconds


def _parameters(value: Any, field: str) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    listed = list(value)
    for each in listed:
        if not isinstance(each, Mapping) or "name" not in each:
            raise UsageError(f"{field} holds {each!r}", fix="write [{'name': 'x', 'type': 'int'}]")
    return tuple(_jsonable(dict(each)) for each in listed)
