"""The panel in a cell: the dashboard's front end, as a widget, with a stand-in where there is none.

The widget is an anywidget whose code is one file of this package, built from `labextension/`. Its
model has two settings and no data, because a notebook is saved with the state of its widgets. All
that is shown travels as messages, which whoever makes the widget connects (*connect*).

The stand-in is an ordinary view: what a page without widgets shows, and what stays in the notebook
when it is exported.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from babyagi_nb.widgets.markup import Html
from babyagi_nb.widgets.view import View

__all__ = ["PanelView", "is_built"]

_FOLDER = Path(str(files("babyagi_nb.widgets") / "static"))
_VIEW = "application/vnd.jupyter.widget-view+json"


class PanelView(View):
    """One section of the dashboard, opened at *name*; *instead* makes the stand-in."""

    def __init__(
        self,
        section: str,
        name: str | None,
        *,
        connect: Callable[[Any], None],
        instead: Callable[[], View],
    ) -> None:
        self.section = section
        self.name = name
        self._connect = connect
        self._instead = instead
        self._widget: Any = None

    def plain(self) -> str:
        return self._instead().plain()

    def body(self) -> Html:
        return self._instead().body()

    def bundle(self) -> dict[str, Any]:
        found = super().bundle()
        if not is_built():
            return found
        try:
            shown = {_VIEW: {"version_major": 2, "version_minor": 0, "model_id": self._model_id()}}
        except Exception:
            # No widget library, or none that works here: the stand-in is there.
            return found
        return found | shown

    def widget(self) -> Any:
        """The panel as a widget, to be placed among others; made once."""
        if self._widget is None:
            self._widget = _panel_class()(section=self.section, name=self.name)
            self._connect(self._widget)
        return self._widget

    def close(self) -> None:
        """Take the widget away; showing it again makes a new one."""
        if self._widget is not None:
            self._widget.close()
            self._widget = None

    def _model_id(self) -> str:
        return str(self.widget().model_id)


def is_built() -> bool:
    """Whether the front end is part of this installation."""
    return (_FOLDER / "panel.js").is_file()


@cache
def _panel_class() -> Any:
    """Made at the first use: importing a widget library costs more than everything else here."""
    import anywidget
    import traitlets

    styles = _FOLDER / "panel.css"

    class Panel(anywidget.AnyWidget):
        _esm = (_FOLDER / "panel.js").read_text(encoding="utf-8")
        _css = styles.read_text(encoding="utf-8") if styles.is_file() else ""
        section = traitlets.Unicode("functions").tag(sync=True)
        name = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    return Panel
