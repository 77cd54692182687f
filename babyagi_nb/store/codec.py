"""Definitions as lines of JSON, and back.

A transaction is as many consecutive lines as it has events. Every line says which transaction it
belongs to (``tx``) and how many of its lines still follow (``left``); the line with ``left`` 0
completes it. The first line also says when, by whom and in which words::

    {"tx":7,"left":1,"at":…,"kernel":"01J…","summary":"…","event":"registered","name":"a", … }
    {"tx":7,"left":0,"event":"trigger_added","triggered":"a","triggering":"b"}

A registration ends in the member ``"record"`` with the whole version. Opening a store decodes only
what stands before it; the record is decoded when the version is first used. The cut is safe
because the bytes ``,"record":`` cannot occur inside a JSON string, where quotes are escaped.

In records, members with their default value are left out and unknown members are ignored, so that
versions of this package that differ in minor things read each other's stores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import partial
from typing import Any

import orjson

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
from babyagi_nb.core.records import Cell, FunctionSpec, FunctionVersion, Import, Parameter
from babyagi_nb.core.trust import Approval, Grants, grants_from_json, grants_to_json
from babyagi_nb.errors import RegistrationError, StoreDamaged
from babyagi_nb.ids import Digest, FunctionName, VersionNumber

__all__ = [
    "decode_event",
    "decode_head",
    "encode_transaction",
    "version_from_json",
    "version_to_json",
]

_RECORD = b',"record":'

_PLAIN: dict[str, Callable[..., Event]] = {
    "activated": VersionActivated,
    "removed": FunctionRemoved,
    "denied": VersionDenied,
    "revoked": ApprovalRevoked,
    "trigger_added": TriggerAdded,
    "trigger_removed": TriggerRemoved,
    "key_declared": KeyDeclared,
    "key_forgotten": KeyForgotten,
}
_WORDS = {kind: word for word, kind in _PLAIN.items()}
_MEMBERS = {word: tuple(each.name for each in fields(kind)) for word, kind in _PLAIN.items()}  # type: ignore[arg-type]


# -- versions ----------------------------------------------------------------------------------


def version_to_json(version: FunctionVersion) -> dict[str, Any]:
    """Return *version* as a plain JSON object."""
    record = _members(version.spec)
    spec = {"spec": record} | {
        "number": version.number,
        "digest": version.digest,
        "created_at": version.created_at,
    }
    return spec | ({"peers": list(version.peers)} if version.peers else {})


def version_from_json(record: Mapping[str, Any]) -> FunctionVersion:
    """Exact inverse of :func:`version_to_json`.

    Raises ``KeyError``, ``TypeError`` or ``AttributeError`` for what is no such object.
    """
    spec = dict(record["spec"])
    made: dict[str, Any] = {
        name: tuple(value) if name in _TUPLES else value
        for name, value in spec.items()
        if name in _SPEC_FIELDS
    }
    for name, kind in (("parameters", Parameter), ("imports", Import)):
        if name in made:
            made[name] = tuple(_known(kind, each) for each in made[name])
    if "asks" in made:
        made["asks"] = grants_from_json(made["asks"])
    if "cell" in made:
        made["cell"] = _known(Cell, made["cell"])
    return FunctionVersion(
        spec=FunctionSpec(**made),
        number=VersionNumber(record["number"]),
        digest=Digest(record["digest"]),
        created_at=record["created_at"],
        peers=tuple(record.get("peers", ())),
    )


def _members(record: Any) -> dict[str, Any]:
    """Return the fields of a flat dataclass that differ from their defaults."""
    found: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(record)]:
        value = getattr(record, name)
        if value != default or type(value) is not type(default):
            found[name] = _jsonable(value)
    return found


def _jsonable(value: Any) -> Any:
    if type(value) is tuple:
        return [_jsonable(each) for each in value]
    if type(value) is Grants:
        return grants_to_json(value)
    if type(value) in _DEFAULTS:
        return _members(value)
    return dict(value) if isinstance(value, Mapping) else value


def _known(kind: Any, members: Mapping[str, Any]) -> Any:
    return kind(**{name: members[name] for name, _ in _DEFAULTS[kind] if name in members})


def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    found = []
    for each in fields(kind):
        made = each.default_factory() if each.default_factory is not MISSING else each.default
        found.append((each.name, made))
    return tuple(found)


_DEFAULTS: dict[Any, tuple[tuple[str, Any], ...]] = {
    kind: _defaults(kind) for kind in (FunctionSpec, Import, Parameter, Cell)
}
_SPEC_FIELDS = {name for name, _ in _DEFAULTS[FunctionSpec]}
_TUPLES = {name for name, default in _DEFAULTS[FunctionSpec] if type(default) is tuple}


# -- transactions ------------------------------------------------------------------------------


def encode_transaction(transaction: Transaction) -> bytes:
    """Return the lines of *transaction*.

    Raises :class:`~babyagi_nb.errors.RegistrationError` when metadata of a function is no JSON.
    """
    first: dict[str, Any] = {
        "at": transaction.at,
        "kernel": transaction.kernel,
        "summary": transaction.summary,
    }
    if transaction.undoes is not None:
        first["undoes"] = transaction.undoes
    left = len(transaction.events)
    lines = []
    for event in transaction.events:
        left -= 1
        lines.append(_encode_event({"tx": transaction.id, "left": left, **first}, event))
        first = {}
    return b"".join(lines)


def _encode_event(head: dict[str, Any], event: Event) -> bytes:
    if isinstance(event, VersionApproved):
        return _dump(head | {"event": "approved", **_approval_to_json(event.approval)}) + b"\n"
    if not isinstance(event, FunctionRegistered):
        word = _WORDS[type(event)]
        head["event"] = word
        head |= {name: getattr(event, name) for name in _MEMBERS[word]}
        return _dump(head) + b"\n"
    if event.proposed:
        head["proposed"] = True
    head |= {"event": "registered", "name": event.name, "number": event.number}
    if event.previous is not None:
        head["previous"] = event.previous
    if event.dependencies:
        head["dependencies"] = event.dependencies
    if event.triggers:
        head["triggers"] = event.triggers
    try:
        record = _dump(version_to_json(event.load()))
    except (TypeError, ValueError, RecursionError) as error:
        raise RegistrationError(
            f"the metadata of function {event.name!r} cannot be stored: {error}",
            fix="use only text, finite numbers, true, false, none, lists and dicts",
        ) from error
    return _dump(head)[:-1] + _RECORD + record + b"}\n"


def _approval_to_json(approval: Approval) -> dict[str, Any]:
    return {
        "name": approval.name,
        "number": approval.number,
        "binding": approval.binding,
        "grants": grants_to_json(approval.grants),
        "by": approval.by,
        "packages": list(approval.packages),
        "seal": approval.seal,
    }


def _approval_from_json(head: Mapping[str, Any]) -> Approval:
    return Approval(
        name=head["name"],
        number=head["number"],
        binding=head["binding"],
        grants=grants_from_json(head["grants"]),
        by=head["by"],
        packages=tuple(head["packages"]),
        seal=head["seal"],
    )


def _dump(value: Any) -> bytes:
    # Not orjson: it would turn NaN into null, and big integers are not its business.
    try:
        return json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def decode_head(data: bytes, start: int, end: int) -> dict[str, Any]:
    """Return all members but ``record`` of the line in ``data[start:end]`` (without newline).

    Raises ``ValueError`` for a damaged line.
    """
    cut = data.find(_RECORD, start, end)
    if cut < 0:
        text = data[start:end]
    elif data.endswith(b"}}", start, end):
        text = data[start:cut] + b"}"
    else:
        raise ValueError("the end is missing")
    try:
        head = orjson.loads(text)
    except orjson.JSONDecodeError:
        head = json.loads(text)
    if type(head) is not dict:
        raise ValueError("not a JSON object")
    return head


def decode_event(head: Mapping[str, Any], data: bytes, start: int, end: int) -> Event:
    """Return the event of a line; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
    word = head["event"]
    if word == "approved":
        return VersionApproved(approval=_approval_from_json(head))
    if word != "registered":
        return _PLAIN[word](**{name: head[name] for name in _MEMBERS[word]})
    name, number = head["name"], head["number"]
    return FunctionRegistered(
        name=name,
        number=number,
        previous=head.get("previous"),
        dependencies=tuple(head["dependencies"]) if "dependencies" in head else (),
        triggers=tuple(head["triggers"]) if "triggers" in head else (),
        proposed=head.get("proposed") is True,
        # All events share the bytes they were read from; a copy of each line would cost more.
        load=partial(_load, data, start, end, name, number),
    )


def _load(
    data: bytes, start: int, end: int, name: FunctionName, number: VersionNumber
) -> FunctionVersion:
    try:
        version = version_from_json(json.loads(data[start:end])["record"])
        if (version.name, version.number) != (name, number):
            raise ValueError("it is of another version")
        return version
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamaged(
            f"the record of {name}@{number} in the definition log is damaged: {error}",
            fix="register it again, activate another version, or run %babyagi doctor",
        ) from error
