"""The functions of a store as a diagram: what depends on what, and what runs after what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from babyagi_nb.core.diagram import Diagram, Edge, Node, NodeStatus
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.errors import BabyAGIError

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["Wanted", "diagram_of"]

_LOOKED_AT = 500
"""How many of the newest runs tell the state of the functions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the diagram is to show beside functions."""

    dependencies: bool = True
    triggers: bool = True
    keys: bool = False
    imports: bool = False


def diagram_of(app: BabyAGI, wanted: Wanted) -> Diagram:
    """Every active function, with what *wanted* asks for."""
    app.refresh()
    states = _states(app)
    nodes: list[Node] = []
    edges: list[Edge] = []
    for name in app.catalogue:
        number = app.catalogue.active(name)
        nodes.append(
            Node(id=name, label=name, detail=f"v{number}", status=states.get(name, "idle"))
        )
    known = {node.id for node in nodes}
    if wanted.dependencies:
        for name in app.catalogue:
            for other in app.catalogue.dependencies(name):
                edges.append(Edge(source=name, target=other))
                if other not in known:
                    nodes.append(Node(id=other, label=other, kind="missing", detail="missing"))
    if wanted.triggers:
        for triggered, triggering in app.catalogue.triggers():
            edges.append(Edge(source=triggering, target=triggered, kind="triggers"))
            if triggering not in known:
                nodes.append(Node(id=triggering, label=triggering, kind="event"))
    for node, edge in _further(app, wanted):
        nodes.append(node)
        edges.append(edge)
    return Diagram.of(nodes, edges)


def _further(app: BabyAGI, wanted: Wanted) -> Iterator[tuple[Node, Edge]]:
    """Keys and imports, each with the edge from the function that needs it."""
    if not (wanted.keys or wanted.imports):
        return
    for name in app.catalogue:
        spec = app.catalogue.version(name).spec
        for key in spec.keys if wanted.keys else ():
            node = Node(id=f"key:{key}", label=key, kind="key")
            yield node, Edge(source=name, target=node.id, kind="key")
        for each in spec.imports if wanted.imports else ():
            node = Node(id=f"import:{each.module}", label=each.module, kind="import")
            yield node, Edge(source=name, target=node.id, kind="import")


def _states(app: BabyAGI) -> dict[str, NodeStatus]:
    """How the last run of each function went, as far as the newest runs tell."""
    found: dict[str, NodeStatus] = {}
    try:
        for run in app.queries.runs(RunFilter(limit=_LOOKED_AT)):
            if run.status == "refused" or not run.version:
                # A guard kept it from running, or it is no function's: neither says how one does.
                continue
            running = run.status == "started"
            state: NodeStatus = (
                "running" if running else "ok" if run.status == "success" else "failing"
            )
            found.setdefault(run.function, state)
    except BabyAGIError:
        # The graph is worth seeing while the log cannot be read.
        return {}
    return found
