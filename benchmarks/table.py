"""The table of figures: on the terminal, and kept in the documentation between two marks."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.row import Row

__all__ = ["BEGIN", "END", "keep", "machine", "markdown", "text"]

BEGIN = "<!-- figures: begin, written by `make bench` -->"
END = "<!-- figures: end -->"


def text(rows: Sequence[Row]) -> str:
    """The rows for a terminal, notes on lines of their own."""
    widths = [max(map(len, column)) for column in zip(*map(_cells, rows), strict=True)]
    lines = []
    for row in rows:
        name, goal, measured, verdict = _cells(row)
        lines.append(
            f"{name:<{widths[0]}}  {goal:>{widths[1]}}  {measured:>{widths[2]}}  {verdict}"
        )
        if row.note:
            lines.append(f"    {row.note}")
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    lines = ["| figure | goal | measured | | |", "|---|--:|--:|---|---|"]
    for row in rows:
        name, goal, measured, verdict = _cells(row)
        lines.append(f"| {name} | {goal} | **{measured}** | {verdict} | {row.note} |")
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured with, in one line."""
    parts = [
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
    ]
    for name in ("duckdb", "orjson", "ipython", "opentelemetry-sdk"):
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"{date.today().isoformat()}: {', '.join(parts)}"


def keep(rows: Sequence[Row], page: Path) -> None:
    """Put the table into *page* between the marks; raises ``ValueError`` when they are missing."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no marks {BEGIN!r} and {END!r}")
    body = f"{BEGIN}\n\n{markdown(rows)}\n\nMeasured on {machine()}.\n\n{END}"
    page.write_text(before + body + after, encoding="utf-8")


def _cells(row: Row) -> tuple[str, str, str, str]:
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    bound = "≥" if row.at_least else "≤"
    if row.goal is None:
        goal = ""
    else:
        goal = "0" if row.goal == 0 else f"{bound} {_number(row.goal)} {row.unit}"
    measured = "not measured" if row.value is None else f"{_number(row.value)} {row.unit}"
    return row.name, goal, measured, verdict


def _number(value: float) -> str:
    if value == int(value) or value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
