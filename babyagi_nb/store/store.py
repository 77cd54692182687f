"""A store, put together over a directory or memory.

Its parts are journal, definition log, questions and upkeep, and what models and builds leave.

Opening reads the definition log and nothing else. DuckDB is imported, and the one background thread
started, when something is first written or asked. A store closes itself when the interpreter ends,
and what it could not fold then, the next kernel folds.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from babyagi_nb.core.builds import Builds
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import Transaction
from babyagi_nb.core.ports import (
    Decision,
    Definitions,
    Finding,
    Maintenance,
    Queries,
    Shelf,
    Vectors,
)
from babyagi_nb.errors import BabyAGIError, StoreError
from babyagi_nb.ids import FunctionName, KernelId
from babyagi_nb.store import backup
from babyagi_nb.store.background import Background
from babyagi_nb.store.builds import FileBuilds, MemoryBuilds
from babyagi_nb.store.connection import Connection
from babyagi_nb.store.definitions import FileDefinitions
from babyagi_nb.store.doctor import Doctor
from babyagi_nb.store.exchange import finish_interrupted
from babyagi_nb.store.fold import Folder, Progress
from babyagi_nb.store.home import Home, unwritable
from babyagi_nb.store.index import Index
from babyagi_nb.store.journal import FileJournal
from babyagi_nb.store.journals import FileLines, Lines
from babyagi_nb.store.kernel import new_kernel
from babyagi_nb.store.lock import FileLock, Turnstile
from babyagi_nb.store.memory import MemoryDefinitions, MemoryJournal, MemoryLines
from babyagi_nb.store.mirror import Mirror, restore_from_mirror
from babyagi_nb.store.queries import StoreQueries
from babyagi_nb.store.shelf import FileShelf, MemoryShelf
from babyagi_nb.store.vectors import FileVectors, MemoryVectors

if TYPE_CHECKING:
    from babyagi_nb.store.readonly import Unlogged

__all__ = ["Store", "open_store"]

Redact = Callable[[bytes], bytes]

_TURN = 1.0
"""Seconds of writing the mirror at a time; what a closing store leaves, the next one writes."""


@dataclass(frozen=True, slots=True)
class Store:
    """One open store; each part is a port."""

    journal: FileJournal | MemoryJournal | Unlogged
    definitions: Definitions
    queries: Queries
    maintenance: Maintenance
    builds: Builds
    shelf: Shelf
    vectors: Vectors

    @property
    def kernel(self) -> KernelId:
        """Who we are; another one in a forked child."""
        return self.journal.kernel

    def close(self) -> None:
        """Same as ``maintenance.close()``."""
        self.maintenance.close()


def open_store(
    path: Path | str | None,
    *,
    notify: Callable[[str], None],
    redact: Redact | None = None,
    read_only: bool = False,
) -> Store:
    """Open the store in the directory *path*, made when missing, or one in memory for ``None``.

    *notify* gets one line when something outside any call needs saying. *redact* is applied to
    every journal line. With *read_only* nothing in the directory is changed, runs are not logged,
    and a store of a newer version can be opened too (see :mod:`~babyagi_nb.store.readonly`).

    Raises :class:`~babyagi_nb.errors.StoreTooNew`, :class:`~babyagi_nb.errors.StoreDamaged`,
    :class:`~babyagi_nb.errors.StoreUnwritable`, and with *read_only*
    :class:`~babyagi_nb.errors.NotFound` where there is no store.

    >>> store = open_store(None, notify=print)
    >>> store.queries.sql("SELECT count(*) FROM logs").rows
    ((0,),)
    >>> store.close()
    """
    if read_only and path is not None:
        # Most stores are opened for writing.
        from babyagi_nb.store.readonly import Looker, Unlogged, existing
        from babyagi_nb.store.untouched import ReadBuilds, ReadShelf, ReadVectors

        looker = Looker(existing(path))
        return Store(
            journal=Unlogged(),
            definitions=looker.definitions,
            queries=looker.queries,
            maintenance=looker,
            builds=ReadBuilds(looker.home),
            shelf=ReadShelf(looker.home),
            vectors=ReadVectors(looker.home),
        )
    kernel = new_kernel()
    if path is None:
        memory = MemoryJournal(kernel, redact=redact)
        return _assemble(
            None, memory, MemoryDefinitions(lambda: memory.kernel), MemoryLines(memory), notify
        )
    home = Home(path).create()
    if finish_interrupted(home):
        notify("a restore that was interrupted has been finished")
    journal = FileJournal(home, kernel, on_trouble=notify, redact=redact)
    definitions = FileDefinitions(home, lambda: journal.kernel)
    if not definitions.catalogue.history:
        count = restore_from_mirror(home.mirror, definitions)
        if count:
            notify(f"{count} function versions were taken from the text mirror of the store")
    return _assemble(home, journal, definitions, FileLines(home), notify)


def _assemble(
    home: Home | None,
    journal: FileJournal | MemoryJournal,
    definitions: FileDefinitions | MemoryDefinitions,
    lines: Lines,
    notify: Callable[[str], None],
) -> Store:
    connection = Connection(home, Turnstile(home) if home else None)
    index = Index(connection, notify)
    folder = Folder(index, lines, definitions, home)
    mirror = Mirror(home.mirror, FileLock(home.path / "mirror.lock")) if home else None
    upkeep = Upkeep(home, connection, index, folder, mirror, definitions, journal, lines, notify)
    return Store(
        journal=journal,
        definitions=_Announced(definitions, upkeep.wake),
        queries=StoreQueries(index, lines, folder, home, upkeep.wake),
        maintenance=upkeep,
        builds=FileBuilds(home) if home else MemoryBuilds(),
        shelf=FileShelf(home) if home else MemoryShelf(),
        vectors=FileVectors(home) if home else MemoryVectors(),
    )


class _Announced:
    """A definition log that wakes the fold after each of its own transactions."""

    def __init__(
        self, inner: FileDefinitions | MemoryDefinitions, wake: Callable[[], None]
    ) -> None:
        self.catalogue: Catalogue = inner.catalogue
        self._inner = inner
        self._wake = wake

    @property
    def findings(self) -> list[Finding]:
        return self._inner.findings

    def refresh(self) -> set[FunctionName]:
        return self._inner.refresh()

    def transact(self, decide: Callable[[Catalogue], Decision]) -> Transaction | None:
        transaction = self._inner.transact(decide)
        if transaction is not None:
            self._wake()
        return transaction


class Upkeep:
    """:class:`~babyagi_nb.core.ports.Maintenance` of one store."""

    def __init__(
        self,
        home: Home | None,
        connection: Connection,
        index: Index,
        folder: Folder,
        mirror: Mirror | None,
        definitions: FileDefinitions | MemoryDefinitions,
        journal: FileJournal | MemoryJournal,
        lines: Lines,
        notify: Callable[[str], None],
    ) -> None:
        self.path = home.path if home else None
        self._home = home
        self._connection = connection
        self._folder = folder
        self._mirror = mirror
        self._definitions = definitions
        self._journal = journal
        self._doctor = Doctor(
            home, index, lines, definitions, folder, lambda: list(definitions.findings)
        )
        self._background = Background(self._fold_and_mirror, self._tend, journal, notify)
        self._process = os.getpid()
        self._used = False
        self._closed = False
        self._lock = threading.Lock()
        _open_stores.add(self)

    def wake(self) -> None:
        """Something was written or asked."""
        self._used = True
        self._background.wake()

    def fold(self, *, progress: Progress | None = None) -> int:
        """Bring everything into index and mirror now; return the journal lines taken in."""
        self._used = True
        taken = self._folder.fold(progress=progress)
        self._write_mirror()
        return taken

    def backup(self, target: Path) -> Path:
        """Write a verified copy to *target* (a ``.zip``, or a directory for one)."""
        return backup.back_up(self._on_disk("backed up"), self._connection, Path(target))

    def restore(self, source: Path) -> None:
        """Put the backup *source* in place; what was there is kept in ``aside-<n>``."""
        home = self._on_disk("restored")
        backup.restore(home, self._connection, Path(source))
        self._definitions.refresh()
        self.fold()

    def doctor(self, *, repair: bool = False) -> list[Finding]:
        self._used = True
        return self._doctor.examine(repair=repair)

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        _open_stores.discard(self)
        if self._process != os.getpid():
            # A forked child closes what it wrote; the rest is its parent's.
            self._journal.close()
            return
        self._background.close()
        self._journal.close()
        # What is in memory is gone now, and its index need not be made first.
        if self._home is not None and (self._used or self._journal.written):
            # What cannot be folded now, the next kernel folds.
            with contextlib.suppress(BabyAGIError, OSError):
                self._folder.fold(timeout=5.0)
                self._write_mirror(seconds=_TURN)
        self._connection.close()

    # -- in the background -----------------------------------------------------------------

    def _fold_and_mirror(self) -> None:
        self._journal.rotate_if_large()
        self._folder.fold()
        # In turns, so that a closing store does not wait for thousands of files.
        self._write_mirror(seconds=_TURN)
        if self._mirror is not None and self._mirror.behind:
            self._background.wake()

    def _tend(self) -> None:
        self._folder.tend()

    def _write_mirror(self, seconds: float | None = None) -> None:
        if self._mirror is not None:
            log = self._definitions
            try:
                self._mirror.write(log.catalogue, replaced=log.replaced, seconds=seconds)
            except OSError as error:
                raise unwritable(self._mirror.directory, error) from error

    def _on_disk(self, done: str) -> Home:
        if self._home is None:
            raise StoreError(
                f"a store in memory cannot be {done}", fix="open one with a path: BabyAGI(path)"
            )
        return self._home


_open_stores: weakref.WeakSet[Upkeep] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for each in list(_open_stores):
        with contextlib.suppress(Exception):
            each.close()
