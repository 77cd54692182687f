"""What changed between two versions of a function: its code line by line, and its other fields."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import fields

from babyagi_nb.core.disguises import revealed
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.core.trust import Grants, wording
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.view import View

__all__ = ["DiffView"]

_CONTEXT = 3
_MOST = 3000
"""Lines of either side that are compared."""

Line = tuple[str, int | None, int | None, str]
"""(``"="``, ``"-"``, ``"+"`` or ``"…"``, number in old, number in new, text)."""


class DiffView(View):
    """*old* against *new*; one column, or two side by side."""

    def __init__(
        self, old: FunctionVersion, new: FunctionVersion, *, side_by_side: bool = False
    ) -> None:
        self.old, self.new, self.side_by_side = old, new, side_by_side

    def changes(self) -> list[tuple[str, str, str]]:
        """Changed fields beside the code, as (name, old, new)."""
        return [
            (each.name.replace("_", " "), _said(was), _said(now))
            for each in fields(FunctionSpec)
            if each.name not in ("code", "cell")
            and (was := getattr(self.old.spec, each.name))
            != (now := getattr(self.new.spec, each.name))
        ]

    def lines(self) -> list[Line]:
        """The code's lines with their state; long equal stretches are one ``"…"``."""
        return list(_compare(self.old.spec.code, self.new.spec.code))

    def plain(self) -> str:
        found = [f"--- {self._label(self.old)}", f"+++ {self._label(self.new)}"]
        found += [f"{name}: {was} → {now}" for name, was, now in self.changes()]
        if _lines(self.old.spec.code) == _lines(self.new.spec.code):
            return "\n".join([*found, "the code is the same"])
        signs = {"=": "  ", "-": "- ", "+": "+ ", "…": "… "}
        return "\n".join(
            [*found, *(f"{signs[sign]}{text}".rstrip() for sign, _, _, text in self.lines())]
        )

    def body(self) -> Html:
        head = tag(
            "div",
            tag("b", self._label(self.old), cls="m"),
            "→",
            tag("b", self._label(self.new), cls="m"),
            cls="head",
        )
        changed = [
            cell
            for name, was, now in self.changes()
            for cell in (
                tag("span", name, cls="soft"),
                tag(
                    "span",
                    tag("span", was, cls="error"),
                    " → ",
                    tag("span", now, cls="success"),
                    cls="m",
                ),
            )
        ]
        rows = _columns(self.lines()) if self.side_by_side else map(_row, self.lines())
        return tag(
            "div",
            head,
            tag("div", tag("div", *changed, cls="facts"), cls="part") if changed else None,
            tag("div", tag("table", tag("tbody", *rows), cls="diff"), cls="scroll part"),
            cls="box",
        )

    @staticmethod
    def _label(version: FunctionVersion) -> str:
        return one_line(version.label, 100)


def _compare(old: str, new: str) -> Iterator[Line]:
    was, now = _lines(old), _lines(new)
    left_out = max(len(was), len(now)) - _MOST
    was, now = was[:_MOST], now[:_MOST]
    matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
    codes = matcher.get_opcodes()
    for at, (kind, a, b, c, d) in enumerate(codes):
        if kind == "equal":
            before = _CONTEXT if at else 0
            after = _CONTEXT if at + 1 < len(codes) else 0
            hidden = b - a - before - after
            for step in range(b - a):
                if hidden > 1 and before <= step < b - a - after:
                    if step == before:
                        yield "…", None, None, f"{hidden} lines as before"
                    continue
                yield "=", a + step + 1, c + step + 1, was[a + step]
        else:
            yield from (("-", step + 1, None, was[step]) for step in range(a, b))
            yield from (("+", None, step + 1, now[step]) for step in range(c, d))
    if left_out > 0:
        yield "…", None, None, f"{left_out} further lines are not compared"


def _lines(code: str) -> list[str]:
    text = revealed(code).rstrip("\n")
    return text.split("\n") if text else []


def _row(line: Line) -> Html:
    sign, old, new, text = line
    if sign == "…":
        return tag("tr", tag("td", f"⋯ {text}", cls="gap", colspan=4))
    cls = {"-": "del", "+": "add"}.get(sign, "")
    mark = "" if sign == "=" else sign
    return tag(
        "tr", tag("td", old or "", cls="no"), tag("td", new or "", cls="no"),
        tag("td", mark, cls=f"no {cls}"), tag("td", text, cls=cls),
    )  # fmt: skip


def _columns(lines: list[Line]) -> Iterator[Html]:
    """Rows with old on the left and new on the right; removed and added lines pair up."""
    left: list[Line] = []
    right: list[Line] = []
    for line in (*lines, None):
        if line is not None and line[0] == "-":
            left.append(line)
            continue
        if line is not None and line[0] == "+":
            right.append(line)
            continue
        for at in range(max(len(left), len(right))):
            yield _pair(
                left[at] if at < len(left) else None, right[at] if at < len(right) else None
            )
        left, right = [], []
        if line is not None:
            yield _row(line) if line[0] == "…" else _pair(line, line)


def _pair(left: Line | None, right: Line | None) -> Html:
    cells = []
    for line, number in ((left, 1), (right, 2)):
        cls = {"-": "del", "+": "add"}.get(line[0], "") if line else ""
        cells.append(tag("td", (line[number] or "") if line else "", cls="no"))
        cells.append(tag("td", line[3] if line else "", cls=cls, style="width:50%"))
    return tag("tr", *cells)


def _said(value: object) -> str:
    if isinstance(value, Grants):
        value = ", ".join(" ".join(pair) for pair in wording(value))
    if isinstance(value, tuple):
        value = ", ".join(str(getattr(each, "name", each)) for each in value)
    return one_line(value if value not in (None, "", {}) else "nothing", 200)
