"""Operations about the graph: laid out here, drawn by the page; or as a text to keep.

A layout depends on what is defined and on nothing that runs, so it is kept for as long as the
definitions stand. How the last runs went is put on it anew each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.diagram import Diagram, Node, neighbourhood
from babyagi_nb.core.drawing import place, to_svg
from babyagi_nb.core.layout import Layout
from babyagi_nb.core.notation import to_dot, to_mermaid
from babyagi_nb.jupyter.diagrams import Wanted, diagram_of
from babyagi_nb.jupyter.messages import FunctionRow, Graph, GraphEdge, GraphNode
from babyagi_nb.jupyter.operations.desk import Desk

__all__ = ["LARGE", "export", "graph"]

LARGE = 2000
"""Nodes that are laid out at once; of a larger graph, the surroundings of its busiest node."""

_HOPS = 2
_KINDS = {"depends": "dependency", "triggers": "trigger", "key": "key", "import": "import"}
_FORMATS: dict[str, Callable[[Diagram], str]] = {
    "svg": to_svg, "dot": to_dot, "mermaid": to_mermaid,
}  # fmt: skip


def graph(desk: Desk, name: str | None = None, hops: int | None = None, **shown: bool) -> Graph:
    part, focus = _part(desk, name, hops, shown)
    layout = _placed(desk, part, (name, hops, *sorted(shown.items())))
    rows = {row["name"]: row for row in desk.function_rows()}
    known = {node.id: node for node in part.nodes}
    drawn = sum(1 for node in part.nodes if node.kind == "function" and node.id in rows)
    edges: list[GraphEdge] = [
        {
            "source": edge.source,
            "target": edge.target,
            "kind": _KINDS[edge.kind],
            "points": [(round(x, 1), round(y, 1)) for x, y in route.points],
        }
        for edge, route in zip(part.edges, layout.routes, strict=True)
    ]
    return {
        "nodes": [
            _node(known[id], layout, rows.get(id), focused=id == focus) for id in layout.boxes
        ],
        "edges": edges,
        "width": round(layout.width, 1),
        "height": round(layout.height, 1),
        "hidden": max(len(rows) - drawn, 0),
    }


def export(
    desk: Desk, format: str, name: str | None = None, hops: int | None = None, **shown: bool
) -> str:
    part, _ = _part(desk, name, hops, shown)
    return _FORMATS[format](part)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The layout that was made last, and for what."""

    generation: int
    asked: tuple[object, ...]
    layout: Layout


def _part(
    desk: Desk, name: str | None, hops: int | None, shown: dict[str, bool]
) -> tuple[Diagram, str | None]:
    """What is to be drawn, and the node in its middle, if it has one."""
    whole = diagram_of(desk.app, Wanted(**shown))
    if name is not None:
        return _bounded(neighbourhood(whole, name, min(hops or _HOPS, 20)), name), name
    if len(whole.nodes) <= LARGE:
        return whole, None
    ends = Counter(end for edge in whole.edges for end in (edge.source, edge.target))
    busiest = max(whole.nodes, key=lambda node: ends[node.id]).id
    return _bounded(neighbourhood(whole, busiest, 1), busiest), busiest


def _bounded(part: Diagram, centre: str) -> Diagram:
    if len(part.nodes) <= LARGE:
        return part
    ordered = sorted(part.nodes, key=lambda node: node.id != centre)
    return Diagram.of(ordered[:LARGE], part.edges, part.title)


def _placed(desk: Desk, part: Diagram, asked: tuple[object, ...]) -> Layout:
    generation = desk.app.catalogue.generation
    kept = desk.layout
    if isinstance(kept, _Kept) and (kept.generation, kept.asked) == (generation, asked):
        same = len(kept.layout.routes) == len(part.edges)
        if same and kept.layout.boxes.keys() == {node.id for node in part.nodes}:
            return kept.layout
    layout = place(part)
    desk.layout = _Kept(generation, asked, layout)
    return layout


def _node(node: Node, layout: Layout, row: FunctionRow | None, *, focused: bool) -> GraphNode:
    box = layout.boxes[node.id]
    marks = ["focus"] if focused else []
    if node.kind == "missing":
        marks.append("missing")
    if node.status in ("failing", "running"):
        marks.append(node.status)
    if row is not None:
        marks += ["missing"] if row["missing"] else []
        marks += ["draft"] if row["state"] == "draft" else []
        marks += ["sandbox"] if row["trust"] == "sandbox" else []
    return {
        "id": node.id,
        "kind": "function" if node.kind == "missing" else node.kind,
        "label": one_line(node.label, 80),
        "x": round(box.x, 1),
        "y": round(box.y, 1),
        "width": box.width,
        "height": box.height,
        "marks": marks,
    }
