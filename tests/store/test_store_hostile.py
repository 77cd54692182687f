"""SQL and filters that try to reach beyond the store, judged from outside it.

What is looked at is not the error but the world: a file with a canary in it, a directory that must
stay as it is, a listener that must not be called, a secret in the environment and in a variable.
"""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from store_runs import Opened, registering, write

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.errors import NotFound, QueryRefused
from babyagi_nb.store.store import Store

CANARY = "canary-5c1f9be2"

READING = [
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_csv('{file}')",
    "FROM read_csv_auto('{file}', header = false)",
    "FROM read_json('{file}')",
    "FROM read_ndjson_objects('{file}')",
    "FROM read_parquet('{file}')",
    "FROM parquet_metadata('{file}')",
    "FROM sniff_csv('{file}')",
    "FROM '{file}'",
    'FROM "{file}"',
    "SELECT (SELECT content FROM read_text('{file}')) AS c FROM logs",
    "WITH a AS MATERIALIZED (FROM read_text('{file}')) FROM a",
    "SELECT * FROM logs, LATERAL (FROM read_text('{file}'))",
    "EXPLAIN ANALYZE FROM read_text('{file}')",
    "SUMMARIZE FROM read_csv('{file}')",
    "FROM query('FROM read_text(''{file}'')')",
    "FROM query_table('{file}')",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{file}'')'))",
    "FROM glob('{folder}/*')",
    "SELECT getenv('BABYAGI_CANARY')",
    "FROM python_frame",
    "FROM read_text('{index}')",
    "FROM read_blob('{index}')",
    "SELECT content FROM read_text('{definitions}')",
    "FROM read_text('file://{file}')",
    "FROM read_csv('{url}')",
    "FROM '{url}'",
    "SELECT current_setting('s3_secret_access_key')",
    "FROM duckdb_secrets()",
    "PIVOT (FROM read_csv('{file}')) ON column0",
    "SELECT 1; SELECT * FROM read_text('{file}')",
    "SELECT 1 -- \n; COPY (SELECT 1) TO '{new}'",
    "/* a */ FROM read_text('{file}') /* b */",
    "PREPARE p AS FROM read_text('{file}')",
    "SET VARIABLE a = (SELECT content FROM read_text('{file}'))",
]
WRITING = [
    "COPY (SELECT 1) TO '{new}'",
    "COPY logs TO '{new}' (FORMAT parquet)",
    "COPY (SELECT 1) TO '{file}'",
    "COPY (SELECT 1) TO '{index}.wal'",
    "COPY (SELECT 1) TO '{definitions}'",
    "EXPORT DATABASE '{new}'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{new}' AS other",
    "ATTACH '{url}' AS other",
    "COPY FROM DATABASE store TO memory",
    "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a')",
    "CALL enable_logging('QueryLog', storage = 'file', storage_config = {{'path': '{new}'}})",
    "PRAGMA enable_profiling = 'json'",
    "PRAGMA profiling_output = '{new}'",
    "SET profiling_output = '{new}'",
    "SET temp_directory = '{folder}'",
    "SET home_directory = '{folder}'",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET allowed_paths",
    "SET GLOBAL lock_configuration = false",
    "INSTALL httpfs",
    "INSTALL x FROM '{url}'",
    "LOAD '{file}'",
    "FORCE INSTALL json FROM '{folder}'",
    "UPDATE EXTENSIONS",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{new}'",
    "DELETE FROM store.data.runs",
    "DROP SCHEMA store.data CASCADE",
    "INSERT INTO store.data.runs (id) VALUES ('x')",
    "WITH a AS (DELETE FROM store.data.runs RETURNING *) FROM a",
    "CREATE OR REPLACE TABLE store.data.runs AS SELECT 1",
    "DETACH store",
]


@dataclass
class World:
    """Everything around one store that a statement could touch."""

    folder: Path
    store: Store
    listener: socket.socket
    called: list[Any] = field(default_factory=list)

    @classmethod
    def around(cls, folder: Path, store: Store) -> World:
        (folder / "secret.csv").write_text(f"{CANARY}\n{CANARY}\n")
        (folder / "new").mkdir()
        listener = socket.create_server(("127.0.0.1", 0))
        found = cls(folder, store, listener)
        threading.Thread(target=found._listen, daemon=True).start()
        return found

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                one, who = self.listener.accept()
                self.called.append(who)
                one.close()

    def fill(self, statement: str) -> str:
        home = self.folder / ".babyagi"
        port = self.listener.getsockname()[1]
        return statement.format(
            file=self.folder / "secret.csv",
            folder=self.folder,
            new=self.folder / "new" / "made",
            index=home / "store.duckdb",
            definitions=home / "definitions.ndjson",
            url=f"http://127.0.0.1:{port}/{CANARY}.csv",
        )

    def outside(self) -> dict[str, str]:
        """Every file but those the store writes while it answers, by a hash of its content."""
        own = (".babyagi/store.duckdb", ".babyagi/turn", ".babyagi/journal", ".babyagi/lock")
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and not name.startswith(own):
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def close(self) -> None:
        self.listener.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    opened = Opened(folder / ".babyagi")
    store = opened()
    store.definitions.transact(registering("hello", description=CANARY[::-1]))
    write(store, 1, 2, 3)
    store.maintenance.fold()
    found = World.around(folder, store)
    yield found
    found.close()
    opened.close()


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setenv("BABYAGI_CANARY", CANARY)
    monkeypatch.chdir(world.folder)


def attempt(ask: Callable[[str], object], statement: str) -> str:
    """What came back: rows, or the words of the refusal without the statement itself."""
    python_frame = [{"secret": CANARY}]
    assert python_frame
    try:
        return repr(ask(statement))
    except Exception as error:
        told = str(error)
        return "" if CANARY in statement else told


def judge(world: World, before: dict[str, str], said: str) -> None:
    assert CANARY not in said
    assert world.outside() == before
    assert world.called == []
    assert world.store.queries.sql("SELECT count(*) FROM logs").rows == ((3,),)


@pytest.mark.parametrize("statement", READING + WRITING)
def test_a_statement_reads_writes_and_calls_nothing_outside_the_store(
    world: World, statement: str
) -> None:
    before = world.outside()
    statement = world.fill(statement)
    said = attempt(lambda text: world.store.queries.sql(text).rows, statement)
    judge(world, before, said)


@pytest.mark.parametrize(
    "statement",
    [each for each in READING + WRITING if "{" in each and "{index}" not in each],
)
def test_the_closed_instance_holds_without_the_check_of_the_statement(
    world: World, statement: str
) -> None:
    """The first wall is taken away: DuckDB itself is asked, as the store's own code asks it."""
    index = world.store.queries._index  # type: ignore[attr-defined]
    before = world.outside()
    said = attempt(lambda text: index.read(lambda hold: hold.rows(text)), world.fill(statement))
    judge(world, before, said)


def test_the_judge_notices_what_it_looks_for(world: World) -> None:
    import duckdb

    before = world.outside()
    made = world.folder / "new" / "made"
    with duckdb.connect() as open_instance:
        said = repr(
            open_instance.execute(world.fill("SELECT content FROM read_text('{file}')")).fetchall()
        )
        with pytest.raises(AssertionError):
            judge(world, before, said)
        open_instance.execute(world.fill("COPY (SELECT 1) TO '{new}'"))
    try:
        with pytest.raises(AssertionError):
            judge(world, before, "")
    finally:
        made.unlink()
    with socket.create_connection(world.listener.getsockname()) as one:
        one.recv(1)
    assert len(world.called) == 1
    world.called.clear()


VALUES = [
    "' OR 1=1 --",
    "'; DROP TABLE store.data.runs; --",
    '" OR ""="',
    "hello' UNION SELECT * FROM store.data.keys --",
    "%",
    "_",
    "\\",
    "\\'",
    "$$; DELETE FROM logs; $$",
    "?",
    "$1",
    ":name",
    "{x}",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e",
    "'||(SELECT content FROM read_text('/etc/passwd'))||'",
    "E'\\x27'",
    "x" * 100_000,
    "",
]
FILTERS: dict[str, Callable[[str], RunFilter]] = {
    "function": lambda text: RunFilter(function=text),  # type: ignore[arg-type]
    "text": lambda text: RunFilter(text=text + "no such text"),
    "kernel": lambda text: RunFilter(kernel=text),  # type: ignore[arg-type]
    "cell": lambda text: RunFilter(cell=text),
    "root": lambda text: RunFilter(root=text),  # type: ignore[arg-type]
    "parent": lambda text: RunFilter(parent=text),  # type: ignore[arg-type]
    "status": lambda text: RunFilter(status=(text,)),  # type: ignore[arg-type]
    "before": lambda text: RunFilter(before=(0, text)),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_value_of_a_filter_is_a_value_and_nothing_else(world: World, name: str) -> None:
    for value in VALUES:
        wanted = FILTERS[name](value)
        assert world.store.queries.runs(wanted) == [], value
        assert world.store.queries.count(replace(wanted, limit=5)) == 0
    assert world.store.queries.count(RunFilter()) == 3


@pytest.mark.parametrize("value", VALUES)
def test_an_id_is_looked_up_and_never_read_as_sql(world: World, value: str) -> None:
    with pytest.raises(NotFound):
        world.store.queries.run(value)
    with pytest.raises(NotFound):
        world.store.queries.tree(value)
    assert world.store.queries.count(RunFilter()) == 3


@pytest.mark.parametrize("value", VALUES)
def test_a_parameter_comes_back_as_it_went_in(world: World, value: str) -> None:
    rows = world.store.queries.sql("SELECT ? AS said", (value,)).rows
    assert rows == ((value.replace("\ud800", "?"),),)


@pytest.mark.parametrize(
    "statement", ["SELECT '\ud800'", "SELECT 1\x00; SELECT 2", "\x00", "(" * 5000]
)
def test_a_statement_that_is_no_text_is_refused_in_one_line(world: World, statement: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        world.store.queries.sql(statement)
    assert "\n" not in str(refused.value)
