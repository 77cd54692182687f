"""Vectors for texts without a model: texts that share words are near, and it is the same each time.

Every word is hashed to a few coordinates with a sign; a text is the sum of its words, scaled to
length one. It knows no meaning: *car* and *automobile* are as far apart as any two words.
"""

from __future__ import annotations

import math
import re
from hashlib import blake2b

__all__ = ["DIMENSIONS", "vector"]

DIMENSIONS = 64
_WORD = re.compile(r"[^\W_]+")
_SPREAD = 4
"""Coordinates for each word: with one alone, two words would often share it."""


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Return the vector of *text*, of length one.

    >>> near, far = vector("sum of numbers"), vector("open the door")
    >>> query = vector("a sum of two numbers")
    >>> dot = lambda one, two: sum(a * b for a, b in zip(one, two))
    >>> dot(query, near) > 0.7 > 0.5 > dot(query, far)
    True
    """
    found = [0.0] * dimensions
    for word in _WORD.findall(text.lower()) or [text]:
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4 * _SPREAD).digest()
        for at in range(0, len(digest), 4):
            number = int.from_bytes(digest[at : at + 4], "big")
            found[(number >> 1) % dimensions] += 1.0 if number & 1 else -1.0
    length = math.sqrt(sum(each * each for each in found))
    if not length:
        found[0] = length = 1.0
    return [each / length for each in found]
