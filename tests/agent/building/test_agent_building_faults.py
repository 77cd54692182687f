"""Every fault of the catalogue, at every step of a build: typed, bounded, nothing active."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import building_bench as bench
import pytest

from babyagi_nb.agent.building.workshop import Workshop
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Build
from babyagi_nb.testing import ScriptedModel, faults

ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}
CALLS = 30
_ELSEWHERE = ("code_tests_cannot_fail",)
"""A fault of tests: as an answer to who asks for code it is nothing new."""


@pytest.fixture(scope="module")
def app() -> Iterator[BabyAGI]:
    made = BabyAGI(":memory:", namespace={})
    yield made
    made.close()


def forgetful(app: BabyAGI, **other: Any) -> Workshop:
    """A workshop that stores nothing, so that every build finds the same library."""

    def propose(code: str, **declared: Any) -> Any:
        return SimpleNamespace(functions=[SimpleNamespace(version=SimpleNamespace(number=1))])

    return bench.quick(app, propose=propose, **other)


@pytest.mark.parametrize("step", ["plan", "tests", "code"])
@pytest.mark.parametrize("name", sorted(faults.ALL))
def test_a_fault_at_any_step_ends_the_build(app: BabyAGI, name: str, step: str) -> None:
    model = ScriptedModel(bench.answering(plan=ONE))
    model.inject(faults.ALL[name], when=lambda request: bench.step(request) == step)
    done = bench.desk(app, model, forgetful(app), calls=CALLS).build(bench.TASK)
    assert isinstance(done, Build)
    assert done.state in ("done", "stopped", "failed")
    assert done.message or done.state == "done"
    assert "\n" not in done.message
    assert done.spent.calls <= CALLS
    assert len(app.catalogue) == 0
    assert app.drafts() == []
    if faults.ALL[name].recovers and faults.ALL[name].says is None:
        assert done.state == "done", done.message


def test_the_catalogue_of_faults_is_whole() -> None:
    assert len(faults.ALL) >= 60


@pytest.mark.parametrize("name", [each for each in sorted(faults.ALL) if each.startswith("code_")])
def test_bad_code_is_repaired_or_refused_by_the_real_gate(app: BabyAGI, name: str) -> None:
    good = bench.fenced(bench.CODE["label_of"])
    model = ScriptedModel(bench.answering({("repair", "label_of"): good}, plan=ONE))
    model.inject(faults.ALL[name], when=lambda request: bench.step(request) == "code")
    real = bench.workshop(app)
    done = bench.desk(app, model, forgetful(app, judge=real.judge)).build(bench.TASK)
    assert done.state == "done", done.message
    repaired = any(bench.step(each) == "repair" for each in model.requests)
    assert repaired == (name not in _ELSEWHERE)
    assert app.drafts() == []
