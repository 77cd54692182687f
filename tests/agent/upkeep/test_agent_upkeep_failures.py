"""Inputs that a version failed on become tests of the next."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
import upkeep_bench as bench

from babyagi_nb.errors import NotFound
from babyagi_nb.testing import Request, Rule, ScriptedModel

PRICE = '''\
def price(text: str) -> float:
    """A price as a number."""
    if not text:
        raise ValueError("empty")
    return float(text)
'''
MENDED = PRICE.replace("float(text)", 'float(text.replace(",", "."))')


@pytest.fixture
def app() -> Iterator[bench.Application]:
    made = bench.Application(":memory:", namespace={})
    yield made
    made.close()


def answer(request: Request) -> object:
    if request.system.startswith("You write tests"):
        cases = [
            {"title": "comma", "code": "assert price('3,5') == 3.5", "raises": ""},
            {"title": "point", "code": "assert price('2.5') == 2.5", "raises": ""},
            {"title": "whole", "code": "assert price('7') == 7", "raises": ""},
            {"title": "empty", "code": "price('')", "raises": "ValueError"},
        ]
        return {"cases": cases, "search_phrases": ["a price"]}
    return bench.fenced(MENDED)


def scripted(app: bench.Application) -> ScriptedModel:
    app._model = model = ScriptedModel([Rule(answer, times=None)])
    return model


def test_a_failing_input_becomes_a_test_and_the_next_version_a_draft(
    app: bench.Application,
) -> None:
    app.add_function("price", PRICE, effects="pure")
    bench.tries(app, "price", "1,5", "2.5", "3", "4.25", "")
    model = scripted(app)
    done = app.improve("price")
    assert done.state == "done", done.message
    assert [(each.how, each.version) for each in done.made] == [("written", 2)]
    assert app.catalogue.active("price") == 1
    assert len(model.requests) == 1
    shown = model.requests[0].last
    assert "result = price('1,5')" in shown
    assert "isinstance(result, (int, float))" in shown
    tests = "\n".join(app.version("price", 2).spec.tests)
    assert "price('1,5')" in tests
    assert "price('2.5')" in tests
    assert "ValueError was to be raised" in tests


def test_the_failing_input_stays_a_test_where_the_model_has_to_state_more(
    app: bench.Application,
) -> None:
    app.add_function("price", PRICE)
    bench.tries(app, "price", "1,5")
    model = scripted(app)
    done = app.improve("price")
    assert done.state == "done", done.message
    assert [each.system.partition(" for")[0].partition(".")[0] for each in model.requests] == [
        "You repair one Python function",
        "You write tests",
    ]
    tests = "\n".join(app.version("price", 2).spec.tests)
    assert "price('1,5')" in tests
    assert "price('3,5') == 3.5" in tests


def test_code_that_still_fails_on_the_input_is_no_next_version(app: bench.Application) -> None:
    app.add_function("price", PRICE, effects="pure")
    bench.tries(app, "price", "1,5", "2.5", "3", "4.25", "")
    app._model = ScriptedModel([Rule(bench.fenced(PRICE), times=None)])
    done = app.improve("price")
    assert done.state == "failed"
    assert app.catalogue.numbers("price") == (1,)


def test_without_a_failing_input_it_says_so(app: bench.Application) -> None:
    app.add_function("price", PRICE)
    with pytest.raises(NotFound, match="the log holds no input that it failed on"):
        app.improve("price")
    bench.tries(app, "price", "", 3)
    with pytest.raises(NotFound, match=r"refuses on purpose; %babyagi revise price@1"):
        app.improve("price")
    with pytest.raises(NotFound, match="no function"):
        app.improve("prize")


def test_an_input_that_went_well_another_time_is_not_what_is_wrong(app: bench.Application) -> None:
    app.namespace["state"] = {"broken": True}
    code = "def f(x):\n    if state['broken']:\n        return 1 / 0\n    return x\n"
    app.add_function("f", code)
    bench.tries(app, "f", 1, 2)
    app.namespace["state"]["broken"] = False
    bench.tries(app, "f", 2)
    assert [each.call for each in app.lessons("f").failing] == ["f(1)"]


def test_inputs_that_the_log_does_not_hold_whole_are_left_out(app: bench.Application) -> None:
    app.add_function("f", "def f(x, **more):\n    return 1 / 0\n")
    bench.tries(app, "f", (object(),), (list(range(10_000)),), ("x" * 50_000,), ((1, 2),))
    found = app.lessons("f")
    assert [each.call for each in found.failing] == ["f((1, 2))"]
    assert (found.unusable, found.nothing) == (3, "")
    app.add_function("g", "def g(x, **more):\n    return 1 / 0\n")
    bench.tries(app, "g", (object(),))
    assert app.lessons("g").nothing == ("failed runs whose input the log does not hold whole: 1")


def test_no_test_holds_the_value_of_a_key(app: bench.Application) -> None:
    app.keys.set("token", "hunter2-hunter2")
    app.add_function("f", "def f(x):\n    return 1 / 0\n")
    assert app.keys.get("token") is not None
    bench.tries(app, "f", "a hunter2-hunter2 b", "plain")
    found = app.lessons("f")
    assert [each.call for each in found.failing] == ["f('plain')"]
    assert "hunter2" not in "".join(found.tests)


def test_hostile_inputs_stay_literals(app: bench.Application) -> None:
    app.add_function("f", "def f(x, *, y=1):\n    return 1 / 0\n")
    hostile = "')\n    import os\n    os.system('x')\n#"
    bench.tries(app, "f", hostile, "\u202e", '"""', "\\")
    found = app.lessons("f")
    assert len(found.failing) == 4
    for text in found.tests:
        (test,) = ast.parse(text).body
        assert isinstance(test, ast.FunctionDef)
        assert not any(isinstance(each, ast.Import) for each in ast.walk(test))


def test_a_run_that_took_too_long_is_a_failing_input(app: bench.Application) -> None:
    app.add_function("f", "def f(x: int) -> int:\n    while x:\n        pass\n    return x\n",
                     timeout=0.05)  # fmt: skip
    bench.tries(app, "f", 1, 0)
    (case,) = app.lessons("f").failing
    assert (case.call, case.error) == ("f(1)", "TimeoutError")
