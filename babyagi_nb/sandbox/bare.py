"""The kernel's side of the process tier: an interpreter for each job, started and ended with it."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from babyagi_nb.core.isolation import Limits
from babyagi_nb.errors import SandboxUnavailable
from babyagi_nb.sandbox.inside.removal import remove
from babyagi_nb.sandbox.interpreter import command, environment

__all__ = ["Bare", "start"]

_PATIENCE: Final = 30.0


class Bare:
    """A process without walls; see :class:`~babyagi_nb.sandbox.child.Child`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        connection: socket.socket,
        printed: int | None,
        scratch: str,
    ) -> None:
        self._process = process
        self._ended = False
        self._ending = threading.Lock()
        self.connection = connection
        self.connection.setblocking(False)
        self.printed = printed
        self.pidfd: int | None = None
        self.scratch = scratch

    def status(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(1.0)
            return -code if code < 0 else code << 8
        return None

    def kill(self) -> None:
        with self._ending, suppress(ProcessLookupError, PermissionError):
            if self._ended:
                return
            if os.name == "posix":
                # Its session: what it started goes with it.
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()

    def end(self) -> None:
        self.kill()
        with self._ending:
            if self._ended:
                return
            self._ended = True
        self._process.wait()
        self.connection.close()
        if self.printed is not None:
            os.close(self.printed)
        remove(self.scratch)


def start(root: Path, limits: Limits) -> Bare:
    """Start one. Raises :class:`~babyagi_nb.errors.SandboxUnavailable`."""
    scratch = tempfile.mkdtemp(prefix="job-", dir=root)
    settings = json.dumps({"memory": limits.memory, "file": limits.file, "scratch": scratch})
    try:
        if os.name == "posix":
            return _inheriting(settings, scratch)
        return _calling_back(settings, scratch)
    except OSError as error:
        remove(scratch)
        raise SandboxUnavailable(f"the sandbox's process cannot start: {error}") from error


def _inheriting(settings: str, scratch: str) -> Bare:
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            command("bare", str(theirs.fileno()), settings),
            cwd=scratch,
            env=environment(Path(scratch)),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
        )
    except OSError:
        ours.close()
        os.close(reading)
        raise
    finally:
        theirs.close()
        os.close(writing)
    os.set_blocking(reading, False)
    return Bare(process, ours, reading, scratch)


def _calling_back(settings: str, scratch: str) -> Bare:
    """Where no descriptor can be inherited: the process connects, and shows a secret."""
    secret = secrets.token_bytes(32)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE)
        process = subprocess.Popen(
            command("bare", f"port:{listener.getsockname()[1]}", settings),
            cwd=scratch,
            env=environment(Path(scratch)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None
        try:
            with process.stdin as told:
                told.write(secret.hex().encode() + b"\n")
            connection, _ = listener.accept()
            connection.settimeout(_PATIENCE)
            shown = connection.recv(len(secret), getattr(socket, "MSG_WAITALL", 0))
        except OSError:
            process.kill()
            process.wait()
            raise
    if not hmac.compare_digest(shown, secret):
        connection.close()
        process.kill()
        process.wait()
        raise ConnectionRefusedError("somebody else answered")
    return Bare(process, connection, None, scratch)
