"""How versions fared, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.moment import duration, when
from babyagi_nb.widgets.view import View

__all__ = ["UpkeepView"]

_MOST = 60


class UpkeepView(View):
    """Outcomes of versions as :meth:`outcomes` of an application gives them, and proposals as rows.

    Names, kinds of errors and evidence come from a store and are shown as text.
    """

    def __init__(
        self,
        outcomes: Sequence[Mapping[str, Any]],
        proposals: Sequence[Mapping[str, Any]],
        *,
        days: int,
    ) -> None:
        # What fails most is what somebody looks for.
        self.outcomes = sorted(
            outcomes, key=lambda row: (row["high"], row["function"], row["version"])
        )
        self.proposals = list(proposals)
        self.days = days

    def plain(self) -> str:
        parts = [self._fared()]
        if not self.proposals:
            parts.append("nothing to propose")
        for each in self.proposals[:_MOST]:
            parts.append(f"{_title(each)}: {one_line(each['evidence'], 300)}")
            parts.append(f"  {one_line(each['line'], 200)}")
        return "\n".join(parts)

    def body(self) -> Html:
        titles = ("version", "runs", "succeeded", "at least", "errors", "p50", "asked", "last")
        head = tag("thead", tag("tr", *(tag("th", each) for each in titles)))
        rows = [_row(each) for each in self.outcomes[:_MOST]]
        table = tag("table", head, tag("tbody", *rows), cls="t flow")
        shown = tag("div", table, cls="scroll") if rows else tag("p", self._none(), cls="soft")
        proposals = [
            tag(
                "div",
                tag("b", _title(each)),
                tag("div", one_line(each["evidence"], 400)),
                tag("code", one_line(each["line"], 200)),
                cls="part",
            )
            for each in self.proposals[:_MOST]
        ]
        said = f"{len(self.proposals)} proposals; nothing was changed"
        foot = said if self.proposals else "nothing to propose"
        title = tag("div", tag("b", f"the last {self.days} days"), cls="head")
        return tag("div", title, shown, *proposals, tag("div", foot, cls="foot"), cls="box")

    def _fared(self) -> str:
        if not self.outcomes:
            return self._none()
        rows = [
            [_label(each), str(each["runs"]), str(each["successes"]), _errors(each)]
            for each in self.outcomes[:_MOST]
        ]
        return grid(["version", "runs", "succeeded", "errors"], rows, [60, 8, 9, 60])

    def _none(self) -> str:
        return f"no runs in the last {self.days} days"


def _row(row: Mapping[str, Any]) -> Html:
    return tag(
        "tr",
        tag("td", tag("span", _label(row), cls="m"), cls="name"),
        tag("td", f"{row['runs']:,}"),
        tag("td", f"{row['successes']:,}"),
        tag("td", f"{row['low']:.0%}"),
        tag("td", _errors(row), cls="error" if row["errors"] else ""),
        tag("td", tag("data", duration(int(row["p50"] * 1e9)))),
        tag("td", tag("data", _asked(row))),
        tag("td", when(int(row["last"]))),
    )


def _label(row: Mapping[str, Any]) -> str:
    return f"{one_line(row['function'], 80)}@{row['version']}"


def _errors(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{one_line(kind, 40)} {count}" for kind, count in row["errors"].items())


def _asked(row: Mapping[str, Any]) -> str:
    if not row["asked"]:
        return ""
    cost = "price not known" if row["cost"] is None else f"${row['cost']:.4f}"
    return f"{row['asked']} questions, {row['tokens']:,} tokens, {cost}"


def _title(row: Mapping[str, Any]) -> str:
    other = f" with {one_line(row['other'], 80)}" if row["kind"] == "merge" else ""
    return f"{row['kind']} {_label(row)}{other}"
