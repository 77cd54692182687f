"""A clock that jumps changes neither the order of runs nor their durations."""

from __future__ import annotations

from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import RunFilter

HOUR = 3_600_000_000_000


class JumpingClock:
    """Goes a little at each look, and as far back as it is told."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000_000_000

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> JumpingClock:
    jumping = JumpingClock()
    monkeypatch.setattr("babyagi_nb.runtime.recorder.time_ns", jumping)
    monkeypatch.setattr("time.time_ns", jumping)
    return jumping


def test_a_clock_that_steps_back_makes_no_duration_negative_and_no_version_lost(
    app: BabyAGI, clock: JumpingClock
) -> None:
    for n in range(10):
        clock.now -= HOUR * (n % 3)
        app.refresh()
        app.add_function("f", f"def f(x):\n    return x + {n}")
        assert app.f(0) == n
    found = app.queries.runs(RunFilter(limit=100))
    assert len(found) == 10
    assert all(run.duration is not None and run.duration >= 0 for run in found)
    assert [row["version"] for row in app.get_function_versions("f")] == list(range(1, 11))
    in_sequence = sorted(found, key=lambda run: run.id)
    assert [run.output for run in in_sequence] == list(range(10))
    app._store.maintenance.fold()
    assert app.queries.runs(RunFilter(limit=100)) == found


def test_a_step_back_inside_a_run_keeps_the_tree_together(
    app: BabyAGI, clock: JumpingClock
) -> None:
    app.add_function("leaf", "def leaf(n):\n    return n")
    app.add_function("root", "def root(step):\n    for n in range(3):\n        step(), leaf(n)")

    def step() -> None:
        clock.now -= HOUR
        app.refresh()

    app.root(step)
    (root,) = app.queries.runs(RunFilter(roots_only=True))
    tree = app.queries.tree(root.id)
    assert {run.function for run in tree} == {"root", "leaf"}
    assert [run.output for run in sorted(tree, key=lambda run: run.id)[1:]] == [0, 1, 2]
    rows: list[dict[str, Any]] = app.get_log_bundle(tree[0].id)
    assert all(row["time_spent"] >= 0 for row in rows)


def test_times_are_utc(app: BabyAGI, clock: JumpingClock) -> None:
    app.refresh()
    app.add_function("f", "def f():\n    return 1")
    app.f()
    (row,) = app.get_logs()
    assert row["timestamp"].utcoffset().total_seconds() == 0
    assert row["timestamp"].year == 2027
