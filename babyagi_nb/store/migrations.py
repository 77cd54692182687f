"""The schema of the index, as a list of steps that are each applied once.

A step is a function that takes a hold; its place in :data:`STEPS` is its number. It runs in one
transaction with the record that says it ran, so a kill in the middle leaves the schema before or
after it. Released steps are never edited; a change is a further step. Everything in the index can
be rebuilt from the journals, so a step may also empty a table and leave it to the next fold.

An index whose newest step is unknown here was written by a later version of this package.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from babyagi_nb.errors import StoreTooNew
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.rows import COLUMNS
from babyagi_nb.store.views import file_views

__all__ = ["STEPS", "applied", "migrate"]

Step = Callable[[Hold], None]


def create_tables(hold: Hold) -> None:
    """Runs, definitions, and how far each journal has been taken in.

    ``runs`` has no primary key: it is appended in time order, and the fold alone sees to it that
    no row comes twice.
    """
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    for statement in (
        f"CREATE TABLE store.data.runs ({columns})",
        "CREATE TABLE store.data.watermarks ("
        "source VARCHAR NOT NULL, folded BIGINT NOT NULL, archived BOOLEAN NOT NULL)",
        'CREATE TABLE store.data.bad_lines (source VARCHAR, line VARCHAR, "at" BIGINT)',
        "CREATE TABLE store.data.versions ("
        'name VARCHAR, number INTEGER, digest VARCHAR, created_at BIGINT, "transaction" BIGINT, '
        "description VARCHAR, tags VARCHAR[], dependencies VARCHAR[], imports JSON, "
        '"keys" VARCHAR[], triggers VARCHAR[], parameters JSON, "returns" VARCHAR, '
        'effects VARCHAR, "log" VARCHAR, origin VARCHAR, cell VARCHAR, notebook VARCHAR, '
        "code VARCHAR, record JSON)",
        "CREATE TABLE store.data.events ("
        '"transaction" BIGINT, position INTEGER, "at" BIGINT, kernel VARCHAR, summary VARCHAR, '
        "undoes BIGINT, event VARCHAR, name VARCHAR, number INTEGER, previous INTEGER, "
        "other VARCHAR)",
        "CREATE TABLE store.data.triggers (triggered VARCHAR, triggering VARCHAR)",
        'CREATE TABLE store.data."keys" (name VARCHAR, source VARCHAR)',
    ):
        hold.execute(statement)


def create_views(hold: Hold) -> None:
    """The public views (see :mod:`~babyagi_nb.store.views`)."""
    for statement in file_views():
        hold.execute(statement)


def create_model_calls(hold: Hold) -> None:
    """The view of questions to models, for an index that has the other views."""
    create_views(hold)


STEPS: tuple[Step, ...] = (create_tables, create_views, create_model_calls)


def applied(hold: Hold) -> int:
    """How many steps the attached index has; 0 for an empty file."""
    found = hold.rows(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'store' "
        "AND schema_name = 'data' AND table_name = 'migrations'"
    )
    if not found[0][0]:
        return 0
    return int(hold.rows("SELECT coalesce(max(number), 0) FROM store.data.migrations")[0][0])


def migrate(hold: Hold, steps: tuple[Step, ...] = STEPS) -> int:
    """Apply what is missing and return how many steps that were.

    Raises :class:`~babyagi_nb.errors.StoreTooNew` for an index from the future.
    """
    done = applied(hold)
    if done > len(steps):
        raise StoreTooNew(
            f"the index has schema {done}, this package knows {len(steps)}",
            fix="upgrade babyagi_nb",
        )
    for number, step in enumerate(steps[done:], done + 1):
        with hold.transaction():
            if number == 1:
                hold.execute("CREATE SCHEMA IF NOT EXISTS store.data")
                hold.execute(
                    'CREATE TABLE store.data.migrations (number INTEGER, name VARCHAR, "at" BIGINT)'
                )
            step(hold)
            hold.execute(
                "INSERT INTO store.data.migrations VALUES (?, ?, ?)",
                (number, step.__name__, time.time_ns()),
            )
    return len(steps) - done
