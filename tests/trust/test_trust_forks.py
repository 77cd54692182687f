"""Processes that user code forks, and kernels that share one store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from trust_kernel import finished, kernel

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import Run, RunFilter

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

_PREPARE = """
app = opened()
app.add_function("leaf", "def leaf(n):\\n    return n")
app.add_function("around", "def around(inside):\\n    return inside()")
app.leaf(0)
"""


def runs(app: BabyAGI) -> list[Run]:
    return app.queries.runs(RunFilter(limit=100_000))


@needs_fork
def test_calls_of_a_forked_child_are_those_of_another_kernel(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    script = (
        _PREPARE
        + """
def inside():
    child = os.fork()
    for n in range(100, 150):
        app.leaf(n if child else -n)
    if not child:
        app.add_function("born", "def born():\\n    return 1")
        os._exit(0)
    os.waitpid(child, 0)
    return app.born()
say([app.around(inside), told])
app.close()
"""
    )
    (line,) = finished(script, tmp_path / "store")
    assert json.loads(line) == [1, []]
    found = runs(opened())
    assert len(found) == len({run.id for run in found})
    assert all(run.status == "success" for run in found)
    ours = {run.output for run in found if run.function == "leaf" and run.output >= 0}
    theirs = {run.output for run in found if run.function == "leaf" and run.output < 0}
    assert ours == {0, *range(100, 150)}
    assert theirs == {-n for n in range(100, 150)}
    kernels = {run.kernel for run in found if run.output in theirs}
    assert len(kernels) == 1
    assert kernels != {run.kernel for run in found if run.output in ours}
    assert len([run for run in found if run.function == "around"]) == 1


@needs_fork
def test_a_pool_of_forked_processes_logs_every_call_once(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    script = (
        _PREPARE
        + """
import multiprocessing
def work(n):
    return app.leaf(n)
with multiprocessing.get_context("fork").Pool(3) as pool:
    say(pool.map(work, range(1, 201)))
    pool.close()
    pool.join()
app.close()
"""
    )
    (line,) = finished(script, tmp_path / "store")
    assert json.loads(line) == list(range(1, 201))
    found = runs(opened())
    assert sorted(run.output for run in found) == list(range(201))
    assert len({run.id for run in found}) == 201
    assert {run.status for run in found} == {"success"}


@needs_fork
def test_a_forked_child_may_end_in_any_way_and_its_parent_goes_on(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    script = (
        _PREPARE
        + """
for end in (lambda: os._exit(1), lambda: sys.exit(0), lambda: os.kill(os.getpid(), 9)):
    child = os.fork()
    if not child:
        app.leaf(1)
        end()
    os.waitpid(child, 0)
app.leaf(2)
say(len(app.get_logs()))
app.close()
"""
    )
    lines = finished(script, tmp_path / "store")
    assert json.loads(lines[-1]) == 5
    found = runs(opened())
    assert sorted(run.output for run in found) == [0, 1, 1, 1, 2]
    assert len({run.id for run in found}) == len({run.kernel for run in found}) + 1 == 5


@needs_fork
def test_a_forked_child_that_asks_the_log_is_told_what_to_do(tmp_path: Path) -> None:
    script = (
        _PREPARE
        + """
app.get_logs()
child = os.fork()
if not child:
    try:
        say([row["output"] for row in app.get_logs()])
    except Exception as error:
        say([type(error).__name__, str(error), error.fix])
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
app.close()
"""
    )
    (line,) = finished(script, tmp_path / "store")
    kind, words, fix = json.loads(line)
    assert kind == "StoreError"
    assert "forked" in words
    assert "spawn" in fix


def test_a_version_that_one_kernel_activates_is_the_one_that_another_runs(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    app = opened()
    app.add_function("inner", "def inner():\n    return 1")
    app.add_function("outer", "def outer():\n    return inner()")
    assert app.outer() == 1
    script = """
app = opened()
for line in sys.stdin:
    exec(line)
    say([app.outer(), app.get_function("inner")["version"]])
"""
    with kernel(script, tmp_path / "store") as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def there(line: str) -> list[int]:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdin.write(line + "\n")
            other.stdin.flush()
            found: list[int] = json.loads(other.stdout.readline())
            return found

        assert there("pass") == [1, 1]
        app.add_function("inner", "def inner():\n    return 2")
        assert there("app.refresh()") == [2, 2]
        assert there('app.activate_function_version("inner", 1)') == [1, 1]
        app.refresh()
        assert app.outer() == 1
        assert there('app.add_function("inner", "def inner():\\n    return 3")') == [3, 3]
        app.refresh()
        assert app.outer() == 3
        assert there('app.remove_function("outer", force=True); app.undo()') == [3, 3]
        other.stdin.close()
        other.wait(30)
    outputs = [run.output for run in runs(app) if run.function == "outer"]
    assert sorted(outputs) == [1, 1, 1, 1, 2, 3, 3, 3]


def test_two_kernels_that_register_the_same_name_at_once_make_two_versions(
    opened: Callable[[], BabyAGI], tmp_path: Path
) -> None:
    script = """
app = opened()
say("ready")
sys.stdin.readline()
for n in range(25):
    app.add_function("same", f"def same():\\n    return {sys.argv[2]!r} + str({n})")
"""
    with (
        kernel(script, tmp_path / "store", "a") as one,
        kernel(script, tmp_path / "store", "b") as two,
    ):
        for each in (one, two):
            assert each.stdout is not None
            each.stdout.readline()
        for each in (one, two):
            assert each.stdin is not None
            each.stdin.write("\n")
            each.stdin.close()
        assert [each.wait(60) for each in (one, two)] == [0, 0]
    app = opened()
    versions = app.get_function_versions("same")
    assert [row["version"] for row in versions] == list(range(1, 51))
    assert len({row["code"] for row in versions}) == 50
