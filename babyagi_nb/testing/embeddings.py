"""The answer of an embeddings endpoint: a vector for each text, the same each time."""

from __future__ import annotations

import base64
import struct
from typing import Any

from babyagi_nb.testing.reply import Reply, tokens
from babyagi_nb.testing.request import Request
from babyagi_nb.testing.vectors import DIMENSIONS, vector

__all__ = ["embedded"]

_MOST = 4096
"""Dimensions; a request for more, or for something else, gets the usual number."""


def embedded(request: Request) -> Reply:
    """The reply to a request of embeddings, as numbers or, where asked for, as base64."""
    given = request.fields.get("input", "")
    texts = [str(each) for each in given] if isinstance(given, list) else [str(given)]
    wanted = request.fields.get("dimensions")
    dimensions = wanted if isinstance(wanted, int) and 0 < wanted <= _MOST else DIMENSIONS
    packed = request.fields.get("encoding_format") == "base64"
    rows = [
        {"object": "embedding", "index": index, "embedding": _written(text, dimensions, packed)}
        for index, text in enumerate(texts)
    ]
    count = sum(map(tokens, texts))
    usage = {"prompt_tokens": count, "total_tokens": count}
    return Reply(body={"object": "list", "model": request.model, "data": rows, "usage": usage})


def _written(text: str, dimensions: int, packed: bool) -> Any:
    numbers = vector(text, dimensions)
    if not packed:
        return numbers
    return base64.b64encode(struct.pack(f"<{dimensions}f", *numbers)).decode()
