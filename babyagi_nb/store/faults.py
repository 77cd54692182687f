"""What DuckDB's errors mean for the file they are about.

DuckDB says much of it in words only: a corrupt block arrives as a plain ``duckdb.Error``, a lock
and a full disk as the same ``IOException``. The words are matched here and nowhere else. Errors
about a *statement* (its syntax, its names, its values) are never taken for damage, because a
statement may quote any words it likes.
"""

from __future__ import annotations

import duckdb

from babyagi_nb.errors import StoreDamaged, StoreError, StoreLocked, StoreTooNew, StoreUnwritable

__all__ = [
    "about_the_file",
    "breaks_the_instance",
    "is_foreign_lock",
    "is_of_a_later_format",
    "worded",
]

_DAMAGE = (
    "corrupt",
    "checksum",
    "not a valid duckdb",
    "truncated",
    "could not read",
    "failed to deserialize",
    "serialization error",
    "wal file",
    "replaying",
    "magic bytes",
    "internal error",
    "database has been invalidated",
)
_REFUSING = (
    "no space left",
    "disk full",
    "file too large",
    "could not write",
    "permission denied",
    "read-only file system",
    "cannot open file",
)
_OF_FILES = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.FatalException,
    duckdb.InternalException,
)


def is_foreign_lock(error: Exception) -> bool:
    """Whether another program has the file open."""
    return "could not set lock" in str(error).lower()


def is_of_a_later_format(error: Exception) -> bool:
    """Whether a file was asked to be of an older format than it is."""
    return "storage version of an existing database cannot be lowered" in str(error).lower()


def breaks_the_instance(error: Exception) -> bool:
    """Whether the instance can be used no more after *error*."""
    return isinstance(error, duckdb.FatalException | duckdb.InternalException)


def about_the_file(error: Exception) -> bool:
    """Whether *error* is about the file rather than about the statement."""
    if isinstance(error, duckdb.TransactionException):
        # A log that cannot be written is met by the commit.
        return "failed to commit" in str(error).lower()
    return isinstance(error, _OF_FILES) or type(error) is duckdb.Error


def worded(error: duckdb.Error, where: str) -> StoreError | None:
    """Word an error about the file *where* as ours; ``None`` when it is about the statement."""
    text = str(error).lower()
    first = str(error).partition("\n")[0]
    if is_foreign_lock(error):
        return StoreLocked(
            f"another program has {where} open", fix="close it there (a DuckDB shell, a viewer)"
        )
    if not about_the_file(error):
        return None
    if "storage version" in text or "newer version" in text:
        return StoreTooNew(f"{where} is of a newer DuckDB", fix="pip install -U duckdb")
    if any(each in text for each in _REFUSING):
        return StoreUnwritable(f"cannot write {where}: {first}", fix="free some space")
    if any(each in text for each in _DAMAGE):
        return StoreDamaged(f"cannot read {where}: {first}", fix="%babyagi doctor mends it")
    return None
