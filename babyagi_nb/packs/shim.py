"""What a pack written for the original finds under ``func`` and ``babyagi``.

The stand-in delegates to the application. It adds what the original's own packs reach into:
``registrar``, ``executor`` and ``db``. A run already is a log entry here, so ``db.add_log`` answers
with the id of the run under way, and ``db.update_log`` has nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babyagi_nb.core.records import Import
from babyagi_nb.packs.recorder import HOST_MODULES

__all__ = ["Host", "is_host_module", "provide_host"]


class Host:
    """The application as packs see it."""

    def __init__(self, app: Any, current_run: Callable[[], str | None]) -> None:
        self._app = app
        self._current_run = current_run
        self.registrar = self
        self.executor = self
        self.db = self
        self.func = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def __repr__(self) -> str:
        return f"<functions of {self._app!r}>"

    def get_func_instance(self) -> Host:
        return self

    def execute_function(self, function_name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Run a function; the parent of a run is always known, so a given one is not needed."""
        for bookkeeping in ("parent_log_id", "triggered_by_log_id", "executed_functions"):
            kwargs.pop(bookkeeping, None)
        return self._app.execute_function(function_name, *args, **kwargs)

    def execute(self, function_name: str, /, *args: Any, **kwargs: Any) -> Any:
        return self.execute_function(function_name, *args, **kwargs)

    def add_log(self, *args: Any, **kwargs: Any) -> str | None:
        """The id of the run under way, which is the log entry asked for."""
        return self._current_run()

    def update_log(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: a run closes its own record."""


def is_host_module(module: str) -> bool:
    """Whether *module* is one of the names under which packs import the host.

    >>> is_host_module("functionz.core.framework"), is_host_module("json")
    (True, False)
    """
    return module.partition(".")[0] in HOST_MODULES


def provide_host(wanted: Import, host: Host) -> object | None:
    """Answer an import of the host, or ``None`` when *wanted* is something else."""
    if not is_host_module(wanted.module):
        return None
    if wanted.attribute is None or wanted.attribute in ("func", "Functionz", "BabyAGI", "core"):
        return host
    found: object = getattr(host, wanted.attribute)
    return found
