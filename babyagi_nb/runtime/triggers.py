"""Runs that follow a run.

When a function has ended well, its listeners run, each with the output as its first positional
argument if it takes any. Nothing a listener does can harm the run that caused it: a failure is
the listener's own record, and is told once.

Guards, each logged as ``refused``:

* *ancestry*: a function is not triggered again by what it triggered itself. Only triggers count:
  having run as a dependency does not keep a function from being triggered.
* *circles*: where triggers lead in a circle, each member runs once per cascade. Outside circles
  every trigger fires, so a diamond's tip runs for each of its sides.
* *depth* and *runs*: at most :data:`MAX_DEPTH` triggers deep and :data:`MAX_RUNS` triggered runs
  in one cascade.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from typing import Any

from babyagi_nb.ids import FunctionName
from babyagi_nb.runtime.frame import Firing

__all__ = ["MAX_DEPTH", "MAX_RUNS", "drained", "follow", "refusal"]

MAX_DEPTH = 16
MAX_RUNS = 256


def follow(
    listeners: tuple[FunctionName, ...], circle: frozenset[FunctionName], cause: Firing
) -> tuple[Sequence[FunctionName], Sequence[tuple[FunctionName, str]]]:
    """Decide which *listeners* run after *cause*: those that may, and those refused with why.

    *circle* are those that triggers lead back from to the function of *cause*.

    The admitted ones are marked in the cascade before the first of them runs, so that a sibling
    does not trigger a sibling round the circle.
    """
    cascade = cause.cascade
    if cause.cause is None and not circle and len(listeners) <= MAX_RUNS:
        # Nothing led here and nothing leads back, so there is nothing to refuse.
        cascade.runs += len(listeners)
        return listeners, ()
    admitted: list[FunctionName] = []
    refused: list[tuple[FunctionName, str]] = []
    for listener in listeners:
        why = refusal(listener, cause, listener in circle)
        if why:
            refused.append((listener, why))
            continue
        cascade.runs += 1
        if listener in circle:
            cascade.seen.add(listener)
        admitted.append(listener)
    return admitted, refused


def refusal(listener: FunctionName, cause: Firing, circle: bool) -> str:
    """Why *listener* may not run after *cause*, or ``""``."""
    if listener == cause.function:
        return "a function does not trigger itself"
    if cause.led_from(listener):
        return f"{listener!r} is among the triggers that led here"
    if circle and listener in cause.cascade.seen:
        return f"{listener!r} has its run in this circle of triggers"
    if cause.depth >= MAX_DEPTH:
        return f"triggers are {MAX_DEPTH} deep"
    if cause.cascade.runs >= MAX_RUNS:
        return f"{MAX_RUNS} runs were triggered already"
    return ""


async def drained(items: AsyncIterable[Any]) -> None:
    """Run an async generator to its end; its record has what there is to say."""
    async for _ in items:
        pass
