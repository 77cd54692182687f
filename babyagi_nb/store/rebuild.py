"""Mending an index that cannot be read. Nothing is ever deleted, and nothing can be lost by it.

The index holds nothing that the definition log, the journals and their archive do not hold. So the
cures go from the gentlest to the surest, and after each one the whole file is read:

1. nothing (another kernel was quicker, or it was a passing fault);
2. what the interrupted checkpoint overwrote is put back (:mod:`~babyagi_nb.store.guard`);
3. DuckDB's own log is set aside: the index is then as of its last checkpoint, and journals
   are archived only after a checkpoint, so the next fold takes in what is missing;
4. the index is set aside as ``store.duckdb.damaged-<n>``; the next fold makes a new one from the
   archive and the journals.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from babyagi_nb.errors import StoreDamaged
from babyagi_nb.store import guard
from babyagi_nb.store.connection import Attach, Connection, Hold
from babyagi_nb.store.home import Home, sync_directory, unwritable

__all__ = ["mend", "read_everything", "set_index_aside"]

_TABLES = (
    "migrations",
    "watermarks",
    "versions",
    "events",
    "triggers",
    "keys",
    "bad_lines",
    "runs",
)


def read_everything(hold: Hold) -> dict[str, int]:
    """Read every stored value, so that every checksum is looked at; return rows by table."""
    counts: dict[str, int] = {}
    present = {
        row[0]
        for row in hold.rows(
            "SELECT table_name FROM duckdb_tables() "
            "WHERE database_name = 'store' AND schema_name = 'data'"
        )
    }
    for table in _TABLES:
        if table in present:
            rows = hold.rows(f'SELECT count(*), bit_xor(hash(t)) FROM store.data."{table}" AS t')
            counts[table] = int(rows[0][0])
    return counts


def mend(connection: Connection) -> str:
    """Make the index readable again and return in plain words what was done, ``""`` for nothing."""
    home = connection.home
    if home is None:
        raise StoreDamaged("the store in memory cannot be read", fix="open a new one")

    def cured(attach: Attach) -> str:
        for cure in (_wait, _put_back, _set_log_aside):
            said = cure(home)
            if said is not None and _reads(attach):
                return said
        return set_index_aside(home)

    return connection.alone(cured)


def _reads(attach: Attach) -> bool:
    import duckdb

    try:
        attach(read_everything)
    except (StoreDamaged, duckdb.Error):
        return False
    return True


def _wait(home: Home) -> str | None:
    return ""


def _put_back(home: Home) -> str | None:
    if guard.restore(home.index):
        return "the index was put back to before an interrupted checkpoint"
    return None


def _set_log_aside(home: Home) -> str | None:
    log = _log_of(home.index)
    if not log.exists():
        return None
    _aside(home, lambda free: os.replace(log, _log_of(free)))
    return "the end of the index was unreadable and is taken in again from the journals"


def set_index_aside(home: Home) -> str:
    """Move the index out of the way under a free name; the caller keeps everybody else out."""

    def move(free: Path) -> None:
        guarded = guard.guard_path(home.index)
        for source, target in (
            (_log_of(home.index), _log_of(free)),
            (guarded, guard.guard_path(free)),
            (home.index, free),
        ):
            if source.exists():
                os.replace(source, target)

    kept = _aside(home, move)
    return f"the index was unreadable; it was kept as {kept.name!r} and is made anew"


def _aside(home: Home, move: Callable[[Path], None]) -> Path:
    number, log = 1, _log_of(home.index)
    while True:
        free = home.index.with_name(f"{home.index.name}.damaged-{number}")
        # A log that was set aside a moment ago belongs to the index that now follows it.
        if not free.exists() and not (log.exists() and _log_of(free).exists()):
            break
        number += 1
    try:
        move(free)
    except OSError as error:
        raise unwritable(home.index, error) from error
    sync_directory(home.path)
    return free


def _log_of(index: Path) -> Path:
    return index.with_name(index.name + ".wal")
