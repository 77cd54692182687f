"""Panels in cells: the front end over the comm of its widget, and what stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.panel import Panel
from babyagi_nb.core.ports import Table
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.core.trust import asked, wording
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.diagrams import Wanted, diagram_of
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.hub import Hub
from babyagi_nb.jupyter.keyrows import known_keys
from babyagi_nb.jupyter.wires import connect_widget
from babyagi_nb.widgets.buildview import BuildTable
from babyagi_nb.widgets.chatview import ChatTable
from babyagi_nb.widgets.explorer import LogExplorer
from babyagi_nb.widgets.graphview import GraphView
from babyagi_nb.widgets.panel import PanelView, is_built
from babyagi_nb.widgets.pending import PendingRow, PendingTable
from babyagi_nb.widgets.table import FunctionRow, FunctionTable, RunTable, TableView
from babyagi_nb.widgets.view import Stack, View

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["bundle_of", "panel_of"]

_ROWS = 20
_KEPT = "_panel_hub"


def panel_of(panel: Panel) -> View:
    """What is shown for *panel*: the front end where it is installed."""
    app: BabyAGI = panel.app
    if not is_built() and panel.section == "logs":
        return LogExplorer(app.queries)
    return PanelView(
        panel.section,
        panel.name,
        connect=lambda widget: connect_widget(widget, lambda concurrent: _hub(app, concurrent)),
        instead=lambda: _instead(panel),
    )


def bundle_of(panel: Panel) -> dict[str, Any]:
    """What IPython shows for a :class:`~babyagi_nb.core.panel.Panel`."""
    return panel_of(panel)._repr_mimebundle_()


def _hub(app: BabyAGI, concurrent: bool) -> Hub:
    """The hub that all panels of *app* share. It is kept with it, so that it goes with it."""
    kept = vars(app)
    if _KEPT not in kept:
        bridge = Bridge(lambda: app, lambda: None if app.closed else app, concurrent=concurrent)
        kept[_KEPT] = Hub(bridge)
    hub: Hub = kept[_KEPT]
    return hub


# -- what stands in ------------------------------------------------------------------------------


def _instead(panel: Panel) -> View:
    view = _STATIC[panel.section](panel.app, panel.name)
    return view if is_built() else Stack(view, Line(_MISSING))


_MISSING = "the panel is not built here; `make front` builds it, and an installed package has it"


def _functions(app: BabyAGI, name: str | None) -> View:
    app.refresh()
    wanted = [each for each in app.catalogue if name in (None, each)]
    return FunctionTable([FunctionRow.of(app.catalogue.version(each)) for each in wanted])


def _logs(app: BabyAGI, name: str | None) -> View:
    return RunTable(app.queries.runs(RunFilter(function=name, limit=_ROWS)))


def _graph(app: BabyAGI, name: str | None) -> View:
    return GraphView(diagram_of(app, Wanted()), focus=name)


def _triggers(app: BabyAGI, name: str | None) -> View:
    rows = tuple((each["triggered"], each["triggering"]) for each in app.get_triggers())
    return TableView(Table(columns=("function", "runs after"), rows=rows))


def _keys(app: BabyAGI, name: str | None) -> View:
    rows = tuple(
        (each.name, each.place or "missing", ", ".join(each.used_by)) for each in known_keys(app)
    )
    return TableView(Table(columns=("key", "value", "used by"), rows=rows))


def _packs(app: BabyAGI, name: str | None) -> View:
    return TableView(Table(columns=("pack",), rows=tuple((each,) for each in sorted(app.packs()))))


def _drafts(app: BabyAGI, name: str | None) -> View:
    app.refresh()
    waiting = [app.catalogue.version(*each) for each in app.catalogue.drafts()]
    return PendingTable(
        [PendingRow.of(each, "draft", wording(asked(each.spec))) for each in waiting]
    )


def _builds(app: BabyAGI, name: str | None) -> View:
    return BuildTable(app.builds()[:_ROWS])


def _chats(app: BabyAGI, name: str | None) -> View:
    return ChatTable([{**each.row(), "turns": each.turns} for each in app.chats.list()[:_ROWS]])


_STATIC: Mapping[str, Callable[[BabyAGI, str | None], View]] = {
    "functions": _functions, "logs": _logs, "graph": _graph, "triggers": _triggers, "keys": _keys,
    "packs": _packs, "drafts": _drafts, "selfbuild": _builds, "chat": _chats,
}  # fmt: skip
