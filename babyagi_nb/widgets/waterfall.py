"""The runs of a call tree on one time axis: what ran when, inside what, and for how long."""

from __future__ import annotations

from collections.abc import Iterable

from babyagi_nb.core.runs import Run
from babyagi_nb.widgets.lineage import Step, lineage
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.moment import duration, took
from babyagi_nb.widgets.runtree import one_line_of
from babyagi_nb.widgets.theme import GLYPHS, glyph
from babyagi_nb.widgets.view import View

__all__ = ["Waterfall", "ticks"]


class Waterfall(View):
    """Bars on a time axis that begins with the first run; an open run's bar reaches the end.

    The text form is the call tree, because lengths differ from run to run.
    """

    def __init__(self, runs: Iterable[Run], *, limit: int = 300) -> None:
        steps = lineage(runs)
        self.steps = steps[:limit]
        self.left_out = len(steps) - len(self.steps)
        self.begin = min((step.run.started for step in self.steps), default=0)
        ends = (step.run.started + (step.run.duration or 0) for step in self.steps)
        self.span = max(max(ends, default=0) - self.begin, 1)

    def plain(self) -> str:
        if not self.steps:
            return "no runs"
        lines = [one_line_of(step) for step in self.steps]
        return "\n".join([*lines, *([f"… {self.left_out} more runs"] if self.left_out else [])])

    def body(self) -> Html:
        if not self.steps:
            return tag("p", "no runs", cls="soft")
        cells = [tag("span", cls="blank"), self._axis(), tag("span", cls="blank")]
        for step in self.steps:
            cells += self._lane(step)
        more = tag("p", f"… {self.left_out} more runs", cls="soft") if self.left_out else None
        return tag("div", tag("div", *cells, cls="wf"), more)

    def _axis(self) -> Html:
        marks = [
            tag("time", duration(at) if at else "0", style=f"left:{100 * at / self.span:.2f}%")
            for at in ticks(self.span)
        ]
        # How many marks there are depends on the time taken, so a mask must cover all of them.
        return tag("div", *marks, cls="axis", aria_hidden="true")

    def _lane(self, step: Step) -> list[Html]:
        run = step.run
        left = 100 * (run.started - self.begin) / self.span
        length = 100 - left if run.duration is None else 100 * run.duration / self.span
        indent = min(step.depth, 10) * 11
        label = f"{one_line(run.function, 60)}@{run.version}"
        via = tag("span", "↳ ", cls="via") if step.triggered else None
        cls = run.status if run.status in GLYPHS else "lost"
        bar = tag("div", cls=f"bar {cls}", style=f"left:{min(left, 99.6):.2f}%;width:{length:.2f}%")
        return [
            tag(
                "div", glyph(run.status), via, label,
                cls="name m", style=f"padding-left:{indent}px", title=label,
            ),
            tag("div", bar, cls="lane"),
            took(run.duration),
        ]  # fmt: skip


def ticks(span: int, most: int = 5) -> list[int]:
    """Round marks from zero, at most *most* of them and none in the last tenth of *span*.

    >>> ticks(1000)
    [0, 200, 400, 600, 800]
    """
    step = 1
    for factor in _round_numbers():
        step = factor
        if span * 0.9 / step < most:
            break
    return list(range(0, int(span * 0.9) + 1, step))


def _round_numbers() -> Iterable[int]:
    power = 1
    while power <= 10**20:
        yield from (power, 2 * power, 5 * power)
        power *= 10
