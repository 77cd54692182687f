"""Reading the journals of all kernels: what is new, what is open, what the dead left behind.

A *source* is one file in ``journal/``. Its name begins with the kernel that wrote it; its bytes
never change once written, so "folded up to byte n" says exactly which lines were taken in. Only
complete lines are handed out. Empty lines, and lines that are no JSON object, are traces of a
write that the disk cut short: their records follow again, whole.

Whether a writer lives is asked of the system, not of the file: every living kernel holds a lock on
its board and on its open segments. What can be locked has no owner any more. A dead kernel's board
names the runs that died with it; settling turns them into ordinary lines, with the status ``lost``,
of one more source ``<kernel>.lost.ndjson``, after which the board is removed.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from babyagi_nb.ids import KernelId
from babyagi_nb.store.board import read_board
from babyagi_nb.store.home import Home, sync_directory
from babyagi_nb.store.lock import claim, is_claimed

__all__ = [
    "FileLines",
    "Lines",
    "Tail",
    "archive",
    "archived",
    "dead_kernels",
    "finished",
    "has_orphans",
    "lost_lines",
    "open_runs",
    "read_archived",
    "settle_dead",
    "tails",
]

_SUFFIX = ".ndjson"
_BOARD = ".board"
_LOST = "lost"


@dataclass(frozen=True, slots=True)
class Tail:
    """Complete lines of one source from ``offset`` on; the next watermark is ``end``."""

    source: str
    """The file's name inside ``journal/``, for example ``01J…XYZ.1.ndjson``."""
    offset: int
    data: bytes
    """Whole lines, each ending in a newline."""

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


class Lines(Protocol):
    """The journals of one store as the fold and the queries see them (files or memory)."""

    def tails(self, watermarks: Mapping[str, int], *, limit: int) -> Iterator[Tail]:
        """Lines beyond *watermarks* (source -> bytes folded), about *limit* bytes altogether.

        A first line longer than *limit* is still delivered, alone. Whoever gets nothing has
        everything.
        """
        ...

    def open_runs(self) -> list[bytes]:
        """Starts of the runs that are open now in living kernels (no newline)."""
        ...

    def settle_dead(self) -> list[KernelId]:
        """Write ``lost`` records for what dead kernels left open; return those kernels.

        Afterwards :meth:`tails` delivers the records once, like any others. Idempotent.
        """
        ...

    def finished(self) -> list[str]:
        """Sources nobody will append to any more: to be archived once folded to their end."""
        ...

    def archive(self, source: str) -> None:
        """Take a finished, wholly folded source away; :meth:`tails` no longer knows it."""
        ...


class FileLines:
    """:class:`Lines` over the files of *home*."""

    __slots__ = ("_home",)

    def __init__(self, home: Home) -> None:
        self._home = home

    def tails(self, watermarks: Mapping[str, int], *, limit: int) -> Iterator[Tail]:
        return tails(self._home, watermarks, limit=limit)

    def open_runs(self) -> list[bytes]:
        return open_runs(self._home)

    def settle_dead(self) -> list[KernelId]:
        return settle_dead(self._home)

    def finished(self) -> list[str]:
        return finished(self._home)

    def archive(self, source: str) -> None:
        archive(self._home, source)


# -- what is new -------------------------------------------------------------------------------


def tails(home: Home, watermarks: Mapping[str, int], *, limit: int) -> Iterator[Tail]:
    """See :meth:`Lines.tails`; oldest kernel first."""
    left = limit
    for path in _sources(home):
        offset = watermarks.get(path.name, 0)
        try:
            if path.stat().st_size <= offset:
                continue
            data = _lines_from(path, offset, left, longer=left == limit)
        except FileNotFoundError:  # archived by another kernel meanwhile
            continue
        if data:
            yield Tail(path.name, offset, data)
            left -= len(data)
        if left <= 0:
            return


def _lines_from(path: Path, offset: int, limit: int, *, longer: bool) -> bytes:
    """Return the complete lines in *limit* bytes; with *longer*, at least one if there is one."""
    with open(path, "rb", buffering=0) as file:
        file.seek(offset)
        data = file.read(limit)
        cut = data.rfind(b"\n") + 1
        parts = [data]
        while longer and not cut and len(data) == limit:
            data = file.read(limit)
            parts.append(data)
            end = data.find(b"\n") + 1
            cut = sum(map(len, parts)) - len(data) + end if end else 0
    return b"".join(parts)[:cut]


def _sources(home: Home) -> list[Path]:
    return sorted(home.journal.glob(f"*{_SUFFIX}"), key=_order)


def _order(path: Path) -> tuple[str, int]:
    kernel, _, number = path.name.removesuffix(_SUFFIX).rpartition(".")
    # The lost records were written after all others.
    return kernel, int(number) if number.isdigit() else 1 << 60


def _kernel_of(name: str) -> KernelId:
    return KernelId(name.partition(".")[0])


# -- who lives ---------------------------------------------------------------------------------


def open_runs(home: Home) -> list[bytes]:
    """See :meth:`Lines.open_runs`."""
    boards = sorted(home.journal.glob(f"*{_BOARD}"))
    return [line for board in boards if is_claimed(board) for line in read_board(board)]


def has_orphans(home: Home) -> bool:
    """Whether a dead kernel left a board that nobody has settled yet."""
    return any(not is_claimed(board) for board in home.journal.glob(f"*{_BOARD}"))


def dead_kernels(home: Home) -> list[KernelId]:
    """Kernels that left files in the journal and hold a lock on none of them."""
    alive: dict[KernelId, bool] = {}
    for path in (*_sources(home), *home.journal.glob(f"*{_BOARD}")):
        kernel = _kernel_of(path.name)
        alive[kernel] = alive.get(kernel, False) or is_claimed(path)
    return sorted(kernel for kernel, lives in alive.items() if not lives)


def finished(home: Home) -> list[str]:
    """See :meth:`Lines.finished`: rotated segments of the living, all segments of the dead."""
    return [path.name for path in _sources(home) if path.exists() and not is_claimed(path)]


# -- what the dead left ------------------------------------------------------------------------


def lost_lines(home: Home, kernel: KernelId) -> list[bytes]:
    """Records, with newline, of the runs that were open when *kernel* died."""
    starts = [line for line in read_board(home.journal / f"{kernel}{_BOARD}") if _is_start(line)]
    if starts:
        # A kernel may die between writing a record and taking its run off the board.
        for data in _everything_of(home, kernel):
            starts = [line for line in starts if line[: line.find(b",") + 1] not in data]
    return [line[:-1] + b',"status":"lost"}\n' for line in starts]


def settle_dead(home: Home) -> list[KernelId]:
    """See :meth:`Lines.settle_dead`."""
    settled = []
    for board in sorted(home.journal.glob(f"*{_BOARD}")):
        held = _claim_dead(board)
        if held is None:
            continue
        # The claim is kept to the end: nobody else settles this kernel at the same time.
        with held:
            kernel = _kernel_of(board.name)
            lines = lost_lines(home, kernel)
            if lines:
                _write_whole(home.journal / f"{kernel}.{_LOST}{_SUFFIX}", b"".join(lines))
            board.unlink(missing_ok=True)
        settled.append(kernel)
    return settled


def _claim_dead(board: Path) -> io.FileIO | None:
    """Claim the board of a dead kernel; somebody's mere look at it may be in the way at first."""
    for _ in range(100):
        held = claim(board)
        if held is not None or is_claimed(board):
            return held
    return None


def _is_start(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict) and line.startswith(b'{"id":"')
    except ValueError:
        return False


def _everything_of(home: Home, kernel: KernelId) -> Iterator[bytes]:
    for path in home.journal.glob(f"{kernel}.*{_SUFFIX}"):
        yield path.read_bytes()
    for path in home.archive.glob(f"{kernel}.*{_SUFFIX}.gz"):
        yield gzip.decompress(path.read_bytes())


# -- the archive -------------------------------------------------------------------------------


def archive(home: Home, source: str) -> None:
    """Compress ``journal/<source>`` to ``archive/<source>.gz``, durably, then remove it.

    Doing it again after a crash half-way is safe. A source somebody still owns is left alone.
    """
    path = home.journal / source
    held = claim(path)
    if held is None:
        return
    with held:
        home.archive.mkdir(mode=0o700, exist_ok=True)
        data = gzip.compress(path.read_bytes(), compresslevel=3, mtime=0)
        _write_whole(home.archive / f"{source}.gz", data)
        path.unlink(missing_ok=True)


def archived(home: Home) -> list[str]:
    """Sources in the archive, oldest kernel first."""
    names = (path.name.removesuffix(".gz") for path in home.archive.glob(f"*{_SUFFIX}.gz"))
    return sorted(names, key=lambda name: _order(Path(name)))


def read_archived(home: Home, source: str) -> bytes:
    """All bytes of an archived source; raises ``OSError`` when it is damaged."""
    packed = (home.archive / f"{source}.gz").read_bytes()
    try:
        if not packed:  # which would decompress to nothing
            raise EOFError("it is empty")
        return gzip.decompress(packed)
    except (EOFError, zlib.error) as error:
        raise OSError(f"{source!r} in the archive is damaged: {error}") from error


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file that is either wholly there, also after a power loss, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
