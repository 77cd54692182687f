"""Filter programs for system calls: decisions as data in, bytes of classic BPF out.

The kernel runs such a program before every system call of a process. It sees the call's number, the
kind of machine and six arguments of 64 bits, and returns one verdict. The language has forward
jumps only, so a program always ends. What is generated is a binary search over the number, with the
decision of one call, or of a run of calls with the same decision, at each leaf.

Every block that is put together here ends in a verdict on each path. Blocks can therefore be
concatenated without labels: a jump skips a whole block or none of it.

The program is pure data. The one thing that is not known beforehand is the id of the process that
it will guard; :meth:`Program.bytes` fills it in.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "ALLOW", "KILL", "OWN_PID", "Case", "Decision", "Program", "Test", "assemble", "refuse",
]  # fmt: skip

ALLOW = 0x7FFF0000
"""The call is made."""
KILL = 0x80000000
"""The whole process ends, as by an unblockable signal."""
OWN_PID = -1
"""In :attr:`Test.equals`: the id of the process that the program will guard."""

_LOAD, _AND, _RETURN, _JUMP = 0x20, 0x54, 0x06, 0x05
_IF_EQUAL, _IF_AT_LEAST = 0x15, 0x35
_NUMBER_AT, _AUDIT_AT, _ARGUMENTS_AT = 0, 4, 16


def refuse(errno: int) -> int:
    """The verdict that answers a call with an error, or with success and no effect for 0.

    >>> hex(refuse(1))
    '0x50001'
    """
    return 0x00050000 | errno


@dataclass(frozen=True, slots=True)
class Test:
    """Whether one argument, masked, equals a value."""

    __test__ = False

    argument: int
    """Counted from 0 to 5."""
    equals: int
    mask: int = 0xFFFFFFFF
    wide: bool = False
    """For addresses, also compare the upper half with 0; the kernel cuts other arguments."""


@dataclass(frozen=True, slots=True)
class Case:
    """A verdict for calls whose arguments pass all tests."""

    verdict: int
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to answer to one system call: the first case that fits, else the last word."""

    otherwise: int
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class _Instruction:
    """One step: operation, how far to jump if true or false, and its constant."""

    code: int
    constant: int | None
    """``None`` stands for the process id."""
    if_true: int = 0
    if_false: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """A filter, ready but for the id of its process."""

    template: bytes
    """The program as the kernel reads it, eight bytes an instruction."""
    pid_at: tuple[int, ...]
    """Where in it the four bytes of the process id belong."""

    def bytes(self, pid: int) -> bytes:
        """The program that guards this process."""
        written = bytearray(self.template)
        for at in self.pid_at:
            struct.pack_into("=I", written, at, pid)
        return bytes(written)


def assemble(audit: int, decisions: Mapping[int, Decision], unknown: Decision) -> Program:
    """Write the program that gives each call its decision, and ends a foreign machine's process.

    ``audit`` names the kind of machine that the numbers belong to: most processors can also make
    calls of another kind, with other numbers. ``unknown`` decides on numbers without a decision.
    """
    steps = [
        _Instruction(_LOAD, _AUDIT_AT),
        _Instruction(_IF_EQUAL, audit, 1, 0),
        _Instruction(_RETURN, KILL),
        _Instruction(_LOAD, _NUMBER_AT),
        *_search(_ranges(decisions, unknown)),
    ]
    if len(steps) > 4096:
        raise ValueError(f"a filter of {len(steps)} instructions: the kernel takes 4096")
    template = b"".join(
        struct.pack("=HBBI", each.code, each.if_true, each.if_false, each.constant or 0)
        for each in steps
    )
    places = (8 * place + 4 for place, each in enumerate(steps) if each.constant is None)
    return Program(template, tuple(places))


def _ranges(decisions: Mapping[int, Decision], unknown: Decision) -> list[tuple[int, Decision]]:
    """Where each run of equal decisions begins, over all numbers from 0 on."""
    begins: list[tuple[int, Decision]] = []
    for number in range(max(decisions, default=-1) + 1):
        decision = decisions.get(number, unknown)
        if not begins or begins[-1][1] != decision:
            begins.append((number, decision))
    if not begins or begins[-1][1] != unknown:
        begins.append((max(decisions, default=-1) + 1, unknown))
    return begins


def _search(ranges: Sequence[tuple[int, Decision]]) -> list[_Instruction]:
    if len(ranges) == 1:
        return _leaf(ranges[0][1])
    middle = len(ranges) // 2
    below, above = _search(ranges[:middle]), _search(ranges[middle:])
    return [
        _Instruction(_IF_AT_LEAST, ranges[middle][0], 0, 1),
        _Instruction(_JUMP, len(below)),  # a conditional jump reaches 255 steps, this one any
        *below,
        *above,
    ]


def _leaf(decision: Decision) -> list[_Instruction]:
    steps = [step for case in decision.cases for step in _case(case)]
    return [*steps, _Instruction(_RETURN, decision.otherwise)]


def _case(case: Case) -> list[_Instruction]:
    steps = [step for test in case.tests for step in _test(test)]
    steps.append(_Instruction(_RETURN, case.verdict))
    return [
        _Instruction(step.code, step.constant, 0, len(steps) - place - 1)
        if step.code == _IF_EQUAL
        else step
        for place, step in enumerate(steps)
    ]


def _test(test: Test) -> list[_Instruction]:
    low = _ARGUMENTS_AT + 8 * test.argument
    steps = [_Instruction(_LOAD, low)]
    if test.mask != 0xFFFFFFFF:
        steps.append(_Instruction(_AND, test.mask))
    steps.append(_Instruction(_IF_EQUAL, None if test.equals == OWN_PID else test.equals))
    if test.wide:
        steps += [_Instruction(_LOAD, low + 4), _Instruction(_IF_EQUAL, 0)]
    return steps
