"""Limits of what may be spent on models, and the count of what was.

A budget is asked *before* every request. Running out is an ordinary end of a build or a chat: it is
typed, says what ran out, and what was begun can be resumed with a larger budget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from babyagi_nb.errors import BudgetSpent

__all__ = ["NO_COST", "Budget", "Meter", "Spent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent; ``None`` is without limit."""

    calls: int | None = None
    """Requests to a model, repeated ones included."""
    tokens: int | None = None
    """Of prompts and answers together."""
    seconds: float | None = None
    """Of wall time."""
    cost: float | None = None
    """US dollars; answers of unknown price do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent."""

    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    unpriced: int = 0
    """Answers whose price is not known."""

    def row(self) -> dict[str, Any]:
        return asdict(self)


NO_COST = Spent()
"""Nothing was spent."""


class Meter:
    """Counts against a budget, and against the meter above it.

    A build has a meter, and each of its functions one under it. *clock* gives seconds that only
    grow. Not safe between threads.

    >>> meter = Meter(Budget(calls=1), clock=lambda: 0.0)
    >>> meter.check()
    >>> meter.request()
    >>> meter.check()
    Traceback (most recent call last):
        ...
    babyagi_nb.errors.BudgetSpent: the budget of 1 calls is spent; give more with calls=N
    """

    def __init__(
        self,
        budget: Budget,
        *,
        clock: Callable[[], float],
        above: Meter | None = None,
        spent: Spent | None = None,
    ) -> None:
        self.budget = budget
        self.above = above
        self._spent = spent or NO_COST
        self._clock = clock
        self._began = clock()

    @property
    def spent(self) -> Spent:
        """Until now, with what was spent before it was resumed."""
        passed = self._clock() - self._began
        return replace(self._spent, seconds=self._spent.seconds + passed)

    def check(self, tokens: int = 0) -> None:
        """Raise :class:`~babyagi_nb.errors.BudgetSpent` when one more request may not be sent.

        *tokens* is an estimate of what it will take at least.
        """
        spent, budget = self.spent, self.budget
        self._refuse("calls", budget.calls, spent.calls + 1)
        self._refuse("tokens", budget.tokens, spent.tokens + max(tokens, 1))
        self._refuse("seconds", budget.seconds, spent.seconds)
        if budget.cost is not None and spent.cost >= budget.cost:
            raise BudgetSpent("cost", f"the budget of ${budget.cost:g} is spent")
        if self.above is not None:
            self.above.check(tokens)

    def request(self) -> None:
        """One more request is sent."""
        self._spent = replace(self._spent, calls=self._spent.calls + 1)
        if self.above is not None:
            self.above.request()

    def answered(self, tokens: int, cost: float | None) -> None:
        """What an answer took."""
        spent = self._spent
        self._spent = replace(
            spent,
            tokens=spent.tokens + tokens,
            cost=spent.cost + (cost or 0.0),
            unpriced=spent.unpriced + (cost is None),
        )
        if self.above is not None:
            self.above.answered(tokens, cost)

    def remaining(self) -> float | None:
        """Seconds that are left, at the tightest limit above too; ``None``: no limit."""
        own = None
        if self.budget.seconds is not None:
            own = max(0.0, self.budget.seconds - self.spent.seconds)
        above = None if self.above is None else self.above.remaining()
        return min((each for each in (own, above) if each is not None), default=None)

    def _refuse(self, what: str, limit: float | None, wanted: float) -> None:
        if limit is not None and wanted > limit:
            raise BudgetSpent(what, f"the budget of {limit:g} {what} is spent")
