"""What a graph of functions shows: nodes and edges, before anybody decides how it looks.

A :class:`Diagram` is a value. ``core.notation`` writes it as text, DOT, Mermaid or JSON, and
``core.drawing`` as SVG. Node ids, labels
and details are untrusted text, and every writer escapes them for its own format. Edges to ids
that are no node are dropped on construction by :meth:`Diagram.of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from babyagi_nb.errors import NotFound, near

__all__ = [
    "Diagram",
    "Edge",
    "EdgeKind",
    "Node",
    "NodeKind",
    "NodeStatus",
    "neighbourhood",
]

NodeKind = Literal["function", "event", "key", "import", "missing"]
NodeStatus = Literal["ok", "failing", "running", "idle"]
EdgeKind = Literal["depends", "triggers", "key", "import"]

EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One box."""

    id: str
    label: str
    kind: NodeKind = "function"
    detail: str = ""
    """A few words under the label, such as the version; part of the text form."""
    status: NodeStatus = "idle"
    """How its last run went; left out of the text form, which says only what is defined."""
    tip: str = ""
    """What the mouse shows; defaults to label and detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """``source`` depends on, triggers, uses or imports ``target``."""

    source: str
    target: str
    kind: EdgeKind = "depends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Nodes with distinct ids, and edges among them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    title: str = ""

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge] = (), title: str = "") -> Diagram:
        """Build a diagram; the first of equal ids stands, edges without both ends fall away.

        >>> len(Diagram.of([Node(id="a", label="a")], [Edge(source="a", target="b")]).edges)
        0
        """
        known: dict[str, Node] = {}
        for node in nodes:
            known.setdefault(node.id, node)
        kept = dict.fromkeys(
            edge for edge in edges if edge.source in known and edge.target in known
        )
        return cls(nodes=tuple(known.values()), edges=tuple(kept), title=title)


def neighbourhood(diagram: Diagram, name: str, hops: int = 1) -> Diagram:
    """The part of *diagram* within *hops* edges of *name*, whichever way they point.

    Raises :class:`~babyagi_nb.errors.NotFound` when no node has that id.

    >>> chain = Diagram.of(
    ...     [Node(id=i, label=i) for i in "abc"],
    ...     [Edge(source="a", target="b"), Edge(source="b", target="c")],
    ... )
    >>> [node.id for node in neighbourhood(chain, "a").nodes]
    ['a', 'b']
    """
    if name not in {node.id for node in diagram.nodes}:
        known = [node.id for node in diagram.nodes]
        raise NotFound(f"the graph has no {name!r}", fix=near(name, known))
    beside: dict[str, list[str]] = {}
    for edge in diagram.edges:
        beside.setdefault(edge.source, []).append(edge.target)
        beside.setdefault(edge.target, []).append(edge.source)
    reached = {name}
    border = [name]
    for _ in range(hops):
        border = list(
            dict.fromkeys(o for each in border for o in beside.get(each, ()) if o not in reached)
        )
        reached.update(border)
    return Diagram.of(
        (node for node in diagram.nodes if node.id in reached), diagram.edges, diagram.title
    )
