"""System calls by number, through the C library that the interpreter already has loaded.

Nothing here decides anything. A call that fails raises ``OSError`` with the kernel's own number, so
that no failure on the way into confinement can pass unseen.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import cache
from typing import cast

__all__ = ["prctl", "syscall"]


@cache
def _entry(name: str) -> Callable[..., int]:
    entry = getattr(ctypes.CDLL(None, use_errno=True), name)
    # prctl answers with an int: read as a long, its -1 would be a large number and no failure.
    entry.restype = ctypes.c_long if name == "syscall" else ctypes.c_int
    entry.argtypes = (ctypes.c_long,) * (7 if name == "syscall" else 5)
    return cast("Callable[..., int]", entry)


def syscall(number: int, *arguments: int | bytes) -> int:
    """Make one system call; bytes are passed by address, to be read only.

    >>> import os, sys
    >>> getpid = {"x86_64": 39, "aarch64": 172}.get(os.uname().machine)
    >>> getpid is None or syscall(getpid) == os.getpid()
    True
    """
    # The objects that the addresses belong to live as long as `arguments` does.
    words = [each if isinstance(each, int) else _address(each) for each in arguments]
    answer = _entry("syscall")(number, *words, *[0] * (6 - len(words)))
    if answer < 0:
        raise _failure(f"system call {number}")
    return answer


def prctl(option: int, second: int = 0, third: int = 0, fourth: int = 0, fifth: int = 0) -> int:
    """Change or read one attribute of this process."""
    answer = _entry("prctl")(option, second, third, fourth, fifth)
    if answer < 0:
        raise _failure(f"prctl({option})")
    return answer


def _address(data: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0


def _failure(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
