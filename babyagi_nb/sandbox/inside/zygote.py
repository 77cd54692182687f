"""The fork server: a single-threaded process whose forked children confine themselves and wait.

It starts as ``python -I`` with a scrubbed environment in a session of its own, and speaks with the
kernel over one ``SOCK_SEQPACKET`` socket. It keeps a few children ready, each confined, with a
scratch directory of its own, and with no code yet. ``take`` hands one over as three descriptors:
its channel, a pipe with what C libraries print, and a *pidfd* by which the kernel kills it and
waits, whatever the process ids of either side mean.

Nobody is left behind: the end of the control socket ends this process, and its end ends the
children. This is why it must never wait for anything but that socket.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any, Final

from babyagi_nb.sandbox.inside import job as job_module
from babyagi_nb.sandbox.inside.confinement import Confinement, Prepared, confine, prepare
from babyagi_nb.sandbox.inside.removal import remove
from babyagi_nb.sandbox.inside.wire import Channel

__all__ = ["main"]

_MOST: Final = 1 << 17
"""Bytes of one control message."""

_PAUSE: Final = 10
"""Milliseconds that must pass after an order before something is prepared."""

_LATER: Final = (
    "concurrent.futures.thread", "asyncio", "base64", "collections", "contextlib", "csv",
    "dataclasses", "datetime", "decimal", "functools", "hashlib", "http.client", "io", "itertools",
    "json", "math", "random", "re", "shutil", "ssl", "statistics", "string", "subprocess",
    "tempfile", "textwrap", "time", "typing", "urllib.request", "uuid",
)  # fmt: skip
"""Imported when there is nothing else to do, so that jobs find them ready."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A child that waits for its job, and the kernel's ends of what leads to it."""

    pid: int
    scratch: str
    channel: socket.socket
    pipe: int
    pidfd: int

    def close(self) -> None:
        self.channel.close()
        os.close(self.pipe)
        os.close(self.pidfd)


class _Zygote:
    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self._control = control
        self._root = str(settings["scratch"])
        self._memory = int(settings["memory"])
        self._file = int(settings["file"])
        self._wanted = int(settings["pool"])
        self._abi: int | None = settings["abi"]
        self._libc = ctypes.CDLL(None)
        self._prepared: Prepared = prepare(abi=self._abi)
        self._pool: list[_Ready] = []
        self._statuses: dict[int, int] = {}
        self._living: set[int] = set()
        self._importing = False
        self._made = 0
        self._name = os.urandom(4).hex()
        self._later: list[str] = list(_LATER)
        self._pause = 0

    def serve(self) -> None:
        """Answer until the control socket ends."""
        _freeze()
        self._answer({"hello": self._prepared.abi})
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            idle = len(self._pool) >= self._wanted and not self._later
            # A job that has just begun should not have to share a processor with preparations.
            if poll.poll(None if idle else self._pause):
                self._pause = _PAUSE
                data = self._control.recv(_MOST)
                if not data:
                    return
                self._obey(json.loads(data))
                continue
            self._pause = 0
            if self._later:
                self._import(self._later.pop(0))
                if not self._later:
                    _freeze()
            elif len(self._pool) < self._wanted:
                self._pool.append(self._fork({}, early=True))

    def watch(self) -> None:
        """Notice the end of the kernel also while a large library is being imported."""
        import fcntl  # not on every system that can import this package

        signal.signal(signal.SIGIO, self._look)
        fcntl.fcntl(self._control, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(self._control, fcntl.F_GETFL)
        fcntl.fcntl(self._control, fcntl.F_SETFL, flags | os.O_ASYNC)

    def _look(self, signum: int, frame: object) -> None:
        try:
            ended = not self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if ended and self._importing:
            self.clear()
            os._exit(0)

    def clear(self) -> None:
        """End the children and remove what is left of them: the kernel is gone."""
        for pid in self._living:
            os.kill(pid, signal.SIGKILL)
        for pid in tuple(self._living):
            self._reap(pid)
        remove(self._root)
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(self._root))  # if this was the last to go

    def _obey(self, order: dict[str, Any]) -> None:
        if order["op"] == "take":
            special = order["special"]
            child = self._fork(special) if special or not self._pool else self._pool.pop(0)
            about = {"i": order["i"], "pid": child.pid, "scratch": child.scratch}
            self._answer(about, [child.channel.fileno(), child.pipe, child.pidfd])
            child.close()
        elif order["op"] == "reap":
            status = self._reap(order["pid"])
            if order["i"]:
                self._answer({"i": order["i"], "status": status})
        elif order["op"] == "preload":
            self._preload(order["modules"])

    def _answer(self, body: dict[str, Any], fds: list[int] | None = None) -> None:
        data = json.dumps(body).encode()
        try:
            if fds:
                socket.send_fds(self._control, [data], fds)
            else:
                self._control.send(data)
        except OSError:
            os._exit(0)

    def _reap(self, pid: int) -> int | None:
        """The wait status of a child that the kernel knows to be dead."""
        while pid not in self._statuses:
            try:
                ended, status = os.waitpid(-1, 0)
            except ChildProcessError:
                return None
            self._statuses[ended] = status
            self._living.discard(ended)
        return self._statuses.pop(pid)

    # -- importing -----------------------------------------------------------------------------

    def _preload(self, modules: list[str]) -> None:
        """Import libraries for later children; those that wait already did not get them."""
        for name in modules:
            self._import(name)
        for child in self._pool:
            os.kill(child.pid, signal.SIGKILL)
            self._reap(child.pid)
            child.close()
            os.rmdir(child.scratch)
        self._pool.clear()
        _freeze()

    def _import(self, name: str) -> None:
        self._importing = True
        try:
            importlib.import_module(name)
        except Exception:
            self._answer({"i": 0, "failed": name})
        finally:
            self._importing = False
        if len(os.listdir("/proc/self/task")) > 1:
            # A fork would copy one thread and the locks of all: start again without that library.
            self._answer({"i": 0, "threads": name})
            os._exit(0)

    # -- forking -------------------------------------------------------------------------------

    def _fork(self, special: dict[str, Any], *, early: bool = False) -> _Ready:
        self._made += 1
        scratch = os.path.join(self._root, f"job-{self._name}-{self._made}")
        os.mkdir(scratch, 0o700)
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._become(theirs, writing, scratch, special, early)
        self._living.add(pid)
        theirs.close()
        os.close(writing)
        return _Ready(pid, scratch, ours, reading, os.pidfd_open(pid))

    def _become(
        self,
        connection: socket.socket,
        printed: int,
        scratch: str,
        special: dict[str, Any],
        early: bool,
    ) -> None:
        """The child's whole life; never returns."""
        try:
            channel = Channel(connection)
            try:
                self._settle(connection.fileno(), printed, scratch)
                wanted = Confinement(
                    scratch=scratch,
                    reads=tuple(special.get("reads", ())),
                    memory=int(special.get("memory", self._memory)),
                    file=int(special.get("file", self._file)),
                    abi=self._abi,
                )
                confine(wanted, self._prepared)
            except BaseException as error:
                channel.send({"t": "unconfined", "m": f"{type(error).__name__}: {error}"[:500]})
                os._exit(70)
            job_module.serve(channel, early=early)
            self._libc.fflush(None)
        finally:
            os._exit(0)

    def _settle(self, channel: int, printed: int, scratch: str) -> None:
        os.setsid()
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        kept = {0, 1, 2, channel, *self._prepared.fds}
        for name in os.listdir("/proc/self/fd"):
            if int(name) not in kept:
                try:
                    os.close(int(name))
                except OSError:  # the listing's own
                    continue
        os.chdir(scratch)
        for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            os.environ[name] = scratch


def _freeze() -> None:
    """Keep the collector of the children away from what is shared, which it would write to."""
    gc.collect()
    gc.freeze()


def main(arguments: list[str]) -> None:
    """Be the fork server: a descriptor of the control socket, and settings as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(arguments[0]))
    control.set_inheritable(False)
    settings = json.loads(arguments[1])
    try:
        zygote = _Zygote(control, settings)
    except OSError as error:
        control.send(json.dumps({"unable": str(error)}).encode())
        sys.exit(1)
    zygote.watch()
    zygote.serve()
    zygote.clear()
