"""How long somebody goes on asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.models.failures import failure_of, retry_after
from babyagi_nb.agent.models.patience import Attempts, Patience
from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.errors import BudgetSpent, ModelError


class Clock:
    """A time that passes by waiting only."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def _attempts(seconds: float, meter: Meter | None = None, **more: float) -> tuple[Attempts, Clock]:
    clock = Clock()
    patience = Patience(clock=clock, wait=clock.wait, chance=lambda: 1.0, **more)  # type: ignore[arg-type]
    return Attempts(patience, seconds, meter), clock


def _busy(after: float | None = None, kind: str = "rate") -> ModelError:
    return ModelError("busy", kind=kind, retry=True, after=after)


def test_waits_grow_up_to_a_bound() -> None:
    attempts, clock = _attempts(1000.0, tries=9)
    waits = []
    for _ in range(8):
        attempts.request(1)
        before = clock.now
        attempts.again(_busy())
        waits.append(round(clock.now - before, 6))
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_what_the_server_asks_to_wait_is_waited() -> None:
    attempts, clock = _attempts(120.0)
    attempts.request(1)
    attempts.again(_busy(after=30.0))
    assert clock.now == pytest.approx(130.0)


def test_a_wait_beyond_the_time_left_is_not_begun() -> None:
    attempts, clock = _attempts(20.0)
    attempts.request(1)
    with pytest.raises(ModelError, match="busy"):
        attempts.again(_busy(after=30.0))
    assert clock.now == 100.0


def test_a_budget_of_seconds_bounds_the_time_too() -> None:
    clock = Clock()
    meter = Meter(Budget(seconds=5.0), clock=clock)
    attempts = Attempts(Patience(clock=clock, wait=clock.wait), 60.0, meter)
    assert attempts.left() == 5.0
    clock.wait(6.0)
    with pytest.raises(BudgetSpent):
        attempts.again(ModelError("late", kind="timeout"))


def test_useless_answers_are_asked_again_once_because_they_may_cost() -> None:
    attempts, _ = _attempts(60.0)
    attempts.request(1)
    attempts.again(_busy(kind="protocol"))
    attempts.request(1)
    with pytest.raises(ModelError):
        attempts.again(_busy(kind="protocol"))


@given(st.integers(1, 12), st.floats(0, 1), st.none() | st.floats(0, 1e5))
def test_no_wait_is_negative_or_shorter_than_asked(
    attempt: int, chance: float, after: float | None
) -> None:
    pause = Patience(chance=lambda: chance).pause(attempt, _busy(after))
    assert pause >= (after or 0.0)
    assert pause <= max(10.0, after or 0.0)


@given(st.text(max_size=40))
def test_whatever_a_server_says_about_waiting_is_a_number_of_seconds_or_nothing(text: str) -> None:
    said = retry_after({"retry-after": text}, lambda: 0.0)
    assert said is None or 0.0 <= said <= 24 * 3600


@given(
    st.integers(200, 599),
    st.text(max_size=60)
    | st.dictionaries(
        st.sampled_from(["error", "message", "code", "type", "detail"]),
        st.text(max_size=30) | st.none() | st.integers() | st.dictionaries(
            st.sampled_from(["message", "code"]), st.text(max_size=30) | st.integers()
        ),
    ),
)  # fmt: skip
def test_every_refusal_becomes_one_clear_line(status: int, body: object) -> None:
    error = failure_of(status, body, {})
    assert isinstance(error, ModelError)
    assert error.fix
    assert "\n" not in str(error)
    assert len(str(error)) < 700


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, '{"error": {"code": "insufficient_quota", "message": "x"}}', "quota"),
        (429, "slow down", "rate"),
        (529, '{"error": {"message": "overloaded"}}', "server"),
        (400, '{"error": "context length exceeded"}', "context"),
        (400, '{"error": {"code": "content_filter", "message": "x"}}', "filter"),
        (404, '{"error": "model \'x\' not found"}', "model"),
        (400, '{"error": "x does not support tools"}', "tools"),
        (422, '{"detail": "no"}', "request"),
        (503, "<html>no</html>", "server"),
        (500, '{"error": "context length"}', "server"),
        (200, {"code": "rate_limit_exceeded", "message": "x"}, "rate"),
        (200, "it broke", "server"),
    ],
)
def test_refusals_are_told_apart_by_words_and_status(status: int, body: object, kind: str) -> None:
    assert failure_of(status, body, {}).kind == kind
