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

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.ids import FunctionName
from babyagi_nb.runtime.frame import Cascade, Frame

__all__ = ["MAX_DEPTH", "MAX_RUNS", "enter", "follow", "refusal"]

MAX_DEPTH = 16
MAX_RUNS = 256


def follow(
    catalogue: Catalogue, listeners: tuple[FunctionName, ...], cause: Frame
) -> tuple[list[FunctionName], list[tuple[FunctionName, str]]]:
    """Decide which *listeners* run after *cause*: those that may, and those refused with why.

    The admitted ones are marked in the cascade before the first of them runs, so that a sibling
    does not trigger a sibling round the circle.
    """
    if cause.cascade is None:
        cause.cascade = Cascade()
    cascade = cause.cascade
    admitted: list[FunctionName] = []
    refused: list[tuple[FunctionName, str]] = []
    for listener in listeners:
        circle = catalogue.in_one_circle(cause.function, listener)
        why = refusal(listener, cause, circle)
        if why:
            refused.append((listener, why))
            continue
        cascade.runs += 1
        if circle:
            cascade.seen.add(listener)
        admitted.append(listener)
    return admitted, refused


def refusal(listener: FunctionName, cause: Frame, circle: bool) -> str:
    """Why *listener* may not run after *cause*, or ``""``."""
    assert cause.cascade is not None
    if listener == cause.function:
        return "a function does not trigger itself"
    if listener in cause.trail:
        return f"{listener!r} is among the triggers that led here"
    if circle and listener in cause.cascade.seen:
        return f"{listener!r} has its run in this circle of triggers"
    if cause.depth >= MAX_DEPTH:
        return f"triggers are {MAX_DEPTH} deep"
    if cause.cascade.runs >= MAX_RUNS:
        return f"{MAX_RUNS} runs were triggered already"
    return ""


def enter(frame: Frame, cause: Frame) -> None:
    """Make *frame* a run that *cause* triggered."""
    frame.depth = cause.depth + 1
    frame.cascade = cause.cascade
    frame.trail = cause.trail | {cause.function, frame.function}
