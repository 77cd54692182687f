"""The sandbox of one application: it takes a child for each job, and leaves nothing behind.

Nothing is started before the first job or :meth:`Server.warm`. From then on a fork server keeps
confined children ready. A job that asks for more than they have (files to read, packages, other
limits) gets one that is forked for it; in the strong tier, where files that are not granted do not
even exist, such jobs get a fork server with these files in its namespace.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from babyagi_nb.core.isolation import Job, Limits, Observer, Tier, TierReport
from babyagi_nb.errors import SandboxRefused, SandboxUnavailable
from babyagi_nb.sandbox import bare, bubblewrap, preloading, tiers
from babyagi_nb.sandbox.child import Child
from babyagi_nb.sandbox.forkserver import ForkServer, Stopped
from babyagi_nb.sandbox.freight import packed_job
from babyagi_nb.sandbox.inside.removal import remove
from babyagi_nb.sandbox.reaper import Reaper
from babyagi_nb.sandbox.scratch import make_root
from babyagi_nb.sandbox.session import Session

__all__ = ["Server", "deny", "open_sandbox"]

_POOL: Final = 2
_FURTHER: Final = 2
"""Fork servers with files of their own that are kept for the next such job."""

_FAREWELL: Final = 2.0
"""Seconds that a generator which is no longer wanted may take to close."""

Paths = tuple[str, ...]


def deny(question: str) -> bool:
    """The answer where nobody can be asked.

    >>> deny("Run it without a boundary?")
    False
    """
    return False


def open_sandbox(
    *,
    minimum: Tier | None = None,
    tier: Tier | None = None,
    abi: int | None = None,
    preload: Sequence[str] = (),
    scratch: Path | None = None,
    confirm: Callable[[str], bool] = deny,
    notify: Callable[[str], None] = lambda message: None,
    pool: int = _POOL,
) -> Server:
    """Make a sandbox; nothing is started yet, and nothing fails yet.

    *minimum* refuses lower tiers, *tier* forces one, *abi* caps Landlock's version. *preload* names
    modules for the fork server to import. Scratch directories go below *scratch*, by default the
    system's temporary directory. *confirm* is asked before each job where the tier is no boundary.
    *notify* is told what people should know. *pool* children are kept ready.
    """
    return Server(
        minimum=minimum, tier=tier, abi=abi, preload=preload, scratch=scratch, confirm=confirm,
        notify=notify, pool=pool,
    )  # fmt: skip


class Server:
    """A :class:`~babyagi_nb.core.isolation.Sandbox`; made by :func:`open_sandbox`."""

    def __init__(
        self,
        *,
        minimum: Tier | None,
        tier: Tier | None,
        abi: int | None,
        preload: Sequence[str],
        scratch: Path | None,
        confirm: Callable[[str], bool],
        notify: Callable[[str], None],
        pool: int,
    ) -> None:
        self._minimum = minimum
        self._forced = tier
        self._abi = abi
        self._preload = tuple(preload)
        self._parent = scratch
        self._confirm = confirm
        self._notify = notify
        self._pool = pool
        self._lock = threading.Lock()
        self._report: TierReport | None = None
        self._root: Path | None = None
        self._main: ForkServer | None = None
        self._further: dict[Paths, ForkServer] = {}
        self._users: dict[ForkServer, int] = {}
        self._excluded: set[str] = set()
        self._sessions: dict[Session, Job] = {}
        self._reaper = Reaper()
        self._closed = False
        self._owner = os.getpid()
        _OPEN.add(self)

    def report(self) -> TierReport:
        with self._lock:
            if self._report is None:
                self._report = tiers.choose(self._forced)
            return self._report

    def warm(self) -> None:
        """Start the fork server, so that the first job need not wait for it.

        Raises :class:`~babyagi_nb.errors.SandboxUnavailable`.
        """
        if tiers.at_least(self.report(), self._minimum) != "process" and not self._closed:
            with self._lock:
                self._main_server()

    def run(self, job: Job, observer: Observer) -> Any:
        frame = packed_job(job, steps=False)
        with self._session(job, observer) as session:
            session.send(frame)
            try:
                return session.outcome()
            finally:
                session.tell_the_rest()

    def steps(self, job: Job, observer: Observer) -> Generator[Any, None, Any]:
        frame = packed_job(job, steps=True)
        with self._session(job, observer) as session:
            session.send(frame)
            while True:
                try:
                    over, value = session.step()
                finally:
                    session.tell_the_rest()
                if over:
                    return value
                try:
                    yield value
                except GeneratorExit:
                    session.finish(_FAREWELL)
                    session.tell_the_rest()
                    raise

    def stop(self, job: Job) -> None:
        with self._lock:
            sessions = [each for each, one in self._sessions.items() if one is job]
        for session in sessions:
            session.stop()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            servers = [*self._further.values(), *([self._main] if self._main else [])]
            self._main = None
            self._further.clear()
            root, self._root = self._root, None
        if os.getpid() != self._owner:
            return
        self._reaper.close()
        for server in servers:
            server.close()
        if root is not None:
            remove(str(root))

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    # -- children ------------------------------------------------------------------------------

    @contextmanager
    def _session(self, job: Job, observer: Observer) -> Iterator[Session]:
        """A conversation with a child of its own, which is gone afterwards."""
        tier = tiers.at_least(self.report(), self._minimum)
        _check_paths(job)
        if self._closed:
            raise SandboxUnavailable("the sandbox is closed")
        child, server = self._child(job, tier)
        try:
            session = Session(child, job, observer)
            self._sessions[session] = job
            try:
                yield session
            finally:
                self._sessions.pop(session, None)
                session.close()
        finally:
            self._reaper.take(child)
            self._release(server)
        if server is not None:
            self._preload_for(job, server)

    def _child(self, job: Job, tier: Tier) -> tuple[Child, ForkServer | None]:
        if tier == "process":
            if not self._confirm(
                f"Run {job.entry} in a process of its own? That is not a security boundary: it "
                "could read your files and use the network."
            ):
                raise SandboxUnavailable(
                    f"{job.entry} was not run: the sandbox here is not a security boundary, and "
                    "nobody agreed to do without one",
                    fix=self.report().reason,
                )
            return bare.start(self._root_directory(), job.limits), None
        paths = (*job.reads, *((job.packages,) if job.packages else ()))
        special = _special(job, paths)
        for _ in range(2):
            server = self._server(paths if tier == "strong" else ())
            try:
                return server.take(special), server
            except Stopped:
                self._release(server)
                self._replace(server)
        raise SandboxUnavailable(
            f"the sandbox's fork server stops as soon as it is asked: {server.why()}",
            fix="%babyagi doctor tells what this machine can do",
        )

    def _server(self, paths: Paths) -> ForkServer:
        """The fork server for jobs that may read *paths*, in use until it is released."""
        with self._lock:
            server = self._further_server(paths) if paths else self._main_server()
            self._users[server] = self._users.get(server, 0) + 1
            return server

    def _release(self, server: ForkServer | None) -> None:
        if server is None:
            return
        with self._lock:
            self._users[server] -= 1
            if not self._users[server]:
                del self._users[server]

    def _main_server(self) -> ForkServer:
        if self._main is None:
            self._main = self._start(self._pool, ())
        return self._main

    def _further_server(self, paths: Paths) -> ForkServer:
        server = self._further.pop(paths, None)
        if server is None:
            idle = [each for each, one in self._further.items() if one not in self._users]
            for each in idle[: max(0, len(self._further) + 1 - _FURTHER)]:
                self._further.pop(each).close()
            server = self._start(0, paths)
        self._further[paths] = server  # the latest stands last
        return server

    def _start(self, pool: int, paths: Paths) -> ForkServer:
        limits = Limits()
        settings = {"pool": pool, "abi": self._abi, "memory": limits.memory, "file": limits.file}
        place = Path(tempfile.mkdtemp(prefix="server-", dir=self._root_locked()))
        assert self._report is not None
        wall = bubblewrap.wrapping(place, paths) if self._report.tier == "strong" else []
        server = ForkServer(place, settings, wall)
        modules = [each for each in self._preload if each not in self._excluded]
        if modules:
            server.preload(modules)
        return server

    def _replace(self, server: ForkServer) -> None:
        """Forget a fork server that stopped; what it could not import is not tried again."""
        with self._lock:
            fresh = set(server.excluded or server.preloading) - self._excluded
            self._excluded |= fresh
            if self._main is server:
                self._main = None
            for paths in [each for each, one in self._further.items() if one is server]:
                del self._further[paths]
        server.close()
        if fresh:
            with suppress(Exception):
                self._notify(f"sandbox: {', '.join(sorted(fresh))} cannot be kept imported")

    def _preload_for(self, job: Job, server: ForkServer) -> None:
        with self._lock:
            seen = {*server.preloading, *self._excluded}
            modules = preloading.wanted(job.members, seen)
        if modules:
            with suppress(Stopped):
                server.preload(modules)

    def _root_directory(self) -> Path:
        with self._lock:
            return self._root_locked()

    def _root_locked(self) -> Path:
        if self._root is None:
            self._root = make_root(self._parent)
        return self._root

    def _let_go(self) -> None:
        """In a forked copy of this process: the servers are not its own."""
        self._lock = threading.Lock()
        self._reaper = Reaper()
        for server in [*self._further.values(), *([self._main] if self._main else [])]:
            server.let_go()
        self._main, self._root = None, None
        self._further.clear()
        self._users.clear()
        self._owner = os.getpid()


def _special(job: Job, paths: Paths) -> dict[str, Any]:
    """What a child needs beyond what those have that wait; empty if nothing."""
    usual = Limits()
    special: dict[str, Any] = {}
    if paths:
        special["reads"] = list(paths)
    if job.limits.memory != usual.memory:
        special["memory"] = job.limits.memory
    if job.limits.file != usual.file:
        special["file"] = job.limits.file
    return special


def _check_paths(job: Job) -> None:
    for path in (*job.reads, *((job.packages,) if job.packages else ())):
        if not os.path.isabs(path) or not os.path.exists(path):
            raise SandboxRefused(
                f"{job.entry} was granted to read {path!r}, which is not there",
                fix="name an absolute path that exists, or approve it anew",
            )


_OPEN: weakref.WeakSet[Server] = weakref.WeakSet()


def _after_fork() -> None:
    for server in list(_OPEN):
        server._let_go()


def _close_all() -> None:
    for server in list(_OPEN):
        server.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
