"""Journal and definition log in memory: for ``:memory:`` stores and for tests.

They behave like the ones over files, contract suite included, but for what only files can do:
nothing outlives the process and no other process sees it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from weakref import WeakSet

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import Transaction
from babyagi_nb.core.ports import Decision, Finding
from babyagi_nb.ids import FunctionName, KernelId, RunId
from babyagi_nb.store.definitions import compose
from babyagi_nb.store.journals import Tail
from babyagi_nb.store.kernel import new_kernel

__all__ = ["MemoryDefinitions", "MemoryJournal", "MemoryLines"]

_CHUNK = 1 << 20


class MemoryJournal:
    """:class:`~babyagi_nb.core.ports.Journal` that keeps its lines until they are archived."""

    def __init__(self, kernel: KernelId, *, redact: Callable[[bytes], bytes] | None = None) -> None:
        self.kernel = kernel
        self.redact = redact
        self.on_write: Callable[[], None] | None = None
        self.dropped = 0
        self.written = 0
        self.number = 1
        """Which source is being written; the earlier ones are finished."""
        self.sources: dict[int, bytearray] = {1: bytearray()}
        self._lock = threading.RLock()
        self._ticket = 0
        self._board: dict[int, bytes] = {}
        _journals.add(self)

    def begin(self, line: bytes) -> int:
        if not (line := self._redacted(line)):
            return -1
        with self._lock:
            self._ticket += 1
            self._board[self._ticket] = line
            return self._ticket

    def end(self, slot: int, line: bytes) -> None:
        line = self._redacted(line)
        with self._lock:
            self.dropped += not line
            self.sources[self.number] += line
            self.written += len(line)
            self.rotate_if_large()
        self._board.pop(slot, None)
        wake = self.on_write
        if wake is not None:
            wake()

    def append(self, line: bytes) -> None:
        self.end(-1, line)

    def release(self, slot: int) -> None:
        self._board.pop(slot, None)

    def abandon(self, run: RunId) -> None:
        start = b'{"id":"%s"' % run.encode()
        for slot in [slot for slot, line in self._board.items() if line.startswith(start)]:
            self.release(slot)

    def wrote(self, run: RunId) -> bool:
        start = b'{"id":"%s"' % run.encode()
        with self._lock:
            return any(
                data.startswith(start) or b"\n" + start in data for data in self.sources.values()
            )

    def open_lines(self) -> list[bytes]:
        return list(self._board.values())

    def rotate_if_large(self) -> bool:
        """Begin a new source, so that what was folded can be forgotten."""
        with self._lock:
            if len(self.sources[self.number]) < _CHUNK:
                return False
            self.number += 1
            self.sources[self.number] = bytearray()
            return True

    def close(self) -> None:
        """Nothing to let go of."""

    def _redacted(self, line: bytes) -> bytes:
        try:
            return self.redact(line) if self.redact is not None else line
        except Exception:
            return b""

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        self.kernel = new_kernel()
        self._board.clear()


class MemoryLines:
    """:class:`~babyagi_nb.store.journals.Lines` over one :class:`MemoryJournal`."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal

    def tails(self, watermarks: Mapping[str, int], *, limit: int) -> Iterator[Tail]:
        left = limit
        for number in sorted(self._journal.sources):
            source = self._name(number)
            offset = watermarks.get(source, 0)
            with self._journal._lock:
                written = self._journal.sources.get(number, bytearray())
                data = _whole_lines(written, offset, left, longer=left == limit)
            if data:
                yield Tail(source, offset, data)
                left -= len(data)
            if left <= 0:
                return

    def open_runs(self) -> list[bytes]:
        return self._journal.open_lines()

    def settle_dead(self) -> list[KernelId]:
        return []

    def finished(self) -> list[str]:
        return [self._name(each) for each in self._journal.sources if each < self._journal.number]

    def archive(self, source: str) -> None:
        for number in list(self._journal.sources):
            if self._name(number) == source and number < self._journal.number:
                del self._journal.sources[number]

    def _name(self, number: int) -> str:
        return f"memory.{number}.ndjson"


class MemoryDefinitions:
    """:class:`~babyagi_nb.core.ports.Definitions` without a file."""

    def __init__(
        self,
        kernel: KernelId | Callable[[], KernelId],
        *,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.catalogue = Catalogue()
        self.findings: list[Finding] = []
        self.replaced = 0
        self._kernel = kernel if callable(kernel) else lambda: kernel
        self._clock = clock or time.time_ns
        self._mutex = threading.RLock()

    def refresh(self) -> set[FunctionName]:
        return set()

    def transact(self, decide: Callable[[Catalogue], Decision]) -> Transaction | None:
        with self._mutex:
            history = self.catalogue.history
            transaction = compose(
                decide(self.catalogue),
                self.catalogue,
                id=history[-1].id + 1 if history else 1,
                at=self._clock(),
                kernel=self._kernel(),
            )
            if transaction is not None:
                self.catalogue.apply(transaction)
            return transaction


def _whole_lines(data: bytearray, offset: int, limit: int, *, longer: bool) -> bytes:
    cut = data.rfind(b"\n", offset, offset + limit) + 1
    if not cut and longer:
        cut = data.find(b"\n", offset) + 1
    return bytes(data[offset:cut]) if cut else b""


_journals: WeakSet[MemoryJournal] = WeakSet()


def _after_fork() -> None:
    for journal in list(_journals):
        journal._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
