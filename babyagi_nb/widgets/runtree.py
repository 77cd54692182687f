"""The call tree of a run: who called whom, and whose end triggered what."""

from __future__ import annotations

from collections.abc import Iterable

from babyagi_nb.core.runs import Run
from babyagi_nb.widgets.lineage import Step, lineage
from babyagi_nb.widgets.markup import Html, join, one_line, tag
from babyagi_nb.widgets.moment import took
from babyagi_nb.widgets.theme import GLYPHS, glyph
from babyagi_nb.widgets.values import arguments, outcome
from babyagi_nb.widgets.view import View

__all__ = ["RunTree"]

_NESTED = 40
"""Levels of nested elements; browsers refuse some hundreds, readers far fewer."""
_ALL_OPEN = 80


class RunTree(View):
    """Runs as an expandable tree; *limit* bounds how many are shown."""

    def __init__(self, runs: Iterable[Run], *, limit: int = 400) -> None:
        steps = lineage(runs)
        self.steps = steps[:limit]
        self.left_out = len(steps) - len(self.steps)

    def plain(self) -> str:
        if not self.steps:
            return "no runs"
        lines = [one_line_of(step) for step in self.steps]
        return "\n".join([*lines, *([f"… {self.left_out} more runs"] if self.left_out else [])])

    def body(self) -> Html:
        if not self.steps:
            return tag("p", "no runs", cls="soft")
        parts: list[str] = []
        open_ = 0
        for at, step in enumerate(self.steps):
            depth = min(step.depth, _NESTED)
            following = self.steps[at + 1].depth if at + 1 < len(self.steps) else 0
            while open_ > depth:
                parts.append("</details>")
                open_ -= 1
            if min(following, _NESTED) > depth:
                shown = len(self.steps) <= _ALL_OPEN or depth < 2
                parts.append(f"<details{' open' if shown else ''}>{tag('summary', _row(step))}")
                open_ += 1
            else:
                parts.append(tag("div", _row(step), cls="leaf"))
        parts.append("</details>" * open_)
        more = tag("p", f"… {self.left_out} more runs", cls="soft") if self.left_out else None
        return tag("div", tag("div", Html("".join(parts)), cls="tree"), more)


def one_line_of(step: Step) -> str:
    """A step as a line of text, with rails to its parent; no times and no ids."""
    run = step.run
    rails = ""
    if step.lasts:
        rails = "".join("   " if last else "│  " for last in step.lasts[:-1])
        rails += "└─ " if step.lasts[-1] else "├─ "
    via = "triggered " if step.triggered else ""
    said = f"{GLYPHS.get(run.status, '·')} {one_line(run.function, 60)}@{run.version}"
    return f"{rails}{via}{said}({arguments(run.params, 40)}) → {outcome(run, 50)}"


def _row(step: Step) -> Html:
    run = step.run
    via = tag("span", "↳ triggered", cls="via") if step.triggered else None
    arrow = "→ " if run.status == "success" else ""
    said = outcome(run, 160)
    cls = "cut said m soft" if run.status == "success" else f"cut said {run.status}"
    name = join([tag("b", one_line(run.function, 60)), tag("span", f"@{run.version}", cls="soft")])
    return tag(
        "div",
        glyph(run.status),
        via,
        tag("span", name, tag("span", f"({arguments(run.params, 100)})"), cls="cut who m"),
        tag("span", arrow, said, cls=cls, title=said),
        took(run.duration),
        cls="row",
    )
