"""``%babyagi panel``."""

from __future__ import annotations

from babyagi_nb.jupyter.request import Request
from babyagi_nb.widgets.explorer import LogExplorer

__all__ = ["panel"]


def panel(request: Request) -> LogExplorer:
    return LogExplorer(request.app.queries)
