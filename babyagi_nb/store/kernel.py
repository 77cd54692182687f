"""Identity of one writing process.

A kernel id is fourteen characters of Crockford's base 32: ten for the milliseconds since the epoch,
four random. Ids therefore sort by the time the process first opened the store, are safe in file
names on every system, and two processes that start in the same millisecond still differ.
"""

from __future__ import annotations

import os
import time

from babyagi_nb.ids import KernelId

__all__ = ["new_kernel"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_kernel(at: int | None = None) -> KernelId:
    """Make the id of a process that opens a store *at* nanoseconds since the epoch (now).

    >>> new_kernel(0)[:10]
    '0000000000'
    """
    milliseconds = (time.time_ns() if at is None else at) // 1_000_000
    stamp = "".join(_ALPHABET[milliseconds >> shift & 31] for shift in range(45, -1, -5))
    return KernelId(stamp + "".join(_ALPHABET[byte & 31] for byte in os.urandom(4)))
