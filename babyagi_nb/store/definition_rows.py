"""Taking the definition log into the index: events and versions appended, little else touched.

``events`` and ``versions`` only grow; which version is active is worked out by the public view.
Triggers and key names are few and depend on the whole history, so their tables are written anew
from the catalogue whenever something changed.

The last transaction in the index must be the one the log has under that number. If it is not, the
log was replaced (a restore), and its part of the index is emptied and taken in from the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import (
    ApprovalRevoked,
    Event,
    FunctionRegistered,
    FunctionRemoved,
    KeyDeclared,
    KeyForgotten,
    Transaction,
    TriggerAdded,
    TriggerRemoved,
    VersionActivated,
    VersionApproved,
    VersionDenied,
)
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.errors import StoreDamaged
from babyagi_nb.store.codec import version_to_json
from babyagi_nb.store.connection import Hold

__all__ = ["fold_definitions", "last_folded"]

_EVENT_COLUMNS = {
    "transaction": "BIGINT",
    "position": "INTEGER",
    "at": "BIGINT",
    "kernel": "VARCHAR",
    "summary": "VARCHAR",
    "undoes": "BIGINT",
    "event": "VARCHAR",
    "name": "VARCHAR",
    "number": "INTEGER",
    "previous": "INTEGER",
    "other": "VARCHAR",
}

_VERSION_COLUMNS = {
    "name": "VARCHAR",
    "number": "INTEGER",
    "digest": "VARCHAR",
    "created_at": "BIGINT",
    "transaction": "BIGINT",
    "description": "VARCHAR",
    "tags": ["VARCHAR"],
    "dependencies": ["VARCHAR"],
    "imports": "JSON",
    "keys": ["VARCHAR"],
    "triggers": ["VARCHAR"],
    "parameters": "JSON",
    "returns": "VARCHAR",
    "effects": "VARCHAR",
    "log": "VARCHAR",
    "origin": "VARCHAR",
    "cell": "VARCHAR",
    "notebook": "VARCHAR",
    "code": "VARCHAR",
    "record": "JSON",
}


def last_folded(hold: Hold) -> tuple[int, int]:
    """(number, time) of the newest transaction in the index; (0, 0) when there is none."""
    # Not ORDER BY … LIMIT 1, which cannot be trusted after deletions (see Hold.empty).
    ((number, at),) = hold.rows(
        'SELECT max("transaction"), arg_max("at", "transaction") FROM store.data.events'
    )
    return (int(number), int(at)) if number is not None else (0, 0)


def fold_definitions(hold: Hold, catalogue: Catalogue) -> int:
    """Bring the index up to *catalogue*; return the number of transactions taken in.

    Runs inside the caller's transaction.
    """
    history = list(catalogue.history)
    number, at = last_folded(hold)
    if number and not _knows(history, number, at):
        hold.empty("store.data.events")
        hold.empty("store.data.versions")
        number = 0
    new = [each for each in history if each.id > number]
    if new or not history:
        _insert(hold, "events", _EVENT_COLUMNS, [row for each in new for row in _events(each)])
        _insert(
            hold, "versions", _VERSION_COLUMNS, [row for each in new for row in _versions(each)]
        )
        _write_state(hold, catalogue)
    return len(new)


def _knows(history: Sequence[Transaction], number: int, at: int) -> bool:
    return any(each.id == number and each.at == at for each in reversed(history))


def _insert(hold: Hold, table: str, columns: dict[str, Any], rows: list[str]) -> None:
    """Insert JSON objects as rows, in one bound list: row by row is a hundred times slower."""
    if not rows:
        return
    names = ", ".join(f'r."{name}"' for name in columns)
    hold.execute(
        f"INSERT INTO store.data.{table} SELECT {names} FROM "
        f"(SELECT from_json(line::JSON, '{orjson.dumps(columns).decode()}') AS r "
        "FROM (SELECT unnest(?::VARCHAR[]) AS line))",
        (rows,),
    )


def _write_state(hold: Hold, catalogue: Catalogue) -> None:
    pairs = list(catalogue.triggers())
    keys = [(name, source) for name, sources in catalogue.keys().items() for source in sources]
    for table, rows in (("triggers", pairs), ('"keys"', keys)):
        hold.empty(f"store.data.{table}")
        if rows:
            first, second = zip(*rows, strict=True)
            hold.execute(
                f"INSERT INTO store.data.{table} SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
                (list(first), list(second)),
            )


# -- rows --------------------------------------------------------------------------------------


def _events(transaction: Transaction) -> Iterator[str]:
    for position, event in enumerate(transaction.events):
        row = {
            "transaction": transaction.id,
            "position": position,
            "at": transaction.at,
            "kernel": transaction.kernel,
            "summary": transaction.summary,
            "undoes": transaction.undoes,
            **_event_members(event),
        }
        yield _text(row)


def _event_members(event: Event) -> dict[str, Any]:
    match event:
        case FunctionRegistered(name=name, number=number, proposed=True):
            return {"event": "proposed", "name": name, "number": number}
        case VersionApproved(approval=approval):
            return {"event": "approved", "name": approval.name, "number": approval.number}
        case VersionDenied(name=name, number=number, reason=reason):
            return {"event": "denied", "name": name, "number": number, "other": reason}
        case ApprovalRevoked(name=name, number=number, reason=reason):
            return {"event": "revoked", "name": name, "number": number, "other": reason}
        case FunctionRegistered(name=name, number=number, previous=previous):
            return {"event": "registered", "name": name, "number": number, "previous": previous}
        case VersionActivated(name=name, number=number, previous=previous):
            return {"event": "activated", "name": name, "number": number, "previous": previous}
        case FunctionRemoved(name=name, previous=previous):
            return {"event": "removed", "name": name, "previous": previous}
        case TriggerAdded(triggered=triggered, triggering=triggering):
            return {"event": "trigger_added", "name": triggered, "other": triggering}
        case TriggerRemoved(triggered=triggered, triggering=triggering):
            return {"event": "trigger_removed", "name": triggered, "other": triggering}
        case KeyDeclared(name=key, source=source):
            return {"event": "key_declared", "name": key, "other": source}
        case KeyForgotten(name=key, source=source):
            return {"event": "key_forgotten", "name": key, "other": source}


def _versions(transaction: Transaction) -> Iterator[str]:
    for event in transaction.events:
        if isinstance(event, FunctionRegistered):
            try:
                yield _text(_version_row(event.load(), transaction))
            except StoreDamaged:
                # The doctor names it; the others are not to suffer for it.
                yield _text({"name": event.name, "number": event.number})


def _version_row(version: FunctionVersion, transaction: Transaction) -> dict[str, Any]:
    spec, record = version.spec, version_to_json(version)
    return {
        "name": version.name,
        "number": version.number,
        "digest": version.digest,
        "created_at": version.created_at,
        "transaction": transaction.id,
        "description": spec.description,
        "tags": spec.tags,
        "dependencies": spec.dependencies,
        "imports": [each.statement() for each in spec.imports],
        "keys": spec.keys,
        "triggers": spec.triggers,
        "parameters": record["spec"].get("parameters", []),
        "returns": spec.returns,
        "effects": spec.effects,
        "log": spec.log,
        "origin": spec.origin,
        "cell": spec.cell.id,
        "notebook": spec.cell.notebook,
        "code": spec.code,
        "record": record,
    }


def _text(row: dict[str, Any]) -> str:
    try:
        return orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    except TypeError:
        # A lone surrogate, or a number beyond 64 bits.
        import json

        text = json.dumps(row, ensure_ascii=False, default=str)
        return text.encode("utf-8", "replace").decode()
