"""What the log shows about versions, and how much a few runs prove."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import upkeep_bench as bench
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.upkeep.evidence import Evidence, is_worse, standing, wilson
from babyagi_nb.agent.upkeep.ledger import Ledger
from babyagi_nb.errors import NotFound

PRICE = """\
def price(text: str) -> float:
    if not text:
        raise ValueError("empty")
    return float(text)
"""
BETTER = 'def price(text: str) -> float:\n    return float(text.replace(",", "."))\n'


@pytest.fixture
def app() -> Iterator[bench.Application]:
    made = bench.Application(":memory:", namespace={})
    yield made
    made.close()


def made(runs: int, successes: int) -> Evidence:
    return Evidence(function="f", version=1, runs=runs, successes=successes)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_share_and_stays_between_none_and_all(a: int, b: int) -> None:
    runs, successes = max(a, b), min(a, b)
    low, high = wilson(successes, runs)
    assert 0.0 <= low <= high <= 1.0
    if runs:
        assert low <= successes / runs <= high
        assert wilson(successes + 1, runs + 1)[0] >= low
        assert wilson(successes, runs + 1)[1] <= high


def test_few_runs_prove_nothing() -> None:
    assert [standing(made(n, 0)) for n in (0, 1, 3, 4)] == ["unknown"] * 3 + ["failing"]
    assert standing(made(3, 3)) == "unknown"
    assert standing(made(20, 19)) == "proven"
    assert not is_worse(made(1, 0), made(1, 1))
    assert is_worse(made(20, 5), made(20, 18))
    assert not is_worse(made(0, 0), made(20, 18))


def test_versions_are_told_apart_and_blameless_errors_do_not_count(app: bench.Application) -> None:
    app.add_function("price", PRICE)
    bench.tries(app, "price", "1", "2,5", "2,5", "", 3)
    app.add_function("price", BETTER)
    bench.tries(app, "price", "1", "2,5")
    first, second = Ledger(app.queries).evidence()
    assert (first.version, first.runs, first.successes, first.failing) == (1, 4, 1, 2)
    assert (first.errors, first.blameless) == ({"ValueError": 3}, 1)
    assert (second.version, second.runs, second.successes, second.errors) == (2, 2, 2, {})
    assert 0 < first.p50 <= first.p95
    assert first.last > 1_700_000_000 * 10**9


def test_a_new_version_is_compared_on_the_same_inputs(app: bench.Application) -> None:
    app.add_function("price", PRICE)
    bench.tries(app, "price", "1", "2,5", "x", "9")
    app.add_function(
        "price", BETTER.replace("return", "if text == '9':\n        1 / 0\n    return")
    )
    bench.tries(app, "price", "1", "2,5", "x", "9")
    found = Ledger(app.queries).compare("price", 1, 2)
    assert (found.same, found.mended, found.broken) == (2, ('text="2,5"',), ('text="9"',))
    assert found.shared == 4


def test_what_models_took_is_counted_for_every_version_above(app: bench.Application) -> None:
    def ask(cost: float | None) -> None:
        with app.runs("model", {"purpose": "ask", "model": "m"}) as span:
            span.output = {"prompt_tokens": 10, "completion_tokens": 5, "cost": cost}

    app.namespace["ask"] = ask
    app.add_function("inner", "def inner(cost):\n    ask(cost)\n")
    app.add_function("outer", "def outer(cost):\n    inner(cost)\n    inner(cost)\n")
    app.call("outer", (0.25,))
    inner, outer = Ledger(app.queries).evidence()
    assert (inner.asked, inner.tokens, inner.cost) == (2, 30, 0.5)
    assert (outer.asked, outer.tokens, outer.cost) == (2, 30, 0.5)
    app.call("inner", (None,))
    (again,) = Ledger(app.queries).evidence("inner")
    assert (again.asked, again.tokens, again.cost) == (3, 45, None)


def test_outcomes_are_rows_and_name_what_is_not_there(app: bench.Application) -> None:
    app.add_function("price", PRICE)
    bench.tries(app, "price", "1")
    (row,) = app.outcomes("price", days=1)
    wanted: dict[str, Any] = {"function": "price", "version": 1, "runs": 1, "successes": 1}
    assert {name: row[name] for name in wanted} == wanted
    assert app.outcomes(days=1) == [row]
    with pytest.raises(NotFound, match="did you mean 'price'"):
        app.outcomes("prise")
