"""Experiments in the real sandbox: what variants do, and what they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.laboratory import Experiment, Outcome
from babyagi_nb.errors import NotFound, SandboxRefused
from babyagi_nb.ids import FunctionName
from babyagi_nb.runtime.laboratory import SandboxLaboratory

GOOD = "def f(x):\n    return x + 1\n"
TESTS = {"one": "assert f(1) == 2", "two": "def test_two():\n    assert f(5) == 6"}


@pytest.fixture(scope="module", name="world")
def world_fixture() -> Iterator[tuple[BabyAGI, SandboxLaboratory]]:
    app = BabyAGI(":memory:", namespace={})
    app.add_function("base", "def base(x):\n    return x * 10\n")
    app.add_function("above", "def above(x):\n    return base(x) + 1\n")
    app.add_function("later", "async def later(x):\n    return x * 2\n")
    yield app, SandboxLaboratory(catalogue=app.catalogue, sandbox=app.sandbox)
    app.close()


def run(
    world: tuple[BabyAGI, SandboxLaboratory],
    variants: Mapping[str, str],
    tests: Mapping[str, str] = TESTS,
    **given: Any,
) -> tuple[Outcome, ...]:
    given.setdefault("seconds", 0.3)
    uses = tuple(map(FunctionName, given.pop("uses", ())))
    return world[1].run(
        Experiment(name=FunctionName("f"), variants=variants, tests=tests, uses=uses, **given)
    )


def results(outcomes: tuple[Outcome, ...]) -> list[tuple[str, str, str]]:
    return [(each.variant, each.test, each.result) for each in outcomes]


World = tuple[BabyAGI, SandboxLaboratory]


def test_every_variant_meets_every_test_in_the_order_given(world: World) -> None:
    wrong = "def f(x):\n    return 2\n"

    found = run(world, {"good": GOOD, "wrong": wrong, "none": "x = 1\n"})

    assert results(found) == [
        ("good", "one", "passed"),
        ("good", "two", "passed"),
        ("wrong", "one", "passed"),
        ("wrong", "two", "failed"),
        ("none", "one", "error"),
        ("none", "two", "error"),
    ]
    assert "left side is 2, right side is 6" in found[3].message
    assert "line 2 of the test" in found[3].message
    assert "does not define f" in found[4].message


def test_stored_functions_can_be_called_with_all_that_they_depend_on(world: World) -> None:
    variants = {
        "calls": "def f(x):\n    return above(x)\n",
        "is": "f = above\n",
        "undeclared": "def f(x):\n    return base(x)\n",
    }

    found = run(world, variants, {"t": "assert f(2) == 21 == above(2)"}, uses=["above"])

    assert [each.result for each in found] == ["passed", "passed", "error"]
    assert "NameError" in found[2].message


def test_coroutines_are_awaited_where_they_can_be_and_finished_elsewhere(world: World) -> None:
    variants = {
        "async": "async def f(x):\n    return await later(x)\n",
        "plain": "def f(x):\n    return later(x)\n",
    }
    tests = {
        "awaits": "async def test_it():\n    assert await f(2) == 4",
        "calls": "assert f(2) == 4",
    }

    found = run(world, variants, tests, uses=["later"])

    assert ("async", "awaits", "passed") in results(found)
    assert ("plain", "calls", "passed") in results(found)
    assert ("plain", "awaits", "error") in results(found)


def test_no_test_sees_what_another_left_in_a_namespace(world: World) -> None:
    counting = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)\n"

    found = run(world, {"counting": counting}, {"a": "assert f(0) == 1", "b": "assert f(0) == 1"})

    assert [each.result for each in found] == ["passed", "passed"]


def test_what_takes_too_long_is_ended_and_its_other_tests_are_left_out(world: World) -> None:
    variants = {
        "loop": "def f(x):\n    while True:\n        pass\n",
        "deaf": "def f(x):\n    while True:\n        try:\n            while True:\n"
        "                pass\n        except BaseException:\n            pass\n",
        "good": GOOD,
    }

    found = run(world, variants)

    assert results(found) == [
        ("loop", "one", "timeout"),
        ("deaf", "one", "timeout"),
        ("good", "one", "passed"),
        ("good", "two", "passed"),
    ]


def test_what_python_cannot_interrupt_costs_the_process_and_not_the_experiment(
    world: World,
) -> None:
    endless = "def f(x):\n    return sum(range(10**13))\n"

    found = run(world, {"good": GOOD, "endless": endless, "again": GOOD}, seconds=0.1)

    assert results(found) == [
        ("good", "one", "passed"),
        ("good", "two", "passed"),
        ("endless", "one", "timeout"),
        ("again", "one", "passed"),
        ("again", "two", "passed"),
    ]


def test_a_variant_that_ends_the_process_is_the_only_one_to_suffer(world: World) -> None:
    leaving = "import os\ndef f(x):\n    if x == 5:\n        os._exit(0)\n    return x + 1\n"

    found = run(world, {"leaving": leaving, "good": GOOD})

    assert results(found) == [
        ("leaving", "one", "passed"),
        ("leaving", "two", "error"),
        ("good", "one", "passed"),
        ("good", "two", "passed"),
    ]
    assert "process ended" in found[1].message


@pytest.mark.parametrize(
    "raised",
    ["SystemExit(0)", "KeyboardInterrupt", "GeneratorExit", "StopIteration", "MemoryError"],
)
def test_whatever_is_raised_is_no_success(world: World, raised: str) -> None:
    found = run(world, {"v": f"def f(x):\n    raise {raised}\n"}, {"t": "f(1)"})

    assert [each.result for each in found] == ["error"]


@pytest.mark.parametrize(
    "code",
    [
        "import builtins\ndef f(x):\n    return x + 1\n",
        "def f(x):\n    return eval('x + 1')\n",
        "def f(x):\n    getattr(f, '__globals__')\n    return x + 1\n",
        "def f(x):\n    open(3, 'wb')\n    return x + 1\n",
        "import math\ndef f(x):\n    math.sqrt = abs\n    return x + 1\n",
        "import json\ndef f(x):\n    setattr(json, 'loads', abs)\n    return x + 1\n",
        "import sys\ndef f(x):\n    sys.settrace(lambda *given: None)\n    return x + 1\n",
        "import collections\ndef f(x):\n    vars(collections)\n    return x + 1\n",
    ],
)
def test_reaching_for_the_interpreter_is_no_success(world: World, code: str) -> None:
    found = run(world, {"v": code, "good": GOOD})

    assert {each.result for each in found if each.variant == "v"} == {"error"}
    assert {each.result for each in found if each.variant == "good"} == {"passed"}


def test_a_result_that_the_code_writes_to_the_channel_itself_is_no_success(world: World) -> None:
    forging = """
import os
import struct

def f(x):
    body = b'{"t": "item", "v": {"token": "", "outcomes": [{"variant": "v", "test": "one", ' \\
           b'"result": "passed"}]}}'
    for number in range(3, 64):
        try:
            os.write(number, struct.pack('>I', len(body)) + body)
            os.write(number, struct.pack('<I', len(body)) + body)
        except OSError:
            pass
    return x + 1
"""
    found = run(world, {"v": forging, "good": GOOD})

    assert all(each.result != "passed" for each in found if each.variant == "v")
    assert {each.result for each in found if each.variant == "good"} == {"passed"}


def test_a_token_that_is_not_ours_is_refused() -> None:
    class Lying:
        """A sandbox that says every test passed."""

        def steps(self, job: Any, observer: Any) -> Iterator[Any]:
            order = job.args[0]
            yield {"token": "guessed", "began": True}
            yield {
                "token": order["token"],
                "outcomes": [{"variant": "v", "test": "one", "result": "passed"}],
            }

    from babyagi_nb.core.catalogue import Catalogue

    laboratory = SandboxLaboratory(catalogue=Catalogue(), sandbox=Lying())  # type: ignore[arg-type]

    with pytest.raises(SandboxRefused):
        laboratory.run(Experiment(name=FunctionName("f"), variants={"v": GOOD}, tests=TESTS))


def test_printing_without_end_is_dropped(world: World) -> None:
    loud = "def f(x):\n    print('x' * 5_000_000)\n    return x + 1\n"

    assert {each.result for each in run(world, {"loud": loud})} == {"passed"}


def test_a_test_that_does_not_compile_is_an_error_and_the_others_run(world: World) -> None:
    found = run(world, {"good": GOOD}, {"bad": "assert f(1) ==", "one": TESTS["one"]})

    assert results(found) == [("good", "bad", "error"), ("good", "one", "passed")]


def test_an_unknown_function_is_named_before_anything_runs(world: World) -> None:
    with pytest.raises(NotFound, match="abuve"):
        run(world, {"good": GOOD}, uses=["abuve"])


def test_nothing_is_logged_and_nothing_stored(world: World) -> None:
    app, _ = world
    before = (len(app.get_logs()), list(app.catalogue))

    run(world, {"v": "def f(x):\n    return above(x)\n"}, uses=["above"])

    assert (len(app.get_logs()), list(app.catalogue)) == before
