"""What people see: cards, tables, trees and graphs made from records; no view knows the app.

Every view has two forms (see ``widgets.view``): text that is the same on every run, and HTML that
fits light and dark, wide and narrow. ``PanelView`` is the dashboard in a cell, and ``LogExplorer``
what there is of it where the front end is not built; they alone load widget libraries.
"""

from __future__ import annotations

from babyagi_nb.widgets.card import FunctionCard, RegistrationNote, StatusCard
from babyagi_nb.widgets.diffview import DiffView
from babyagi_nb.widgets.explorer import LogExplorer
from babyagi_nb.widgets.graphview import GraphView
from babyagi_nb.widgets.panel import PanelView
from babyagi_nb.widgets.pending import PendingRow, PendingTable
from babyagi_nb.widgets.reviewcard import ReviewCard
from babyagi_nb.widgets.runcard import RunCard
from babyagi_nb.widgets.runtree import RunTree
from babyagi_nb.widgets.table import FunctionRow, FunctionTable, RunTable, TableView
from babyagi_nb.widgets.tiernote import TierNote
from babyagi_nb.widgets.view import Stack, View
from babyagi_nb.widgets.waterfall import Waterfall

__all__ = [
    "DiffView",
    "FunctionCard",
    "FunctionRow",
    "FunctionTable",
    "GraphView",
    "LogExplorer",
    "PanelView",
    "PendingRow",
    "PendingTable",
    "RegistrationNote",
    "ReviewCard",
    "RunCard",
    "RunTable",
    "RunTree",
    "Stack",
    "StatusCard",
    "TableView",
    "TierNote",
    "View",
    "Waterfall",
]
