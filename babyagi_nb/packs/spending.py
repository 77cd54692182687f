"""What the functions of packs may spend on models: one budget for each run that was not called
by another.

A pack may ask in a loop that has no end, because no answer is ever what it expects. So whatever it
asks is counted for the run on top, however deep the call stands, and the run ends with
:class:`~babyagi_nb.errors.BudgetSpent` when the budget does.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from babyagi_nb.core.budget import Budget, Meter

__all__ = ["Spending"]

_KEPT = 256
"""Runs whose count is remembered; nobody has so many under way at once."""


class Spending:
    """Meters by run; *root* gives the id of the run on top of the calling code, or ``None``."""

    def __init__(self, budget: Budget, root: Callable[[], str | None]) -> None:
        self._budget = budget
        self._root = root
        self._meters: OrderedDict[str, Meter] = OrderedDict()
        self._lock = threading.Lock()

    def meter(self) -> Meter:
        """The meter of the run under way; outside of every run a fresh one."""
        root = self._root()
        if root is None:
            return Meter(self._budget, clock=monotonic)
        with self._lock:
            meter = self._meters.get(root)
            if meter is None:
                meter = self._meters[root] = Meter(self._budget, clock=monotonic)
                if len(self._meters) > _KEPT:
                    self._meters.popitem(last=False)
            return meter

    def asked(self) -> bool:
        """Whether a model was asked in the run under way: what it writes may be the model's."""
        root = self._root()
        with self._lock:
            meter = None if root is None else self._meters.get(root)
        return meter is not None and meter.spent.calls > 0
