"""``%babyagi find``: stored functions by what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.view import View

__all__ = ["FoundTable", "find"]

_USUAL = 8


def find(request: Request) -> View:
    query = request.rest.strip()
    return FoundTable(
        query, request.app.find_functions(query, k=request.given.get("limit") or _USUAL)
    )


class FoundTable(View):
    """What a search found, best first.

    Names, descriptions and words come from a store and are shown as text, whatever they hold.
    """

    def __init__(self, query: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.query = query
        self.rows = [
            (
                one_line(row["name"], 80),
                one_line(str(row["description"]).strip().partition("\n\n")[0], 160),
                one_line(row["why"], 80),
            )
            for row in rows
        ]

    def plain(self) -> str:
        if not self.rows:
            return f"{self._nothing()}; %babyagi list shows all of them"
        return grid(["function", "description", "found by"], self.rows, [40, 60, 40])

    def body(self) -> Html:
        if not self.rows:
            return tag("p", f"{self._nothing()}. ", tag("code", "%babyagi list"), cls="soft")
        head = tag("tr", *(tag("th", title) for title in ("function", "description", "found by")))
        rows = [
            tag(
                "tr",
                tag("td", tag("b", name, cls="m"), cls="name"),
                tag("td", description),
                tag("td", why, cls="soft"),
            )
            for name, description, why in self.rows
        ]
        made = tag("table", tag("thead", head), tag("tbody", *rows), cls="t flow")
        return tag("div", tag("div", made, cls="scroll"), cls="box")

    def _nothing(self) -> str:
        return f"no function fits {one_line(self.query, 80)!r}"
