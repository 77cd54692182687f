"""Journal bytes on their way into the index: split, tidied, and what is no record put aside.

Almost every batch is clean, so :func:`split` does nothing per line and DuckDB parses the JSON. Only
when it refuses a batch, or takes fewer rows than there were lines, does :func:`tidy` look at
each line: lone surrogates are replaced, oversized fields are shortened, and a line that is no run
becomes a *bad line*, kept with its source for the doctor. A torn write leaves such a line; the
record itself follows it, written again in full.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import orjson

from babyagi_nb.store.rows import run_of_record

__all__ = ["FIELD_LIMIT", "Intake", "LINE_LIMIT", "split", "tidy"]

FIELD_LIMIT = 1_000_000
"""Characters of one field that the index keeps; the journal and its archive keep the whole."""

LINE_LIMIT = FIELD_LIMIT
"""A line at most this long cannot hold an oversized field and needs no look."""

_TEXT = ("stdout", "error", "message", "traceback", "cell")


@dataclass(slots=True)
class Intake:
    """Lines ready for the index, and those that are no records."""

    lines: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


def split(data: bytes) -> list[str] | None:
    """Whole batch as text lines, or ``None`` when some line needs a closer look."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    lines = [line for line in lines if line]
    if lines and max(map(len, lines)) > LINE_LIMIT:
        return None
    return lines


def tidy(data: bytes) -> Intake:
    """Look at each line of *data*."""
    intake = Intake()
    for raw in data.split(b"\n"):
        if not raw.strip():
            continue
        line = _tidy_line(raw)
        if line is None:
            intake.bad.append(raw[:2000].decode("utf-8", "replace"))
        else:
            intake.lines.append(line)
    return intake


def _tidy_line(raw: bytes) -> str | None:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        record = _forgiving(raw)
    # Only a board may hold a run without a status.
    if not isinstance(record, dict) or "status" not in record or run_of_record(record) is None:
        return None
    if len(raw) > LINE_LIMIT:
        record = _capped(record)
    try:
        return orjson.dumps(record).decode()
    except (TypeError, ValueError):
        return None


def _forgiving(raw: bytes) -> Any:
    """Decode what the strict parser refuses: lone surrogates, NaN, broken UTF-8."""
    try:
        record = json.loads(raw.decode("utf-8", "replace"), parse_constant=str)
    except (ValueError, RecursionError):
        return None
    text = json.dumps(record, ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def _capped(record: dict[str, Any]) -> dict[str, Any]:
    """Shorten every field over the limit; a JSON field becomes a note of its size."""
    for name in _TEXT:
        value = record.get(name)
        if isinstance(value, str) and len(value) > FIELD_LIMIT:
            record[name] = f"{value[:FIELD_LIMIT]}… ({len(value)} characters)"
    for name in ("params", "output"):
        size = len(orjson.dumps(record.get(name)))
        if size > FIELD_LIMIT:
            note = f"({size} bytes of JSON, too large for the index)"
            record[name] = {"…": note} if name == "params" else note
    return record
