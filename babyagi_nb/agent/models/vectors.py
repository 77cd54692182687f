"""Vectors as a server sent them, checked: one for each text, of one length, of finite numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from babyagi_nb.agent.models.failures import failure_of, protocol
from babyagi_nb.agent.models.reply import tokens_of

__all__ = ["vectors_of"]

_LARGEST = 1e30
"""Of the numbers in a vector; no comparison with a NaN is true."""


def vectors_of(body: bytes, count: int) -> tuple[list[list[float]], int | None]:
    """The *count* vectors in *body* in the order of the texts, and the tokens they took if known.

    >>> vectors_of(b'{"data": [{"index": 0, "embedding": [1, 0.5]}]}', 1)
    ([[1.0, 0.5]], None)
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise protocol("vectors that are no JSON", retry=True) from None
    if not isinstance(document, Mapping):
        raise protocol("vectors that are no JSON object", retry=True)
    if document.get("error"):
        raise failure_of(200, document["error"], {})
    rows = document.get("data")
    if not isinstance(rows, list) or len(rows) != count:
        raise protocol("another number of vectors than of texts", retry=True)
    placed = sorted(enumerate(rows), key=lambda row: _index(row[1], row[0]))
    vectors = [_vector(row) for _, row in placed]
    if len({len(each) for each in vectors}) > 1:
        raise protocol("vectors of different lengths")
    return vectors, tokens_of(document.get("usage"))[0]


def _index(row: Any, place: int) -> int:
    index = row.get("index") if isinstance(row, Mapping) else None
    return index if isinstance(index, int) else place


def _vector(row: Any) -> list[float]:
    found = row.get("embedding") if isinstance(row, Mapping) else None
    if not isinstance(found, list) or not found:
        raise protocol("a text without a vector")
    if not all(type(each) in (int, float) and abs(each) < _LARGEST for each in found):
        raise protocol("a vector that is not made of numbers")
    return [float(each) for each in found]
