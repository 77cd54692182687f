"""Questions to a large store, and how fast journals become rows.

The store of a million runs is filled by one SQL statement; the questions then go through the same
port as everybody's, so each figure holds the locks, ATTACH, the query, what is unfolded, and
DETACH.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, time_ns

import orjson

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.store.connection import Connection, Hold
from babyagi_nb.store.home import Home
from babyagi_nb.store.index import Index
from babyagi_nb.store.lock import Turnstile
from babyagi_nb.store.store import Store, open_store
from benchmarks.row import Row, Size

__all__ = ["fill", "measure"]

_TREE = 10
"""Runs in one call tree."""

_FILL = """
INSERT INTO store.data.runs
SELECT
    kernel || '.' || printf('%08d', i),
    kernel || '.' || printf('%08d', i - i % {tree}),
    CASE WHEN i % {tree} > 0 THEN kernel || '.' || printf('%08d', i - i % {tree}) END,
    NULL,
    'function_' || (hash(i) % 200),
    1 + (hash(i) % 3)::INTEGER,
    kernel,
    'In[' || (i // 1000) || ']',
    1700000000000000000 + i * 1000000,
    (500 + hash(i * 7) % 100000)::BIGINT,
    CASE WHEN hash(i) % 50 = 0 THEN 'error' ELSE 'success' END,
    '{{"x":' || i || ',"name":"hello ' || hash(i) || '"}}',
    (i * 2)::VARCHAR,
    NULL,
    CASE WHEN hash(i) % 50 = 0 THEN 'ValueError' END,
    CASE WHEN hash(i) % 50 = 0 THEN 'bad value ' || i END,
    CASE WHEN hash(i) % 50 = 0 THEN 'Traceback (most recent call last): ' || i END
FROM (SELECT i, '01K0000000' || printf('%04d', i // 100000) AS kernel FROM range({rows}) t(i))
ORDER BY i
"""


def measure(size: Size) -> list[Row]:
    """Fill a store with ``size.rows`` runs and ask; then fold ``size.lines`` journal lines."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "queried" / ".babyagi"
        fill(path, size.rows)
        rows = _ask(path, size)
        rows.append(_backup(path, Path(directory) / "copy.zip"))
        # The fastest of several: a rate is that of the machine when nobody else keeps it busy.
        turns: list[list[Row]] = [
            _fold(Path(directory) / f"folded-{turn}" / ".babyagi", size)
            for turn in range(min(size.starts, 3))
        ]
        rates = [found[0].value or 0.0 for found in turns]
        rows += turns[rates.index(max(rates))]
    return rows


def fill(path: Path, rows: int) -> None:
    """Make a store at *path* whose index has *rows* runs."""
    home = Home(path).create()
    connection = Connection(home, Turnstile(home))
    index = Index(connection, print)

    def insert(hold: Hold) -> None:
        hold.execute(_FILL.format(rows=rows, tree=_TREE))
        index.checkpoint(hold, at=1)

    index.write(insert)
    connection.close()


def _ask(path: Path, size: Size) -> list[Row]:
    store = open_store(path, notify=print)
    queries = store.queries
    middle = size.rows // 2 // _TREE * _TREE
    root = f"01K0000000{middle // 100_000:04d}.{middle:08d}"
    questions: list[tuple[str, Callable[[], object], float | None]] = [
        ("newest 100", lambda: queries.runs(RunFilter()), 15),
        ("newest 100 of one function", lambda: queries.runs(RunFilter(function="function_7")), 10),
        ("newest 100 errors", lambda: queries.runs(RunFilter(status=("error",))), None),
        ("one run by id", lambda: queries.run(root), None),
        ("one call tree", lambda: queries.tree(root), 20),
        ("p95 per function, all time", lambda: queries.statistics(), 250),
        ("text search without a hit", lambda: queries.runs(RunFilter(text="zzz")), None),
        ("SQL: count by status", lambda: queries.sql(_BY_STATUS), None),
    ]
    try:
        assert len(queries.tree(root)) == _TREE
        return [
            Row(name=f"{name}, {size.rows:,} runs", value=_median(ask), unit="ms", goal=goal)
            for name, ask, goal in questions
        ]
    finally:
        store.close()


_BY_STATUS = "SELECT log_type, count(*) FROM logs GROUP BY ALL"


def _median(ask: Callable[[], object], times: int = 15) -> float:
    taken = []
    for _ in range(times):
        start = perf_counter()
        ask()
        taken.append((perf_counter() - start) * 1e3)
    return statistics.median(taken)


def _backup(path: Path, target: Path) -> Row:
    store = open_store(path, notify=print)
    try:
        start = perf_counter()
        store.maintenance.backup(target)
        return Row(name="backup, verified, no journals", value=perf_counter() - start, unit="s")
    finally:
        store.close()


def _fold(path: Path, size: Size) -> list[Row]:
    store = open_store(path, notify=print)
    try:
        # The waker would fold while we write; only the fold itself is measured here.
        store.journal.on_write = None
        # Importing DuckDB and making the index is not folding.
        store.maintenance.fold()
        for line in _lines(store, size.lines):
            store.journal.append(line)
        start = perf_counter()
        taken = store.maintenance.fold()
        folded = taken / (perf_counter() - start)
        target = path.parent / "copy.zip"
        start = perf_counter()
        store.maintenance.backup(target)
        backup = perf_counter() - start
    finally:
        store.close()
    return [
        Row(name="fold", value=folded, unit="records/s", goal=150_000, at_least=True),
        Row(name=f"backup of {size.lines:,} journal lines", value=backup, unit="s"),
        Row(name=f"rebuild from {size.lines:,} lines", value=_rebuild(path), unit="s"),
    ]


def _lines(store: Store, count: int) -> list[bytes]:
    kernel, now = store.journal.kernel, time_ns()
    lines = []
    for number in range(count):
        run = f"{kernel}.{number:08d}"
        root = f"{kernel}.{number - number % _TREE:08d}"
        record = {
            "id": run, "root": root, "parent": None if root == run else root,
            "function": f"function_{number % 200}", "version": 1, "cell": "In[3]",
            "started": now + number * 1000, "params": {"x": number, "name": "hello"},
            "duration": 1000 + number % 977, "status": "success", "output": number * 2,
        }  # fmt: skip
        kept = {name: value for name, value in record.items() if value is not None}
        lines.append(orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE))
    return lines


def _rebuild(path: Path) -> float:
    """Seconds to make a lost index again."""
    for file in path.glob("store.duckdb*"):
        file.unlink() if file.is_file() else shutil.rmtree(file)
    store = open_store(path, notify=print)
    try:
        start = perf_counter()
        store.maintenance.fold()
        return perf_counter() - start
    finally:
        store.close()
