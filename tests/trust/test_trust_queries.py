"""Questions to the log under Ctrl-C, from many threads, after a fork, and after deletions."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from trust_kernel import finished, kernel

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import RunFilter

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7"
INTERRUPTS = 12


@needs_posix
def test_every_ctrl_c_stops_the_running_query_and_the_next_one_is_answered(tmp_path: Path) -> None:
    """Sent by another process, as Jupyter does; with a store that also holds runs."""
    script = f"""
app = opened()
app.add_function("double", "def double(x):\\n    return 2 * x")
app.double(1)
for n in range({INTERRUPTS}):
    try:
        say("asking")
        app.sql({ENDLESS!r})
        say("answered")
    except KeyboardInterrupt:
        say("interrupted")
    app.double(n)
    say(app.sql("SELECT count(*) FROM logs").rows[0][0])
app.close()
"""
    with kernel(script, tmp_path / "store") as process:
        assert process.stdout is not None
        heard = []
        for _ in range(INTERRUPTS):
            assert json.loads(process.stdout.readline()) == "asking"
            # Impatient people press more than once.
            process.send_signal(signal.SIGINT)
            heard.append([json.loads(process.stdout.readline()) for _ in range(2)])
        assert process.wait(60) == 0
    assert heard == [["interrupted", n + 2] for n in range(INTERRUPTS)]


@needs_posix
def test_a_fold_that_is_interrupted_takes_in_all_of_a_batch_or_nothing(tmp_path: Path) -> None:
    script = """
import random
chance = random.Random(5)
app = opened()
app.add_function("double", "def double(x):\\n    return 2 * x")
interrupted = 0
for turn in range(25):
    app._store.journal.on_write = None
    for x in range(100):
        app.double(100 * turn + x)
    try:
        signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0005, 0.03))
        while True:
            app._store.maintenance.fold()
            app.double(-1)
    except KeyboardInterrupt:
        interrupted += 1
    rows = app.get_logs("double", limit=100_000)
    said = [row["params"]["x"] for row in rows if row["params"]["x"] >= 0]
    assert sorted(said) == list(range(100 * turn + 100)), turn
    assert len({row["id"] for row in rows}) == len(rows), turn
say([interrupted, [str(each) for each in app.doctor() if each.level == "problem"]])
app.close()
"""
    (line,) = finished(script, tmp_path / "store")
    assert json.loads(line) == [25, []]


def test_eight_threads_ask_two_hundred_questions_each_without_an_error(app: BabyAGI) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    for x in range(20):
        app.double(x)
    questions: list[Callable[[], object]] = [
        lambda: app.queries.count(RunFilter()) >= 20,
        lambda: len(app.get_logs("double", limit=5)) == 5,
        lambda: app.sql("SELECT count(*) > 19 FROM logs").rows == ((True,),),
        lambda: app.get_log(first)["output"] == 0,
    ]
    first = app.get_logs()[-1]["id"]
    wrong: list[object] = []

    def ask(thread: int) -> None:
        for n in range(200):
            try:
                if questions[(thread + n) % 4]() is not True:
                    wrong.append((thread, n))
                if n % 50 == 0:
                    app.double(1000 * thread + n)
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert app.queries.count(RunFilter()) == 20 + 8 * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_no_write_of_a_forked_child_vanishes_without_an_error(tmp_path: Path) -> None:
    """It is there afterwards, or it was refused; for every kind of write."""
    script = """
app = opened()
app.add_function("double", "def double(x):\\n    return 2 * x")
app.get_logs()
child = os.fork()
if not child:
    done = []
    def attempt(name, action):
        try:
            action()
            done.append(name)
        except Exception as error:
            if not getattr(error, "fix", ""):
                done.append(f"{name}: {error!r}")
    attempt("call", lambda: app.double(41))
    attempt("register", lambda: app.add_function("born", "def born():\\n    return 1"))
    attempt("trigger", lambda: app.add_trigger("born", "double"))
    attempt("fold", lambda: app._store.maintenance.fold())
    attempt("backup", lambda: app.backup(sys.argv[1] + ".zip"))
    attempt("query", lambda: app.get_logs())
    say(done)
    os._exit(0)
os.waitpid(child, 0)
app.refresh()
say([
    any(row["params"].get("x") == 41 for row in app.get_logs("double")),
    "born" in app.catalogue,
    ("born", "double") in app.catalogue.triggers(),
    os.path.exists(sys.argv[1] + ".zip"),
])
app.close()
"""
    acknowledged, found = map(json.loads, finished(script, tmp_path / "store"))
    assert acknowledged[:3] == ["call", "register", "trigger"]
    assert set(acknowledged) <= {"call", "register", "trigger", "backup"}
    assert found[:3] == [True, True, True]
    assert found[3] is ("backup" in acknowledged)


def test_the_newest_of_a_view_is_found_after_its_rows_were_written_anew(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    """ORDER BY … LIMIT looks at statistics, which must not be those of rows that are gone."""
    app = opened()
    app.add_function("one", "def one():\n    return 1")
    copy = app.backup(tmp_path / "copy.zip")
    for n in range(5):
        app.add_function("more", f"def more():\n    return {n}")
        app.add_trigger("more", "one")
        app.remove_trigger("more", "one")
    app.add_trigger("more", "one")
    newest = "SELECT * FROM history ORDER BY 1 DESC LIMIT 1"
    assert app.sql(newest).rows
    app.close()
    # The log is exchanged under an index that stays.
    again = opened()
    assert again.path is not None
    with_more = (again.path / "definitions.ndjson").read_bytes()
    again.restore(copy)
    before = (again.path / "definitions.ndjson").read_bytes()
    for data in (with_more, before, with_more, before):
        (again.path / "definitions.ndjson").unlink()
        (again.path / "definitions.ndjson").write_bytes(data)
        again.refresh()
        whole = again.sql("SELECT * FROM history ORDER BY 1 DESC").rows
        assert again.sql(newest).rows == whole[:1] != ()
        for view in ("functions", "versions"):
            ordered = f"SELECT name FROM {view} ORDER BY name DESC"
            assert again.sql(f"{ordered} LIMIT 1").rows == again.sql(ordered).rows[:1] != ()
