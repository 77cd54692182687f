"""Holds over the index: who is kept out, what is closed, and how waiting ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import babyagi_nb.store.connection as connection_module
from babyagi_nb.errors import StoreDamaged, StoreError, StoreLocked
from babyagi_nb.store.connection import Connection, Hold, IndexMissing
from babyagi_nb.store.home import Home
from babyagi_nb.store.lock import Turnstile


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


@pytest.fixture
def connection(home: Home) -> Iterator[Connection]:
    connection = Connection(home, Turnstile(home))
    yield connection
    connection.close()


def make(hold: Hold) -> None:
    hold.execute("CREATE TABLE store.things AS SELECT range AS n FROM range(3)")


def count(hold: Hold) -> int:
    return int(hold.rows("SELECT count(*) FROM store.things")[0][0])


def test_what_one_hold_wrote_the_next_one_reads(connection: Connection) -> None:
    connection.write(make)
    assert connection.read(count) == 3


def test_a_file_that_is_not_there_is_said_to_be_missing(connection: Connection) -> None:
    with pytest.raises(IndexMissing):
        connection.read(count)


def test_the_file_is_free_for_other_processes_between_holds(
    connection: Connection, home: Home
) -> None:
    connection.write(make)
    other = "import duckdb, sys; print(duckdb.connect(sys.argv[1]).sql('FROM things').fetchall())"
    done = subprocess.run(
        [sys.executable, "-c", other, str(home.index)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[(0,), (1,), (2,)]"


def test_a_foreign_program_that_holds_the_file_is_named_as_the_reason(
    connection: Connection, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_PATIENCE", 0.05)
    connection.write(make)
    holder = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute('FROM things');"
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(home.index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(StoreLocked, match="another program has"):
            connection.read(count)
        process.stdin.close()
        process.wait()
    assert connection.read(count) == 3


def test_a_reader_cannot_write(connection: Connection) -> None:
    connection.write(make)
    with pytest.raises(duckdb.Error, match="read-only"):
        connection.read(lambda hold: hold.execute("DELETE FROM store.things"))


def test_an_error_inside_a_transaction_leaves_nothing_of_it(connection: Connection) -> None:
    connection.write(make)

    def half(hold: Hold) -> None:
        with hold.transaction():
            hold.execute("DELETE FROM store.things")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        connection.write(half)
    assert connection.read(count) == 3


def test_files_outside_the_store_cannot_be_reached(connection: Connection, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for statement in (
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM '{secret}'",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET lock_configuration = false",
    ):
        with pytest.raises(duckdb.Error):
            connection.write(lambda hold, statement=statement: hold.execute(statement))
    assert not (tmp_path / "out.csv").exists()


def test_python_variables_are_no_tables(connection: Connection) -> None:
    rows = [{"a": 1}]
    with pytest.raises(duckdb.Error, match="rows"):
        connection.write(lambda hold: hold.rows("FROM rows"))
    assert rows


def test_a_big_sort_spills_into_the_store_and_leaves_nothing(
    connection: Connection, home: Home
) -> None:
    connection.write(make)
    connection.read(lambda hold: hold.rows("SELECT n FROM store.things ORDER BY n"))
    assert not list((home.path / "spill").glob("*")) or not (home.path / "spill").exists()


def test_an_interrupt_stops_the_query_and_leaves_the_store_usable(
    connection: Connection,
) -> None:
    connection.write(make)
    running = threading.Event()

    def endless(hold: Hold) -> None:
        running.set()
        hold.rows("SELECT count(*) FROM range(1000000000000) t(a) WHERE hash(a) = 1")

    def interrupt() -> None:
        running.wait()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        connection.read(endless)
    assert connection.read(count) == 3


def test_an_interrupted_transaction_is_rolled_back(connection: Connection) -> None:
    connection.write(make)
    running = threading.Event()

    def half(hold: Hold) -> None:
        with hold.transaction():
            hold.execute("DELETE FROM store.things")
            running.set()
            hold.rows("SELECT count(*) FROM range(1000000000000) t(a) WHERE hash(a) = 1")

    def interrupt() -> None:
        running.wait()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        connection.write(half)
    assert connection.read(count) == 3


@pytest.mark.parametrize("started", [True, False])
def test_an_interrupt_while_a_thread_is_being_started_leaves_one_that_serves(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, started: bool
) -> None:
    """Ctrl-C inside ``Thread.start``, which is long, and after which nobody knows of the thread."""
    start, waited = threading.Thread.start, threading.Event.wait
    before = set(threading.enumerate())

    def interrupted(thread: threading.Thread) -> None:
        monkeypatch.setattr(threading.Thread, "start", start)
        if started:
            # It comes to life only after the interrupt, so that it looks dead at first.
            monkeypatch.setattr(threading.Event, "wait", lambda event, timeout=None: True)
            start(thread)
            monkeypatch.setattr(threading.Event, "wait", waited)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        connection.write(make)
    connection.write(make)
    assert connection.read(count) == 3
    connection.close()
    # None is left over, waiting for work that another one gets.
    for each in set(threading.enumerate()) - before:
        each.join(30)
        assert not each.is_alive()
    assert connection.read(count) == 3


def test_another_thread_can_stop_a_query(connection: Connection) -> None:
    connection.write(make)
    running, stopped = threading.Event(), threading.Event()

    def endless(hold: Hold) -> None:
        running.set()
        hold.rows("SELECT count(*) FROM range(1000000000000) t(a) WHERE hash(a) = 1")

    def stop() -> None:
        running.wait()
        while not stopped.wait(0.02):
            connection.interrupt()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(StoreError, match="stopped"):
        connection.read(endless)
    stopped.set()
    thread.join()


def test_waiting_for_a_lock_ends_with_the_interrupt(connection: Connection, home: Home) -> None:
    connection.write(make)
    with Turnstile(home).exclusive():
        waiting = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        waiting.start()
        with pytest.raises(KeyboardInterrupt):
            connection.read(count, timeout=30)
    assert connection.read(count) == 3


def test_a_lock_that_is_not_given_in_time_is_an_error_with_its_holder(
    connection: Connection, home: Home
) -> None:
    connection.write(make)
    with Turnstile(home).exclusive(), pytest.raises(StoreLocked, match=str(os.getpid())):
        connection.read(count, timeout=0.01)


def test_a_file_that_is_no_database_is_said_to_be_damaged(
    connection: Connection, home: Home
) -> None:
    home.index.write_bytes(b"nothing of the kind" * 4000)
    with pytest.raises(StoreDamaged):
        connection.read(count)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_gets_a_clear_error(connection: Connection) -> None:
    connection.write(make)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            connection.read(count)
            os.write(writer, b"an answer")
        except StoreError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert b"forked" in os.read(reader, 1000)
    os.close(reader)
    assert connection.read(count) == 3


def test_a_store_in_memory_keeps_its_tables_between_holds() -> None:
    connection = Connection(None, None)
    connection.write(make)
    assert connection.read(count) == 3
    connection.close()


def test_a_closed_connection_opens_again_when_asked(connection: Connection) -> None:
    connection.write(make)
    connection.close()
    assert connection.read(count) == 3
