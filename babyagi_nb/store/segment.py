"""One journal file that belongs to this process: whole lines, each put there by a single write.

The file is opened for appending, so the system puts every write at the end, also when several
threads write at once, and what a write returned from is in the page cache: it survives the death of
the process. There is no buffer and no lock on the way.

A full disk can cut a write short. The cut piece stays in the file, and when another thread's line
came right behind it, the two form one broken line. :meth:`Segment.mend` first ends the broken line,
so that nothing else can stick to it, then says which lines have to be written once more. Readers
skip empty and broken lines.
"""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from babyagi_nb.store.lock import claim

__all__ = ["LARGE", "Segment", "ShortWrite"]

LARGE = 16 << 20
"""Bytes after which a segment asks to be followed by a new one."""

_RECENT = 4 << 20
"""How far back broken lines are looked for."""

_START = b'{"id":"'

_write = os.write


class ShortWrite(OSError):
    """The disk took only a part of ``line``."""

    def __init__(self, line: bytes) -> None:
        super().__init__("the disk took only a part of a record")
        self.line = line


class Segment:
    """A new journal file at *path*, locked by this process until it is closed.

    *on_large* is called after a write once the file has grown beyond :data:`LARGE`.
    """

    __slots__ = ("_claim", "_descriptor", "_on_large", "limit", "path", "size")

    def __init__(self, path: Path, *, on_large: Callable[[], object]) -> None:
        self.path = path
        self.size = 0
        """Bytes appended; exact with one thread, about right with several."""
        self.limit = LARGE
        self._on_large = on_large
        self._descriptor, self._claim = _make(path)

    def append(self, line: bytes) -> None:
        """Put *line*, which ends in a newline, where a SIGKILL cannot reach it.

        Raises ``OSError`` when nothing of it was written, :class:`ShortWrite` when a part was.
        """
        taken = _write(self._descriptor, line)
        if taken != len(line):
            raise ShortWrite(line)
        self.size = size = self.size + taken
        if size > self.limit:
            self._on_large()

    def vanished(self) -> bool:
        """Whether the file was taken out of its directory, so that nobody will ever read it."""
        return not os.fstat(self._descriptor).st_nlink

    def holds(self, start: bytes) -> bool:
        """Whether a line of the file begins with *start*; reads the whole file."""
        data = self._data()
        return data.startswith(start) or b"\n" + start in data

    def mend(self, cut: Iterable[bytes]) -> list[bytes]:
        """Return the lines to write again after the lines in *cut* were written in part.

        Raises ``OSError`` while the disk still takes nothing.
        """
        _write(self._descriptor, b"\n")
        data = self._data()
        # A line that lacked only its newline is whole now.
        again = [line for line in cut if b"\n" + line not in data and not data.startswith(line)]
        for broken in data[-_RECENT:].split(b"\n"):
            at = broken.rfind(_START)
            if at > 0 and not _is_record(broken) and _is_record(broken[at:]):
                stuck = broken[at:] + b"\n"
                if b"\n" + stuck not in data:
                    again.append(stuck)
        return again

    def close(self) -> None:
        """Close the file and give up its lock; what was appended stays. Idempotent."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        if self._claim is not None:
            self._claim.close()

    def _data(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError:
            return b""


def _make(path: Path) -> tuple[int, io.FileIO | None]:
    """Create the file under another name and lock it first: nobody may find it unowned."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    if os.name == "nt":  # which cannot rename an open file
        return os.open(path, flags, 0o600), claim(path)
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    draft = path.with_name(f".{path.name}")
    descriptor = os.open(draft, flags, 0o600)
    owned = claim(draft)
    try:
        os.replace(draft, path)
    except BaseException:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
        raise
    return descriptor, owned


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and "function" in record and "started" in record
