"""Schema steps: applied once, all or nothing, and never downwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from babyagi_nb.errors import StoreTooNew
from babyagi_nb.store.connection import Connection, Hold
from babyagi_nb.store.home import Home
from babyagi_nb.store.index import Index
from babyagi_nb.store.lock import Turnstile
from babyagi_nb.store.migrations import STEPS, applied, migrate
from babyagi_nb.store.views import VIEWS


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


@pytest.fixture
def connection(home: Home) -> Iterator[Connection]:
    connection = Connection(home, Turnstile(home))
    yield connection
    connection.close()


def test_a_blank_index_gets_every_step_with_its_name(connection: Connection) -> None:
    assert connection.write(migrate) == len(STEPS)
    names = connection.read(
        lambda hold: hold.rows("SELECT name FROM store.data.migrations ORDER BY number")
    )
    assert [name for (name,) in names] == [step.__name__ for step in STEPS]


def test_a_step_is_not_applied_twice(connection: Connection) -> None:
    connection.write(migrate)
    assert connection.write(migrate) == 0
    assert connection.read(applied) == len(STEPS)


def test_a_step_that_fails_leaves_the_schema_before_it(connection: Connection) -> None:
    def broken(hold: Hold) -> None:
        hold.execute("CREATE TABLE store.data.half (a INTEGER)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        connection.write(lambda hold: migrate(hold, (*STEPS, broken)))
    assert connection.read(applied) == len(STEPS)
    with pytest.raises(duckdb.Error, match="half"):
        connection.read(lambda hold: hold.rows("FROM store.data.half"))


def test_an_index_of_each_earlier_schema_is_brought_up_to_date(connection: Connection) -> None:
    for before in range(1, len(STEPS)):
        connection.write(lambda hold, before=before: migrate(hold, STEPS[:before]))
    assert connection.write(migrate) == 1
    assert connection.read(applied) == len(STEPS)


def test_an_index_from_the_future_is_refused(connection: Connection) -> None:
    def later(hold: Hold) -> None:
        hold.execute("CREATE TABLE store.data.later (a INTEGER)")

    connection.write(lambda hold: migrate(hold, (*STEPS, later)))
    with pytest.raises(StoreTooNew, match="upgrade"):
        connection.write(migrate)
    with pytest.raises(StoreTooNew, match="upgrade"):
        Index(connection, print).read(count_runs)


def count_runs(hold: Hold) -> int:
    return int(hold.rows("SELECT count(*) FROM store.data.runs")[0][0])


def test_another_tool_finds_the_views_in_the_file(connection: Connection, home: Home) -> None:
    connection.write(migrate)
    connection.close()
    with duckdb.connect(str(home.index)) as other:
        for view in VIEWS:
            assert other.sql(f'FROM "{view}"').fetchall() == []


def test_the_file_has_the_format_that_older_tools_open(connection: Connection, home: Home) -> None:
    connection.write(migrate)
    tags = connection.read(
        lambda hold: hold.rows("SELECT tags FROM duckdb_databases() WHERE database_name = 'store'")
    )
    assert "v1.5.0" in str(tags)
