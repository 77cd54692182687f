"""The kernel's side of the fork server: starting it, asking it for children, ending it.

What is asked is answered in turn, and each answer carries the number of its question: when an
interrupt comes between the two, the next one to ask throws the stale answer away, and closing its
descriptors is what ends the child that nobody took.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

from babyagi_nb.errors import SandboxUnavailable
from babyagi_nb.sandbox.child import wait_for_death
from babyagi_nb.sandbox.inside.removal import remove
from babyagi_nb.sandbox.interpreter import command, environment

__all__ = ["ForkServer", "Forked", "Stopped"]

_MOST: Final = 1 << 16
_PATIENCE: Final = 60.0
"""Seconds for an answer; the server may be importing a large library."""

_FAREWELL: Final = 2.0


class Stopped(Exception):
    """The fork server is gone."""


class Forked:
    """A confined child; see :class:`~babyagi_nb.sandbox.child.Child`."""

    def __init__(self, server: ForkServer, about: Mapping[str, Any], fds: list[int]) -> None:
        channel, printed, pidfd = fds
        self._server = server
        self._pid = int(about["pid"])
        self._ended = False
        self._ending = threading.Lock()
        self.scratch = str(about["scratch"])
        self.connection = socket.socket(fileno=channel)
        self.connection.setblocking(False)
        os.set_blocking(printed, False)
        self.printed: int | None = printed
        self.pidfd: int | None = pidfd

    def status(self) -> int | None:
        # Asking about a process that lives would keep the fork server waiting for it.
        if not self._pid or self.pidfd is None or not wait_for_death(self.pidfd, 1.0):
            return None
        pid, self._pid = self._pid, 0
        with suppress(Stopped):
            status = self._server.ask({"op": "reap", "pid": pid})[0].get("status")
            return status if isinstance(status, int) else None
        return None

    def kill(self) -> None:
        # A descriptor that was closed may be another file's by now.
        with self._ending:
            if not self._ended and self.pidfd is not None:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def end(self) -> None:
        self.kill()
        with self._ending:
            if self._ended or self.pidfd is None or self.printed is None:
                return
            self._ended = True
        gone = wait_for_death(self.pidfd)
        if self._pid and gone:
            with suppress(Stopped):
                self._server.tell({"op": "reap", "pid": self._pid, "i": 0})
        self.connection.close()
        os.close(self.printed)
        os.close(self.pidfd)
        remove(self.scratch)


class ForkServer:
    """One running fork server. Nothing here is called after :meth:`close`."""

    def __init__(
        self, place: Path, settings: Mapping[str, Any], wrapping: Sequence[str] = ()
    ) -> None:
        """Start it; *place* is a directory of its own, which is removed with it.

        *wrapping* is a command that runs the command behind it.
        """
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.excluded: list[str] = []
        """Modules that it could not import, or that started threads."""
        self.preloading: list[str] = []
        """Modules that it was asked to import."""
        self._said = ""
        self._place = place
        home = place / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        self._complaints: IO[bytes] = tempfile.TemporaryFile(dir=place)  # noqa: SIM115
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        given = json.dumps({**settings, "scratch": str(place)})
        try:
            self._process = subprocess.Popen(
                [*wrapping, *command("zygote", str(theirs.fileno()), given)],
                cwd="/",
                env=environment(home),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                start_new_session=True,
            )
        except OSError as error:
            self._control.close()
            self._complaints.close()
            raise SandboxUnavailable(f"the sandbox's fork server cannot start: {error}") from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def take(self, special: Mapping[str, Any]) -> Forked:
        """Get a child; an empty *special* gives one that was made ready before."""
        answer, fds = self.ask({"op": "take", "special": special})
        return Forked(self, answer, fds)

    def preload(self, modules: Sequence[str]) -> None:
        """Have *modules* imported for later children; does not wait."""
        self.preloading += modules
        self.tell({"op": "preload", "modules": list(modules), "i": 0})

    def tell(self, body: Mapping[str, Any]) -> None:
        """Send without an answer; a message is sent whole, so this needs no lock."""
        data = json.dumps(body).encode()
        end = monotonic() + _PATIENCE
        while True:
            try:
                self._control.send(data)
                return
            except BlockingIOError:
                self._wait(select.POLLOUT, end)
            except OSError as error:
                self._hear_last_words()
                raise Stopped from error

    def _hear_last_words(self) -> None:
        """Read what it sent before it stopped: it may say why."""
        with suppress(OSError, ValueError):
            while True:
                data, fds, _, _ = socket.recv_fds(self._control, _MOST, 4)
                for fd in fds:
                    os.close(fd)
                if not data:
                    return
                self._note(json.loads(data))

    def ask(self, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[int]]:
        """Send and wait for the answer. Raises :class:`Stopped`."""
        with self._lock:
            number = next(self._numbers)
            self.tell({**body, "i": number})
            end = monotonic() + _PATIENCE
            while True:
                answer, fds = self._receive(end)
                if answer.get("i") == number:
                    return answer, fds
                for fd in fds:
                    os.close(fd)
                self._note(answer)

    def why(self) -> str:
        """What it said before it stopped, in one line."""
        with suppress(OSError, ValueError):
            self._complaints.seek(0)
            lines = self._complaints.read().decode("utf-8", "replace").split("\n")
            last = next((line for line in reversed(lines) if line.strip()), "")
            return self._said or last or "it ended without a word"
        return self._said

    def close(self) -> None:
        """End it and with it every child; idempotent."""
        self._control.close()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said = self.why()
        self._complaints.close()
        remove(str(self._place))

    def let_go(self) -> None:
        """Forget it without ending it: for a forked copy of the kernel, whose it is not."""
        self._control.close()
        self._process.returncode = 0  # it is no child of this process

    def _note(self, answer: Mapping[str, Any]) -> None:
        for why in ("failed", "threads"):
            if isinstance(answer.get(why), str):
                self.excluded.append(answer[why])
        self._said = str(answer.get("unable", self._said))

    def _receive(self, end: float) -> tuple[dict[str, Any], list[int]]:
        while True:
            try:
                data, fds, _, _ = socket.recv_fds(self._control, _MOST, 4)
                break
            except BlockingIOError:
                self._wait(select.POLLIN, end)
            except OSError as error:
                raise Stopped from error
        if not data:
            raise Stopped
        answer: dict[str, Any] = json.loads(data)
        return answer, list(fds)

    def _wait(self, event: int, end: float) -> None:
        poll = select.poll()
        poll.register(self._control, event)
        # Waking now and then lets an exception in that was scheduled for this thread.
        while not poll.poll(80):
            if monotonic() > end:
                raise Stopped
