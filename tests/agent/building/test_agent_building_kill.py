"""A build that is killed goes on where it was, asks for nothing twice, and makes the same.

Here whoever holds it is killed in thought; processes are killed in ``tests/model``.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import building_bench as bench
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import StoreLocked
from babyagi_nb.store.builds import MemoryBuilds
from babyagi_nb.testing import ScriptedModel

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
