"""Tables: functions of a store, runs of a log, rows of a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any

from babyagi_nb.core.ports import Table
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.runs import Run, RunStatus, Statistics
from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, join, one_line, tag
from babyagi_nb.widgets.moment import duration, took, when
from babyagi_nb.widgets.theme import GLYPHS, glyph
from babyagi_nb.widgets.values import arguments, outcome, shown
from babyagi_nb.widgets.view import View

__all__ = ["FunctionRow", "FunctionTable", "RunTable", "TableView"]

_MOST_HTML, _MOST_PLAIN = 500, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRow:
    """One line of a :class:`FunctionTable`."""

    name: str
    version: int
    description: str = ""
    dependencies: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    """Functions and events after which it runs."""
    tags: tuple[str, ...] = ()
    origin: str = "user"
    runs: int = 0
    errors: int = 0
    p50: int | None = None
    """Nanoseconds."""
    last: RunStatus | None = None

    @classmethod
    def of(
        cls,
        version: FunctionVersion,
        *,
        triggers: Iterable[str] | None = None,
        statistics: Statistics | None = None,
        last: RunStatus | None = None,
    ) -> FunctionRow:
        """The row of *version*; *triggers* replaces the declared ones by the live ones."""
        spec = version.spec
        return cls(
            name=spec.name,
            version=version.number,
            description=spec.description,
            dependencies=spec.dependencies,
            triggers=spec.triggers if triggers is None else tuple(triggers),
            tags=spec.tags,
            origin=spec.origin,
            runs=statistics.runs if statistics else 0,
            errors=statistics.errors if statistics else 0,
            p50=statistics.p50 if statistics else None,
            last=last,
        )


class FunctionTable(View):
    """Functions, one a row, in the order given."""

    def __init__(self, rows: Iterable[FunctionRow]) -> None:
        self.rows = list(rows)

    def plain(self) -> str:
        if not self.rows:
            return "no functions yet; begin a cell with %%babyagi_function"
        lines = [
            [
                f"{row.name}@{row.version}",
                ", ".join(row.dependencies),
                ", ".join(row.triggers),
                _first_line(row.description),
            ]
            for row in self.rows[:_MOST_PLAIN]
        ]
        head = ["function", "depends on", "runs after", "description"]
        return _with_rest(grid(head, lines, [40, 30, 30, 60]), len(self.rows) - _MOST_PLAIN)

    def body(self) -> Html:
        if not self.rows:
            return _empty("No functions yet. Begin a cell with ", "%%babyagi_function")
        head = ["function", "description", "depends on", "runs after", "runs", "p50"]
        rows = [self._row(row) for row in self.rows[:_MOST_HTML]]
        return _table(head, rows, len(self.rows) - _MOST_HTML, numbers=(4, 5))

    def _row(self, row: FunctionRow) -> Html:
        name = [tag("b", one_line(row.name, 80)), tag("span", f"@{row.version}", cls="soft")]
        origin = _chip(row.origin) if row.origin != "user" else None
        bad = tag("span", f" {row.errors}✗", cls="error") if row.errors else None
        return tag(
            "tr",
            tag(
                "td", glyph(row.last) if row.last else None, tag("span", *name, cls="m"), cls="name"
            ),
            tag("td", _first_line(row.description), *(_chip(each) for each in row.tags), origin),
            tag("td", _names(row.dependencies), cls="deps" if row.dependencies else ""),
            tag("td", _names(row.triggers), cls="after" if row.triggers else ""),
            tag("td", tag("time", row.runs or "", bad), cls="num"),
            tag("td", tag("time", duration(row.p50)), cls="num"),
        )


class RunTable(View):
    """Runs, one a row, in the order given; by habit newest first."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs = list(runs)

    def plain(self) -> str:
        if not self.runs:
            return "no runs to show; call a stored function, or widen the filter"
        lines = [
            [
                GLYPHS.get(run.status, "·"),
                f"{run.function}@{run.version}",
                arguments(run.params, 40),
                outcome(run, 50),
            ]
            for run in self.runs[:_MOST_PLAIN]
        ]
        table = grid(["", "function", "arguments", "outcome"], lines, [1, 40, 40, 50])
        return _with_rest(table, len(self.runs) - _MOST_PLAIN)

    def body(self) -> Html:
        if not self.runs:
            return _empty("No runs to show. Call a stored function, or widen the filter.")
        head = ["function", "arguments", "outcome", "took", "when"]
        rows = [self._row(run) for run in self.runs[:_MOST_HTML]]
        return _table(head, rows, len(self.runs) - _MOST_HTML, numbers=(3,))

    def _row(self, run: Run) -> Html:
        name = [tag("b", one_line(run.function, 80)), tag("span", f"@{run.version}", cls="soft")]
        via = (
            tag("span", " ↳", cls="via", title="triggered by another run") if run.trigger else None
        )
        cls = "m" if run.status == "success" else f"m {run.status}"
        return tag(
            "tr",
            tag("td", glyph(run.status), tag("span", *name, cls="m"), via, cls="name"),
            tag("td", tag("span", arguments(run.params, 160), cls="m")),
            tag("td", tag("span", outcome(run, 200), cls=cls), cls="out"),
            tag("td", took(run.duration), cls="num"),
            tag("td", when(run.started)),
        )


class TableView(View):
    """The answer of a query."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def plain(self) -> str:
        columns, rows = self.table.columns, self.table.rows
        if not columns:
            return "done"
        lines = [[_cell(value) for value in row] for row in rows[:_MOST_PLAIN]]
        text = grid([one_line(each, 40) for each in columns], lines, [60] * len(columns))
        return _with_rest(text, len(rows) - _MOST_PLAIN, cut=self.table.truncated)

    def body(self) -> Html:
        columns, rows = self.table.columns, self.table.rows
        if not columns:
            return tag("p", "done", cls="soft")
        numbers = [at for at in range(len(columns)) if _numeric(rows, at)]
        body = [
            tag("tr", *(_data_cell(value, at in numbers) for at, value in enumerate(row)))
            for row in rows[:_MOST_HTML]
        ]
        rest = len(rows) - _MOST_HTML
        return _table(columns, body, rest, numbers=numbers, flow=False, cut=self.table.truncated)


def _table(
    head: Sequence[object],
    rows: Sequence[Html],
    rest: int,
    *,
    numbers: Sequence[int] = (),
    flow: bool = True,
    cut: bool = False,
) -> Html:
    """A table; a *flow* one turns into lines of text where it is narrow."""
    titles = (
        tag("th", one_line(each, 60), cls="num" if at in numbers else "")
        for at, each in enumerate(head)
    )
    made = tag(
        "table",
        tag("thead", tag("tr", *titles)),
        tag("tbody", *rows),
        cls="t flow" if flow else "t",
    )
    note = f"… {rest} more rows" if rest > 0 else "… more rows beyond the limit" if cut else None
    return tag(
        "div", tag("div", made, cls="scroll"), note and tag("div", note, cls="foot"), cls="box"
    )


def _data_cell(value: Any, number: bool) -> Html:
    if value is None:
        return tag("td", "NULL", cls="num nil" if number else "nil")
    return tag("td", tag("span", _cell(value, 400), cls="m"), cls="num" if number else "")


def _cell(value: Any, limit: int = 60) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (dict, list, tuple)):
        return shown(value, limit)
    return one_line(value, limit)


def _numeric(rows: Sequence[Sequence[Any]], at: int) -> bool:
    values = [row[at] for row in rows[:100] if row[at] is not None]
    return bool(values) and all(
        isinstance(value, Number) and not isinstance(value, bool) for value in values
    )


def _with_rest(text: str, rest: int, *, cut: bool = False) -> str:
    if rest > 0:
        return f"{text}\n… {rest} more rows"
    return f"{text}\n… more rows beyond the limit" if cut else text


def _empty(words: str, code: str = "") -> Html:
    return tag("p", words, tag("code", code) if code else None, cls="soft")


def _names(names: Iterable[str]) -> Html:
    return tag("span", join((one_line(name, 80) for name in names), ", "), cls="m")


def _chip(text: str) -> Html:
    return tag("span", one_line(text, 40), cls="chip", style="margin-left:5px")


def _first_line(text: str) -> str:
    return one_line(text.strip().split("\n", 1)[0], 160)
