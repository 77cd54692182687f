"""Candidates take turns: A B C, A B C, … so that what disturbs the machine disturbs all of them.

Batches should be short, and of about the same duration: one of a few milliseconds mostly escapes
being interrupted on a busy machine, a longer one does not, and would look slower than it is.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter

__all__ = ["Batch", "batch_of", "quartiles", "ratio", "take_turns", "typical"]

Batch = Callable[[], float]
"""Does a batch of work and returns seconds for each piece."""


def batch_of(function: Callable[[int], object], calls: int) -> Batch:
    """A batch that calls ``function(n)`` for *calls* different numbers."""

    def batch() -> float:
        numbers = range(calls)
        start = perf_counter()
        for number in numbers:
            function(number)
        return (perf_counter() - start) / calls

    return batch


def take_turns(
    candidates: Mapping[str, Batch], rounds: int, *, between: Callable[[], object] = gc.collect
) -> dict[str, list[float]]:
    """Return the seconds of each candidate, round by round; the first round is a warm-up.

    *between* runs before each turn, outside the clock: for background work that one candidate
    caused and another would pay for.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds + 1):
        for name, batch in candidates.items():
            between()
            seconds = batch()
            if turn:
                times[name].append(seconds)
    return times


def ratio(over: Sequence[float], under: Sequence[float], base: Sequence[float] = ()) -> float:
    """Median over the rounds of ``(over - base) / (under - base)``.

    >>> ratio([4.0, 6.0], [2.0, 3.0])
    2.0
    """
    less = base or [0.0] * len(over)
    # A base dearer than the candidate itself is noise; it must not turn the sign.
    return median(
        max(o - b, 0.0) / max(u - b, 1e-12) for o, u, b in zip(over, under, less, strict=True)
    )


def typical(times: Sequence[float], base: Sequence[float] = ()) -> float:
    """Median of *times*, less what *base* took in the same round."""
    return median(t - b for t, b in zip(times, base or [0.0] * len(times), strict=True))


def quartiles(times: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile; nearest rank.

    >>> quartiles([1, 2, 3, 4, 5])
    (2, 3, 4)
    """
    ordered = sorted(times)
    last = len(ordered) - 1
    return ordered[round(last * 0.25)], median(ordered), ordered[round(last * 0.75)]
