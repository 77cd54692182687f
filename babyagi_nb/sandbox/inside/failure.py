"""What a job's code raised, as text: class, message, arguments, and a traceback of its own lines.

Frames of this package are left out of the traceback. Nothing here trusts the exception: its class
may raise when it is asked for its text.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["describe", "trim"]

_OURS: Final = os.path.dirname(os.path.abspath(__file__))
_MESSAGE: Final = 8_000
_TRACEBACK: Final = 32_000
_ARGUMENTS: Final = 8


def describe(error: BaseException, label: str = "") -> dict[str, Any]:
    """Return the members of a frame that tells of *error*; never raises.

    >>> made = describe(ValueError("no", 3))
    >>> made["kind"], made["arguments"]
    ('ValueError', ['no', 3])
    """
    try:
        message = str(error)
    except BaseException:
        message = "<no message>"
    if label:
        message = f"{label}: {message}" if message else label
    return {
        "kind": _kind(error),
        "message": message[:_MESSAGE],
        "traceback": _traceback(error),
        "arguments": None if label else _arguments(error),
    }


def trim(error: BaseException) -> BaseException:
    """Forget what led to *error*: the frames before it are no part of the job's own story."""
    error.__context__ = None
    error.__suppress_context__ = True
    return error


def _kind(error: BaseException) -> str:
    try:
        kind = type(error)
        name = str(kind.__qualname__)
        return (name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}")[:300]
    except BaseException:
        return "Exception"


def _arguments(error: BaseException) -> list[Any] | None:
    try:
        found = error.args
        if type(found) is not tuple or len(found) > _ARGUMENTS:
            return None
        return list(found) if all(map(_is_scalar, found)) else None
    except BaseException:
        return None


def _is_scalar(value: Any) -> bool:
    if type(value) is str:
        return len(value) <= _MESSAGE
    if type(value) is float:
        return value - value == 0.0
    return value is None or type(value) is bool or (type(value) is int and abs(value) < 2**63)


def _traceback(error: BaseException) -> str:
    try:
        told = traceback.TracebackException.from_exception(error, compact=True)
        for each in _chain(told):
            each.stack[:] = [frame for frame in each.stack if not _is_ours(frame.filename)]
        text = "".join(told.format())
    except BaseException:
        return f"{_kind(error)}: <no traceback>"
    if len(text) > _TRACEBACK:
        half = _TRACEBACK // 2
        return f"{text[:half]}\n  […]\n{text[-half:]}"
    return text


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """*told* and all it came from, each once."""
    seen: set[int] = set()
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__, *(getattr(each, "exceptions", None) or ())]


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OURS, "<babyagi sandbox"))
