"""One measured figure with its goal, and how large a measurement is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FULL", "TINY", "Row", "Size"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    >>> Row(name="fold", value=200_000, unit="records/s", goal=150_000, at_least=True).met
    True
    """

    name: str
    value: float | None
    """``None``: not measured, and ``note`` says why."""
    unit: str
    goal: float | None = None
    """``None``: for information."""
    at_least: bool = False
    """Whether the goal is a lower bound; otherwise it is an upper one."""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; ``None`` without a goal or a value."""
        if self.goal is None or self.value is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much work a suite does."""

    name: str
    rounds: int
    """Turns that each candidate of a comparison takes."""
    calls: int
    """Calls in one turn."""
    starts: int
    """Fresh processes for figures that are about starting."""
    few: int
    many: int
    """Registered functions in a small and in a large store."""
    rows: int
    """Runs in the store that is queried."""
    lines: int
    """Journal lines that are folded."""
    seconds: float
    """How long writing processes are watched or killed."""
    kernels: int


FULL = Size(
    name="full", rounds=61, calls=1_000, starts=7, few=100, many=10_000, rows=1_000_000,
    lines=300_000, seconds=40.0, kernels=8,
)  # fmt: skip

TINY = Size(
    name="tiny", rounds=2, calls=20, starts=1, few=3, many=20, rows=2_000, lines=500, seconds=1.5,
    kernels=2,
)  # fmt: skip
"""For the tests: every path is taken, no figure means anything."""
