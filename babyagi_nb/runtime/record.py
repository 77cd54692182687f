"""How a run is written: one JSON object, in two parts.

The *head* says who runs, under whom, since when and with what; it stands on the board while the
run is open. The *tail* says how it ended. A journal line is head and tail in one object, so the
head is encoded once. Members that have no value are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from babyagi_nb.core.preview import preview

__all__ = ["encode_head", "encode_line", "previews"]

_LINE = orjson.OPT_APPEND_NEWLINE


def previews(params: Mapping[str, Any]) -> dict[str, Any]:
    """Bounded snapshots of arguments, by parameter name."""
    return {name: preview(value) for name, value in params.items()}


def encode_head(head: dict[str, Any]) -> bytes:
    """Encode the start of a record; ``params`` is its last member.

    Arguments that were taken over unseen because they looked simple, but are not what JSON can
    hold (a huge integer, half a surrogate pair), are snapshotted on the second try.
    """
    try:
        return orjson.dumps(head)
    except (TypeError, ValueError):
        head["params"] = previews(head["params"])
        return orjson.dumps(head)


def encode_line(head: bytes, tail: dict[str, Any]) -> bytes:
    """Join an encoded *head* with the end of the record; the result ends in a newline."""
    try:
        encoded = orjson.dumps(tail, None, _LINE)
    except (TypeError, ValueError):
        encoded = orjson.dumps({key: preview(value) for key, value in tail.items()}, None, _LINE)
    return b"%b,%b" % (head[:-1], encoded[1:])
