"""What is no call of a function is a run in the log all the same."""

from __future__ import annotations

import pytest

from babyagi_nb import BabyAGI


def test_a_span_is_a_run_with_what_ran_in_it_below() -> None:
    app = BabyAGI(":memory:")
    app.add_function("double", "def double(x):\n    return 2 * x")
    with app.runs("model", {"purpose": "plan", "deep": {"a": [1]}}) as span:
        span.output = {"tokens": 3, "answer": app.double(4)}
    inner, outer = app.get_logs()
    assert (outer["function_name"], outer["version"]) == ("model", 0)
    assert outer["params"] == {"purpose": "plan", "deep": {"a": [1]}}
    assert outer["output"] == {"tokens": 3, "answer": 8}
    assert outer["id"] == span.id
    assert inner["parent_log_id"] == span.id
    assert outer["time_spent"] >= inner["time_spent"]
    app.close()


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("no"), "error"), (KeyboardInterrupt(), "interrupted")]
)
def test_a_span_that_fails_says_how_and_what_runs_next_is_no_child_of_it(
    error: BaseException, status: str
) -> None:
    app = BabyAGI(":memory:")
    app.add_function("one", "def one():\n    return 1")
    with pytest.raises(type(error)), app.runs("model", {}):
        raise error
    app.one()
    after, failed = app.get_logs()
    assert failed["log_type"] == status
    assert after["parent_log_id"] is None
    app.close()
