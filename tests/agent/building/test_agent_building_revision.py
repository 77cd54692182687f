"""The next version of a draft: with a remark, or with inputs that it failed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import building_bench as bench
import pytest

from babyagi_nb.agent.building.cells import cell_of, waiting
from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import NotFound
from babyagi_nb.testing import ScriptedModel

ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}
NEW = bench.CODE["label_of"].replace('"high"', '"dear"')
CASES = [
    (title, code.replace("'high'", "'dear'"), raises)
    for title, code, raises in bench.CASES["label_of"]
]


@pytest.fixture
def app() -> Iterator[BabyAGI]:
    made = BabyAGI(":memory:", namespace={})
    yield made
    made.close()


def first(app: BabyAGI) -> None:
    desk = bench.desk(app, ScriptedModel(bench.answering(plan=ONE)), bench.quick(app))
    assert desk.build(bench.TASK).state == "done"


def test_a_remark_makes_the_next_version_through_the_same_gate(app: BabyAGI) -> None:
    first(app)
    said = {
        ("tests", "label_of"): bench.stated("label_of", CASES),
        ("repair", "label_of"): bench.fenced(NEW),
    }
    model = ScriptedModel(bench.answering(said, plan=ONE))
    done = bench.desk(app, model).revise("label_of", 1, "say dear, not high")
    assert (done.state, done.main) == ("done", "label_of")
    (made,) = done.made
    assert (made.how, made.version) == ("written", 2)
    spec = app.version("label_of", 2).spec
    assert spec.metadata["build"]["parent"] == "label_of@1"
    assert '"dear"' in spec.code
    assert [bench.step(each) for each in model.requests] == ["plan", "tests", "repair"]
    plan, tests, code = (each.last for each in model.requests)
    assert "say dear, not high" in plan
    assert '"high" if amount' not in tests
    assert '"high" if amount' in code
    assert list(app.catalogue) == []


def test_a_revision_is_of_that_function_alone(app: BabyAGI) -> None:
    first(app)
    model = ScriptedModel(bench.answering({("plan", ""): bench.PLAN}))
    done = bench.desk(app, model, bench.quick(app)).revise("label_of", 1, "do more")
    assert done.state == "failed"
    assert "plan exactly one function, 'label_of'" in done.message


def test_failing_inputs_become_tests_of_the_next_version(app: BabyAGI) -> None:
    app.add_function("halve", "def halve(x: int) -> float:\n    return x // 2\n")
    failing = (
        "def test_halve_one():\n    assert halve(1) == 0.5",
        "def test_halve_minus():\n    assert halve(-3) == -1.5",
        "def test_halve_even():\n    assert halve(4) == 2",
        "def test_halve_text():\n    try:\n        halve('a')\n"
        "    except TypeError:\n        pass\n    else:\n        raise AssertionError('no error')",
    )
    better = "def halve(x: int) -> float:\n    return x / 2\n"
    model = ScriptedModel(bench.answering({("repair", "halve"): bench.fenced(better)}))
    done = bench.desk(app, model).next_version("halve", 1, failing)
    assert done.state == "done", done.message
    assert [(each.how, each.version) for each in done.made] == [("written", 2)]
    assert len(model.requests) == 1
    assert len(app.version("halve", 2).spec.tests) == 4
    assert app.catalogue.active("halve") == 1


def test_what_is_not_there_cannot_be_revised(app: BabyAGI) -> None:
    desk = bench.desk(app, ScriptedModel(), bench.quick(app))
    with pytest.raises(NotFound):
        desk.revise("nowhere", 1, "anything")
    assert desk.all() == []


# -- the cell ----------------------------------------------------------------------------------


def test_the_cell_shows_code_and_tests_and_executes_nothing(app: BabyAGI) -> None:
    app.add_function("average", bench.STORED)
    desk = bench.desk(app, ScriptedModel(bench.answering()), bench.quick(app))
    done = desk.build(bench.TASK)
    labels = waiting(done)
    assert labels[-1] == "report@1"
    text = cell_of(done, app.version)
    assert text.startswith(f"%%babyagi review {' '.join(labels)}\n# 4 drafts for: Read lines")
    for label in labels:
        spec = app.version(label.partition("@")[0], 1).spec
        assert spec.code.strip() in text
        assert all(test.strip() in text for test in spec.tests)
    assert [line for line in text.splitlines() if line.startswith("%")] == [text.splitlines()[0]]


def test_a_build_without_drafts_has_no_cell(app: BabyAGI) -> None:
    app.add_function("average", bench.STORED)
    plan: Any = {"functions": [], "main": "average"}
    desk = bench.desk(app, ScriptedModel(bench.answering(plan=plan)), bench.quick(app))
    assert cell_of(desk.build(bench.TASK), app.version) == ""
