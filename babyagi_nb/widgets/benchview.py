"""What a series of tasks showed of a model: one row for each way of asking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.view import View

__all__ = ["BenchView", "bench_line"]

_ARMS = {
    "oneshot": "asked once",
    "build": "build, empty store",
    "library": "build, growing library",
}
_SCRIPTED = (
    "The answers came from a script, so these figures say that the pipeline works. "
    "They say nothing about any model."
)
_MOST = 200


def bench_line(step: Mapping[str, Any]) -> str:
    """One task that was done, for terminals.

    >>> bench_line({"arm": "build", "task": "T/1", "passed": True, "note": "", "done": 1, "of": 9})
    '✓ build 1/9 T/1'
    """
    said = f": {one_line(step['note'], 120)}" if step["note"] else ""
    sign = "✓" if step["passed"] else "✗"
    return f"{sign} {step['arm']} {step['done']}/{step['of']} {one_line(step['task'], 60)}{said}"


class BenchView(View):
    """A report as its ``row()`` gives it. Notes come from models and code, and are text here."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self.report = report

    def plain(self) -> str:
        head = ["arm", "solved", "pass@1", "95 %", "calls", "tokens", "cost"]
        rows = [[*_cells(each)] for each in self.report["scores"]]
        return "\n".join(
            [
                f"{one_line(self.report['model'], 80)} on {one_line(self.report['data'], 80)}",
                grid(head, rows, [30, 12, 8, 16, 10, 14, 20]),
                *self._notes(),
            ]
        )

    def body(self) -> Html:
        report = self.report
        titles = ("arm", "solved", "pass@1", "95 %", "calls", "tokens", "cost", "time", "alone")
        rows = [
            tag(
                "tr",
                *(tag("td", each) for each in _cells(score)),
                tag("td", tag("data", f"{score['seconds']:.1f} s")),
                tag("td", str(score["alone"])),
            )
            for score in report["scores"]
        ]
        head = tag("thead", tag("tr", *(tag("th", each) for each in titles)))
        table = tag("table", head, tag("tbody", *rows), cls="t flow")
        title = tag(
            "div",
            tag("b", one_line(report["model"], 80)),
            tag("span", f"on {one_line(report['data'], 80)}"),
            cls="head",
        )
        notes = [
            tag("div", each, cls="part warn" if each == _SCRIPTED else "part")
            for each in self._notes()
        ]
        return tag("div", title, tag("div", table, cls="scroll"), *notes, self._failed(), cls="box")

    def _notes(self) -> list[str]:
        report = self.report
        notes = [_SCRIPTED] if report["scripted"] else []
        left = report["unusable"]
        if left:
            id, why = next(iter(left.items()))
            notes.append(
                f"left out: {len(left)} tasks, such as {one_line(id, 60)}: {one_line(why, 160)}"
            )
        notes.append(f"results: {one_line(report['journal'], 120)}; the same line goes on")
        return notes

    def _failed(self) -> Html | None:
        bad = [each for each in self.report["results"] if not each["passed"]]
        if not bad:
            return None
        rows = [
            tag(
                "tr",
                tag("td", each["arm"]),
                tag("td", tag("span", one_line(each["task"], 60), cls="m")),
                tag("td", one_line(each["note"], 200)),
            )
            for each in bad[:_MOST]
        ]
        table = tag("div", tag("table", tag("tbody", *rows), cls="t flow"), cls="scroll")
        return tag("details", tag("summary", f"{len(bad)} not solved"), table, cls="part")


def _cells(score: Mapping[str, Any]) -> list[str]:
    cost = "price not known" if score["cost"] is None else f"${score['cost']:.4f}"
    return [
        _ARMS.get(score["arm"], one_line(score["arm"], 30)),
        f"{score['solved']} of {score['tasks']}",
        f"{score['share']:.3f}",
        f"{score['low']:.3f}–{score['high']:.3f}",
        f"{score['calls']:,}",
        f"{score['tokens']:,}",
        cost,
    ]
