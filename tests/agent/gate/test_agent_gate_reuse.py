"""A stored function is taken for a planned one only when the tests can tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gate_world import Gates, opened_gates

from babyagi_nb.agent.gate import fits, reusable
from babyagi_nb.core.records import Parameter

TESTS = (
    "assert mean([1, 2, 3]) == 2",
    "assert mean([5]) == 5",
    "assert mean([0, 1]) == 0.5",
    "assert mean([-2, 2, 9]) == 3",
    "try:\n    mean([])\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError",
)
ASYNC = (
    "async def test_a():\n    assert await twice(2) == 4",
    "async def test_b():\n    assert await twice(0) == 0",
    "import asyncio\nassert asyncio.run(twice(-3)) == -6",
    "import asyncio\nassert asyncio.run(twice(10)) == 20",
    "async def test_c():\n    assert await twice(7) == 14",
)


@pytest.fixture(scope="module", name="gates")
def gates_fixture() -> Iterator[Gates]:
    with opened_gates() as made:
        yield made


def test_only_functions_that_pass_every_test_are_named(gates: Gates) -> None:
    found = reusable(
        gates.laboratory, name="mean", tests=TESTS, among=["spread", "average", "words_of"]
    )

    assert found == ("average",)


def test_a_coroutine_function_is_found_as_one(gates: Gates) -> None:
    found = reusable(gates.laboratory, name="twice", tests=ASYNC, among=["later", "average"])

    assert found == ("later",)


def test_few_tests_find_nothing(gates: Gates) -> None:
    assert reusable(gates.laboratory, name="mean", tests=TESTS[:3], among=["average"]) == ()


def test_tests_that_a_stub_passes_find_nothing(gates: Gates) -> None:
    idle = ("assert callable(mean)", "assert mean", *TESTS[:3])

    assert reusable(gates.laboratory, name="mean", tests=idle, among=["average"]) == ()


def test_without_names_nothing_is_run() -> None:
    class Never:
        def run(self, experiment: object) -> tuple[()]:
            raise AssertionError("nothing is to be run")

    assert reusable(Never(), name="mean", tests=TESTS, among=["mean"]) == ()


@pytest.mark.parametrize(
    ("planned", "parameters", "fitting"),
    [
        (["a"], [Parameter(name="x")], True),
        (["a"], [Parameter(name="x"), Parameter(name="y")], False),
        (["a"], [Parameter(name="x"), Parameter(name="y", default="1")], True),
        (["a", "b"], [Parameter(name="x")], False),
        (["a", "b"], [Parameter(name="xs", kind="var_positional")], True),
        (["a"], [Parameter(name="x"), Parameter(name="k", kind="keyword_only")], False),
        (["a"], [Parameter(name="x"), Parameter(name="k", kind="keyword_only", default="0")], True),
        ([], [], True),
    ],
)
def test_a_function_fits_when_it_can_be_called_with_so_many_arguments(
    planned: list[str], parameters: list[Parameter], fitting: bool
) -> None:
    assert fits(planned, parameters) is fitting


def test_the_library_knows_drafts_names_and_the_same_code(gates: Gates) -> None:
    from babyagi_nb.agent.gate import fingerprint

    library = gates.library
    same = "def mean_of(v):\n    if not v:\n        raise ValueError('no numbers')\n" \
           "    return sum(v) / len(v)\n"  # fmt: skip

    assert library.same(fingerprint(same, "mean_of"), 1) == "average"
    assert library.same(fingerprint(same, "mean_of"), 2) is None
    assert "already" in library.refusal("average")
    assert library.refusal("entirely_new") == ""
    assert "application" in library.refusal("build")
    assert library.dependencies("spread") == ("average",)
    assert library.dependencies("entirely_new") is None
