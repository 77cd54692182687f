"""The order in which the runs of a call tree are told: every run after the one it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from babyagi_nb.core.runs import Run

__all__ = ["Step", "lineage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One run and its place in the tree."""

    run: Run
    depth: int
    triggered: bool
    """Whether the end of another run caused it, rather than a call."""
    lasts: tuple[bool, ...]
    """For each level from the root's children down to here: whether it is the last one there."""


_DRAWN = 60
"""Levels whose rails are remembered; deeper ones are drawn at the same indentation."""


def lineage(runs: Iterable[Run]) -> list[Step]:
    """All *runs*, parents before children, oldest first among siblings.

    A run whose parent is not among them is a root. Broken records that point at each other in a
    circle come last, each told once.
    """
    ordered = sorted(runs, key=lambda run: (run.started, run.id))
    known = {run.id: run for run in ordered}
    below: dict[str, list[Run]] = {}
    roots = []
    for run in known.values():
        cause = run.trigger if run.trigger in known else run.parent
        if cause is None or cause not in known or cause == run.id:
            roots.append(run)
        else:
            below.setdefault(cause, []).append(run)
    told: set[str] = set()
    found: list[Step] = []
    for root in (*roots, *known.values()):
        stack: list[tuple[Run, int, tuple[bool, ...]]] = [(root, 0, ())]
        while stack:
            run, depth, lasts = stack.pop()
            if run.id in told:
                continue
            told.add(run.id)
            triggered = run.trigger is not None
            found.append(Step(run=run, depth=depth, triggered=triggered, lasts=lasts))
            children = below.get(run.id, [])
            for at in range(len(children) - 1, -1, -1):
                rail = (*lasts, at == len(children) - 1)[:_DRAWN]
                stack.append((children[at], depth + 1, rail))
    return found
