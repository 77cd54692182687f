"""Boards: which runs a kernel has open, kept where even SIGKILL cannot erase them.

A board is a file of 256 slots of 1 KiB, mapped into memory. Putting a run on it is a memory copy
(well under a microsecond), and since the mapping belongs to the file and not to the process, what
was put there is still in the file after the process was killed. The owner locks the board for its
whole life; a board that can be locked by somebody else belongs to a dead kernel.

A slot is one mark byte, a line of JSON, and a newline. The mark is ``1`` while the line stands. It
is set after the line and cleared before anything else happens to the slot, so a reader that finds
the same bytes twice around a set mark has not seen a half-written line.

Tickets, not slot numbers, are handed out: a ticket is never issued twice, so freeing one again, or
freeing in a forked child what the parent put, does nothing.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from collections.abc import Callable
from pathlib import Path

from babyagi_nb.store.lock import claim, is_claimed

__all__ = ["ROOM", "SLOTS", "Board", "is_owned", "read_board"]

SLOTS = 256
_SIZE = 1024
ROOM = _SIZE - 2
"""Longest line, in bytes, that a slot can take."""

_PARAMS = b',"params":'


class Board:
    """The board of this process. Threads may share it.

    ``Board(path)`` creates the file; raises ``OSError`` when the disk refuses. ``first`` is the
    lowest ticket it issues, a multiple of 256.
    """

    __slots__ = ("_claim", "_free", "_map", "_standing", "path")

    def __init__(self, path: Path, *, first: int = 0) -> None:
        self.path = path
        # The lowest slots are used first, so that readers touch few pages.
        self._free = list(range(first + SLOTS - 1, first - 1, -1))
        self._standing: set[int] = set()
        self._claim, self._map = _make(path)

    def put(self, line: bytes) -> int:
        """Stand *line* (a JSON object, no newline) on the board; return its ticket.

        Returns ``-1`` when no slot is free or the line does not fit even without its ``params``.
        """
        if len(line) > ROOM:
            line = _without_params(line)
            if len(line) > ROOM:
                return -1
        text, free = line + b"\n", self._free
        size = len(text)
        # Nothing is called from taking the ticket to writing the line, so no interrupt comes in
        # between: whoever is interrupted later finds the slot by its line.
        try:
            ticket = free[-1]
            del free[-1]
        except IndexError:
            return -1
        start = ((ticket & 255) << 10) + 1
        self._map[start : start + size] = text
        self._standing.add(ticket)
        self._map[start - 1] = 1
        return ticket

    def free(self, ticket: int) -> None:
        """Clear the slot of *ticket*; a ticket that does not stand here is ignored."""
        try:
            self._standing.remove(ticket)
        except KeyError:
            return
        self._map[(ticket & 255) << 10] = 0
        self._free.append(ticket + SLOTS)

    def free_line(self, start: bytes) -> None:
        """Clear the slot whose line begins with *start*, for a caller that never got its ticket."""
        known = {ticket & 255: ticket for ticket in (*self._free, *self._standing)}
        for slot in range(SLOTS):
            at = slot << 10
            if self._map[at + 1 : at + 1 + len(start)] != start:
                continue
            ticket = known.get(slot)
            if ticket is None:
                self._map[at] = 0
                self._free.append(self.next_first + slot)
            else:
                self.free(ticket)

    def redact(self, redact: Callable[[bytes], bytes]) -> None:
        """Put every line through *redact*, and wipe what freed slots still hold of one.

        For the moment in which a secret becomes known: later lines are redacted before they come
        here. Readers are not disturbed; a run that begins in the same instant may be overlooked.
        """
        standing = {(ticket & 255) << 10 for ticket in list(self._standing)}
        for start in range(0, SLOTS * _SIZE, _SIZE):
            line, newline, _ = self._map[start + 1 : start + _SIZE].partition(b"\n")
            if not newline or (clean := redact(line)) == line:
                continue
            if len(clean) > ROOM:
                clean = _without_params(clean)
            kept = clean[:ROOM] + b"\n" if start in standing else b""
            # In one go, and the mark stays as it is: it may be cleared meanwhile.
            self._map[start + 1 : start + _SIZE] = kept.ljust(_SIZE - 1, b"\0")

    def lines(self) -> list[bytes]:
        """What stands on the board now, without newlines."""
        return _standing(lambda start, size: self._map[start : start + size])

    @property
    def next_first(self) -> int:
        """A ``first`` above every ticket issued so far."""
        return (max([*self._free, *self._standing], default=0) // SLOTS + 2) * SLOTS

    def close(self) -> None:
        """Let go of the file; it is removed when nothing stands on it."""
        if not self._standing:
            # On a disk that refuses, an empty board may stay.
            with contextlib.suppress(OSError):
                self.path.unlink()
        self.abandon()

    def abandon(self) -> None:
        """Let go of the file and leave it as it is: what a forked child does."""
        self._claim.close()
        self._map.close()


def read_board(path: Path) -> list[bytes]:
    """Return what stands on a board, from any process; ``[]`` when there is no such file."""
    try:
        with open(path, "rb", buffering=0) as file:

            def read(start: int, size: int) -> bytes:
                file.seek(start)
                return file.read(size)

            return _standing(read)
    except FileNotFoundError:
        return []


def is_owned(path: Path) -> bool:
    """Whether the kernel that made this board lives (it may be this process)."""
    return is_claimed(path)


def _standing(read: Callable[[int, int], bytes]) -> list[bytes]:
    whole = read(0, SLOTS * _SIZE)
    found = []
    for start in range(0, len(whole), _SIZE):
        if not whole[start]:
            continue
        slot = whole[start : start + _SIZE]
        # A slot that changed between two looks was reused meanwhile; its run has ended.
        if read(start, _SIZE) == slot:
            line, newline, _ = slot[1:].partition(b"\n")
            if newline:
                found.append(line)
    return found


def _without_params(line: bytes) -> bytes:
    head, found, _ = line.partition(_PARAMS)
    return head + b"}" if found else line


def _make(path: Path) -> tuple[io.FileIO, mmap.mmap]:
    """Create the file under another name and lock it first: nobody may find it unowned."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Real zeros, not a hole: a mapped page without a disk block could fail when written to.
        with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b") as file:
            file.write(bytes(SLOTS * _SIZE))
            file.flush()
            mapped = mmap.mmap(file.fileno(), SLOTS * _SIZE)
        if os.name == "nt":  # which cannot rename an open file
            os.replace(draft, path)
        owned = claim(path if os.name == "nt" else draft)
        if owned is None:
            raise OSError(f"cannot lock {str(draft)!r}")
        if os.name != "nt":
            os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return owned, mapped
