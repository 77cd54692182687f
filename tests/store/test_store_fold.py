"""The fold: every line once, whatever stands in it and whenever somebody dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_runs import NOON, Opened, line, registering, start, write

import babyagi_nb.store.fold as fold_module
from babyagi_nb.core.events import FunctionRemoved, KeyDeclared, TriggerAdded
from babyagi_nb.core.ports import Decision
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.store.home import Home
from babyagi_nb.store.intake import FIELD_LIMIT, split, tidy
from babyagi_nb.store.journals import archived
from babyagi_nb.store.store import Store

EVERYTHING = RunFilter(limit=100_000)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened()


def home_of(store: Store) -> Home:
    assert store.maintenance.path is not None
    return Home(store.maintenance.path)


def ids(store: Store) -> list[str]:
    return [run.id for run in store.queries.runs(EVERYTHING)]


def folded(store: Store, sql: str = "SELECT count(*) FROM store.data.runs") -> Any:
    """Ask the index itself, without folding for it."""
    index = store.queries._index  # type: ignore[attr-defined]
    return index.read(lambda hold: hold.rows(sql))[0][0]


def test_lines_become_rows_once(store: Store) -> None:
    write(store, 1, 2, 3)
    assert store.maintenance.fold() == 3
    assert store.maintenance.fold() == 0
    assert folded(store) == 3
    assert len(ids(store)) == 3


def test_every_member_of_a_line_survives_the_fold(store: Store) -> None:
    full = line(
        store.kernel, 7, parent="k.1", root="k.0", trigger="k.2", cell="abc", status="error",
        stdout="said\n", error="ValueError", message="bad", traceback="Trace…",
        params={"x": [1, {"y": None}], "ü": "“"}, output={"a": 1.5},
    )  # fmt: skip
    store.journal.append(full)
    before = store.queries.runs(EVERYTHING)
    store.maintenance.fold()
    assert store.queries.runs(EVERYTHING) == before
    assert before[0].params == {"x": [1, {"y": None}], "ü": "“"}


def test_one_fold_takes_in_what_every_kernel_wrote(opened: Opened) -> None:
    stores = [opened() for _ in range(4)]
    for store in stores:
        write(store, 1, 2)
    assert stores[2].maintenance.fold() == 8
    assert all(store.maintenance.fold() == 0 for store in stores)


def test_a_backlog_larger_than_the_budget_is_taken_in_batches(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_module, "BUDGET", 1000)
    monkeypatch.setattr(fold_module, "_PATIENCE", 0.0)
    write(store, *range(50))
    told: list[int] = []
    assert store.maintenance.fold(progress=told.append) == 50  # type: ignore[call-arg]
    assert len(told) > 5
    assert told == sorted(told)
    assert folded(store) == 50


def test_a_line_longer_than_the_budget_holds_nothing_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_module, "BUDGET", 1000)
    write(store, 1)
    write(store, 2, output="x" * 5000)
    write(store, 3)
    assert store.maintenance.fold() == 3


BAD = [
    b"nothing of the kind\n",
    b'{"id": "torn", "func\n',
    b"[1, 2]\n",
    b"3\n",
    b"null\n",
    b"{}\n",
    b'{"id":"a.1","function":"f","started":"noon","status":"success"}\n',
    b'{"id":"a.1","function":"f","started":1,"status":"invented"}\n',
    b'{"id":"a.1","function":"f","started":1}\n',
    b'{"id":null,"function":"f","started":1,"status":"success"}\n',
    b"\xff\xfe\x00\n",
]


@pytest.mark.parametrize("bad", BAD)
def test_a_line_that_is_no_record_is_kept_aside(store: Store, bad: bytes) -> None:
    write(store, 1)
    store.journal.append(bad)
    write(store, 2)
    assert store.maintenance.fold() == 2
    assert len(ids(store)) == 2
    assert folded(store, "SELECT count(*) FROM store.data.bad_lines") == 1
    assert store.maintenance.fold() == 0


def test_lone_surrogates_and_nan_do_not_stop_the_fold(store: Store) -> None:
    odd = line(store.kernel, 1).replace(b'"output":1', b'"output":"\\ud800"')
    nan = line(store.kernel, 2).replace(b'"output":2', b'"output":NaN')
    store.journal.append(odd)
    store.journal.append(nan)
    assert store.maintenance.fold() == 2
    by_id = {run.id[-1]: run.output for run in store.queries.runs(EVERYTHING)}
    assert by_id == {"1": "?", "2": "NaN"}


def test_null_characters_and_huge_numbers_survive(store: Store) -> None:
    write(store, 1, output="a\x00b", params={"n": 2**63})
    store.maintenance.fold()
    run = store.queries.runs(EVERYTHING)[0]
    assert run.output == "a\x00b"
    assert run.params == {"n": 2**63}


def test_an_oversized_field_is_shortened_with_its_size(store: Store) -> None:
    write(store, 1, stdout="x" * (FIELD_LIMIT + 10), output=["y" * FIELD_LIMIT])
    store.maintenance.fold()
    run = store.queries.runs(EVERYTHING)[0]
    assert run.stdout is not None
    assert run.stdout.endswith(f"({FIELD_LIMIT + 10} characters)")
    assert "too large" in run.output


def test_clean_bytes_are_not_looked_at_line_by_line() -> None:
    assert split(b'{"a":1}\n{"b":2}\n') == ['{"a":1}', '{"b":2}']
    assert split(b"\xff\n") is None
    assert tidy(b"\n\n").lines == []


def test_runs_that_were_open_when_a_kernel_died_become_lost(opened: Opened) -> None:
    path = opened.path
    dying = (
        "import os, signal, sys; from pathlib import Path\n"
        "from babyagi_nb.store.store import open_store\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from store_runs import start, line\n"
        f"store = open_store(Path({str(path)!r}), notify=print)\n"
        "store.journal.begin(start(store.kernel, 1))\n"
        "store.journal.append(line(store.kernel, 2))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run([sys.executable, "-c", dying], timeout=60, cwd=Path.cwd())
    assert died.returncode == -signal.SIGKILL
    store = opened()
    assert store.maintenance.fold() == 2
    assert store.maintenance.fold() == 0
    statuses = {run.id[-1]: run.status for run in store.queries.runs(EVERYTHING)}
    assert statuses == {"1": "lost", "2": "success"}


def test_finished_journals_go_into_the_archive_and_their_runs_stay(opened: Opened) -> None:
    first = opened()
    write(first, 1, 2)
    first.close()
    store = opened()
    store.maintenance.fold()
    store.maintenance._tend()  # type: ignore[attr-defined]
    assert len(archived(home_of(store))) == 1
    assert not list(home_of(store).journal.glob("*.ndjson"))
    assert len(ids(store)) == 2
    assert store.maintenance.fold() == 0


def test_a_kill_between_marking_and_moving_an_archived_journal_doubles_nothing(
    opened: Opened,
) -> None:
    first = opened()
    write(first, 1, 2)
    first.close()
    store = opened()
    store.maintenance.fold()
    home = home_of(store)
    kept = {path: path.read_bytes() for path in home.journal.glob("*.ndjson")}
    store.maintenance._tend()  # type: ignore[attr-defined]
    for path, data in kept.items():
        path.write_bytes(data)
    assert store.maintenance.fold() == 0
    assert len(ids(store)) == 2


def test_nothing_is_archived_that_was_not_taken_in(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened()
    write(first, 1)
    monkeypatch.setattr(first.maintenance._folder, "fold", lambda **_: 0)  # type: ignore[attr-defined]
    first.close()
    store = opened()
    store.maintenance._tend()  # type: ignore[attr-defined]
    assert not archived(home_of(store))
    assert len(ids(store)) == 1


def test_definitions_are_folded_with_their_history(store: Store) -> None:
    definitions = store.definitions
    definitions.transact(registering("world", "hello", description="greets", tags=("a", "b")))
    definitions.transact(registering("hello"))
    events = [
        TriggerAdded(triggered="hello", triggering="world"),  # type: ignore[arg-type]
        KeyDeclared(name="openai", source="environment"),
    ]
    definitions.transact(lambda catalogue: Decision(events=events, summary="more"))
    sql = store.queries.sql
    assert sql("SELECT name, version FROM functions ORDER BY name").rows == (
        ("hello", 2),
        ("world", 1),
    )
    assert sql("SELECT count(*) FROM versions").rows == ((3,),)
    assert sql("SELECT tags, description FROM versions WHERE version = 1").rows[0] == (
        ["a", "b"],
        "greets",
    )
    assert sql("FROM triggers").rows == (("hello", "world"),)
    assert sql("FROM keys").rows == (("openai", "environment"),)
    assert sql("SELECT DISTINCT summary FROM history ORDER BY 1").rows == (
        ("more",),
        ("register hello",),
        ("register world, hello",),
    )


def test_a_removed_function_leaves_the_list_but_not_the_history(store: Store) -> None:
    store.definitions.transact(registering("hello"))
    gone = FunctionRemoved(name="hello", previous=1)  # type: ignore[arg-type]
    store.definitions.transact(lambda catalogue: Decision(events=[gone], summary="remove"))
    assert store.queries.sql("FROM functions").rows == ()
    assert store.queries.sql("SELECT name FROM versions").rows == (("hello",),)


def test_ten_thousand_definitions_fold_together(store: Store) -> None:
    names = [f"f{number}" for number in range(10_000)]
    store.definitions.transact(registering(*names))
    assert store.queries.sql("SELECT count(*) FROM functions").rows == ((10_000,),)


def test_code_with_odd_characters_can_be_folded(store: Store) -> None:
    store.definitions.transact(registering("hello", code="x = '\ud800 \x00 \u202e'"))
    assert store.queries.sql("SELECT count(*) FROM functions").rows == ((1,),)


def test_the_background_thread_folds_soon_after_a_write(tmp_path: Path) -> None:
    opened = Opened(tmp_path / ".babyagi")
    store = opened()
    done = threading.Event()
    folder = store.maintenance._folder  # type: ignore[attr-defined]
    fold = folder.fold

    def watched(**options: Any) -> int:
        taken = int(fold(**options))
        if taken:
            done.set()
        return taken

    folder.fold = watched
    store.journal.on_write = store.maintenance.wake  # type: ignore[attr-defined]
    write(store, 1)
    assert done.wait(20)
    assert folded(store) == 1
    opened.close()


def test_opening_a_store_imports_no_duckdb_and_starts_no_thread(tmp_path: Path) -> None:
    program = (
        "import sys, threading; from pathlib import Path\n"
        "from babyagi_nb.store.store import open_store\n"
        f"store = open_store(Path({str(tmp_path / '.babyagi')!r}), notify=print)\n"
        "assert 'duckdb' not in sys.modules\n"
        "assert threading.active_count() == 1\n"
        "store.close()\n"
        "assert 'duckdb' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_store_that_nobody_closed_folds_when_the_interpreter_ends(tmp_path: Path) -> None:
    path = tmp_path / ".babyagi"
    program = (
        "import sys; from pathlib import Path\n"
        "from babyagi_nb.store.store import open_store\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from store_runs import line\n"
        f"store = open_store(Path({str(path)!r}), notify=print)\n"
        "store.journal.append(line(store.kernel, 1))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    opened = Opened(path)
    assert folded(opened()) == 1
    opened.close()


def test_closing_twice_does_nothing_more(store: Store) -> None:
    write(store, 1)
    store.close()
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_what_a_forked_child_wrote_is_folded_once_by_its_parent(store: Store) -> None:
    write(store, 1)
    store.maintenance.fold()
    child = os.fork()
    if not child:
        try:
            store.journal.append(line(store.kernel, 1, function="child"))
            store.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    store.maintenance.fold()
    functions = sorted(run.function for run in store.queries.runs(EVERYTHING))
    assert functions == ["child", "hello"]


def test_a_fold_that_is_killed_leaves_rows_and_watermarks_together(tmp_path: Path) -> None:
    """Kill the folding process at odd moments; whoever folds next neither loses nor doubles."""
    path = tmp_path / ".babyagi"
    folding = (
        "import sys, threading, os, signal; from pathlib import Path\n"
        "from babyagi_nb.store.store import open_store\n"
        f"store = open_store(Path({str(path)!r}), notify=print)\n"
        "import duckdb\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "threading.Timer(float(sys.argv[1]), os.kill, (os.getpid(), signal.SIGKILL)).start()\n"
        "store.maintenance.fold(); store.maintenance._tend()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    opened = Opened(path)
    store = opened()
    total = 0
    for delay in (0.0, 0.01, 0.03, 0.06, 0.1):
        write(store, *range(total, total + 3000))
        total += 3000
        with subprocess.Popen(
            [sys.executable, "-c", folding, str(delay)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            process.communicate(b"\n")
    store.maintenance.fold()
    assert folded(store) == total
    assert folded(store, "SELECT count(DISTINCT id) FROM store.data.runs") == total
    opened.close()


def test_open_runs_stand_on_the_board_until_they_end(store: Store) -> None:
    slot = store.journal.begin(start(store.kernel, 5))
    assert [run.status for run in store.queries.runs(EVERYTHING)] == ["started"]
    store.journal.end(slot, line(store.kernel, 5))
    assert [run.status for run in store.queries.runs(EVERYTHING)] == ["success"]
    store.maintenance.fold()
    assert [run.started for run in store.queries.runs(EVERYTHING)] == [NOON + 5]
