"""What waits for somebody's word: drafts, and approvals that became void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babyagi_nb.core.disguises import spelled
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.view import View

__all__ = ["PendingRow", "PendingTable"]

_MOST_HTML, _MOST_PLAIN = 500, 60
_NONE = "nothing waits for approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRow:
    """One line of a :class:`PendingTable`."""

    label: str
    """``name@number``."""
    state: str
    """A word of ``core.trust``."""
    origin: str
    asks: tuple[tuple[str, str], ...] = ()
    """Pairs such as ``("connect to", "api.example.org:443")``; empty: for nothing."""

    @classmethod
    def of(
        cls, version: FunctionVersion, state: str, asks: tuple[tuple[str, str], ...] = ()
    ) -> PendingRow:
        return cls(label=version.label, state=state, origin=version.spec.origin, asks=asks)


class PendingTable(View):
    """Versions that are not approved, one a row, in the order given.

    >>> PendingTable([PendingRow(label="f@1", state="draft", origin="model:m")])
    function  state  written by  asks to
    f@1       draft  model:m     nothing
    look at one with %babyagi approve f@1
    """

    def __init__(self, rows: Sequence[PendingRow]) -> None:
        self.rows = list(rows)

    def plain(self) -> str:
        if not self.rows:
            return _NONE
        lines = [
            [spelled(row.label, 60), row.state, spelled(row.origin, 40), ", ".join(_asks(row))]
            for row in self.rows[:_MOST_PLAIN]
        ]
        head = ["function", "state", "written by", "asks to"]
        table = grid(head, lines, [60, 12, 40, 100])
        rest = len(self.rows) - _MOST_PLAIN
        more = [f"… {rest} more rows"] if rest > 0 else []
        return "\n".join([table, *more, self._hint()])

    def body(self) -> Html:
        if not self.rows:
            return tag("p", _NONE.capitalize() + ".", cls="soft")
        titles = (tag("th", each) for each in ("function", "state", "written by", "asks to"))
        rows = [_row(row) for row in self.rows[:_MOST_HTML]]
        rest = len(self.rows) - _MOST_HTML
        words = f"… {rest} more rows; {self._hint()}" if rest > 0 else self._hint()
        made = tag(
            "table", tag("thead", tag("tr", *titles)), tag("tbody", *rows), cls="t flow"
        )  # fmt: skip
        return tag("div", tag("div", made, cls="scroll"), tag("div", words, cls="foot"), cls="box")

    def _hint(self) -> str:
        return f"look at one with %babyagi approve {spelled(self.rows[0].label, 60)}"


def _asks(row: PendingRow) -> list[str]:
    return [f"{one_line(words, 60)} {spelled(which, 100)}" for words, which in row.asks] or [
        "nothing"
    ]


def _row(row: PendingRow) -> Html:
    name, _, number = row.label.rpartition("@")
    cls = "chip success" if row.state == "approved" else "chip warn"
    asks = [tag("div", each, cls="m") for each in _asks(row)] if row.asks else ["nothing"]
    return tag(
        "tr",
        tag(
            "td",
            tag("b", spelled(name, 60), cls="m"),
            tag("span", f"@{one_line(number, 12)}", cls="soft m"),
            cls="name",
        ),
        tag("td", tag("span", one_line(row.state, 20), cls=cls)),
        tag("td", tag("span", spelled(row.origin, 60), cls="m")),
        tag("td", *asks, cls="" if row.asks else "soft"),
    )
