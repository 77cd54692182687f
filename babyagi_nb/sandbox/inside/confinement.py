"""Confinement: what a process gives up for good before it looks at code that nobody checked.

The work is split in two, for speed. The *fork server* prepares once: it opens what may be read and
writes the filter (:func:`prepare`). Each forked child then confines itself (:func:`confine`), in
this order:

1. resource limits;
2. capabilities and the ways to get them back; dying with the fork server;
3. Landlock, with the prepared paths, its own entries in ``/proc`` and its scratch directory;
4. the filter of system calls, with its own process id;
5. a look whether all of it holds.

Invariants: whoever returns from :func:`confine` is confined. Everything that fails raises, and the
caller must end the process then, for it may be confined in part. The process has one thread, since
Landlock binds the thread that asks. There is no way back.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from babyagi_nb.sandbox.inside import (
    landlock,
    limits,
    pretending,
    privileges,
    readable,
    seccomp,
)
from babyagi_nb.sandbox.inside.bpf import Program
from babyagi_nb.sandbox.inside.landlock import LIST, READ, SCRATCH, WRITE, rule
from babyagi_nb.sandbox.inside.libc import syscall
from babyagi_nb.sandbox.inside.syscalls import MACHINES, Machine

__all__ = ["Ability", "CannotConfine", "Confinement", "Prepared", "ability", "confine", "prepare"]


class CannotConfine(OSError):
    """Part of the confinement is not in force; the process must end."""


@dataclass(frozen=True, slots=True)
class Ability:
    """What the running system can enforce."""

    landlock_abi: int
    """0 without Landlock."""
    seccomp: bool
    machine: str
    reason: str
    """Why processes cannot be confined here, in one line; empty if they can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What one process keeps."""

    scratch: str
    """The directory it may change, with all below; it exists."""
    memory: int
    """Bytes of address space beyond what is mapped."""
    file: int
    """Bytes that one file may have."""
    reads: tuple[str, ...] = ()
    """Absolute paths of further files and directories that it may read; they exist."""
    abi: int | None = None
    """Use no more of Landlock than this version, to see how an older kernel holds."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the fork server made beforehand, to be inherited by its children."""

    machine: Machine
    parent: int
    """The process whose children may use this."""
    abi: int
    fds: tuple[int, ...]
    """Open paths, which must stay open up to :func:`confine`, and are closed by it."""
    rules: bytes
    """What Landlock grants on them."""
    program: Program

    def close(self) -> None:
        """Close the open paths of this process."""
        for fd in self.fds:
            os.close(fd)


def ability() -> Ability:
    """Find out what can be enforced, without changing anything.

    >>> able = ability()
    >>> able.reason == "" or able.landlock_abi == 0 or not able.seccomp
    True
    """
    name = os.uname().machine if hasattr(os, "uname") else "unknown"
    if sys.platform != "linux":
        return Ability(0, False, name, f"{sys.platform} has neither Landlock nor seccomp")
    machine = MACHINES.get(name)
    if machine is None or struct.calcsize("P") != 8:
        return Ability(0, False, name, f"there is no rule set for {name} with this interpreter")
    abi, filters = landlock.kernel_abi(), seccomp.available(machine)
    missing = [
        what
        for what, there in (("Landlock (since Linux 5.13)", abi), ("seccomp filters", filters))
        if not there
    ]
    reason = f"the kernel offers no {' and no '.join(missing)}" if missing else ""
    return Ability(abi, filters, name, reason)


def prepare(reads: Iterable[str] | None = None, *, abi: int | None = None) -> Prepared:
    """Open what every child may read and write the filter; to be called by the fork server.

    ``reads`` replaces what an interpreter needs (:func:`.readable.paths`). The process also empties
    its capability bounding set, so that no child has to. Raises
    :class:`CannotConfine` where processes cannot be confined.
    """
    able = ability()
    if able.reason:
        raise CannotConfine(errno.ENOTSUP, able.reason)
    machine = MACHINES[able.machine]
    used = min(able.landlock_abi, landlock.NEWEST_ABI, abi or landlock.NEWEST_ABI)
    granted = dict.fromkeys(readable.paths() if reads is None else reads, READ | LIST)
    for path, writable in readable.devices().items():
        granted[path] = READ | WRITE if writable else READ
    opened = _opened(granted)
    rules = b"".join(rule(fd, rights, used) for fd, rights in opened.items())
    privileges.empty_bounding_set()
    filtering = seccomp.program(machine, used)
    return Prepared(machine, os.getpid(), used, tuple(opened), rules, filtering)


def confine(wanted: Confinement, prepared: Prepared) -> None:
    """Confine this process for good; to be called in a child of the process that prepared.

    Raises :class:`CannotConfine` (or what the system raised) if any of it is not in force.
    """
    if wanted.abi is not None and wanted.abi < prepared.abi:
        raise CannotConfine(errno.EINVAL, "prepared for a newer Landlock than is wanted")
    if len(os.listdir("/proc/self/task")) != 1:
        raise CannotConfine(errno.EBUSY, "a process with several threads cannot be confined")
    instructions = prepared.program.bytes(os.getpid())
    limits.impose(wanted.memory, wanted.file)
    privileges.drop(prepared.machine)
    privileges.follow(prepared.parent)
    own = _own(wanted)
    rules = (rule(fd, rights, prepared.abi) for fd, rights in own.items())
    landlock.restrict(prepared.abi, b"".join((prepared.rules, *rules)))
    for fd in own:
        os.close(fd)
    prepared.close()
    seccomp.install(prepared.machine, instructions)
    _check(prepared.machine)
    pretending.notice_missing()


def _own(wanted: Confinement) -> dict[int, int]:
    """Open what only this process may reach: rights by descriptor."""
    own = {_open(wanted.scratch): SCRATCH}
    for path in wanted.reads:
        if not os.path.isabs(path):
            raise CannotConfine(errno.EINVAL, f"not an absolute path: {path}")
        if os.path.realpath(path) == "/":
            raise CannotConfine(errno.EINVAL, "the whole file system cannot be granted")
        own[_open(path)] = READ | LIST
    return own | _opened(dict.fromkeys(readable.of_the_process(), READ | LIST))


def _opened(granted: Mapping[str, int]) -> dict[int, int]:
    """Open the paths that are there: what may be read by all is not the same everywhere."""
    opened = {}
    for path, rights in granted.items():
        with suppress(FileNotFoundError, PermissionError, NotADirectoryError):
            opened[_open(path)] = rights
    return opened


def _open(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _check(machine: Machine) -> None:
    """Try what must not work: the end of a whole file system's listing, and a new socket."""
    try:
        os.close(os.open("/", os.O_RDONLY | os.O_DIRECTORY))
    except PermissionError:
        pass
    else:
        raise CannotConfine(errno.EPERM, "files outside can still be read")
    try:
        syscall(machine.numbers["socket"], 1, 1, 0)
    except PermissionError:
        return
    raise CannotConfine(errno.EPERM, "sockets can still be made")
