"""A diagram in the notations other programs read: plain text, DOT, Mermaid, JSON.

Ids never reach an output language: nodes are numbered ``n0, n1, …`` there, and the user's words
appear in quoted strings only. DOT reads ``<…>`` as markup unless it is quoted, and backslashes
even then; Mermaid reads a handful of characters unless they are written as entity codes. No link,
script or style of the data's own can be expressed in what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.diagram import Diagram, Edge, EdgeKind, Node, NodeKind
from babyagi_nb.core.layout import Layout

__all__ = ["MIME", "caption", "to_dot", "to_json", "to_mermaid", "to_text"]

MIME = "application/vnd.babyagi.graph+json"
"""Media type of what :func:`to_json` returns."""

_LABEL = 80
_VERBS: dict[EdgeKind, str] = {
    "depends": "",
    "triggers": "triggers ",
    "key": "key ",
    "import": "import ",
}


def caption(node: Node) -> str:
    """Label and detail on one line, without anything that acts."""
    label, detail = one_line(node.label, _LABEL), one_line(node.detail, _LABEL)
    return f"{label} {detail}" if detail else label


# -- text ----------------------------------------------------------------------------------


def to_text(diagram: Diagram, *, limit: int = 400) -> str:
    """An indented tree, the same for the same diagram, of at most *limit* lines.

    It begins at nodes nothing points at. What was already written out is marked ``(above)``,
    what leads back to an open line ``(circle)``.

    >>> print(to_text(Diagram.of(
    ...     [Node(id="a", label="hello"), Node(id="b", label="world", detail="v2")],
    ...     [Edge(source="a", target="b")],
    ... )))
    hello
    └─ world v2
    """
    lines = [one_line(diagram.title, _LABEL)] if diagram.title else []
    if not diagram.nodes:
        return "\n".join([*lines, "nothing to show"])
    nodes = {node.id: node for node in diagram.nodes}
    after: dict[str, list[Edge]] = {}
    for edge in diagram.edges:
        after.setdefault(edge.source, []).append(edge)
    aimed = {edge.target for edge in diagram.edges if edge.source != edge.target}
    written: set[str] = set()
    for start in [id for id in nodes if id not in aimed] + [id for id in nodes if id in aimed]:
        if start in written:
            continue
        if len(lines) >= limit:
            lines.append(f"… {len(nodes) - len(written)} more")
            break
        _write_tree(start, nodes, after, written, lines, limit)
    return "\n".join(lines)


def _write_tree(
    start: str,
    nodes: dict[str, Node],
    after: dict[str, list[Edge]],
    written: set[str],
    lines: list[str],
    limit: int,
) -> None:
    lines.append(_text_label(nodes[start]))
    written.add(start)
    open_: set[str] = {start}
    stack: list[tuple[str, str, list[Edge]]] = [(start, "", list(reversed(after.get(start, ()))))]
    while stack and len(lines) < limit:
        node, indent, rest = stack[-1]
        if not rest:
            open_.discard(node)
            stack.pop()
            continue
        edge = rest.pop()
        stem, below = ("├─ ", "│  ") if rest else ("└─ ", "   ")
        child = edge.target
        children = after.get(child, ())
        mark = " (circle)" if child in open_ else " (above)" if child in written else ""
        # A repeat without children of its own hides nothing, so it needs no mark.
        mark = mark if children or child in open_ else ""
        lines.append(f"{indent}{stem}{_VERBS[edge.kind]}{_text_label(nodes[child])}{mark}")
        if child not in written:
            written.add(child)
            open_.add(child)
            # Past some depth the indentation stands still, so that lines stay short.
            deeper = indent + below if len(indent) < 120 else indent
            stack.append((child, deeper, list(reversed(children))))


def _text_label(node: Node) -> str:
    text = caption(node)
    if node.kind == "missing":
        return f"{text} (missing)"
    return f"{text} (event)" if node.kind == "event" else text


# -- DOT -----------------------------------------------------------------------------------

_SHAPES: dict[NodeKind, str] = {
    "function": 'shape=box style="rounded"',
    "event": 'shape=box style="rounded,dashed"',
    "key": "shape=hexagon",
    "import": "shape=plain",
    "missing": 'shape=box style="dashed" color="#c0392b" fontcolor="#c0392b"',
}
_LINES: dict[EdgeKind, str] = {
    "depends": "",
    "triggers": ' [style=dashed color="#7c5cbf"]',
    "key": ' [style=dotted color="#b07d12"]',
    "import": ' [style=dotted color="#7f8c8d"]',
}


def to_dot(diagram: Diagram) -> str:
    """The diagram in the DOT language of Graphviz."""
    number = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes)}
    lines = [
        "digraph babyagi {",
        "  rankdir=LR;",
        '  graph [fontname="sans-serif" nodesep=0.25 ranksep=0.6];',
        '  node [fontname="monospace" fontsize=11 height=0.35 color="#7f8c8d"];',
        '  edge [arrowsize=0.7 color="#7f8c8d"];',
    ]
    if diagram.title:
        lines.append(f"  label={_dot_string(diagram.title)}; labelloc=t;")
    for node in diagram.nodes:
        label = _dot_string(node.label, node.detail)
        lines.append(f"  {number[node.id]} [label={label} {_SHAPES[node.kind]}];")
    for edge in diagram.edges:
        lines.append(f"  {number[edge.source]} -> {number[edge.target]}{_LINES[edge.kind]};")
    return "\n".join([*lines, "}", ""])


def _dot_string(*parts: str) -> str:
    cleaned = (one_line(part, _LABEL) for part in parts if part)
    quoted = (part.replace("\\", "\\\\").replace('"', '\\"') for part in cleaned)
    return '"' + "\\n".join(quoted) + '"'


# -- Mermaid -------------------------------------------------------------------------------

_BRACKETS: dict[NodeKind, tuple[str, str]] = {
    "function": ("[", "]"),
    "event": ("([", "])"),
    "key": ("{{", "}}"),
    "import": ("[", "]"),
    "missing": ("[", "]"),
}
_ARROWS: dict[EdgeKind, str] = {
    "depends": "-->",
    "triggers": "-. triggers .->",
    "key": "-.-",
    "import": "-.-",
}
_PLAIN = re.compile(r"[^\w .,+*@=/-]")


def to_mermaid(diagram: Diagram) -> str:
    """The diagram as a Mermaid flow chart."""
    number = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes)}
    lines = ["flowchart LR"]
    for node in diagram.nodes:
        left, right = _BRACKETS[node.kind]
        lines.append(f'  {number[node.id]}{left}"{_mermaid_text(caption(node))}"{right}')
    for edge in diagram.edges:
        lines.append(f"  {number[edge.source]} {_ARROWS[edge.kind]} {number[edge.target]}")
    gone = [number[node.id] for node in diagram.nodes if node.kind == "missing"]
    if gone:
        lines.append("  classDef missing stroke:#c0392b,stroke-dasharray:4 3")
        lines.append(f"  class {','.join(gone)} missing")
    return "\n".join([*lines, ""])


def _mermaid_text(text: str) -> str:
    # A leading "1." or "-" would be read as a list; a colon anywhere as the start of a scheme.
    coded = _PLAIN.sub(lambda found: f"#{ord(found.group())};", text)
    return re.sub(
        r"^(\d+)\.|^([-*+])", lambda found: f"#{ord(found.group()[0])};" + found.group()[1:], coded
    )


# -- JSON ----------------------------------------------------------------------------------


def to_json(diagram: Diagram, layout: Layout | None = None) -> dict[str, Any]:
    """The diagram for a front end, with positions in pixels when *layout* is given."""
    nodes: Sequence[dict[str, Any]] = [
        {
            "id": one_line(node.id, 200),
            "label": one_line(node.label, _LABEL),
            "kind": node.kind,
            "detail": one_line(node.detail, _LABEL),
            "status": node.status,
        }
        for node in diagram.nodes
    ]
    edges: list[dict[str, Any]] = [
        {
            "source": one_line(edge.source, 200),
            "target": one_line(edge.target, 200),
            "kind": edge.kind,
        }
        for edge in diagram.edges
    ]
    found: dict[str, Any] = {"version": 1, "title": one_line(diagram.title, _LABEL)}
    if layout is not None:
        for node, entry in zip(diagram.nodes, nodes, strict=True):
            box = layout.boxes[node.id]
            entry.update(x=round(box.x, 1), y=round(box.y, 1), width=box.width, height=box.height)
        for route, edge_entry in zip(layout.routes, edges, strict=True):
            edge_entry["points"] = [[round(x, 1), round(y, 1)] for x, y in route.points]
        found |= {
            "width": round(layout.width, 1),
            "height": round(layout.height, 1),
            "direction": layout.direction,
        }
    return found | {"nodes": list(nodes), "edges": edges}
