"""What a process may do by being who it is: everything given up, in an order that cannot be undone.

*No new privileges* first: from then on no file that is executed can add any. Then the capabilities
that user 0 has: out of the bounding and the ambient set, and out of the process. User 0 without
capabilities is a user like others, who happens to own many files; Landlock is for these.

Changing credentials clears the signal on the parent's death, so that one is asked for last.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct

from babyagi_nb.sandbox.inside.libc import prctl, syscall
from babyagi_nb.sandbox.inside.syscalls import Machine

__all__ = ["drop", "empty_bounding_set", "follow"]

_SET_DEATH_SIGNAL, _SET_DUMPABLE, _HAS_BOUNDING, _DROP_BOUNDING = 1, 4, 23, 24
_SET_NO_NEW_PRIVILEGES, _GET_NO_NEW_PRIVILEGES, _AMBIENT, _CLEAR_AMBIENT = 38, 39, 47, 4
_MOST_CAPABILITIES = 64
_VERSION = 0x20080522


def drop(machine: Machine) -> None:
    """Give up every capability, and the ability to get one. Raises ``OSError`` if any is left."""
    prctl(_SET_NO_NEW_PRIVILEGES, 1)
    prctl(_AMBIENT, _CLEAR_AMBIENT)
    empty_bounding_set()
    header = struct.pack("=Ii", _VERSION, 0)
    syscall(machine.numbers["capset"], header, bytes(24))
    # Other processes of this user may no longer look inside: no tracing, no reading of memory.
    prctl(_SET_DUMPABLE, 0)
    if prctl(_GET_NO_NEW_PRIVILEGES) != 1 or _effective_or_permitted(machine):
        raise OSError(errno.EPERM, "privileges could not be given up")


def follow(parent: int) -> None:
    """Die when the parent dies. Raises ``OSError`` if the parent is gone already."""
    prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        raise OSError(errno.ESRCH, "the parent process is gone")


def empty_bounding_set() -> None:
    """Let no file that this process or its children execute add a capability.

    Each one costs the kernel a copy of all credentials; children inherit what is gone already.
    """
    for capability in range(_MOST_CAPABILITIES):
        try:
            if prctl(_HAS_BOUNDING, capability):
                prctl(_DROP_BOUNDING, capability)
        except OSError as error:
            if error.errno == errno.EINVAL:  # beyond the last one that this kernel knows
                return
            # An ordinary user may not change the set, and gains nothing by it without execution.
            if error.errno == errno.EPERM:
                return
            raise


def _effective_or_permitted(machine: Machine) -> bool:
    header, state = struct.pack("=Ii", _VERSION, 0), ctypes.create_string_buffer(24)
    syscall(machine.numbers["capget"], header, ctypes.addressof(state))
    return any(state.raw)
