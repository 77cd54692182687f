"""What processes share without files: memory, queues, semaphores and keys of the kernel."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from babyagi_nb.sandbox.inside.libc import syscall
from babyagi_nb.sandbox.inside.syscalls import MACHINES

NUMBERS = MACHINES[os.uname().machine].numbers
SESSION = -3


def call(name: str, *arguments: int | bytes) -> int:
    return syscall(NUMBERS[name], *arguments)


class Queues:
    """One of each, with a canary in it."""

    def __init__(self, canary: Callable[[str], str]) -> None:
        self._keys = [secrets.randbelow(1 << 30) + 1 for _ in range(4)]
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        self._segment = call("shmget", self._keys[0], 64, 0o1600)
        self._address = libc.shmat(self._segment, None, 0)
        text = canary("shared memory").encode()
        ctypes.memmove(self._address, text, len(text))
        self._queue = call("msgget", self._keys[1], 0o1600)
        message = struct.pack("l", 1) + canary("a message queue").encode()
        call("msgsnd", self._queue, message, len(message) - 8, 0)
        self._semaphore = call("semget", self._keys[2], 1, 0o1600)
        self._posix_name = "canary-" + secrets.token_hex(6)
        flags = os.O_CREAT | os.O_RDWR
        self._posix = call("mq_open", self._posix_name.encode(), flags, 0o600, 0)
        call("mq_timedsend", self._posix, canary("a posix queue").encode(), 24, 0, 0)
        self._memory = Path("/dev/shm") / ("canary-" + secrets.token_hex(6))
        self._memory.write_text(canary("memory by name"))
        self._memory.chmod(0o600)
        self._key = "canary-" + secrets.token_hex(6)
        with contextlib.suppress(OSError):  # a container may have no keys
            call("add_key", b"user", self._key.encode(), canary("a key").encode(), 24, SESSION)

    def told(self) -> dict[str, Any]:
        """Where they are."""
        memory, queue, semaphore, unused = self._keys
        return {
            "shared_memory": memory, "queue": queue, "semaphore": semaphore, "new_key": unused,
            "posix_queue": self._posix_name, "posix_memory": str(self._memory), "key": self._key,
        }  # fmt: skip

    def look(self) -> dict[str, Any]:
        """Their state, to be compared with an earlier one."""
        libc = ctypes.CDLL(None)
        status = ctypes.create_string_buffer(256)
        seen: dict[str, Any] = {"memory": ctypes.string_at(self._address, 64)}
        seen["segment"] = libc.shmget(self._keys[0], 64, 0) == self._segment
        seen["queue"] = (libc.msgctl(self._queue, 2, status), status.raw[72:96])
        seen["semaphore"] = libc.semctl(self._semaphore, 0, 12)
        attributes = ctypes.create_string_buffer(64)
        call("mq_getsetattr", self._posix, 0, ctypes.addressof(attributes))
        seen["posix"] = (attributes.raw[:32], self._posix_is_there())
        seen["named memory"] = self._memory.read_bytes() if self._memory.exists() else None
        text = ctypes.create_string_buffer(64)
        with contextlib.suppress(OSError):
            call("keyctl", 11, self._find(self._key), ctypes.addressof(text), 64, 0)
        seen["key"] = text.value
        return seen

    def left(self, name: str) -> Iterator[str]:
        """What an attempt made under its name or number; removed."""
        unused = self._keys[3]
        for made, asked, end in (
            ("memory", ("shmget", unused, 1, 0), "shmctl"),
            ("a queue", ("msgget", unused, 0), "msgctl"),
            ("a semaphore", ("semget", unused, 1, 0), "semctl"),
        ):
            with contextlib.suppress(OSError):
                call(end, call(*asked), 0, 0)
                yield f"made: {made}"
        with contextlib.suppress(OSError):
            call("mq_unlink", name.encode())
            yield "made: a posix queue"
        with contextlib.suppress(OSError):
            call("keyctl", 9, self._find(name), SESSION)
            yield "made: a key"

    def close(self) -> None:
        """Remove them, whatever is left of them."""
        os.close(self._posix)
        self._memory.unlink(missing_ok=True)
        for name, arguments in (
            ("shmctl", (self._segment, 0, 0)),
            ("msgctl", (self._queue, 0, 0)),
            ("semctl", (self._semaphore, 0, 0)),
            ("mq_unlink", (self._posix_name.encode(),)),
        ):
            with contextlib.suppress(OSError):
                call(name, *arguments)
        with contextlib.suppress(OSError):
            call("keyctl", 9, self._find(self._key), SESSION)

    def _find(self, key: str) -> int:
        return call("keyctl", 10, SESSION, b"user", key.encode(), 0)

    def _posix_is_there(self) -> bool:
        try:
            os.close(call("mq_open", self._posix_name.encode(), os.O_RDONLY, 0, 0))
        except OSError:
            return False
        return True
