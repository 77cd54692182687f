"""One run in full."""

from __future__ import annotations

from collections.abc import Sequence

from babyagi_nb.core.runs import Run
from babyagi_nb.widgets.markup import Html, clean, one_line, tag
from babyagi_nb.widgets.moment import took, when
from babyagi_nb.widgets.theme import GLYPHS, glyph
from babyagi_nb.widgets.values import call, outcome, shown
from babyagi_nb.widgets.view import View

__all__ = ["RunCard"]

_LONG = 8000


class RunCard(View):
    """What went in, what came out, what was printed, what broke, and how to call it again.

    *positional* names parameters that take no keyword, for the call.
    """

    def __init__(self, run: Run, *, positional: Sequence[str] = ()) -> None:
        self.run = run
        self.positional = tuple(positional)

    def call(self) -> str:
        """The run as Python; ``...`` stands for arguments that were logged in part only."""
        return call(self.run, self.positional)

    def plain(self) -> str:
        run = self.run
        who = f"{one_line(run.function, 80)}@{run.version}"
        lines = [f"{GLYPHS.get(run.status, '·')} {who} {one_line(run.status, 40)}"]
        if run.trigger:
            lines[0] += ", triggered"
        lines += [
            f"  {one_line(name, 40)} = {shown(each, 100)}" for name, each in run.params.items()
        ]
        lines.append(f"  → {outcome(run, 200)}")
        if run.stdout:
            lines += [
                "  printed:",
                *(f"    {line}" for line in clean(run.stdout, _LONG).splitlines()),
            ]
        return "\n".join(lines)

    def body(self) -> Html:
        run = self.run
        head = tag(
            "div",
            glyph(run.status),
            tag("b", one_line(run.function, 80), cls="m"),
            tag("span", f"@{run.version}", cls="soft"),
            tag("span", run.status, cls=f"chip {run.status}"),
            tag("span", "↳ triggered", cls="via") if run.trigger else None,
            tag("span", cls="grow"),
            took(run.duration),
            when(run.started),
            cls="head",
        )
        params = [
            cell
            for name, each in run.params.items()
            for cell in (
                tag("span", one_line(name, 80), cls="soft m"),
                tag("span", shown(each, 1000), cls="m"),
            )
        ]
        return tag(
            "div",
            head,
            tag("div", tag("div", *params, cls="facts"), cls="part") if params else None,
            self._result(),
            _part("printed", run.stdout),
            _part("traceback", run.traceback),
            # Version 0 is no function: a question to a model, a build, a turn of a chat.
            _part("call it again", self.call(), cls="call", open=False) if run.version else None,
            self._where(),
            cls="box",
        )

    def _result(self) -> Html:
        run = self.run
        if run.status == "success":
            return tag(
                "div",
                tag("span", "→ ", cls="soft"),
                tag("span", shown(run.output, 4000), cls="m"),
                cls="part",
            )
        return tag("div", tag("b", outcome(run, 1000)), cls=f"part {run.status}")

    def _where(self) -> Html:
        run = self.run
        known = [
            ("run", run.id), ("root", run.root), ("called by", run.parent),
            ("triggered by", run.trigger), ("kernel", run.kernel), ("cell", run.cell),
        ]  # fmt: skip
        cells = [
            cell
            for name, each in known
            if each
            for cell in (tag("span", name, cls="soft"), tag("data", one_line(each, 120), cls="m"))
        ]
        return tag(
            "details",
            tag("summary", "where", cls="soft"),
            tag("div", *cells, cls="facts"),
            cls="part",
        )


def _part(title: str, text: str | None, *, cls: str = "", open: bool = True) -> Html | None:
    if not text:
        return None
    return tag(
        "details",
        tag("summary", title, cls="soft"),
        tag("pre", clean(text, 40_000).rstrip("\n"), cls=cls),
        cls="part",
        open=open,
    )
