"""``%babyagi graph``."""

from __future__ import annotations

from babyagi_nb.jupyter.diagrams import Wanted, diagram_of
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.graphview import GraphView
from babyagi_nb.widgets.view import View

__all__ = ["graph"]


def graph(request: Request) -> View:
    app, given = request.app, request.given
    only = [kind for kind in ("deps", "triggers", "keys", "imports") if given.get(kind)]
    wanted = Wanted(
        dependencies="deps" in only or "triggers" not in only,
        triggers="triggers" in only or "deps" not in only,
        keys="keys" in only,
        imports="imports" in only,
    )
    name = given.get("NAME")
    if name is not None:
        app.function(name)
    view = GraphView(
        diagram_of(app, wanted),
        "dot" if given.get("engine") == "dot" else None,
        focus=name,
        hops=given.get("hops", 2),
    )
    if "save" in given:
        return Line(f"written to {view.save(given['save'])}")
    return view
