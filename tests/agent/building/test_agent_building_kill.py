"""A build that is killed goes on where it was, asks for nothing twice, and makes the same."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import building_bench as bench
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Build
from babyagi_nb.errors import StoreLocked
from babyagi_nb.store.builds import MemoryBuilds
from babyagi_nb.testing import FaultServer, ScriptedModel

HERE = Path(__file__).parent
STEPS = 31
"""Steps that the build of the bench writes down: answers, and what was made of them."""


class Killed(BaseException):
    """As if the process had ended: nobody catches it."""


class Deadly(MemoryBuilds):
    """Journals whose holder is killed at one write, before or after it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.at, self.after, self.count = 0, True, 0

    def open(self, id: str) -> Any:
        steps: Any = super().open(id)
        record = steps.record

        def recorded(*given: Any) -> None:
            self.count += 1
            if self.count == self.at and not self.after:
                raise Killed
            record(*given)
            if self.count == self.at:
                raise Killed

        steps.record = recorded
        return steps


def drafts(app: BabyAGI) -> dict[str, Any]:
    """What was made, without what differs from build to build."""
    found = {}
    for name, number in app.catalogue.drafts():
        spec = app.catalogue.version(name, number).spec
        origin = {**spec.metadata["build"], "id": ""}
        origin["gate"] = {**origin["gate"], "seconds": 0}
        found[f"{name}@{number}"] = (spec.code, spec.dependencies, json.dumps(origin))
    return found


@pytest.fixture(scope="module")
def whole() -> tuple[dict[str, Any], int]:
    """The same build when nobody kills it, and how many steps it wrote."""
    app = BabyAGI(":memory:", namespace={})
    app.add_function("average", bench.STORED)
    builds = Deadly()
    bench.desk(app, ScriptedModel(bench.answering()), bench.quick(app), builds).build(bench.TASK)
    made = drafts(app)
    app.close()
    return made, builds.count


def test_the_bench_writes_as_many_steps_as_are_tried(whole: tuple[dict[str, Any], int]) -> None:
    assert whole[1] == STEPS
    assert len(whole[0]) == 4


@pytest.mark.parametrize("before", [False, True])
def test_a_build_killed_at_every_step_goes_on(
    before: bool, whole: tuple[dict[str, Any], int]
) -> None:
    """Killed behind each step, and if *before* also ahead of it, as often as there are steps."""
    app = BabyAGI(":memory:", namespace={})
    app.add_function("average", bench.STORED)
    builds = Deadly()
    model = ScriptedModel(bench.answering())
    desk = bench.desk(app, model, bench.quick(app), builds)
    kills = 0
    for at in range(STEPS):
        for after in (False, True) if before else (True,):
            builds.at, builds.after = builds.count + 1, after
            with pytest.raises(Killed):
                desk.resume() if kills else desk.build(bench.TASK)
            builds.count = at + after
            kills += 1
            assert [each.state for each in desk.all()] == ["stopped"]
    builds.at = 0
    done = desk.resume()
    assert (done.state, done.main, builds.count) == ("done", "report", STEPS)
    assert drafts(app) == whole[0]
    questions = Counter(each.last for each in model.requests)
    # Only an answer that was not written down yet when the process died is asked for again.
    assert set(questions.values()) == {2 if before else 1}
    assert len(questions) == 9
    app.close()


def sit(store: Path, url: str, steps: int, build: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "building_child.py"), str(store), url, str(steps), build]
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[2]}"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def listed(store: Path) -> tuple[list[Build], dict[str, Any]]:
    with_app = BabyAGI(store, namespace={})
    try:
        return bench.desk(with_app, ScriptedModel()).all(), drafts(with_app)
    finally:
        with_app.close()


def test_a_killed_build_asks_for_nothing_twice(
    tmp_path: Path, whole: tuple[dict[str, Any], int]
) -> None:
    """SIGKILL again and again, right behind a step, until the build is done."""
    store = tmp_path / "store"
    app = BabyAGI(store, namespace={})
    app.add_function("average", bench.STORED)
    app.close()
    with FaultServer(bench.answering()) as server:
        build, ended = "", ""
        for steps in (2, 9, 12, 0):
            process = sit(store, server.url, steps, build)
            ended, _ = process.communicate(timeout=60)
            assert process.returncode == (-9 if steps else 0)
            (known,), _ = listed(store)
            build = known.id
            assert known.state == ("stopped" if steps else "done")
        assert ended == "done"
        bodies = Counter(each.last for each in server.requests)
        assert set(bodies.values()) == {1}
        assert len(bodies) == 9
    made = listed(store)[1]
    assert {name: each[:2] for name, each in made.items()} == {
        name: each[:2] for name, each in whole[0].items()
    }


def test_a_build_killed_at_any_moment_goes_on(tmp_path: Path) -> None:
    store = tmp_path / "store"
    app = BabyAGI(store, namespace={})
    app.add_function("average", bench.STORED)
    app.close()
    chance = random.Random(5)
    with FaultServer(bench.answering()) as server:
        kills = 0
        build = ""
        for _ in range(2):
            process = sit(store, server.url, 0, build)
            try:
                process.communicate(timeout=0.6 + chance.random() * 0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            process.communicate()
            build = next((each.id for each in listed(store)[0]), "")
        known = listed(store)[0]
        if not known or known[0].state != "done":
            ended, _ = sit(store, server.url, 0, build).communicate(timeout=60)
            assert ended == "done"
        bodies = Counter(each.last for each in server.requests)
        assert len(bodies) == 9
        assert sum(bodies.values()) - len(bodies) <= kills
    assert len(listed(store)[1]) == 4


def test_two_processes_do_not_work_on_one_build(tmp_path: Path) -> None:
    app = BabyAGI(tmp_path / "store", namespace={})
    app.add_function("average", bench.STORED)
    model = ScriptedModel(bench.answering())
    desk = bench.desk(app, model, bench.quick(app), calls=1)
    stopped = desk.build(bench.TASK)
    held = app._store.builds.open(stopped.id)
    with pytest.raises(StoreLocked, match="is held by"):
        desk.resume(stopped.id)
    held.close()
    assert desk.resume(stopped.id, calls=60).state == "done"
    app.close()
