"""The index as the rest of the store sees it: there when needed, migrated, and mended when damaged.

It answers with what was folded. :class:`Index` adds to a bare connection that a missing file is
made, an old schema is brought up to date, and an unreadable file is mended (see
:mod:`~babyagi_nb.store.rebuild`) before the work is tried once more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from babyagi_nb.errors import StoreDamaged
from babyagi_nb.store import guard
from babyagi_nb.store.connection import Connection, Hold, IndexMissing
from babyagi_nb.store.home import sync_directory
from babyagi_nb.store.migrations import STEPS, applied, migrate
from babyagi_nb.store.rebuild import mend, read_everything

__all__ = ["CHECKPOINT_AT", "Index"]

T = TypeVar("T")

CHECKPOINT_AT = 512 * 1024
"""Bytes of DuckDB's log from which on a checkpoint pays: readers replay the log at each attach."""


class Index:
    """Read and write holds over an index that is always usable."""

    def __init__(self, connection: Connection, notify: Callable[[str], None]) -> None:
        self._connection = connection
        self._notify = notify
        self._ready = False

    def read(self, work: Callable[[Hold], T], *, timeout: float | None = 10.0) -> T:
        """Do *work* with the index attached for reading; it is made first where there is none."""

        def attempt() -> T:
            if not self._ready:
                self._make_ready()
            try:
                return self._connection.read(work, timeout=timeout)
            except IndexMissing:
                self._ready = False
                self._make_ready()
                return self._connection.read(work, timeout=timeout)

        return self._mending(attempt)

    def write(self, work: Callable[[Hold], T], *, timeout: float | None = 10.0) -> T:
        """Do *work* with the store to ourselves."""

        def held(hold: Hold) -> T:
            # Every time: another kernel may have moved the file aside since.
            migrate(hold)
            self._ready = True
            return work(hold)

        return self._mending(lambda: self._connection.write(held, timeout=timeout))

    def examine(self) -> dict[str, int]:
        """Read every stored value and mend the index where that fails; return rows by table."""
        return self.read(read_everything, timeout=60.0)

    def checkpoint(self, hold: Hold, *, at: int = CHECKPOINT_AT) -> bool:
        """Bring DuckDB's log into the file when it has *at* bytes or more; whether it did.

        Only inside a write hold and outside a transaction. Without room for the guard there is no
        checkpoint: a longer log is slower to read, and nothing worse.
        """
        home = self._connection.home
        if home is None or self.log_size() < max(at, 1):
            return False
        try:
            guard.save(hold, home.index)
        except OSError:
            return False
        # DuckDB never makes the names of its files durable.
        sync_directory(home.path)
        hold.execute("CHECKPOINT store")
        sync_directory(home.path)
        return True

    def log_size(self) -> int:
        """Bytes in DuckDB's log, 0 when there is none."""
        home = self._connection.home
        if home is None:
            return 0
        with contextlib.suppress(OSError):
            return home.index.with_name(home.index.name + ".wal").stat().st_size
        return 0

    def interrupt(self) -> None:
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()

    def _make_ready(self) -> None:
        def current(hold: Hold) -> bool:
            return applied(hold) == len(STEPS)

        try:
            self._ready = self._connection.read(current)
        except IndexMissing:
            self._ready = False
        if not self._ready:
            self.write(lambda hold: None)

    def _mending(self, attempt: Callable[[], T]) -> T:
        try:
            return attempt()
        except StoreDamaged:
            self._ready = False
            said = mend(self._connection)
        if said:
            self._notify(said)
        return attempt()
