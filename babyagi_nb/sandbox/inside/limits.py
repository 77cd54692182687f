"""Resource limits: hard ones, which a process without capabilities cannot raise again.

Memory is limited as address space *beyond what is mapped already*, since a process forked from one
that imported large libraries starts with a large map that costs nothing. Asking for more than the
limit fails with ``MemoryError``; a file that grows beyond its limit with ``OSError``, since Python
ignores the signal that would end the process.

The limit on processes counts the *user's* tasks, whatever they belong to: it is set a little above
the number of all tasks there are, and stops a job that starts threads without end. The kernel
exempts user 0 of the machine from it; there, the address space bounds how many stacks fit.
"""

from __future__ import annotations

import contextlib
import os

with contextlib.suppress(ImportError):  # not on Windows, where nothing here is called
    import resource

__all__ = ["impose", "mapped", "tasks"]

FILES = 256
"""Open files, pipes and connections."""
SIGNALS = 256
"""Waiting signals and timers of the user up to which this process may add another."""
MORE_TASKS = 512
"""Threads that may start beyond what runs on the machine."""


def mapped() -> int:
    """Bytes of address space that this process has.

    >>> mapped() > 1 << 20
    True
    """
    return int(_told("/proc/self/statm").split()[0]) * os.sysconf("SC_PAGE_SIZE")


def tasks() -> int:
    """Threads on the whole machine.

    >>> tasks() > 0
    True
    """
    return int(_told("/proc/loadavg").split()[3].partition(b"/")[2])


def impose(memory: int, file: int) -> None:
    """Limit this process: ``memory`` bytes beyond what is mapped, ``file`` bytes in one file.

    Raises ``OSError`` or ``ValueError`` if the system does not take a limit. One that is already
    lower than asked stays.
    """
    wanted = {
        resource.RLIMIT_AS: mapped() + memory,
        resource.RLIMIT_FSIZE: file,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: FILES,
    }
    further = {
        "RLIMIT_NPROC": tasks() + MORE_TASKS,
        "RLIMIT_SIGPENDING": SIGNALS,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_RTPRIO": 0,
    }
    for name, value in further.items():
        limit = getattr(resource, name, None)  # which ones there are differs between systems
        if limit is not None:
            wanted[limit] = value
    for limit, value in wanted.items():
        highest = resource.getrlimit(limit)[1]
        bound = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(limit, (bound, bound))


def _told(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)
