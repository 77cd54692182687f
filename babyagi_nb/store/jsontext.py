"""Values as JSON text that may be kept: readable again for certain, and without values of keys.

What models answer is full of things that JSON text can hold and readers refuse: halves of
surrogate pairs, numbers of a hundred digits, ``NaN``. They become question marks, floats and
``null``, so that a document or journal that was written can be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import orjson

from babyagi_nb.core import scrubbing
from babyagi_nb.errors import UsageError

__all__ = ["kept_text", "read_object"]

_LARGEST = 1 << 63


def kept_text(value: Any, *, indent: bool = False) -> bytes:
    """Encode *value* without newlines (unless *indent*) and without secrets.

    Raises :class:`~babyagi_nb.errors.UsageError` for what JSON cannot express.

    >>> kept_text({"a": [1, None]})
    b'{"a":[1,null]}'
    >>> kept_text("half a pair: \\ud800")
    b'"half a pair: ?"'
    """
    try:
        data = orjson.dumps(value)
    except TypeError:
        try:
            data = orjson.dumps(_plain(value))
        except RecursionError as error:
            raise UsageError("a value is nested too deeply to be kept") from error
    if scrubbing.active():
        # A redaction encodes anew what it changed, in its own way.
        data = orjson.dumps(_plain(json.loads(scrubbing.json(data))))
    return orjson.dumps(orjson.loads(data), option=orjson.OPT_INDENT_2) if indent else data


def read_object(line: bytes) -> dict[str, Any] | None:
    """The JSON object in *line*; ``None`` when it holds something else, or half of one.

    >>> read_object(b'{"a":1}'), read_object(b'{"a":'), read_object(b"7")
    ({'a': 1}, None, None)
    """
    try:
        found = orjson.loads(line)
    except ValueError:
        return None
    return found if type(found) is dict else None


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return int(value) if -_LARGEST <= value < _LARGEST else _as_float(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    raise UsageError(
        f"a {type(value).__name__} is no JSON", fix="use text, numbers, lists and dicts"
    )


def _as_float(value: int) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None
