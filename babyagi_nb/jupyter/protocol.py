"""What the front end and the kernel say to one another; the kernel's side of `protocol.ts`.

A request carries an id and is answered by exactly one response with that id. Pushes come unasked.
Everything is JSON. This file is pure: it reads requests, checks their arguments against
:data:`OPERATIONS`, and builds responses and pushes. What the rows in them look like is in
``messages``, how they are made from records in ``rows``.

A page is not trusted to be of our version, or ours at all: whatever arrives is either a
:class:`Request` or becomes a :class:`Refused`, which is answered like any other failure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from babyagi_nb.core.runs import STATUSES
from babyagi_nb.errors import BabyAGIError, near

__all__ = [
    "MAIN", "MARKER", "OPERATIONS", "TARGET", "VERSION", "Kind", "Refused", "Request", "failure",
    "failure_of", "jsonable", "push", "read_request", "response",
]  # fmt: skip

VERSION = 1
"""Of the protocol; moves when either side could misread the other."""

TARGET = "babyagi_nb.hub"
"""The comm target that the kernel listens on."""

MARKER = "babyagi_nb.marker"
"""The comm that is never announced: it marks our kernels for ``comm_info_request``."""

Kind = Literal[
    "text", "text?", "count", "count?", "number", "number?", "flag", "object", "filter", "cursor?",
    "format", "grants", "names?",
]  # fmt: skip
"""What one argument has to be; a question mark means that it may be left out."""

_NAMED: dict[str, Kind] = {"name": "text", "version": "count"}
_GRAPH: dict[str, Kind] = {
    "name": "text?", "hops": "count?", "dependencies": "flag", "triggers": "flag", "keys": "flag",
    "imports": "flag",
}  # fmt: skip
_TRIGGER: dict[str, Kind] = {"triggered": "text", "triggering": "text?"}
_LIMITS: dict[str, Kind] = {
    "calls": "count?", "tokens": "count?", "seconds": "number?", "cost": "number?",
}  # fmt: skip

OPERATIONS: Mapping[str, Mapping[str, Kind]] = {
    "hello": {"client": "text", "v": "number"},
    "alive": {},
    "overview": {},
    "subscribe": {"runs": "flag", "definitions": "flag"},
    "functions.list": {},
    "functions.stats": {},
    "functions.detail": {"name": "text", "version": "count?"},
    "functions.diff": {"name": "text", "old": "count", "new": "count"},
    "functions.run": {
        "name": "text", "version": "count?", "arguments": "object", "ticket": "count",
    },
    "functions.register": {"cell": "text"},
    "functions.activate": _NAMED,
    "functions.remove": {"name": "text", "force": "flag"},
    "undo": {"id": "count?"},
    "history": {"limit": "count"},
    "logs.page": {"filter": "filter", "before": "cursor?", "limit": "count"},
    "logs.count": {"filter": "filter"},
    "logs.detail": {"id": "text"},
    "logs.tree": {"id": "text"},
    "graph": _GRAPH,
    "graph.export": {**_GRAPH, "format": "format"},
    "triggers.list": {},
    "triggers.add": _TRIGGER,
    "triggers.remove": _TRIGGER,
    "keys.list": {},
    "keys.set": {"name": "text", "value": "text"},
    "keys.remove": {"name": "text"},
    "packs.list": {},
    "packs.load": {"pack": "text", "approve": "flag"},
    "drafts.list": {},
    "drafts.denied": {},
    "drafts.review": _NAMED,
    "drafts.approve": {**_NAMED, "review": "text", "grants": "grants"},
    "drafts.deny": {**_NAMED, "reason": "text"},
    "drafts.revoke": {**_NAMED, "reason": "text"},
    "models.list": {"ask": "flag"},
    "models.pick": {"name": "text", "url": "text?", "key": "text?"},
    "find": {"query": "text"},
    "builds.list": {},
    "builds.get": {"build": "text"},
    "builds.start": {"task": "text", **_LIMITS},
    "builds.resume": {"build": "text", **_LIMITS},
    "builds.self_build": {"role": "text", "n": "count", **_LIMITS},
    "chat.list": {},
    "chat.get": {"chat": "text"},
    "chat.new": {},
    "chat.say": {"chat": "text", "text": "text", "functions": "names?"},
    "chat.answer": {"question": "count", "yes": "flag"},
    "stop": {},
}  # fmt: skip
"""Every operation with what it takes; ``Ops`` of `protocol.ts`."""

MAIN = frozenset(
    {"functions.run", "functions.register", "functions.activate", "undo", "packs.load",
     "drafts.approve", "builds.start", "builds.resume", "builds.self_build", "chat.say"}
)  # fmt: skip
"""Operations that may run code of the user, which happens on the kernel's main shell only: there
it waits for the cell under way, and an interrupt reaches it."""

_FILTER: Mapping[str, Kind] = {
    "function": "text?", "since": "number", "until": "number", "text": "text?",
    "roots_only": "flag", "version": "count?", "slower_than": "number",
}  # fmt: skip
_GRANTS: Mapping[str, type | tuple[type, ...]] = {
    "keys": list, "hosts": list, "reads": list, "calls": list, "memory": int,
    "seconds": (int, float), "kernel": bool,
}  # fmt: skip
_RELOAD = "reload the page; if that does not help, restart the kernel"


class Refused(BabyAGIError):
    """A message that is no request, or one with arguments that do not fit.

    ``code`` is what the page is told; ``id`` is that of the request, where one could be read.
    """

    def __init__(self, code: str, message: str, *, fix: str = _RELOAD, id: int = 0) -> None:
        super().__init__(message, fix=fix)
        self.code = code
        self.id = id


@dataclass(frozen=True, slots=True)
class Request:
    """One request whose arguments fit."""

    id: int
    op: str
    args: Mapping[str, Any]


def read_request(message: object) -> Request:
    """Read what a page sent; raises :class:`Refused`.

    >>> read_request({"v": 1, "id": 7, "op": "logs.detail", "args": {"id": "x"}}).op
    'logs.detail'
    """
    if not isinstance(message, Mapping):
        raise Refused("BadRequest", "a message that is no JSON object")
    id = message.get("id")
    if type(id) is not int:
        raise Refused("BadRequest", "a request without a number")
    version = message.get("v")
    if version != VERSION:
        raise Refused("Version", *_disagreement(version), id=id)
    op, args = message.get("op"), message.get("args")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise Refused("BadRequest", f"no operation {_short(op)}", id=id)
    if not isinstance(args, Mapping):
        raise Refused("BadRequest", f"{op} without arguments", id=id)
    if op == "hello" and args.get("v") != VERSION:
        raise Refused("Version", *_disagreement(args.get("v")), id=id)
    complaint = _misfit(args, OPERATIONS[op])
    if complaint:
        raise Refused("BadRequest", f"{op}: {complaint}", id=id)
    return Request(id, op, {name: value for name, value in args.items() if value is not None})


def response(id: int, ok: object) -> dict[str, Any]:
    return {"v": VERSION, "id": id, "ok": ok}


def failure(id: int, error: BaseException) -> dict[str, Any]:
    return {"v": VERSION, "id": id, "error": failure_of(error)}


def failure_of(error: BaseException) -> dict[str, str]:
    """An error as the page is told of it: a class, a message, and the mend where it has one.

    >>> failure_of(ZeroDivisionError("division by zero"))
    {'code': 'ZeroDivisionError', 'message': 'division by zero', 'fix': ''}
    """
    if isinstance(error, BabyAGIError):
        code = error.code if isinstance(error, Refused) else type(error).__name__
        return {"code": code, "message": _said(error.message), "fix": _said(error.fix)}
    if isinstance(error, KeyboardInterrupt):
        return {"code": "KeyboardInterrupt", "message": "interrupted", "fix": ""}
    try:
        words = str(error)
    except Exception:
        words = "its message cannot be shown"
    return {"code": type(error).__name__, "message": _said(words), "fix": ""}


def push(event: str, **members: object) -> dict[str, Any]:
    """News of one kind.

    >>> push("ping")
    {'v': 1, 'event': 'ping'}
    """
    return {"v": VERSION, "event": event, **members}


def jsonable(value: Any, depth: int = 40) -> Any:
    r"""*value* as something every JSON encoder takes: no NaN, no lone surrogates, text keys.

    >>> jsonable({"a": (1, float("inf"), "\ud800")})
    {'a': [1, None, '?']}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {jsonable(str(key), depth): jsonable(each, depth - 1) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [jsonable(each, depth - 1) for each in value]
    return jsonable(str(value), depth)


# -- arguments -----------------------------------------------------------------------------------


def _misfit(args: Mapping[Any, Any], wanted: Mapping[str, Kind]) -> str:
    """What is wrong with *args*, or ``""``."""
    for name in args:
        if name not in wanted:
            hint = near(str(name), wanted)
            return f"unknown argument {_short(name)}{'; ' + hint if hint else ''}"
    for name, kind in wanted.items():
        value = args.get(name)
        if value is None and kind.endswith("?"):
            continue
        expected = _expected(value, kind)
        if expected:
            # The value of a key is not repeated, whatever it is.
            shown = "of a wrong kind" if name == "value" else _short(value)
            return f"{name} is {shown}, not {expected}"
    return ""


def _expected(value: object, kind: Kind) -> str:
    """What *value* should have been, or ``""`` when it fits."""
    match kind.removesuffix("?"):
        case "text":
            return "" if isinstance(value, str) else "a text"
        case "count":
            return "" if type(value) is int and 0 <= value < 1 << 53 else "a number"
        case "number":
            return "" if _is_number(value) else "a number"
        case "flag":
            return "" if isinstance(value, bool) else "true or false"
        case "object":
            return "" if isinstance(value, Mapping) else "an object"
        case "cursor":
            return "" if _is_cursor(value) else "a time and an id"
        case "format":
            return "" if value in ("svg", "dot", "mermaid") else "svg, dot or mermaid"
        case "names":
            listed = isinstance(value, list) and all(isinstance(each, str) for each in value)
            return "" if listed else "a list of names"
        case "grants":
            return "" if _are_grants(value) else "a set of grants"
    return "" if _is_filter(value) else "a filter of runs"


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(cast(float, value))


def _is_cursor(value: object) -> bool:
    pair = isinstance(value, list | tuple) and len(value) == 2
    return pair and _is_number(value[0]) and isinstance(value[1], str)  # type: ignore[index]


def _is_filter(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    given = {name: each for name, each in value.items() if each is not None}
    status = given.pop("status", [])
    known = isinstance(status, list) and all(each in STATUSES for each in status)
    return known and all(
        name in _FILTER and not _expected(each, _FILTER[name]) for name, each in given.items()
    )


def _are_grants(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    for name, each in value.items():
        if name not in _GRANTS or not (each is None or isinstance(each, _GRANTS[name])):
            return False
        if isinstance(each, list) and not all(isinstance(one, str) for one in each):
            return False
    return True


def _disagreement(theirs: object) -> tuple[str]:
    newer = type(theirs) is int and theirs > VERSION
    which = "the page is newer than the kernel" if newer else "the page is older than the kernel"
    return (f"{which}: it speaks version {_short(theirs)}, the kernel version {VERSION}",)


def _short(value: object) -> str:
    """*value* in an error message: never long, and only kinds that cannot be a secret's text."""
    if isinstance(value, str):
        return repr(value[:40]) if value.isidentifier() else "a text"
    if value is None:
        return "missing"
    return str(value)[:40] if isinstance(value, bool | int | float) else f"a {type(value).__name__}"


def _said(text: str) -> str:
    return cast(str, jsonable(text[:4000]))
