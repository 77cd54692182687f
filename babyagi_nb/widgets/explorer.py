"""A small explorer of the log, made of ordinary notebook widgets.

The state lives in ``widgets.exploration``; this file only draws it and passes gestures on.
ipywidgets is imported when the explorer is first shown; where it is missing, or the page knows no
widgets, a table of the newest runs stands in.

*Follow* has no thread. A hidden ``Play`` widget ticks in the page and each tick asks the store
once, so asking ends when the page is closed or *follow* is switched off, and by itself after
half an hour. Ticks that waited behind a long cell count as one.

Widget messages go straight to their widget here. ipykernel's usual way fires ``pre_execute`` and
``post_execute`` around each of them, which would show a half-made figure of a running cell.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from babyagi_nb.core.ports import Queries
from babyagi_nb.core.runs import STATUSES, Run
from babyagi_nb.widgets.exploration import ExplorerModel, ExplorerState
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.moment import duration
from babyagi_nb.widgets.runcard import RunCard
from babyagi_nb.widgets.runtree import RunTree
from babyagi_nb.widgets.table import RunTable
from babyagi_nb.widgets.theme import GLYPHS, STYLE, frame
from babyagi_nb.widgets.values import arguments, outcome
from babyagi_nb.widgets.view import View
from babyagi_nb.widgets.waterfall import Waterfall

__all__ = ["LogExplorer"]

_WITHIN: tuple[tuple[str, int], ...] = (
    ("any time", 0), ("5 minutes", 300), ("1 hour", 3600), ("24 hours", 86_400),
    ("7 days", 604_800),
)  # fmt: skip
_INTERVAL = 2.0
"""Seconds between two looks while following."""
_TICKS = 900
_NAMES = 500


class LogExplorer(View):
    """Filter the runs of a store, page through them, and look into one; *size* rows a page."""

    def __init__(self, queries: Queries, *, size: int = 20) -> None:
        self.model = ExplorerModel(queries, size=size)
        self._parts: _Parts | None = None

    def plain(self) -> str:
        return self._fallback().plain()

    def body(self) -> Html:
        return self._fallback().body()

    def bundle(self) -> dict[str, Any]:
        found = super().bundle()
        try:
            shown = self.widget()._repr_mimebundle_()
            kind = "application/vnd.jupyter.widget-view+json"
            return found | {kind: shown[kind]}
        except Exception:
            return found

    def widget(self) -> Any:
        """The explorer as one widget, to be placed among others; made once."""
        if self._parts is None:
            self.model.refresh()
            self._parts = _Parts(self.model)
        return self._parts.whole

    def close(self) -> None:
        """Take the widgets away and stop following; showing it again makes new ones."""
        if self._parts is not None:
            self._parts.close()
            self._parts = None

    def _fallback(self) -> RunTable | _Failure:
        self.model.refresh()
        state = self.model.state
        return _Failure(state.error) if state.error else RunTable(state.rows)


class _Failure(View):
    def __init__(self, error: str) -> None:
        self.error = error

    def plain(self) -> str:
        return f"the log cannot be read: {self.error}"

    def body(self) -> Html:
        return tag("p", self.plain(), cls="error")


class _Parts:
    """The widgets of one explorer, and what connects them with its model."""

    def __init__(self, model: ExplorerModel) -> None:
        import ipywidgets as w

        self.model = model
        self.drawing = False
        self.looked = 0.0
        full = w.Layout(width="auto")  # 100% and the margin would be more than there is
        part = w.Layout(flex="1 1 130px", width="auto", min_width="110px", max_width="240px")
        slim = w.Layout(width="auto")
        names = _function_names(model.queries)
        self.function = w.Combobox(
            placeholder="function", options=names, continuous_update=False, layout=part
        )
        self.status = w.Dropdown(
            options=[("any status", ""), *zip(STATUSES, STATUSES, strict=True)], layout=part
        )
        self.text = w.Text(placeholder="text", continuous_update=False, layout=part)
        self.within = w.Dropdown(options=_WITHIN, layout=part)
        self.refresh = w.Button(description="Refresh", icon="refresh", layout=slim)
        self.follow = w.ToggleButton(description="Follow", icon="play", layout=slim)
        self.ticker = w.Play(
            min=0, max=_TICKS, interval=int(_INTERVAL * 1000), layout=w.Layout(display="none")
        )
        self.rows = w.Select(options=(), rows=10, layout=full)
        self.newer = w.Button(description="Newer", icon="chevron-left", layout=slim)
        self.older = w.Button(description="Older", icon="chevron-right", layout=slim)
        self.place = w.Label()
        self.error = w.HTML(layout=full)
        self.pages = [w.HTML(layout=full) for _ in range(3)]
        self.tab = w.Tab(children=self.pages, titles=("Detail", "Call tree", "Waterfall"))
        wrap = w.Layout(flex_flow="row wrap", align_items="center", width="auto")
        filters = (self.function, self.status, self.text, self.within)
        self.whole = w.VBox(
            [
                w.HTML(f"<style>{STYLE}</style>", layout=w.Layout(display="none")),
                w.HBox([*filters, self.refresh, self.follow, self.ticker], layout=wrap),
                self.error,
                self.rows,
                w.HBox([self.newer, self.older, self.place], layout=wrap),
                self.tab,
            ],
            layout=full,
        )
        self.whole.add_class("bnb-x")
        self._connect(filters)
        self.unsubscribe = model.subscribe(self.draw)
        self.draw(model.state)

    def _connect(self, filters: Iterable[Any]) -> None:
        for each in filters:
            each.observe(self._filter, "value")
        self.refresh.on_click(lambda _: self.model.refresh())
        self.older.on_click(lambda _: self.model.older())
        self.newer.on_click(lambda _: self.model.newer())
        self.rows.observe(self._select, "value")
        self.follow.observe(self._follow, "value")
        self.ticker.observe(self._tick, "value")
        self.ticker.observe(self._ticker_stopped, "playing")
        for widget in _all(self.whole):
            _deliver_directly(widget)

    # -- gestures --------------------------------------------------------------------------

    def _filter(self, _: Any) -> None:
        self.model.filter(
            function=self.function.value,
            status=self.status.value or None,
            text=self.text.value,
            within=self.within.value or None,
        )

    def _select(self, change: Any) -> None:
        if not self.drawing:
            self.model.select(change["new"])

    def _follow(self, change: Any) -> None:
        self.follow.icon = "pause" if change["new"] else "play"
        self.ticker.playing = change["new"]
        if change["new"]:
            self.ticker.value = 0
            self.model.refresh()

    def _tick(self, _: Any) -> None:
        now = time.monotonic()
        if self.follow.value and now - self.looked >= _INTERVAL / 2:
            self.model.refresh()
            self.looked = time.monotonic()

    def _ticker_stopped(self, change: Any) -> None:
        if not change["new"]:
            self.follow.value = False

    # -- drawing ---------------------------------------------------------------------------

    def draw(self, state: ExplorerState) -> None:
        self.drawing = True
        try:
            self._draw_list(state)
        finally:
            self.drawing = False
        self.error.value = (
            frame(tag("p", state.error, cls="error"), styled=False) if state.error else ""
        )
        if state.selected is None:
            hint = tag("p", "Choose a run to look into it.", cls="soft")
            for page in self.pages:
                page.value = frame(hint, styled=False)
            return
        views = (RunCard(state.selected), RunTree(state.tree), Waterfall(state.tree))
        for page, view in zip(self.pages, views, strict=True):
            page.value = frame(view.body(), styled=False)

    def _draw_list(self, state: ExplorerState) -> None:
        options = [
            (line, str(run.id)) for line, run in zip(_lines(state.rows), state.rows, strict=True)
        ]
        if options != list(self.rows.options):
            self.rows.options = options
        chosen = str(state.selected.id) if state.selected else None
        self.rows.value = chosen if any(id == chosen for _, id in options) else None
        self.newer.disabled = state.page == 1
        self.older.disabled = not state.more
        words = f"page {state.page}" if state.rows else "no runs match"
        self.place.value = words

    def close(self) -> None:
        self.unsubscribe()
        self.ticker.playing = False
        for widget in _all(self.whole):
            widget.close()


def _lines(runs: Iterable[Run]) -> list[str]:
    """One line a run for a list that joins ordinary blanks; columns are kept by hard ones."""
    cells = [
        (
            GLYPHS.get(run.status, "·"),
            f"{one_line(run.function, 28)}@{run.version}",
            duration(run.duration),
            f"({arguments(run.params, 40)}) → {outcome(run, 60)}",
        )
        for run in runs
    ]
    name = max((len(cell[1]) for cell in cells), default=0)
    return [
        f"{sign} {label:<{name}} {took:>8}  {said}".replace(" ", "\u00a0")
        for sign, label, took, said in cells
    ]


def _function_names(queries: Queries) -> list[str]:
    try:
        names = {one_line(each.function, 200) for each in queries.statistics()}
    except Exception:
        return []
    return sorted(names)[:_NAMES]


def _all(widget: Any) -> list[Any]:
    found = [widget]
    for each in found:
        found.extend(getattr(each, "children", ()))
    return found


def _deliver_directly(widget: Any) -> None:
    comm = getattr(widget, "comm", None)
    if comm is not None and hasattr(comm, "handle_msg") and hasattr(widget, "_handle_msg"):
        comm.handle_msg = widget._handle_msg
