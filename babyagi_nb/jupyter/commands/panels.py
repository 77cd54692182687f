"""``%babyagi panel``."""

from __future__ import annotations

from babyagi_nb.jupyter.panels import panel_of
from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.view import View

__all__ = ["panel"]


def panel(request: Request) -> View:
    return panel_of(request.app.panel(request.given.get("VIEW"), request.given.get("NAME")))
