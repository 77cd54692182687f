"""What came of tasks, and what that says about an arm.

The share of solved tasks stands with an interval (see :mod:`..evidence`): a hundred tasks tell two
arms apart when they are twenty points apart, and hardly before. What one arm solved and another did
not is counted, too, as both had the same tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from babyagi_nb.agent.upkeep.evidence import wilson
from babyagi_nb.core.budget import NO_COST, Spent

__all__ = ["Report", "Result", "Score", "scores"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One task in one arm."""

    arm: str
    task: str
    passed: bool
    note: str = ""
    """Why not, in one line."""
    spent: Spent = NO_COST
    facts: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As plain JSON."""
        return {**asdict(self), "facts": dict(self.facts)}

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Result:
        """Inverse of :meth:`row`; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        return cls(
            arm=str(row["arm"]),
            task=str(row["task"]),
            passed=row["passed"] is True,
            note=str(row.get("note") or ""),
            spent=Spent(**row["spent"]),
            facts=dict(row.get("facts") or {}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came of one arm."""

    arm: str
    tasks: int
    solved: int
    calls: int
    tokens: int
    seconds: float
    cost: float | None
    """US dollars; ``None`` when the price of an answer is not known."""
    alone: int
    """Tasks that this arm solved and no other did."""

    @property
    def share(self) -> float:
        """pass@1: of the tasks, with one try each."""
        return self.solved / self.tasks if self.tasks else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share most likely lies (95 %)."""
        return wilson(self.solved, self.tasks)

    def row(self) -> dict[str, Any]:
        """As a plain dict, with ``share``, ``low`` and ``high``."""
        low, high = self.interval
        return {**asdict(self), "share": self.share, "low": low, "high": high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a series of tasks showed."""

    model: str
    host: str
    data: str
    """Name of the file with the tasks."""
    journal: str
    """Where results are kept, to go on with."""
    scores: tuple[Score, ...]
    results: tuple[Result, ...] = ()
    unusable: Mapping[str, str] = field(default_factory=dict)
    """Tasks that were left out, with why."""
    scripted: bool = False
    """Whether the answers came from a script."""

    def row(self) -> dict[str, Any]:
        """As a plain dict."""
        return {
            "model": self.model,
            "host": self.host,
            "data": self.data,
            "journal": self.journal,
            "scripted": self.scripted,
            "unusable": dict(self.unusable),
            "scores": [each.row() for each in self.scores],
            "results": [each.row() for each in self.results],
        }


def scores(results: Iterable[Result], arms: Iterable[str]) -> tuple[Score, ...]:
    """One score for each of *arms* that has results."""
    found = list(results)
    solved = {arm: {each.task for each in found if each.arm == arm and each.passed} for arm in arms}
    made = []
    for arm, mine in solved.items():
        own = [each for each in found if each.arm == arm]
        others = set().union(*(tasks for other, tasks in solved.items() if other != arm))
        if own:
            unpriced = any(each.spent.unpriced for each in own)
            made.append(
                Score(
                    arm=arm,
                    tasks=len(own),
                    solved=len(mine),
                    calls=sum(each.spent.calls for each in own),
                    tokens=sum(each.spent.tokens for each in own),
                    seconds=sum(each.spent.seconds for each in own),
                    cost=None if unpriced else sum(each.spent.cost for each in own),
                    alone=len(mine - others),
                )
            )
    return tuple(made)
