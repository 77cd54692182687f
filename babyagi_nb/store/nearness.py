"""Unit vectors in a table of DuckDB, searched for the ones nearest to another.

The table is in memory, in an instance of its own that can reach no file. It only grows: what was
replaced or forgotten stays in it, and whoever asks says which rows count.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

import duckdb

from babyagi_nb.errors import StoreError

__all__ = ["Table"]

_BATCH = 500
"""Rows taken in at a time; some ten megabytes of text."""


class Table:
    """Vectors of one *length*, each with a number."""

    def __init__(self, length: int) -> None:
        self.process = os.getpid()
        """Threads of DuckDB do not live in a forked child; it needs another table."""
        self.end = 0
        """Where in its file the caller goes on reading."""
        self._length = length
        self._instance = duckdb.connect(
            ":memory:",
            config={
                "python_enable_replacements": False,
                "memory_limit": "2GB",
                "threads": 2,
            },
        )
        for statement in (
            "SET enable_progress_bar = false",
            "SET temp_directory = ''",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
            f"CREATE TABLE vectors (number BIGINT, vector FLOAT[{length}])",
        ):
            self._instance.execute(statement)

    def take(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Add vectors: a number, and a JSON object with the member ``vector``.

        One that cannot be read is left out.
        """
        waiting = iter(rows)
        while batch := list(islice(waiting, _BATCH)):
            try:
                self._insert(batch)
            except (duckdb.Error, UnicodeError):
                for each in batch:
                    self._insert_readable(each)

    def nearest(
        self, wanted: Sequence[float], numbers: Collection[int], k: int
    ) -> list[tuple[int, float]]:
        """The *k* of *numbers* with the greatest cosine to the unit vector *wanted*, best first."""
        try:
            rows = self._instance.execute(
                f"SELECT number, array_inner_product(vector, ?::FLOAT[{self._length}]) AS cosine "
                "FROM vectors WHERE number IN (SELECT unnest(?::BIGINT[])) "
                "ORDER BY cosine DESC, number LIMIT ?",
                [list(wanted), list(numbers), k],
            ).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"vectors cannot be searched: {error}") from error
        return [(int(number), min(1.0, max(-1.0, float(cosine)))) for number, cosine in rows]

    def _insert(self, batch: Sequence[tuple[int, bytes]]) -> None:
        numbers = [number for number, _ in batch]
        lines = [line.decode("utf-8") for _, line in batch]
        self._instance.execute(
            "INSERT INTO vectors SELECT number, vector FROM ("
            'SELECT number, json_transform(line, \'{"vector":["FLOAT"]}\').vector'
            f"::FLOAT[{self._length}] AS vector FROM "
            "(SELECT unnest(?::BIGINT[]) AS number, unnest(?::VARCHAR[]) AS line)) "
            "WHERE vector IS NOT NULL",
            [numbers, lines],
        )

    def _insert_readable(self, row: tuple[int, bytes]) -> None:
        try:
            self._insert([row])
        except (duckdb.Error, UnicodeError):
            return
