"""A store that is only looked at: nothing in its directory is changed, not even a lock file.

For stores of a newer version of this package, for disks that may not be written, and for looking at
somebody else's store. The truths alone are read, because they are lines of JSON that any version
understands in part: definitions from their log; runs from journals, archive and boards, which are
folded into an index in memory at the first question. The index file and its schema do not matter.

Functions can be listed, compared, called and exported. Their runs are not logged: :class:`Unlogged`
counts them and forgets them. Every attempt to change the store is refused with the mend.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import Transaction
from babyagi_nb.core.ports import Decision, Finding
from babyagi_nb.errors import BabyAGIError, NotFound, StoreError, StoreTooNew, StoreUnwritable
from babyagi_nb.ids import FunctionName, KernelId, RunId
from babyagi_nb.store import backup, belongings
from babyagi_nb.store.connection import Connection
from babyagi_nb.store.definitions import FileDefinitions
from babyagi_nb.store.fold import Folder
from babyagi_nb.store.home import FORMAT, Home
from babyagi_nb.store.index import Index
from babyagi_nb.store.journals import (
    Tail,
    archived,
    dead_kernels,
    lost_lines,
    open_runs,
    read_archived,
    tails,
)
from babyagi_nb.store.kernel import new_kernel
from babyagi_nb.store.lock import FileLock
from babyagi_nb.store.mirror import Mirror
from babyagi_nb.store.queries import StoreQueries

__all__ = ["Looker", "ReadDefinitions", "ReadLines", "Unlogged", "existing", "refusal"]


def existing(path: Path | str) -> Home:
    """The home of a store that is there, of whatever format; raises ``NotFound`` where none is."""
    home = Home(path)
    if not home.exists():
        raise NotFound(
            f"no store at {str(home.path)!r}", fix="name one that is there, or leave out read_only"
        )
    home.check(newest=None)
    if home.incoming.exists():
        raise StoreUnwritable(
            f"a restore into {str(home.path)!r} was interrupted, or is under way",
            fix="open it without read_only, which finishes it",
        )
    return home


def refusal(home: Home) -> StoreError:
    """What is said to whoever wants to change the store at *home*."""
    number = home.check(newest=None)
    where = f"the store at {str(home.path)!r}"
    if number > FORMAT:
        return StoreTooNew(
            f"{where} has format {number} and is only read", fix="upgrade babyagi_nb to change it"
        )
    return StoreUnwritable(f"{where} is open for reading only", fix="open it without read_only")


class Unlogged:
    """:class:`~babyagi_nb.core.ports.Journal` that keeps nothing."""

    def __init__(self) -> None:
        self.kernel = new_kernel()
        self.on_write: Callable[[], None] | None = None
        self.redact: Callable[[bytes], bytes] | None = None
        self.dropped = 0
        """Runs that ended and were not logged."""
        self.written = 0

    def begin(self, line: bytes) -> int:
        return -1

    def end(self, slot: int, line: bytes) -> None:
        self.dropped += 1

    def append(self, line: bytes) -> None:
        self.end(-1, line)

    def release(self, slot: int) -> None:
        """There are no slots."""

    def abandon(self, run: RunId) -> None:
        """There are no slots."""

    def wrote(self, run: RunId) -> bool:
        # Nobody needs to write it again.
        return True

    def close(self) -> None:
        """Nothing to let go of."""


class ReadDefinitions:
    """:class:`~babyagi_nb.core.ports.Definitions` that refuse every change."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._log = FileDefinitions(home, KernelId(""))
        self.catalogue: Catalogue = self._log.catalogue

    @property
    def findings(self) -> list[Finding]:
        return self._log.findings

    def refresh(self) -> set[FunctionName]:
        return self._log.refresh()

    def transact(self, decide: Callable[[Catalogue], Decision]) -> Transaction | None:
        # What is wrong with the wish itself is said first, as by any store.
        if not decide(self.catalogue).events:
            return None
        raise refusal(self._home)


class ReadLines:
    """:class:`~babyagi_nb.store.journals.Lines` over journals, archive and boards, as they are."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._read: dict[str, int] = {}
        """Bytes of the sources that never grow again and were read: no need to read them twice."""
        self.unreadable: list[str] = []

    def tails(self, watermarks: Mapping[str, int], *, limit: int) -> Iterator[Tail]:
        for source, data in self._settled(watermarks):
            offset = watermarks.get(source, 0)
            whole = data[offset : data.rfind(b"\n") + 1]
            if whole:
                yield Tail(source, offset, whole)
                limit -= len(whole)
            if limit <= 0:
                return
        yield from tails(self._home, watermarks, limit=limit)

    def open_runs(self) -> list[bytes]:
        return open_runs(self._home)

    def settle_dead(self) -> list[KernelId]:
        return []

    def finished(self) -> list[str]:
        return []

    def archive(self, source: str) -> None:
        raise refusal(self._home)

    def _settled(self, watermarks: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """Sources that no journal file has: archived ones, and what the dead left open."""
        for source in archived(self._home):
            if self._wanted(source, watermarks) and not (self._home.journal / source).exists():
                yield source, self._remember(source, self._archived(source))
        for kernel in dead_kernels(self._home):
            source = f"{kernel}.lost.ndjson"
            if self._wanted(source, watermarks) and not (self._home.journal / source).exists():
                yield source, self._remember(source, b"".join(lost_lines(self._home, kernel)))

    def _wanted(self, source: str, watermarks: Mapping[str, int]) -> bool:
        return self._read.get(source, 1 << 62) > watermarks.get(source, 0)

    def _remember(self, source: str, data: bytes) -> bytes:
        self._read[source] = data.rfind(b"\n") + 1
        return data

    def _archived(self, source: str) -> bytes:
        try:
            return read_archived(self._home, source)
        except OSError:
            self.unreadable.append(source)
            return b""


class Looker:
    """:class:`~babyagi_nb.core.ports.Maintenance` of a store that is only read."""

    def __init__(self, home: Home) -> None:
        self.path: Path | None = home.path
        self.home = home
        self._connection = Connection(None, None)
        self.definitions = ReadDefinitions(home)
        self._lines = ReadLines(home)
        index = Index(self._connection, lambda said: None)
        self._folder = Folder(index, self._lines, self.definitions, None)
        self.queries = StoreQueries(index, self._lines, self._folder, None)

    def fold(self) -> int:
        """Bring what is new into the index in memory; return the lines taken in."""
        return self._folder.fold()

    def backup(self, target: Path) -> Path:
        """Write a verified copy of the whole store, which a package that knows it can restore."""
        return backup.back_up(self.home, self._connection, Path(target))

    def export(self, target: Path) -> int:
        """Write every version as text files into the directory *target*; return how many.

        They are what a store keeps in ``functions/``: a store whose ``functions/`` they become and
        that has no definitions yet takes them in.
        """
        target = Path(target)
        target.mkdir(parents=True, exist_ok=True)
        lock = target / ".lock"
        try:
            return Mirror(target, FileLock(lock)).write(self.definitions.catalogue)
        finally:
            lock.unlink(missing_ok=True)

    def restore(self, source: Path) -> None:
        raise refusal(self.home)

    def doctor(self, *, repair: bool = False) -> list[Finding]:
        """Say what can be read; raises like any other change when told to *repair*."""
        if repair:
            raise refusal(self.home)
        number = self.home.check(newest=None)
        found = [_ok("store", f"{self.home.path}, format {number}, open for reading only")]
        if number > FORMAT:
            found.append(
                Finding(
                    level="note",
                    subject="format",
                    message=f"this package knows {FORMAT}; what is new in {number} is not shown",
                    fix="upgrade babyagi_nb",
                )
            )
        if not os.access(self.home.path, os.W_OK):
            found.append(_ok("permissions", "the directory cannot be written"))
        self.definitions.refresh()
        catalogue = self.definitions.catalogue
        found.append(
            _ok("definitions", f"{len(catalogue)} functions, {len(catalogue.history)} transactions")
        )
        found += self.definitions.findings
        return [*found, *self._runs(), *belongings.examine(self.home)]

    def _runs(self) -> list[Finding]:
        try:
            ((count,),) = self.queries.sql("SELECT count(*) FROM logs").rows
        except BabyAGIError as error:
            return [Finding(level="problem", subject="runs", message=error.message, fix=error.fix)]
        return [
            _ok("runs", f"{count} can be read"),
            *(
                Finding(
                    level="problem",
                    subject="archive",
                    message=f"{source!r} in the archive is damaged",
                    fix="restore a backup if its runs matter",
                )
                for source in sorted(set(self._lines.unreadable))
            ),
        ]

    def close(self) -> None:
        self._connection.close()


def _ok(subject: str, message: str) -> Finding:
    return Finding(level="ok", subject=subject, message=message)
