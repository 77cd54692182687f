"""A :class:`RunFilter` said twice: as SQL for folded rows, as a predicate for journal tails.

Both mean exactly the same; a property test holds them to it. Values are always bound, never
written into the statement.

Text is searched in lower case. In ``params`` and ``output``, which are kept as JSON text, it is
the JSON form of the needle that is looked for, so that a quote or a line break is found too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from babyagi_nb.core.runs import Run, RunFilter

__all__ = ["condition", "newest_first", "predicate"]

_EQUAL = ("function", "root", "parent", "trigger", "kernel", "cell", "version")
_PLAIN_TEXT = ("function", "stdout", "message")
_JSON_TEXT = ("params", "output")


def condition(wanted: RunFilter) -> tuple[str, list[Any]]:
    """Word *wanted* as a WHERE clause and its parameters; ``limit`` is left to the caller.

    >>> condition(RunFilter(function="hello"))
    ('WHERE "function" = ?', ['hello'])
    >>> condition(RunFilter())
    ('', [])
    """
    parts: list[str] = []
    values: list[Any] = []

    def also(part: str, *parameters: Any) -> None:
        parts.append(part)
        values.extend(parameters)

    for name in _EQUAL:
        value = getattr(wanted, name)
        if value is not None:
            also(f'"{name}" = ?', value)
    if wanted.status:
        also(f"status IN ({', '.join('?' * len(wanted.status))})", *wanted.status)
    if wanted.since is not None:
        also("started >= ?", wanted.since)
    if wanted.until is not None:
        also("started <= ?", wanted.until)
    if wanted.slower_than is not None:
        also("duration > ?", wanted.slower_than)
    if wanted.roots_only:
        also("id = root")
    if wanted.before is not None:
        started, identifier = wanted.before
        # The first half alone lets DuckDB skip whole row groups.
        also("started <= ? AND (started < ? OR id < ?)", started, started, identifier)
    if wanted.text:
        also(*_text_condition(wanted.text))
    return (f"WHERE {' AND '.join(parts)}" if parts else "", values)


def _text_condition(text: str) -> tuple[str, ...]:
    plain, in_json = _needles(text)
    tests = [f'contains(lower("{name}"), ?)' for name in _PLAIN_TEXT]
    tests += [f'contains(lower("{name}"::VARCHAR), ?)' for name in _JSON_TEXT]
    needles = [plain] * len(_PLAIN_TEXT) + [in_json] * len(_JSON_TEXT)
    return (f"({' OR '.join(tests)})", *needles)


def _needles(text: str) -> tuple[str, str]:
    clean = text.encode("utf-8", "replace").decode().lower()
    return clean, orjson.dumps(clean).decode()[1:-1]


def predicate(wanted: RunFilter) -> Callable[[Run], bool]:
    """Word *wanted* as a test of one run."""
    equal = [(name, getattr(wanted, name)) for name in _EQUAL]
    equal = [(name, value) for name, value in equal if value is not None]
    needles = _needles(wanted.text) if wanted.text else None

    def fits(run: Run) -> bool:
        return (
            all(getattr(run, name) == value for name, value in equal)
            and (not wanted.status or run.status in wanted.status)
            and (wanted.since is None or run.started >= wanted.since)
            and (wanted.until is None or run.started <= wanted.until)
            and (wanted.slower_than is None or (run.duration or 0) > wanted.slower_than)
            and (not wanted.roots_only or run.id == run.root)
            and (wanted.before is None or (run.started, str(run.id)) < wanted.before)
            and (needles is None or _holds_text(run, needles))
        )

    return fits


def _holds_text(run: Run, needles: tuple[str, str]) -> bool:
    plain, in_json = needles
    if any(plain in (getattr(run, name) or "").lower() for name in _PLAIN_TEXT):
        return True
    values = (getattr(run, name) for name in _JSON_TEXT)
    return any(
        in_json in orjson.dumps(value).decode().lower() for value in values if value is not None
    )


def newest_first(run: Run) -> tuple[int, str]:
    """Sort key; use it with ``reverse=True``."""
    return run.started, run.id
