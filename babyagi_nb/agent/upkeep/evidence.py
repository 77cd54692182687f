"""What the log shows about versions, and how much a few runs prove.

Two of three is not better than ninety of a hundred. So shares are compared by an interval, which
is wide while there are few runs: the score interval of E. B. Wilson, "Probable Inference, the Law
of Succession, and Statistical Inference", J. Am. Stat. Assoc. 22 (1927). Its lower end ranks, its
upper end condemns, and neither does before there is something to judge by.

Not every run that ended badly speaks against a function. One that was given arguments that do not
fit, was not approved, or was interrupted, did nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any, Literal

__all__ = [
    "BLAMELESS", "Comparison", "Evidence", "Standing", "by_version", "is_worse", "standing",
    "wilson",
]  # fmt: skip

BLAMELESS = frozenset(
    {"ArgumentError", "MissingName", "NotGranted", "SandboxUnavailable", "KeyboardInterrupt"}
)
"""Errors that are raised before, or in spite of, what a function does."""

Standing = Literal["proven", "unknown", "failing"]
"""``failing``: it most likely fails more often than not; ``proven``: it most likely does not."""

_Z = 1.96
"""Of a two-sided interval of 95 %."""
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How one version fared."""

    function: str
    version: int
    runs: int = 0
    """Runs that ended and that say something about it."""
    successes: int = 0
    timeouts: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    """How often each kind of error was raised, blameless ones left out."""
    failing: int = 0
    """Different inputs that it failed on, as far as the log shows them."""
    blameless: int = 0
    """Runs that ended badly and say nothing about it."""
    p50: float = 0.0
    """Seconds, as is the next."""
    p95: float = 0.0
    last: int = 0
    """When it last began; nanoseconds since the epoch, 0 when never."""
    asked: int = 0
    """Questions to models below its runs."""
    tokens: int = 0
    cost: float | None = 0.0
    """US dollars of those questions; ``None`` when one has no known price."""

    @property
    def low(self) -> float:
        """The share of successes that it has at least, most likely."""
        return wilson(self.successes, self.runs)[0]

    @property
    def high(self) -> float:
        """The share of successes that it has at most, most likely."""
        return wilson(self.successes, self.runs)[1]

    def row(self) -> dict[str, Any]:
        """As a plain dict, with ``low`` and ``high``."""
        return {**asdict(self), "errors": dict(self.errors), "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions of one function on inputs that both were given."""

    function: str
    old: int
    new: int
    same: int = 0
    """Inputs that both did, or that both failed on."""
    mended: tuple[str, ...] = ()
    """Inputs, as the log shows them, that only the newer one did."""
    broken: tuple[str, ...] = ()
    """Inputs that only the older one did."""

    @property
    def shared(self) -> int:
        """Inputs that both were given."""
        return self.same + len(self.mended) + len(self.broken)


def wilson(successes: int, runs: int, z: float = _Z) -> tuple[float, float]:
    """The interval that the true share of successes lies in; (0, 1) without runs.

    >>> [round(each, 2) for each in wilson(9, 10)]
    [0.6, 0.98]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if runs <= 0:
        return 0.0, 1.0
    share = successes / runs
    scale = 1 + z * z / runs
    middle = (share + z * z / (2 * runs)) / scale
    reach = z * sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs)) / scale
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    high = 1.0 if successes == runs else min(1.0, middle + reach)
    return low, high


def standing(evidence: Evidence | None) -> Standing:
    """What can be said of a version by its runs.

    >>> standing(Evidence(function="f", version=1, runs=3, successes=0))
    'unknown'
    >>> standing(Evidence(function="f", version=1, runs=4, successes=0))
    'failing'
    """
    if evidence is None:
        return "unknown"
    if evidence.high < _HALF:
        return "failing"
    return "proven" if evidence.low > _HALF else "unknown"


def is_worse(one: Evidence, other: Evidence) -> bool:
    """Whether *one* most likely fails more often than *other*: their intervals do not meet."""
    return one.runs > 0 and other.runs > 0 and one.high < other.low


def by_version(found: Iterable[Evidence]) -> dict[tuple[str, int], Evidence]:
    """Evidence by name and number."""
    return {(each.function, each.version): each for each in found}
