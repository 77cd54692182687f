"""Builds: how far one is, what one made, and a list of them.

Everything a model said is text here: cleaned, bounded and escaped. The plain forms hold no id and
no count of tokens, so the same scripted build reads the same twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from babyagi_nb.core.budget import Spent
from babyagi_nb.core.builds import Build, BuildState, Made, Progress
from babyagi_nb.core.runs import RunStatus
from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.moment import when
from babyagi_nb.widgets.theme import glyph
from babyagi_nb.widgets.view import View

__all__ = ["BuildTable", "BuildView", "StepsView", "step_line"]

_MOST = 60
_SIGNS = {"began": "▶", "ended": "✓", "failed": "✗", "known": "·"}
_STATES: dict[BuildState, RunStatus] = {
    "running": "started", "done": "success", "stopped": "interrupted", "failed": "error",
}  # fmt: skip
_WORDS = {
    "search": "look for stored functions",
    "plan": "plan",
    "tests": "state tests",
    "reuse": "try stored functions",
    "code": "write code",
    "repair": "repair",
    "gate": "try it in the sandbox",
    "register": "store the draft",
    "tasks": "think of tasks",
    "task": "task",
    "done": "end",
}
_OF = {
    "reuse": "try stored functions for {}",
    "code": "write {}",
    "repair": "repair {}",
    "gate": "try {} in the sandbox",
}
"""Where "of" does not fit."""


def step_line(progress: Progress) -> str:
    """One step in words, for terminals.

    >>> step_line(Progress(build="B", step="plan", state="ended", message="mean, spread"))
    '✓ plan: mean, spread'
    """
    what = _WORDS.get(progress.step, one_line(progress.step, 40))
    if progress.function:
        pattern = _OF.get(progress.step, what.replace("{", "{{").replace("}", "}}") + " of {}")
        what = pattern.format(one_line(progress.function, 60))
    said = one_line(progress.message, 160)
    return f"{_SIGNS[progress.state]} {what}{f': {said}' if said else ''}"


class StepsView(View):
    """How far a build is; a new one for every step, in the same place."""

    def __init__(self, task: str, steps: Sequence[Progress], *, over: bool = False) -> None:
        self.task = one_line(task, 200)
        self.steps = _settled(steps)
        self.over = over

    def plain(self) -> str:
        return "\n".join([f"build: {self.task}", *map(step_line, self.steps)])

    def body(self) -> Html:
        rows = [self._row(each) for each in self.steps[-_MOST:]]
        table = tag("table", tag("tbody", *rows), cls="t")
        # Of a build for a role each task counts by itself; in the end the result has the sum.
        count = None if self.over or not self.steps else tag("data", _spent(self.steps[-1].spent))
        title = tag("summary", f"{len(self.steps)} steps ", count)
        steps = tag("details", title, tag("div", table, cls="scroll"), open=not self.over)
        head = tag("div", tag("b", "build"), tag("span", self.task), cls="head")
        return tag("div", head, tag("div", steps, cls="part"), cls="box")

    def _row(self, step: Progress) -> Html:
        sign: RunStatus = {
            "began": "started", "ended": "success", "failed": "error", "known": "success",
        }[step.state]  # type: ignore[assignment]  # fmt: skip
        bad = step.state == "failed" or step.facts.get("good") is False
        sign = "error" if bad else sign
        known = " (known)" if step.state == "known" else ""
        return tag(
            "tr",
            tag("td", glyph(sign), f"{_WORDS.get(step.step, one_line(step.step, 40))}{known}"),
            tag("td", tag("span", one_line(step.function or "", 80), cls="m"), cls="name"),
            tag("td", one_line(step.message, 300), cls="error" if bad else ""),
        )


class BuildView(View):
    """What a build made, and what waits for a decision."""

    def __init__(self, build: Build) -> None:
        self.build = build

    def plain(self) -> str:
        build = self.build
        lines = [f"build {build.state}: {one_line(build.task, 160)}"]
        if build.made:
            rows = [[_label(each), each.how, self._about(each)] for each in build.made[:_MOST]]
            lines.append(grid(["function", "how", ""], rows, [60, 8, 100]))
        if build.message:
            lines.append(one_line(build.message, 400))
        drafts = self._drafts()
        if drafts:
            lines.append(f"wait for approval: {', '.join(drafts)}")
        return "\n".join(lines)

    def body(self) -> Html:
        build = self.build
        head = tag(
            "div",
            glyph(_STATES[build.state]),
            tag("b", f"build {build.state}"),
            tag("span", one_line(build.task, 300), cls="grow"),
            tag("data", one_line(build.id, 40), cls="m"),
            cls="head",
        )
        rows = [
            tag(
                "tr",
                tag("td", tag("span", _label(each), cls="m"), cls="name"),
                tag("td", tag("span", each.how, cls="error" if each.how == "failed" else "")),
                tag("td", self._about(each)),
            )
            for each in build.made[:_MOST]
        ]
        table = tag("table", tag("tbody", *rows), cls="t flow") if rows else None
        part = tag("div", table, cls="scroll") if table else None
        said = tag("div", one_line(build.message, 600), cls="part") if build.message else None
        drafts = self._drafts()
        wait = f"wait for approval: {', '.join(drafts)} · " if drafts else ""
        foot = tag("div", wait, tag("data", _spent(build.spent)), cls="foot")
        return tag("div", head, part, said, foot, cls="box")

    def _about(self, made: Made) -> str:
        main = "does the task" if made.name == self.build.main else ""
        return "; ".join(each for each in (main, one_line(made.reason, 300)) if each)

    def _drafts(self) -> list[str]:
        return [_label(each) for each in self.build.made if each.how == "written"]


class BuildTable(View):
    """Builds, one a row, newest first."""

    def __init__(self, builds: Iterable[Build]) -> None:
        self.builds = list(builds)

    def plain(self) -> str:
        if not self.builds:
            return _NONE
        rows = [
            [each.state, one_line(each.task, 60), _names(each), one_line(each.message, 80)]
            for each in self.builds[:_MOST]
        ]
        return grid(["state", "task", "made", ""], rows, [8, 60, 50, 80])

    def body(self) -> Html:
        if not self.builds:
            return tag("p", _NONE, cls="soft")
        titles = (tag("th", each) for each in ("state", "task", "made", "spent", "id", "when"))
        rows = [self._row(each) for each in self.builds[:_MOST]]
        made = tag("table", tag("thead", tag("tr", *titles)), tag("tbody", *rows), cls="t flow")
        return tag("div", tag("div", made, cls="scroll"), cls="box")

    def _row(self, build: Build) -> Html:
        said = tag("div", one_line(build.message, 300), cls="soft") if build.message else None
        return tag(
            "tr",
            tag("td", glyph(_STATES[build.state]), build.state, cls="name"),
            tag("td", one_line(build.task, 200), said),
            tag("td", tag("span", _names(build), cls="m")),
            tag("td", tag("data", _spent(build.spent))),
            tag("td", tag("data", one_line(build.id, 40), cls="m"), cls="name"),
            tag("td", when(build.started)),
        )


_NONE = 'no builds yet; begin one with %babyagi build "what you want done"'


def _settled(steps: Sequence[Progress]) -> list[Progress]:
    """Steps without the beginnings of those that ended."""
    found: dict[tuple[str, str | None, int], Progress] = {}
    count = 0
    for each in steps:
        if each.step == "done":
            continue
        last = next(reversed(found), None)
        if (
            last is not None
            and last[:2] == (each.step, each.function)
            and (found[last].state == "began")
        ):
            found[last] = each
        else:
            found[each.step, each.function, count] = each
            count += 1
    return list(found.values())


def _label(made: Made) -> str:
    name = one_line(made.name, 80)
    return name if made.version is None else f"{name}@{made.version}"


def _names(build: Build) -> str:
    return ", ".join(_label(each) for each in build.made if each.how != "failed")


def _spent(spent: Spent) -> str:
    calls = f"{spent.calls} call{'s' if spent.calls != 1 else ''}"
    words = [calls, f"{spent.tokens} tokens", f"{spent.seconds:.1f} s"]
    if spent.cost:
        words.append(f"${spent.cost:.4f}")
    if spent.unpriced:
        words.append("price not known" if not spent.cost else "and more of unknown price")
    return ", ".join(words)
