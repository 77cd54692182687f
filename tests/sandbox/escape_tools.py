"""What attempts to escape have at hand; this text travels into the sandbox in front of each."""

from __future__ import annotations

import _socket
import ctypes
import os
import time

LIBC = ctypes.CDLL(None, use_errno=True)
OWN_NAME = 15
Socket = _socket.socket
"""The interpreter's own sockets, below whatever a library put in front of them."""


def raw(w, name, *arguments):
    """One system call by its name or number, past every library; raises what the kernel says."""
    words = [
        ctypes.c_char_p(each) if isinstance(each, bytes) else ctypes.c_long(each)
        for each in arguments
    ]
    number = name if isinstance(name, int) else w["numbers"][name]
    answer = LIBC.syscall(ctypes.c_long(number), *words)
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return answer


def named(text):
    """Give this process a name that can be seen from outside."""
    LIBC.prctl(OWN_NAME, text.encode(), 0, 0, 0)


def linger(seconds=0.25):
    """Stay long enough to be seen."""
    time.sleep(seconds)


def became_two(pid):
    """Let a forked process be seen; the parent waits for it."""
    if pid < 0:
        raise OSError("no process")
    if pid == 0:
        linger()
        os._exit(0)
    linger()
    return pid


def text_of(path):
    with open(path, "rb") as opened:
        return opened.read(1 << 16)


def attached(w, key, size=64):
    """A System V shared memory segment, by its key."""
    segment = raw(w, "shmget", key, size, 0)
    LIBC.shmat.restype = ctypes.c_void_p
    address = LIBC.shmat(segment, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    return address
