"""What a killed kernel was doing is seen by every other one.

Random kills of many kernels are in ``tests/benchmarks/test_benchmarks_torture.py``.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from trust_kernel import finished, kernel

from babyagi_nb.app import BabyAGI

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="kills are those of POSIX")

_STUCK = """
app = opened()
app.add_function("done", "def done(x):\\n    return x")
app.add_function("inner", "def inner(x, see):\\n    done(x)\\n    see()")
app.add_function("outer", "def outer(x, see):\\n    return inner(x + 1, see)")
app.add_function("quiet", "def quiet(see):\\n    return outer(1, see)", log="none")
def see():
    say("inside")
    signal.pause()
app.quiet(see)
"""


@needs_posix
def test_runs_that_died_with_their_kernel_are_lost_with_what_they_were_given(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    with kernel(_STUCK, tmp_path / "store") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "inside"
        watching = opened()
        status = {row["function_name"]: row["log_type"] for row in watching.get_logs()}
        assert status == {"outer": "started", "inner": "started", "done": "success"}
        process.kill()
        process.wait()
    for app in (watching, opened()):
        app._store.maintenance.fold()
        rows = {row["function_name"]: row for row in app.get_logs()}
        assert {name: row["log_type"] for name, row in rows.items()} == {
            "outer": "lost", "inner": "lost", "done": "success",
        }  # fmt: skip
        assert rows["outer"]["params"]["x"] == 1
        assert rows["inner"]["params"]["x"] == 2
        assert rows["inner"]["parent_log_id"] == rows["outer"]["id"]
        assert rows["outer"]["time_spent"] is None
        assert len(app.get_logs()) == 3


@needs_posix
@pytest.mark.parametrize("policy", ["errors", "none"])
def test_a_run_that_its_policy_would_not_keep_is_lost_only_if_it_stood_on_the_board(
    opened: Callable[[], BabyAGI], tmp_path: Path, policy: str
) -> None:
    script = f"""
app = opened()
app.add_function("wait", "def wait(see):\\n    see()", log={policy!r})
app.wait(lambda: os.kill(os.getpid(), signal.SIGKILL))
"""
    finished(script, tmp_path / "store", code=-signal.SIGKILL)
    app = opened()
    app._store.maintenance.fold()
    assert [row["log_type"] for row in app.get_logs()] == (["lost"] if policy == "errors" else [])


@needs_posix
def test_a_kill_right_after_a_call_or_a_registration_returned_loses_neither(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    script = """
app = opened()
for n in range(50):
    app.add_function("f", f"def f(x):\\n    return x + {n}")
    for x in range(20):
        app.f(x)
os.kill(os.getpid(), signal.SIGKILL)
"""
    finished(script, tmp_path / "store", code=-signal.SIGKILL)
    app = opened()
    assert [row["version"] for row in app.get_function_versions("f")] == list(range(1, 51))
    rows = app.get_logs("f", limit=10_000)
    assert len(rows) == len({row["id"] for row in rows}) == 1000
    assert {(row["version"], row["output"] - row["params"]["x"]) for row in rows} == {
        (n + 1, n) for n in range(50)
    }
    app._store.maintenance.fold()
    assert len(app.get_logs("f", limit=10_000)) == 1000


@needs_posix
@pytest.mark.torture
@pytest.mark.parametrize("seed", range(60))
def test_a_kernel_killed_at_any_moment_loses_nothing_it_acknowledged(
    opened: Callable[[], BabyAGI], tmp_path: Path, seed: int
) -> None:
    script = """
import random
app = opened()
app.add_function("work", "def work(x):\\n    return x")
signal.setitimer(signal.ITIMER_REAL, random.Random(int(sys.argv[2])).uniform(0.01, 1.5))
for n in range(10**9):
    app.work(n)
    os.write(1, f"c{n}\\n".encode())
    if n % 20 == 0:
        row = app.add_function("made", f"def made():\\n    return {n}")
        os.write(1, f"f{row['version']} {n}\\n".encode())
"""
    lines = finished(script, tmp_path / "store", str(seed), code=-signal.SIGALRM)
    app = opened()
    calls = [int(line[1:]) for line in lines if line[0] == "c"]
    rows = app.get_logs("work", limit=10_000_000)
    kept = [row["params"]["x"] for row in rows if row["log_type"] == "success"]
    assert len(kept) == len(set(kept))
    assert set(calls) <= set(kept)
    assert len(rows) - len(calls) <= 1
    for version, n in (map(int, line[1:].split()) for line in lines if line[0] == "f"):
        assert f"return {n}\n" in app.catalogue.version("made", version).spec.code + "\n"
    assert app.get_logs(status="started") == []
