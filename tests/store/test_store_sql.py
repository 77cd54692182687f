"""SQL from a person: one statement that reads, whatever it is dressed up as."""

from __future__ import annotations

import datetime
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_runs import NOON, Opened, line, registering, write

from babyagi_nb.errors import QueryRefused
from babyagi_nb.store.store import Store

HOSTILE = [
    "",
    "-- nothing",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE store.data.runs",
    "DROP TABLE store.data.runs",
    "DELETE FROM store.data.runs",
    "UPDATE store.data.runs SET status = 'success'",
    "INSERT INTO store.data.runs (id) VALUES ('x')",
    "WITH gone AS (DELETE FROM store.data.runs RETURNING *) SELECT * FROM gone",
    "WITH more AS (INSERT INTO store.data.keys VALUES ('a', 'b') RETURNING *) FROM more",
    "CREATE TABLE mine (a INTEGER)",
    "CREATE OR REPLACE VIEW logs AS SELECT 1",
    "CREATE TEMP MACRO f() AS 1",
    "COPY (FROM logs) TO 'out.csv'",
    "COPY logs FROM 'in.csv'",
    "EXPORT DATABASE 'out'",
    "IMPORT DATABASE 'in'",
    "ATTACH 'other.duckdb'",
    "DETACH store",
    "USE store",
    "SET threads = 1",
    "RESET threads",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "CHECKPOINT store",
    "FROM force_checkpoint('store')",
    "FROM enable_logging()",
    "LOAD httpfs",
    "INSTALL httpfs",
    "BEGIN",
    "COMMIT",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "VACUUM",
    "EXPLAIN ANALYZE DELETE FROM store.data.runs",
    "EXPLAIN INSERT INTO store.data.keys VALUES ('a', 'b')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('store.duckdb')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'file.parquet'",
    "SELECT (SELECT count(*) FROM read_text('/etc/passwd'))",
    "FROM logs WHERE id IN (SELECT content FROM read_text('/etc/passwd'))",
    "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
    "DESCRIBE SELECT * FROM read_csv('/etc/passwd')",
    "SUMMARIZE SELECT * FROM read_csv('/etc/passwd')",
    "FROM query('SELECT 1')",
    "FROM query_table('logs')",
    "FROM sniff_csv('/etc/passwd')",
    "FROM python_map_function()",
    "FROM json_execute_serialized_sql('{}')",
    "SELECT getenv('HOME')",
]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, opened: Opened) -> Store:
    if request.param == "memory":
        opened.path = None
    store = opened()
    write(store, 1, 2, 3)
    store.maintenance.fold()
    return store


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_statement_that_does_more_than_read_the_store_is_refused(
    store: Store, statement: str
) -> None:
    with pytest.raises(QueryRefused) as refused:
        store.queries.sql(statement)
    assert refused.value.fix
    assert store.queries.sql("SELECT count(*) FROM logs").rows == ((3,),)
    assert store.queries.sql("FROM keys").rows == ()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM logs",
        "FROM logs",
        "TABLE logs",
        "/* why */ SELECT 1 -- because",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) FROM t",
        "SELECT 1 UNION SELECT 2",
        "VALUES (1), (2)",
        "DESCRIBE logs",
        "SHOW TABLES",
        "SUMMARIZE logs",
        "EXPLAIN SELECT * FROM logs",
        "-- a note\nEXPLAIN ANALYZE SELECT 1",
        "SELECT * FROM range(3), unnest([1, 2])",
        "FROM (PIVOT logs ON log_type IN ('success', 'error') USING count(*))",
        "SELECT key FROM logs, json_each(params)",
        "SELECT count(*) FROM store.data.bad_lines",
        "SELECT ';' || 'DROP TABLE x'",
    ],
)
def test_reading_statements_of_every_form_run(store: Store, statement: str) -> None:
    assert store.queries.sql(statement).columns


def test_a_mistake_is_told_in_the_words_of_the_database(store: Store) -> None:
    with pytest.raises(QueryRefused, match='"nme" not found'):
        store.queries.sql("SELECT nme FROM functions")
    with pytest.raises(QueryRefused, match="syntax error"):
        store.queries.sql("SELEC 1")
    with pytest.raises(QueryRefused, match="Conversion"):
        store.queries.sql("SELECT 'a'::INTEGER")


def test_rows_beyond_the_limit_are_said_to_be_left_out(store: Store) -> None:
    table = store.queries.sql("SELECT id FROM logs", limit=2)
    assert (len(table.rows), table.truncated) == (2, True)
    assert not store.queries.sql("SELECT id FROM logs", limit=3).truncated


def test_parameters_are_bound_and_never_read_as_sql(store: Store) -> None:
    hostile = "x'; DROP TABLE store.data.runs; --"
    assert store.queries.sql("SELECT ? AS said", (hostile,)).rows == ((hostile,),)


def test_times_are_utc_and_durations_seconds(store: Store) -> None:
    rows = store.queries.sql(
        "SELECT timestamp, time_spent FROM logs ORDER BY timestamp LIMIT 1"
    ).rows
    noon = datetime.datetime.fromtimestamp(NOON // 10**9, datetime.UTC).replace(tzinfo=None)
    assert rows == ((noon, 1e-6),)


def test_a_time_with_a_zone_says_how_to_be_shown(store: Store) -> None:
    try:
        import pytz  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        with pytest.raises(QueryRefused, match="TIMESTAMP"):
            store.queries.sql("SELECT now()")
    assert store.queries.sql("SELECT now()::TIMESTAMP").rows


def test_the_columns_of_the_log_are_those_that_were_promised(store: Store) -> None:
    columns = {row[0] for row in store.queries.sql("DESCRIBE logs").rows}
    assert columns >= {
        "id", "function_name", "message", "timestamp", "params", "output", "time_spent",
        "parent_log_id", "triggered_by_log_id", "log_type", "version", "traceback", "stdout",
        "kernel", "cell", "root_log_id", "error_type",
    }  # fmt: skip


def test_a_function_registered_just_now_is_seen(store: Store) -> None:
    store.definitions.transact(registering("hello"))
    assert store.queries.sql("SELECT name FROM functions").rows == (("hello",),)


def test_a_query_of_another_kernel_sees_a_run_without_any_fold(opened: Opened) -> None:
    one, other = opened(), opened()
    one.journal.append(line(one.kernel, 1))
    assert other.queries.sql("SELECT count(*) FROM logs").rows == ((1,),)


def test_ctrl_c_stops_a_long_statement_and_leaves_the_store_usable(store: Store) -> None:
    index = store.queries._index  # type: ignore[attr-defined]
    running = threading.Event()
    read = index.read

    def watched(work: object, **options: object) -> object:
        running.set()
        return read(work, **options)

    index.read = watched

    def interrupt() -> None:
        running.wait()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        store.queries.sql("SELECT count(*) FROM range(1000000000000) t(a) WHERE hash(a) = 1")
    assert store.queries.sql("SELECT count(*) FROM logs").rows == ((3,),)
