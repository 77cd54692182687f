"""A task becomes drafts: by a scripted model, the real gate, sandbox and store."""

from __future__ import annotations

from collections.abc import Iterator

import building_bench as bench
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Build, Progress
from babyagi_nb.core.search import PHRASES
from babyagi_nb.testing import ScriptedModel


@pytest.fixture(scope="module")
def built() -> Iterator[tuple[BabyAGI, Build, list[Progress], ScriptedModel]]:
    app = BabyAGI(":memory:", namespace={})
    app.add_function("average", bench.STORED)
    model = ScriptedModel(bench.answering())
    seen: list[Progress] = []
    build = bench.desk(app, model).build(bench.TASK, watch=seen.append)
    yield app, build, seen, model
    app.close()


Built = tuple[BabyAGI, Build, list[Progress], ScriptedModel]


def test_a_task_becomes_drafts_and_nothing_is_active(built: Built) -> None:
    app, build, _, _ = built
    assert build.message == ""
    assert [(each.name, each.how, each.version) for each in build.made] == [
        ("parse_amounts", "written", 1),
        ("average", "reused", 1),
        ("label_of", "written", 1),
        ("report", "written", 1),
    ]
    assert (build.state, build.main) == ("done", "report")
    assert list(app.catalogue) == ["average"]
    assert {row["name"] for row in app.drafts()} == {"parse_amounts", "label_of", "report"}


def test_the_drafts_run_in_the_sandbox_before_anybody_approves_them(built: Built) -> None:
    app, _, _, _ = built
    assert app.call("report", ("tea: 3\ncake: 5",), version=1) == {
        "count": 2, "mean": 4.0, "label": "middle",
    }  # fmt: skip


def test_a_stored_function_that_passes_the_tests_is_used_under_its_own_name(built: Built) -> None:
    app, build, _, model = built
    assert app.version("report", 1).spec.dependencies == ("average", "label_of", "parse_amounts")
    coded = [each for each in model.requests if bench.step(each) == "code"]
    assert "mean_of" not in {bench.about(each) for each in coded}
    assert "average(values: list[float]) -> float" in coded[-1].last
    assert next(each for each in build.made if each.name == "average").reason


def test_who_states_tests_never_sees_code_and_who_codes_sees_half(built: Built) -> None:
    _, _, _, model = built
    for each in model.requests:
        if bench.step(each) == "tests":
            assert "return sum" not in each.last
            assert "def test_" not in each.last
        if bench.step(each) == "code":
            name = bench.about(each)
            shown = sum(f"def test_{name}_" in line for line in each.last.splitlines())
            assert 0 < shown <= (len(bench.CASES[name]) + 1) // 2


def test_a_draft_says_where_it_comes_from(built: Built) -> None:
    app, build, _, _ = built
    spec = app.version("label_of", 1).spec
    origin = spec.metadata["build"]
    assert spec.origin == "model:scripted"
    assert (origin["id"], origin["model"], origin["host"]) == (build.id, "scripted", "memory")
    assert origin["task"] == bench.TASK
    assert len(origin["prompt_hash"]) == 16
    assert origin["cost"] is None
    assert origin["gate"]["killed"] >= origin["gate"]["mutants"] / 2 > 0
    assert origin["gate"]["fingerprint"].startswith("f1:")
    assert len(spec.metadata[PHRASES]) == 5
    assert origin["tests"]["shown"] + origin["tests"]["hidden"] == len(spec.tests) == 5


def test_every_call_and_the_time_are_counted(built: Built) -> None:
    _, build, seen, model = built
    assert build.spent.calls == len(model.requests) == 8
    assert build.spent.tokens > 0
    assert build.spent.unpriced == 8
    assert [each.spent.calls for each in seen] == sorted(each.spent.calls for each in seen)


def test_whoever_watches_sees_each_step(built: Built) -> None:
    _, _, seen, _ = built
    ended = [(each.step, each.function) for each in seen if each.state == "ended"]
    assert ended[:2] == [("search", None), ("plan", None)]
    assert [step for step, name in ended if name == "report"] == [
        "tests", "reuse", "code", "gate", "register",
    ]  # fmt: skip
    assert ended[-1] == ("done", None)


def test_the_build_is_one_run_in_the_log(built: Built) -> None:
    app, build, _, _ = built
    assert build.run is not None
    run = app.queries.run(build.run)
    assert (run.function, run.version, run.status) == ("build", 0, "success")


def test_a_finished_build_is_listed_as_it_ended(built: Built) -> None:
    app, build, _, model = built
    assert bench.desk(app, model).all() == [build]
