"""A machine for classic BPF, as small as the language: what the kernel does with a filter."""

from __future__ import annotations

import struct
from collections.abc import Sequence


class BadProgram(Exception):
    """The kernel would not take this program."""


def call_data(number: int, audit: int, arguments: Sequence[int] = ()) -> bytes:
    """One system call as a filter sees it."""
    filled = [*arguments, *[0] * (6 - len(arguments))]
    return struct.pack("=iIQ6Q", number, audit, 0, *(each % (1 << 64) for each in filled))


def run(program: bytes, data: bytes) -> int:
    """The verdict of a program; every rule of the language is checked on the way."""
    steps = list(struct.iter_unpack("=HBBI", program))
    if not 0 < len(steps) <= 4096 or steps[-1][0] != 0x06:
        raise BadProgram("length, or no return at the end")
    at, value = 0, 0
    while True:
        code, if_true, if_false, constant = steps[at]
        at += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            if constant % 4 or constant > len(data) - 4:
                raise BadProgram(f"load from {constant}")
            (value,) = struct.unpack_from("=I", data, constant)
        elif code == 0x54:
            value &= constant
        elif code == 0x05:
            at += constant
        elif code == 0x15:
            at += if_true if value == constant else if_false
        elif code == 0x35:
            at += if_true if value >= constant else if_false
        else:
            raise BadProgram(f"unknown operation {code:#x}")
        if at >= len(steps):
            raise BadProgram("a jump past the end")
