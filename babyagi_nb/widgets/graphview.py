"""A graph of functions in the form a place can show.

The picture is drawn by ``core.drawing``. With ``engine="dot"`` Graphviz draws it, through the
``graphviz`` package, where its ``dot`` program is installed; where it is not, or fails, the
built-in drawing takes its place and a line says so. Showing never raises.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from babyagi_nb.core.diagram import Diagram, neighbourhood
from babyagi_nb.core.drawing import place, to_svg
from babyagi_nb.core.notation import MIME, to_dot, to_json, to_mermaid, to_text
from babyagi_nb.errors import UsageError, near
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.view import View

__all__ = ["Engine", "Format", "GraphView"]

Engine = Literal["dot"]
Format = Literal["svg", "dot", "mermaid", "text"]

_FORMATS = ("svg", "dot", "mermaid", "text")
_SUFFIXES = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid",
             ".txt": "text"}  # fmt: skip
_LARGE = 1000
"""Nodes beyond which only the surroundings of the best connected one are drawn."""


class GraphView(View):
    """*diagram* as picture or text; *focus* narrows it to what is within *hops* of one node.

    >>> from babyagi_nb.core.diagram import Node
    >>> GraphView(Diagram.of([Node(id="hello", label="hello")]))
    hello
    """

    def __init__(
        self,
        diagram: Diagram,
        engine: Engine | None = None,
        format: Format = "svg",
        *,
        focus: str | None = None,
        hops: int = 2,
    ) -> None:
        if format not in _FORMATS:
            raise UsageError(f"unknown format {format!r}", fix=near(format, _FORMATS) or _known())
        self.note = ""
        self.whole = diagram
        if focus is not None:
            diagram = neighbourhood(diagram, focus, hops)
        self.diagram = diagram
        self.engine = engine
        self.format = format

    def text(self) -> str:
        return to_text(self.diagram)

    def dot(self) -> str:
        return to_dot(self.diagram)

    def mermaid(self) -> str:
        return to_mermaid(self.diagram)

    def svg(self, *, standalone: bool = True) -> str:
        """The picture as a file of its own; ``standalone=False`` for a part of a page."""
        return to_svg(self._drawable(), standalone=standalone)

    def save(self, path: str | Path) -> Path:
        """Write the graph; the suffix says how: ``.svg``, ``.dot``, ``.gv``, ``.mmd``, ``.txt``."""
        target = Path(path)
        form = _SUFFIXES.get(target.suffix.lower())
        if form is None:
            raise UsageError(f"cannot tell a format from {target.name!r}", fix=_known())
        target.write_text(str(getattr(self, form)()), encoding="utf-8")
        return target

    def plain(self) -> str:
        return {"dot": self.dot, "mermaid": self.mermaid}.get(self.format, self.text)().rstrip("\n")

    def body(self) -> Html:
        if not self.diagram.nodes:
            return tag("p", "No functions yet, so there is no graph.", cls="soft")
        if self.format != "svg":
            return tag("pre", self.plain())
        picture, said = self._picture()
        words = "; ".join(each for each in (said, self.note) if each)
        return tag(
            "div",
            tag("div", picture, cls="draw"),
            tag("div", words, cls="soft") if words else None,
        )

    def bundle(self) -> dict[str, Any]:
        found = super().bundle()
        if self.format == "mermaid":
            # JupyterLab draws this type itself, but prefers HTML where there is some.
            del found["text/html"]
            return {"text/vnd.mermaid": self.mermaid(), **found}
        if self.format == "svg":
            try:
                part = self._drawable()
                found[MIME] = to_json(part, place(part))
            except Exception:
                found.pop(MIME, None)
        return found

    def _drawable(self) -> Diagram:
        if len(self.diagram.nodes) <= _LARGE:
            return self.diagram
        degree = Counter(end for edge in self.diagram.edges for end in (edge.source, edge.target))
        centre = max(self.diagram.nodes, key=lambda node: degree[node.id]).id
        part = neighbourhood(self.diagram, centre, 1)
        if len(part.nodes) > _LARGE:
            part = Diagram.of(part.nodes[:_LARGE], part.edges, part.title)
        shown = one_line(centre, 60)
        self.note = (
            f"{len(self.diagram.nodes)} nodes are too many for one picture; these are the "
            f"neighbours of {shown}; narrow the graph to see others"
        )
        return part

    def _picture(self) -> tuple[Html, str]:
        """The drawing as markup, and what should be said about how it came to be."""
        part = self._drawable()
        if self.engine == "dot":
            try:
                return Html(_by_graphviz(to_dot(part))), ""
            except Exception as error:
                said = f"drawn without Graphviz: {one_line(error, 160)}"
        else:
            said = ""
        layout = place(part)
        picture = to_svg(part, layout, standalone=False)
        # Shrinks with the page, but not below what can be read; then it scrolls.
        least = min(layout.width, max(0.62 * layout.width, 220))
        return Html(picture.replace("<svg ", f'<svg style="min-width:{least:.0f}px" ', 1)), said


def _by_graphviz(source: str) -> str:
    if shutil.which("dot") is None:
        raise FileNotFoundError("there is no dot program on PATH")
    import graphviz

    drawn: str = graphviz.Source(source).pipe(format="svg", encoding="utf-8")
    # The XML prologue and document type have no place inside a page.
    return drawn[drawn.index("<svg") :]


def _known() -> str:
    return f"known are {', '.join(_FORMATS)} (files: {', '.join(_SUFFIXES)})"
