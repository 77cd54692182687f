"""One kernel's journal: its segments, its board, and what happens when the disk says no.

The way of a record is short: ``end`` hands the line to the segment, which makes one system call.
Everything that can go wrong is kept off that way by exchanging the bound method behind ``_append``:
as long as all is well it is the segment's own ``append``; before the first write, and while the
disk refuses, it is ``_append_slowly``, which keeps lines in memory up to a bound and tries again at
most every half second. Nothing is created on disk before the first write.

While all is well and nothing is redacted, ``begin`` and ``end`` themselves are shadowed by shorter
ones (``_shorten``): three method calls less a record are a tenth of what a call costs.

A forked child is another kernel. It gets an id, a segment and a board of its own at its first
write, leaves to its parent what the parent holds in memory, and does not record the end of runs
that were open at the fork: the parent does.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

from babyagi_nb.ids import KernelId, RunId
from babyagi_nb.store.board import Board
from babyagi_nb.store.home import Home, unwritable
from babyagi_nb.store.kernel import new_kernel
from babyagi_nb.store.segment import Segment, ShortWrite

__all__ = ["FileJournal"]

_RETRY = 0.5
"""Seconds between two tries to reach a disk that refused."""

_MEMORY = 32 << 20
"""Bytes of records kept in memory while the disk refuses."""


class FileJournal:
    """:class:`~babyagi_nb.core.ports.Journal` over the files of *home*.

    *on_trouble* gets one line of text when the disk begins to refuse. *redact* is applied to every
    line before it touches the disk. Any thread may call any method; none raises for the disk.
    """

    def __init__(
        self,
        home: Home,
        kernel: KernelId,
        *,
        on_trouble: Callable[[str], None],
        redact: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self.kernel = kernel
        """Another one in a forked child."""
        self._redact = redact
        self.on_write: Callable[[], None] | None = None
        """Called after each record. Set it to ``None`` while awake, and again when going idle."""
        self.dropped = 0
        """Records given up because the disk refused them for too long."""
        self._home = home
        self._on_trouble = on_trouble
        self._lock = threading.RLock()
        self._number = 0
        self._earlier = 0
        self._segment: Segment | None = None
        self._previous: Segment | None = None
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._cut: list[bytes] = []
        self._retry_at = 0.0
        self._troubled = False
        self._first_ticket = 0
        self._board: Board | None = None
        self._elsewhere: set[bytes] = set()
        self._append: Callable[[bytes], None] = self._append_slowly
        self._put: Callable[[bytes], int] = self._put_first
        self._free: Callable[[int], None] = _ignore
        _journals.add(self)

    # -- the port --------------------------------------------------------------------------

    def begin(self, line: bytes) -> int:
        if self.redact is not None:
            line = self._redacted(line)
        return self._put(line) if line else -1

    def end(self, slot: int, line: bytes) -> None:
        if self.redact is not None:
            line = self._redacted(line)
            if not line:
                self.dropped += 1
                return self.release(slot)
        try:
            self._append(line)
        except OSError as error:
            self._meet_trouble(line, error)
        if slot >= 0:
            self._free(slot)
        if self.on_write is not None:
            self._wake()

    def append(self, line: bytes) -> None:
        self.end(-1, line)

    def release(self, slot: int) -> None:
        if slot >= 0:
            self._free(slot)

    def abandon(self, run: RunId) -> None:
        if self._board is not None:
            self._board.free_line(b'{"id":"%s"' % run.encode())

    def wrote(self, run: RunId) -> bool:
        start = b'{"id":"%s"' % run.encode()
        with self._lock:
            waiting = (*self._held, *self._cut)
            segments = (self._segment, self._previous)
        if any(line.startswith(start) for line in waiting):
            return True
        return any(each.holds(start) for each in segments if each is not None)

    @property
    def redact(self) -> Callable[[bytes], bytes] | None:
        """Applied to every line before it touches the disk; ``None`` for none."""
        return self._redact

    @redact.setter
    def redact(self, redact: Callable[[bytes], bytes] | None) -> None:
        self._redact = redact
        if redact is not None and self._board is not None:
            self._board.redact(redact)
        self._shorten()

    # -- the short way ---------------------------------------------------------------------

    def _shorten(self) -> None:
        """Shadow ``begin`` and ``end`` while all is well; called when that may have changed."""
        segment, board = self._segment, self._board
        for name in ("begin", "end"):
            self.__dict__.pop(name, None)
        if segment is None or board is None or self._redact or self._append != segment.append:
            return
        append, free = segment.append, board.free

        def end(slot: int, line: bytes) -> None:
            try:
                append(line)
            except OSError as error:
                self._meet_trouble(line, error)
            free(slot)
            if self.on_write is not None:
                self._wake()

        self.__dict__["begin"] = board.put
        self.__dict__["end"] = end

    # -- upkeep ----------------------------------------------------------------------------

    @property
    def written(self) -> int:
        """Bytes appended since this object was made."""
        return self._earlier + (self._segment.size if self._segment else 0)

    @property
    def held(self) -> int:
        """Records that wait in memory for the disk."""
        return len(self._held) + len(self._cut)

    def open_lines(self) -> list[bytes]:
        """Starts of the runs of this kernel that are open now."""
        return self._board.lines() if self._board else []

    def rotate_if_large(self) -> bool:
        """Begin a new segment when this one is large or was removed; whether one was begun."""
        with self._lock:
            segment = self._segment
            if segment is None or not (segment.size > segment.limit or segment.vanished()):
                return False
            if segment.vanished():
                self._warn(f"{str(segment.path)!r} was removed while in use; a new journal begins")
            try:
                self._begin_segment()
            except OSError:
                # Better a large journal than none: ask again after as much again.
                segment.limit += segment.limit
                return False
            return True

    def close(self) -> None:
        """Write what waits, and let go of every file. Idempotent; a later write opens new ones."""
        with self._lock:
            self._retry_at = 0.0
            if self._held or self._cut:
                self._write_held()
            self._append = self._append_slowly
            self._put, self._free = self._put_first, _ignore
            self._shorten()
            board, self._board = self._board, None
            if board is not None:
                self._first_ticket = board.next_first
                board.close()
            self._earlier = self.written
            for segment in (self._previous, self._segment):
                if segment is not None:
                    segment.close()
            self._previous = self._segment = None

    # -- the slow way ----------------------------------------------------------------------

    def _append_slowly(self, line: bytes) -> None:
        with self._lock:
            if self._elsewhere and self._ends_elsewhere(line):
                return
            # What waits goes first, and makes room in memory for this line if the disk is back.
            if self._held and time.monotonic() >= self._retry_at:
                self._write_held()
            self._hold(line)
            if time.monotonic() >= self._retry_at:
                self._write_held()

    def _write_held(self) -> None:
        """Try to bring everything that waits to the disk, then take the short way again."""
        try:
            if self._segment is None:
                self._begin_segment()
            if self._cut and self._segment is not None:
                again = self._segment.mend(self._cut)
                self._held.extendleft(each for each in reversed(again) if each not in self._held)
                self._cut.clear()
            while self._held:
                self._write_first_held()
        except OSError as error:
            self._retry_at = time.monotonic() + _RETRY
            self._warn(f"{unwritable(self._home.journal, error)}; runs are kept in memory")
            return
        self._held_bytes = 0
        self._retry_at = 0.0
        self._troubled = False
        if self._segment is not None and not self._elsewhere:
            self._append = self._segment.append
        self._shorten()

    def _write_first_held(self) -> None:
        assert self._segment is not None
        line = self._held[0]
        try:
            self._segment.append(line)
        except ShortWrite:
            self._cut.append(self._held.popleft())
            raise
        except KeyboardInterrupt:
            if self._segment.holds(line):
                self._held.popleft()
            raise
        self._held.popleft()

    def _meet_trouble(self, line: bytes, error: OSError) -> None:
        with self._lock:
            self._append = self._append_slowly
            self._shorten()
            if isinstance(error, ShortWrite):
                self._cut.append(line)
            else:
                self._hold(line)
            # At once, because the other kind of trouble is a thread that lost a race with close().
            self._write_held()

    def _hold(self, line: bytes) -> None:
        if self._held and self._held_bytes + len(line) > _MEMORY:
            self.dropped += 1
            return
        self._held.append(line)
        self._held_bytes += len(line)

    def _warn(self, message: str) -> None:
        if self._troubled:
            return
        self._troubled = True
        # Telling the user is no reason to fail the user's call.
        with suppress(Exception):
            self._on_trouble(message)

    def _redacted(self, line: bytes) -> bytes:
        """Return *line* as it may be stored; empty when that cannot be made out."""
        try:
            return self.redact(line) if self.redact is not None else line
        except Exception as error:
            # Storing nothing is the only safe answer: the line may hold a secret.
            self._warn(f"a record could not be redacted and was not stored: {error!r}")
            return b""

    def _wake(self) -> None:
        wake = self.on_write
        if wake is not None:
            wake()

    # -- files -----------------------------------------------------------------------------

    def _begin_segment(self) -> None:
        directory = self._home.journal
        if not directory.is_dir() and self._home.path.is_dir():
            directory.mkdir(mode=0o700)
        self._number += 1
        path = directory / f"{self.kernel}.{self._number}.ndjson"
        segment = Segment(path, on_large=self.rotate_if_large)
        self._earlier = self.written
        # A thread may still be on its way into the old segment, so that one stays open, and
        # locked, until the next change.
        if self._previous is not None:
            self._previous.close()
        self._previous, self._segment = self._segment, segment
        if self._append != self._append_slowly:
            self._append = segment.append
        self._shorten()

    def _put_first(self, line: bytes) -> int:
        with self._lock:
            if self._board is None:
                try:
                    self._board = self._make_board()
                except (OSError, ValueError):
                    # Without a board, runs that a kill interrupts leave no trace; all else works.
                    self._put = _no_slot
                    return -1
            self._put, self._free = self._board.put, self._board.free
            self._shorten()
        return self._put(line)

    def _make_board(self) -> Board:
        directory = self._home.journal
        if not directory.is_dir() and self._home.path.is_dir():
            directory.mkdir(mode=0o700)
        return Board(directory / f"{self.kernel}.board", first=self._first_ticket)

    # -- fork ------------------------------------------------------------------------------

    def _ends_elsewhere(self, line: bytes) -> bool:
        """Whether *line* ends a run that was open at the fork, which its parent records."""
        run = _run_of(line)
        if run not in self._elsewhere:
            return False
        self._elsewhere.discard(run)
        return True

    def _before_fork(self) -> None:
        self._at_fork = self.open_lines()

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        self.kernel = new_kernel()
        self._elsewhere = {_run_of(line) for line in self._at_fork}
        for segment in (self._segment, self._previous):
            if segment is not None:
                segment.close()
        self._segment = self._previous = None
        self._number = self._earlier = self._held_bytes = 0
        self._held.clear()
        self._cut.clear()
        self._retry_at = 0.0
        self._troubled = False
        if self._board is not None:
            self._first_ticket = self._board.next_first
            self._board.abandon()
            self._board = None
        self._append = self._append_slowly
        self._put, self._free = self._put_first, _ignore
        self._shorten()


def _run_of(line: bytes) -> bytes:
    return line[7 : line.find(b'"', 7)]


def _ignore(ticket: int) -> None:
    """Stand in for a board that is not there."""


def _no_slot(line: bytes) -> int:
    return -1


_journals: WeakSet[FileJournal] = WeakSet()


def _before_fork() -> None:
    for journal in list(_journals):
        journal._before_fork()


def _after_fork() -> None:
    for journal in list(_journals):
        journal._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
