"""Locks between processes: one lock file, a fair turnstile of two, and claims for life.

A hold is an open file with the system's advisory lock on it (``flock``). The system gives the lock
back when the file is closed, so a hold cannot outlive its process, and whatever drops the file
object, an interrupt included, drops the lock. Because ``flock`` belongs to the open file and not to
the process, two holds in one process exclude each other like any others, and the database's own
POSIX lock is never touched.

Waiting is done by a helper thread inside the blocking system call, never by asking again and again:
the system serves its queue, and the waiting thread stays free to be interrupted or to give up.
A helper that gets the lock after everybody left closes the file at once.

The turnstile is two files. Everybody first takes ``turn``, then ``lock`` (shared or exclusive),
then lets go of ``turn``. A writer that waits for readers to leave holds ``turn`` meanwhile, so no
new reader can slip in before it.

A forked child shares open files, and therefore locks, with its parent. It closes its copies first
thing, which leaves the parent's locks as they are.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from weakref import WeakSet

from babyagi_nb.errors import StoreError, StoreLocked
from babyagi_nb.store.home import Home, unwritable
from babyagi_nb.store.latch import Latch

__all__ = ["FileLock", "Turnstile", "claim", "is_claimed"]

_NOTE = 64
"""Bytes at the start of a lock file that name its last holder."""

_ours: WeakSet[_Held] = WeakSet()
"""Every file this process holds or awaits a lock on."""


class _Held(io.FileIO):
    """An open file whose lock is given back when the object is closed or merely dropped."""

    def close(self) -> None:
        # Closing alone would wait for a child that was forked this moment to close its copy.
        if not self.closed:
            _give_back(self)
        super().close()

    def __del__(self) -> None:
        # Without this, dropping one (an interrupt can do that) would be reported as a leak.
        self.close()


class FileLock:
    """One lock file. A hold excludes other threads of this process as well as other processes."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def hold(
        self, *, shared: bool = False, reading: bool = False, timeout: float | None = 10.0
    ) -> Iterator[None]:
        """Hold the lock inside a ``with``; raises ``StoreLocked`` after *timeout* seconds."""
        file = self.acquire(shared=shared, reading=reading, timeout=timeout)
        try:
            yield
        finally:
            file.close()

    def acquire(
        self, *, shared: bool = False, reading: bool = False, timeout: float | None = 10.0
    ) -> io.FileIO:
        """Return an open file that carries the lock; closing it gives the lock back.

        A lock file that may only be read will do for a *shared* hold, and for an exclusive one of
        somebody who is only *reading* the store.
        """
        file = _open(self.path, readable=shared or reading)
        if not _take(file, shared=shared):
            _Wait(file, shared=shared).until(timeout, self)
        _sign(file)
        return file

    def holder(self) -> str:
        """Who holds the lock now, in words; ``""`` when nobody does."""
        if not is_claimed(self.path):
            return ""
        try:
            return self.path.read_bytes()[:_NOTE].decode("ascii", "replace").strip() or "somebody"
        except OSError:
            return "somebody"


class Turnstile:
    """Fair shared and exclusive holds over one store.

    Times are seconds; ``None`` waits for ever. Holds do not nest: a thread that asks for a second
    one while it has an exclusive one waits for itself.
    """

    __slots__ = ("_lock", "_turn")

    def __init__(self, home: Home) -> None:
        self._turn = FileLock(home.turn)
        self._lock = FileLock(home.lock)

    def shared(self, timeout: float | None = 10.0) -> AbstractContextManager[None]:
        """Hold together with other readers, while no writer does."""
        return self._pass(True, timeout)

    def exclusive(self, timeout: float | None = 10.0) -> AbstractContextManager[None]:
        """Hold alone."""
        return self._pass(False, timeout)

    def holder(self) -> str:
        return self._lock.holder()

    @contextmanager
    def _pass(self, shared: bool, timeout: float | None) -> Iterator[None]:
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._turn.hold(reading=shared, timeout=timeout):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            file = self._lock.acquire(shared=shared, timeout=left)
        try:
            yield
        finally:
            file.close()


class _Wait:
    """A helper thread that sits in the blocking lock call on behalf of one waiter."""

    def __init__(self, file: _Held, *, shared: bool) -> None:
        self._file = file
        self._shared = shared
        self._settled = Latch()
        self._mutex = threading.Lock()
        self._abandoned = False
        self._error: OSError | None = None

    def until(self, timeout: float | None, lock: FileLock) -> None:
        """Return with the lock held, or raise ``StoreLocked``; an interrupt passes through."""
        if timeout == 0:
            self._file.close()
        if timeout == 0 or not self._sit(timeout):
            who = lock.holder() or "another process"
            raise StoreLocked(
                f"{str(lock.path)!r} is held by {who}",
                fix="wait until it is done, or end that process",
            )
        if self._error is not None:
            raise unwritable(lock.path, self._error) from self._error

    def _sit(self, timeout: float | None) -> bool:
        arrived = False
        try:
            # In here, because an interrupt of the start may leave a thread that gets the lock.
            threading.Thread(target=self._run, name="babyagi-lock", daemon=True).start()
            arrived = self._settled.wait(timeout)
        finally:
            if not arrived:
                self._abandon()
        return arrived

    def _run(self) -> None:
        try:
            _take(self._file, shared=self._shared, wait=True)
        except OSError as error:
            self._error = error
        with self._mutex:
            if self._abandoned or self._error is not None:
                self._file.close()
            self._settled.set()

    def _abandon(self) -> None:
        with self._mutex:
            self._abandoned = True
            if self._settled.is_set:
                self._file.close()


def claim(path: Path, *, shared: bool = False) -> io.FileIO | None:
    """Lock an existing file for as long as the returned object stays open.

    ``None`` when somebody else has it, or when the file is gone or was replaced meanwhile.
    """
    try:
        file = _open(path, readable=True, create=False)
    except (FileNotFoundError, StoreError):
        return None
    if _take(file, shared=shared) and os.fstat(file.fileno()).st_nlink:
        return file
    file.close()
    return None


def is_claimed(path: Path) -> bool:
    """Whether anybody, this process included, has claimed *path* for good.

    Looking takes a shared lock for a moment, so that two who look do not see each other.
    """
    file = claim(path, shared=True)
    if file is None:
        return path.exists()
    file.close()
    return False


def _open(path: Path, *, readable: bool, create: bool = True) -> _Held:
    flags = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | (os.O_CREAT if create else 0)
    try:
        file = _Held(path, "rb+", opener=lambda name, _: os.open(name, flags, 0o600))
    except OSError as error:
        if not create and isinstance(error, FileNotFoundError):
            raise
        if not readable or error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise unwritable(path, error) from error
        # Readers of a store they may not write can still keep writers out.
        try:
            file = _Held(path, "rb")
        except OSError:
            raise unwritable(path, error) from error
    _ours.add(file)
    return file


def _sign(file: _Held) -> None:
    """Leave word of who holds the lock; for messages only, so failures do not matter."""
    note = f"process {os.getpid()} since {datetime.now():%H:%M:%S}".ljust(_NOTE - 1) + "\n"
    try:
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        os.write(file.fileno(), note.encode("ascii"))
    except OSError:
        pass


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30
    """Windows locks bytes, and against readers too: lock one that no file has."""

    def _take(file: _Held, *, shared: bool = False, wait: bool = False) -> bool:
        while True:
            try:
                os.lseek(file.fileno(), _FAR, os.SEEK_SET)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(0.01)

    def _give_back(file: _Held) -> None:
        """Closing does it."""
else:
    import fcntl

    def _take(file: _Held, *, shared: bool = False, wait: bool = False) -> bool:
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(file.fileno(), mode if wait else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_back(file: _Held) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _let_go_in_child() -> None:
    # Only close: an explicit unlock would act on the lock that the parent still needs.
    for file in list(_ours):
        io.FileIO.close(file)
    _ours.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)
