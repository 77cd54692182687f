"""The definition log: every change to a store's definitions, in the one order all kernels agree on.

The log is a file that only grows. Writers take turns under a lock: each first reads what others
wrote, then decides on the newest catalogue, appends its transaction in one write, makes it durable
and applies it to its own catalogue. Readers take no lock: they look whether the file grew, read the
new part, and apply the transactions that are complete.

When the file was replaced by another (a restored backup) or became shorter, everything is read anew
into the same :class:`~babyagi_nb.core.catalogue.Catalogue` object. Damage costs the transaction it
hits, is remembered in ``findings``, and leaves everything else usable.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from weakref import WeakSet

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import (
    ApprovalRevoked,
    Event,
    FunctionRegistered,
    FunctionRemoved,
    Transaction,
    VersionActivated,
    VersionApproved,
    VersionDenied,
)
from babyagi_nb.core.ports import Decision, Finding
from babyagi_nb.errors import NotFound, StoreDamaged, StoreUnwritable
from babyagi_nb.ids import FunctionName, KernelId, TransactionId
from babyagi_nb.store.codec import encode_transaction
from babyagi_nb.store.frames import Frames, read_frames
from babyagi_nb.store.home import Home, sync_directory, unwritable
from babyagi_nb.store.lock import FileLock

__all__ = ["FileDefinitions", "compose"]

_State = tuple[int, int, int, int]
"""Device, inode, size and time of change of the file, as last read."""


class FileDefinitions:
    """:class:`~babyagi_nb.core.ports.Definitions` over ``definitions.ndjson`` of *home*.

    Making one reads the whole log. *kernel* may be a callable where the id can change (fork).
    *timeout* is how many seconds to wait for another writer.
    """

    def __init__(
        self,
        home: Home,
        kernel: KernelId | Callable[[], KernelId],
        *,
        clock: Callable[[], int] | None = None,
        timeout: float = 10.0,
    ) -> None:
        self.catalogue = Catalogue()
        self.findings: list[Finding] = []
        """Damage met in the file, one for each line."""
        self.replaced = 0
        """How often the file was exchanged under this object."""
        self._path = home.definitions
        self._incoming = home.incoming
        self._lock = FileLock(home.definitions_lock)
        self._kernel = kernel if callable(kernel) else lambda: kernel
        self._clock = clock or time.time_ns
        self._timeout = timeout
        self._mutex = threading.RLock()
        self._state: _State | None = None
        self._end = self._keep = self._lines = self._last = 0
        _logs.add(self)
        self.refresh()

    # -- the port --------------------------------------------------------------------------

    def refresh(self) -> set[FunctionName]:
        with self._mutex:
            return self._catch_up()

    def transact(self, decide: Callable[[Catalogue], Decision]) -> Transaction | None:
        with self._mutex, self._lock.hold(timeout=self._timeout):
            if self._incoming.exists():
                raise StoreUnwritable(
                    f"a restore into {str(self._path.parent)!r} was interrupted",
                    fix="restart the kernel, which finishes it",
                )
            self._catch_up()
            decision = decide(self.catalogue)
            transaction = compose(
                decision, self.catalogue, id=self._last + 1, at=self._clock(), kernel=self._kernel()
            )
            if transaction is None:
                return None
            data = encode_transaction(transaction)
            state = self._write(data)
            self.catalogue.apply(transaction)
            self._end = self._keep = self._keep + len(data)
            self._lines += len(transaction.events)
            self._last = transaction.id
            self._state = state
            return transaction

    # -- reading ---------------------------------------------------------------------------

    def _catch_up(self) -> set[FunctionName]:
        try:
            state = _state(os.stat(self._path))
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise StoreDamaged(
                f"cannot read {str(self._path)!r}: {error.strerror}", fix="allow reading it"
            ) from error
        known = self._state
        if state == known:
            return set()
        if known is not None and self._is_another(known, state):
            return self._read_anew(state)
        frames = self._read(self._end, self._lines)
        if known is not None and frames.transactions and not self._follows(frames):
            return self._read_anew(state)
        touched = self._take(frames, self.catalogue)
        self._advance(frames, state)
        return touched

    def _is_another(self, known: _State, state: _State) -> bool:
        changed_in_place = state[2] == self._end and known[2] == self._end
        return known[:2] != state[:2] or state[2] < self._end or changed_in_place

    def _follows(self, frames: Frames) -> bool:
        # A writer whose disk failed may have taken back what we had read already.
        return not frames.damage and frames.transactions[0].id == self._last + 1

    def _read_anew(self, state: _State) -> set[FunctionName]:
        touched = set(self.catalogue)
        self._end = self._keep = self._lines = self._last = 0
        self.findings.clear()
        fresh = Catalogue()
        frames = self._read(0, 0)
        touched |= self._take(frames, fresh)
        self.catalogue.become(fresh)
        self._advance(frames, state)
        self.replaced += 1
        return touched

    def _read(self, offset: int, lines: int) -> Frames:
        with open(self._path, "rb", buffering=0) as file:
            file.seek(offset)
            data = file.read()
        with _without_collector():
            return read_frames(data, lines=lines)

    def _take(self, frames: Frames, catalogue: Catalogue) -> set[FunctionName]:
        touched: set[FunctionName] = set()
        for line, what in frames.damage.items():
            self._find(f"line {line} of {str(self._path)!r} cannot be used: {what}")
        applied = catalogue.history[-1].id if catalogue.history else 0
        with _without_collector():
            for transaction in frames.transactions:
                if transaction.id <= applied:
                    continue  # an interrupt came between applying and remembering how far
                try:
                    touched |= catalogue.apply(transaction)
                except KeyError as error:
                    self._find(
                        f"transaction {transaction.id} in {str(self._path)!r} is about "
                        f"{error}, which is not there"
                    )
        return touched

    def _advance(self, frames: Frames, state: _State) -> None:
        self._keep = self._end + frames.keep
        self._end += frames.end
        self._lines = frames.lines
        self._last = max(self._last, frames.last)
        self._state = state

    def _find(self, message: str) -> None:
        finding = Finding(
            level="problem",
            subject="definition log",
            message=message,
            fix="everything else works; register what is missing again, or restore a backup",
        )
        if finding not in self.findings:
            self.findings.append(finding)

    # -- writing ---------------------------------------------------------------------------

    def _write(self, data: bytes) -> _State:
        """Append *data* behind the last whole transaction, durably, or change nothing."""
        if self._state is not None and not self._path.exists():
            raise StoreDamaged(
                f"{str(self._path)!r} was removed while in use",
                fix="put it back, restore a backup, or restart the kernel to begin a new one",
            )
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise unwritable(self._path, error) from error
        try:
            if os.fstat(descriptor).st_size > self._keep:
                os.ftruncate(descriptor, self._keep)
            self._append(descriptor, data)
            return _state(os.fstat(descriptor))
        except OSError as error:
            raise unwritable(self._path, error) from error
        finally:
            os.close(descriptor)

    def _append(self, descriptor: int, data: bytes) -> None:
        done = 0
        try:
            while done < len(data):
                done += os.write(descriptor, data[done:] if done else data)
            _sync(descriptor)
            if not self._keep:
                sync_directory(self._path.parent)
        except BaseException as error:
            # Once all of it is there another kernel may have read it: an interrupt lets it stand.
            if done < len(data) or isinstance(error, OSError):
                os.ftruncate(descriptor, self._keep)
            raise


def compose(
    decision: Decision, catalogue: Catalogue, *, id: int, at: int, kernel: KernelId
) -> Transaction | None:
    """Return the transaction for *decision*, or ``None`` when it holds no events.

    Raises :class:`~babyagi_nb.errors.NotFound` for events about what is not there, because once
    written they could never be applied.
    """
    if not decision.events:
        return None
    _check(decision.events, catalogue)
    return Transaction(
        id=TransactionId(id),
        at=at,
        kernel=kernel,
        summary=decision.summary,
        events=tuple(decision.events),
        undoes=decision.undoes,
    )


def _check(events: Sequence[Event], catalogue: Catalogue) -> None:
    fresh: set[tuple[FunctionName, int]] = set()
    for event in events:
        match event:
            case FunctionRegistered(name=name, number=number):
                fresh.add((name, number))
            case VersionActivated(name=name, number=number):
                if (name, number) not in fresh and number not in catalogue.numbers(name):
                    catalogue.version(name, number)  # raises with the right words
                    raise NotFound(f"no function {name!r} with version {number}")
            case VersionApproved() | VersionDenied() | ApprovalRevoked() if (
                event.name,
                event.number,
            ) not in fresh:
                catalogue.version(event.name, event.number)
            case FunctionRemoved(name=name, previous=previous):
                if (name, previous) not in fresh and not catalogue.numbers(name):
                    raise NotFound(f"no function {name!r}")


def _state(stat: os.stat_result) -> _State:
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns


_sync = getattr(os, "fdatasync", os.fsync)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Thousands of new objects, none of them garbage: looking through them doubles the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_logs: WeakSet[FileDefinitions] = WeakSet()


def _after_fork() -> None:
    for log in list(_logs):
        log._mutex = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
