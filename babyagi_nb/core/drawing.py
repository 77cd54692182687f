"""A diagram as SVG, drawn from ``core.layout`` without any outside program.

Colours come from the text around the drawing: lines and fills are mixtures of ``currentColor``
with a few hues, so one drawing is readable on a light page, a dark page and on paper. Programs
that know no CSS mixtures fall back to the presentation attributes on each group. A *standalone*
drawing is a whole file that brings its own text colour; otherwise the page's is taken.
Labels are set in a monospaced face, because only then their width is known here.
"""

from __future__ import annotations

from html import escape

from babyagi_nb.core.cleaning import clean, one_line, width
from babyagi_nb.core.diagram import EDGE_KINDS, Diagram, Edge, EdgeKind, Node, NodeKind
from babyagi_nb.core.layout import Box, Direction, Layout, Placed, Point, layered
from babyagi_nb.core.notation import caption

__all__ = ["place", "to_svg"]

_LABEL_CELL, _DETAIL_CELL = 7.3, 6.1
_MARGIN = 16.0
_LEGEND = 28.0
_LONGEST = 34
"""Characters of a label that are shown; the tooltip has the rest."""

_HUES: dict[EdgeKind | NodeKind, str] = {
    "depends": "#7a8794",
    "triggers": "#8b63d6",
    "key": "#b8860b",
    "import": "#7a8794",
    "function": "#4a90d9",
    "event": "#8b63d6",
    "missing": "#d9534f",
}
_WORDS: dict[EdgeKind, str] = {
    "depends": "depends on",
    "triggers": "triggers",
    "key": "uses key",
    "import": "imports",
}
_STATES = {"ok": "last run fine", "failing": "last run failed", "running": "running"}

_STYLE = """
.bnb-g{font-family:var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,\
'DejaVu Sans Mono',monospace);font-size:12px}
.bnb-g text{fill:currentColor;stroke:none}
.bnb-g .sub{font-size:10px;opacity:.68}
.bnb-g .l{font-size:11px;opacity:.8;font-family:var(--jp-ui-font-family,system-ui,sans-serif)}
.bnb-g rect,.bnb-g polygon{fill:color-mix(in srgb,var(--h) 9%,transparent);\
stroke:color-mix(in srgb,var(--h) 55%,transparent);stroke-width:1.1}
.bnb-g .function{--h:#4a90d9}
.bnb-g .event{--h:#8b63d6}.bnb-g .event rect{stroke-dasharray:5 3}
.bnb-g .key{--h:#b8860b}
.bnb-g .import{--h:#7a8794}
.bnb-g .missing{--h:#d9534f}.bnb-g .missing rect{stroke-dasharray:3 3;\
stroke:color-mix(in srgb,var(--h) 85%,transparent)}
.bnb-g .node:hover rect,.bnb-g .node:hover polygon{\
fill:color-mix(in srgb,var(--h) 22%,transparent)}
.bnb-g .edge{fill:none;stroke-width:1.3;stroke:var(--h)}
.bnb-g .tip{stroke:none;fill:var(--h)}
.bnb-g .depends{--h:color-mix(in srgb,currentColor 52%,transparent)}
.bnb-g .triggers{--h:#8b63d6}.bnb-g .edge.triggers{stroke-dasharray:6 4}
.bnb-g .edge.key,.bnb-g .edge.import{stroke-dasharray:2 3}
.bnb-g .edge:hover{stroke-width:2.6}
.bnb-g .ok{fill:#2fa35a}.bnb-g .failing{fill:#d9534f}.bnb-g .running{fill:#2f81f7}
""".strip()

_ALONE = "svg{color:#24292f}@media(prefers-color-scheme:dark){svg{color:#e6e6e6}}"


def place(diagram: Diagram, direction: Direction | None = None) -> Layout:
    """Lay *diagram* out with boxes as large as their labels need."""
    boxes = []
    for node in diagram.nodes:
        label, detail = one_line(node.label, _LONGEST), one_line(node.detail, _LONGEST)
        room = max(width(label) * _LABEL_CELL, width(detail) * _DETAIL_CELL)
        dot = 16.0 if node.status in _STATES else 0.0
        side = 36.0 if node.kind in ("key", "event") else 26.0
        boxes.append(
            Box(id=node.id, width=round(max(room + side + dot, 56.0)), height=42 if detail else 30)
        )
    edges = [(edge.source, edge.target) for edge in diagram.edges]
    return layered(boxes, edges, direction=direction or "auto")


def to_svg(diagram: Diagram, layout: Layout | None = None, *, standalone: bool = True) -> str:
    """Draw *diagram*; *layout* as :func:`place` returned it, else it is computed.

    >>> to_svg(Diagram.of([Node(id="a", label="<b>")])).count("&lt;b&gt;")
    2
    """
    layout = layout or place(diagram)
    entries = _legend_entries(diagram)
    wide = max(layout.width, sum(room for _, room in entries)) + 2 * _MARGIN
    # Loops rise above their boxes; the head margin has room for them.
    high = layout.height + 2 * _MARGIN + (_LEGEND if entries else 0)
    title = one_line(diagram.title or "function graph", 120)
    style = _STYLE + (_ALONE if standalone else "")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bnb-g" role="img" '
        f'aria-label="{escape(title)}" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}"><style>{style}</style>'
    )
    body = [f'<g transform="translate({_MARGIN:.0f} {_MARGIN:.0f})">']
    nodes = {node.id: node for node in diagram.nodes}
    for edge, route in zip(diagram.edges, layout.routes, strict=True):
        body.append(_edge(edge, route.points, layout, nodes))
    body.extend(_node(node, layout.boxes[node.id]) for node in diagram.nodes)
    body.append("</g>")
    body.append(_legend(entries, high - _LEGEND / 2 - 6))
    return head + "".join(body) + "</svg>"


# -- edges ---------------------------------------------------------------------------------


def _edge(edge: Edge, points: tuple[Point, ...], layout: Layout, nodes: dict[str, Node]) -> str:
    if not points:
        return _loop(edge, layout.boxes[edge.source], nodes)
    path, tip = _path(points, layout.direction == "down")
    words = f"{caption(nodes[edge.source])} {_WORDS[edge.kind]} {caption(nodes[edge.target])}"
    return _stroke(edge.kind, path, tip, words)


def _stroke(kind: EdgeKind, path: str, tip: str, words: str) -> str:
    plain = _HUES[kind]
    dashes = {"triggers": ' stroke-dasharray="6 4"', "depends": ""}.get(
        kind, ' stroke-dasharray="2 3"'
    )
    arrow = (
        "" if kind in ("key", "import") else f'<path class="tip {kind}" fill="{plain}" d="{tip}"/>'
    )
    return (
        f'<path class="edge {kind}" fill="none" stroke="{plain}"{dashes} d="{path}">'
        f"<title>{escape(words)}</title></path>{arrow}"
    )


def _path(points: tuple[Point, ...], down: bool) -> tuple[str, str]:
    """Path of a route, and of the arrow head at its end."""
    found = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for at in range(1, len(points)):
        (x0, y0), (x1, y1) = points[at - 1], points[at]
        if at % 2:
            if (x0, y0) != (x1, y1):
                found.append(f"L{x1:.1f} {y1:.1f}")
        elif down:
            bend = (y1 - y0) / 2
            found.append(f"C{x0:.1f} {y0 + bend:.1f} {x1:.1f} {y1 - bend:.1f} {x1:.1f} {y1:.1f}")
        else:
            bend = (x1 - x0) / 2
            found.append(f"C{x0 + bend:.1f} {y0:.1f} {x1 - bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}")
    x, y = points[-1]
    onward = points[-1][1] > points[0][1] if down else points[-1][0] > points[0][0]
    return " ".join(found), _tip(x, y, down, 1 if onward else -1)


def _tip(x: float, y: float, down: bool, sign: int) -> str:
    back, half = -8.0 * sign, 3.6
    if down:
        return f"M{x:.1f} {y:.1f}l{-half} {back}h{2 * half}z"
    return f"M{x:.1f} {y:.1f}l{back} {-half}v{2 * half}z"


def _loop(edge: Edge, box: Placed, nodes: dict[str, Node]) -> str:
    right, top = box.x + box.width, box.y
    path = (
        f"M{right - 26:.1f} {top:.1f}C{right - 28:.1f} {top - 17:.1f} "
        f"{right - 8:.1f} {top - 17:.1f} {right - 10:.1f} {top:.1f}"
    )
    words = f"{caption(nodes[edge.source])} {_WORDS[edge.kind]} itself"
    return _stroke(edge.kind, path, _tip(right - 10, top, True, 1), words)


# -- nodes ---------------------------------------------------------------------------------


def _node(node: Node, box: Placed) -> str:
    tip = clean(node.tip, 400) or caption(node)
    known = node.status in _STATES
    if known:
        tip = f"{tip}\n{_STATES[node.status]}"
    label, detail = one_line(node.label, _LONGEST), one_line(node.detail, _LONGEST)
    centre = box.x + box.width / 2 + (7 if known else 0)
    middle = box.y + box.height / 2
    parts = [
        f'<g class="node {node.kind}" fill="none" stroke="{_HUES[node.kind]}" '
        f'data-id="{escape(one_line(node.id, 200))}">'
        f"<title>{escape(tip)}</title>{_shape(node, box)}"
    ]
    if known:
        left = box.x + (18 if node.kind in ("event", "key") else 14)
        parts.append(
            f'<circle class="{node.status}" stroke="none" cx="{left:.1f}" cy="{middle:.1f}" r="4"/>'
        )
    parts.append(_text(centre, middle - 2 if detail else middle + 4, label, ""))
    if detail:
        parts.append(_text(centre, middle + 12, detail, ' class="sub" font-size="10"'))
    return "".join(parts) + "</g>"


def _shape(node: Node, box: Placed) -> str:
    x, y, wide, high = box.x, box.y, box.width, box.height
    if node.kind == "key":
        cut = 10
        corners = (
            (x + cut, y), (x + wide - cut, y), (x + wide, y + high / 2),
            (x + wide - cut, y + high), (x + cut, y + high), (x, y + high / 2),
        )  # fmt: skip
        return f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}"/>'
    round_ = {"event": high / 2, "import": 2}.get(node.kind, 7)
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="{round_:g}"/>'


def _text(x: float, y: float, text: str, extra: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="#555" stroke="none"{extra}>'
        f"{escape(text)}</text>"
    )


# -- legend --------------------------------------------------------------------------------


def _legend_entries(diagram: Diagram) -> list[tuple[str, float]]:
    """What the drawing uses, as (kind of edge or status, room in pixels)."""
    kinds = {edge.kind for edge in diagram.edges}
    states = {node.status for node in diagram.nodes}
    return [(kind, 46 + 6.4 * len(_WORDS[kind])) for kind in EDGE_KINDS if kind in kinds] + [
        (state, 26 + 6.4 * len(words)) for state, words in _STATES.items() if state in states
    ]


def _legend(entries: list[tuple[str, float]], y: float) -> str:
    found = []
    x = _MARGIN
    for name, room in entries:
        if name in _STATES:
            mark = f'<circle class="{name}" cx="{x + 4:.1f}" cy="{y:.1f}" r="4"/>'
            words, indent = _STATES[name], 14.0
        else:
            kind: EdgeKind = name  # type: ignore[assignment]
            end = x + 26
            mark = _stroke(
                kind, f"M{x:.1f} {y:.1f}H{end:.1f}", _tip(end, y, False, 1), _WORDS[kind]
            )
            words, indent = _WORDS[kind], 33.0
        found.append(
            f'{mark}<text class="l" font-size="11" fill="#555" x="{x + indent:.1f}" '
            f'y="{y + 4:.1f}">{escape(words)}</text>'
        )
        x += room
    return f'<g class="legend">{"".join(found)}</g>'
