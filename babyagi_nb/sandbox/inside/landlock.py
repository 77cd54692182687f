"""Landlock: which files a process may reach, decided by the kernel for every path it walks.

A *ruleset* names the rights it handles; a handled right is denied everywhere but below the paths of
a rule that grants it. Once a process restricted itself it cannot undo that, nor can its threads
and children. What a kernel can handle grew over the years, and is told by one number, the ABI:

===  ==========================================================================
ABI  what came
===  ==========================================================================
 1   reading, listing, writing, executing, making and removing files
 2   moving and linking files between directories (before, always denied)
 3   truncating, which older kernels allow wherever a file can be read
 4   TCP: binding and connecting
 5   commands to devices (``ioctl``)
 6   abstract unix sockets and signals that leave the domain
 7   which denials are written to the audit log; no new right
===  ==========================================================================

What an old ABI leaves open, :mod:`.seccomp` closes. Metadata (``stat``, link targets) and changing
the current directory are outside Landlock in every ABI.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from dataclasses import dataclass

from babyagi_nb.sandbox.inside.libc import syscall
from babyagi_nb.sandbox.inside.syscalls import MACHINES

__all__ = [
    "LIST", "NEWEST_ABI", "READ", "SCRATCH", "WRITE", "Handled", "handled", "kernel_abi",
    "restrict", "rule",
]  # fmt: skip

NEWEST_ABI = 7
"""The newest version that is known here; newer kernels still speak it."""

EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIRECTORY, REMOVE_FILE = 1 << 4, 1 << 5
MAKE_DIRECTORY, MAKE_FILE, MAKE_LINK = 1 << 7, 1 << 8, 1 << 12
MOVE, TRUNCATE, DEVICE = 1 << 13, 1 << 14, 1 << 15

SCRATCH = (
    WRITE | READ | LIST | REMOVE_DIRECTORY | REMOVE_FILE
    | MAKE_DIRECTORY | MAKE_FILE | MAKE_LINK | MOVE | TRUNCATE
)  # fmt: skip
"""Everything a working directory needs; no execution, no devices, no sockets, no pipes."""

_OF_A_FILE = EXECUTE | WRITE | READ | TRUNCATE | DEVICE
_TCP = 0b11
_SCOPES = 0b11
_RULE_PATH_BENEATH = 1
_RULE = struct.Struct("=Qi")
_ASK_VERSION = 1


@dataclass(frozen=True, slots=True)
class Handled:
    """What is denied unless a rule grants it."""

    files: int
    tcp: int
    scopes: int

    def bytes(self) -> bytes:
        """As the kernel reads it; a kernel that knows less is given less."""
        if self.scopes:
            return struct.pack("=QQQ", self.files, self.tcp, self.scopes)
        return (
            struct.pack("=QQ", self.files, self.tcp) if self.tcp else struct.pack("=Q", self.files)
        )


def handled(abi: int) -> Handled:
    """Everything that can be denied with this ABI.

    >>> handled(1)
    Handled(files=8191, tcp=0, scopes=0)
    >>> handled(7) == handled(99)
    True
    """
    bits = {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)
    return Handled((1 << bits) - 1, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)


def kernel_abi() -> int:
    """What the running kernel can do, 0 for nothing."""
    machine = MACHINES.get(os.uname().machine)
    if machine is None:
        return 0
    try:
        return syscall(machine.numbers["landlock_create_ruleset"], 0, 0, _ASK_VERSION)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


def rule(fd: int, rights: int, abi: int) -> bytes:
    """Grant rights below one open directory, or on one open file; one item for :func:`restrict`.

    Rights that the ABI does not handle, or that a file cannot have, are left out.
    """
    rights &= handled(abi).files
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        rights &= _OF_A_FILE
    return _RULE.pack(rights, fd)


def restrict(abi: int, rules: bytes) -> None:
    """Deny this thread all that the ABI can deny, but what the rules grant.

    ``rules`` are items of :func:`rule`, one behind the other. Needs *no new privileges*. Raises
    ``OSError`` if any part of it fails: nothing is skipped.
    """
    numbers = MACHINES[os.uname().machine].numbers
    attributes = handled(abi).bytes()
    ruleset = syscall(numbers["landlock_create_ruleset"], attributes, len(attributes), 0)
    held = ctypes.create_string_buffer(rules, len(rules))
    begin = ctypes.addressof(held)
    try:
        for at in range(begin, begin + len(rules), _RULE.size):
            syscall(numbers["landlock_add_rule"], ruleset, _RULE_PATH_BENEATH, at, 0)
        syscall(numbers["landlock_restrict_self"], ruleset, 0)
    finally:
        os.close(ruleset)
