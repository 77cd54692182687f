"""One process that serves one job, as the kernel sees it, whichever way it was started."""

from __future__ import annotations

import os
import select
import signal
import socket
from typing import Protocol

__all__ = ["Child", "cause_of_death", "wait_for_death"]

_PATIENCE = 5.0
"""Seconds that a killed process may take to be gone."""


class Child(Protocol):
    """A process with a channel. Whoever has one must call :meth:`end`."""

    connection: socket.socket
    """The kernel's end of the channel, not blocking."""
    printed: int | None
    """Where to read what C libraries print."""
    pidfd: int | None
    """Readable once the process is dead; ``None`` where there is no such thing."""
    scratch: str

    def status(self) -> int | None:
        """The wait status of a process that died by itself; ``None`` if nobody knows."""
        ...

    def kill(self) -> None:
        """Kill it, from any thread; nothing happens after :meth:`end`."""
        ...

    def end(self) -> None:
        """Kill it, wait until it is gone, and remove what it left; idempotent."""
        ...


def wait_for_death(pidfd: int, seconds: float = _PATIENCE) -> bool:
    """Wait for the end of a process; ``False`` if it lives on."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def cause_of_death(status: int | None, memory: int) -> str:
    """Say in words how a process ended that had not finished.

    >>> cause_of_death(9, 2 << 30)
    'it was killed (SIGKILL); perhaps the machine has no memory left'
    >>> cause_of_death(3 << 8, 2 << 30)
    'it ended with status 3'
    """
    if status is None:
        return "it ended the conversation"
    if os.name != "posix" or os.WIFEXITED(status):
        return f"it ended with status {os.waitstatus_to_exitcode(status)}"
    number = os.WTERMSIG(status)
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if name == "SIGKILL":
        return "it was killed (SIGKILL); perhaps the machine has no memory left"
    if name == "SIGSYS":
        return "it made a system call that the sandbox forbids (SIGSYS)"
    if name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGTRAP"):
        return f"it crashed ({name}); perhaps it used more than {memory / (1 << 30):g} GB of memory"
    return f"it died of {name}"
