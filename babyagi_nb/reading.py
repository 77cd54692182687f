"""What can be asked of an application without changing anything.

The other half, what changes a store or runs a function, is :class:`~babyagi_nb.app.BabyAGI`, which
is made from this one.
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from datetime import datetime
from pathlib import Path
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.plain import (
    described,
    function_row,
    import_row,
    log_row,
    nanoseconds,
)
from babyagi_nb.core.ports import Keys, Queries, Table
from babyagi_nb.core.records import FunctionVersion, Import
from babyagi_nb.core.runs import RunFilter, statuses
from babyagi_nb.errors import KeyStoreError, NotFound, near
from babyagi_nb.packs.loader import installed_packs

__all__ = ["Reading"]


class Reading(ABC):
    """Answers from the catalogue and the log; rows are plain dicts."""

    keys: Keys

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store (see :meth:`refresh`)."""

    @property
    @abstractmethod
    def queries(self) -> Queries:
        """Reading the log, for views."""

    @abstractmethod
    def refresh(self) -> None:
        """Take in what other kernels changed; cheap."""

    # -- functions -----------------------------------------------------------------------------

    def get_function(self, name: str) -> dict[str, Any] | None:
        """The active version of *name* as a dict, or ``None``."""
        self.refresh()
        return function_row(self.catalogue.version(name)) if name in self.catalogue else None

    def get_all_functions(self) -> list[dict[str, Any]]:
        """The active versions of all functions, in order of first registration."""
        self.refresh()
        return [function_row(self.catalogue.version(name)) for name in self.catalogue]

    def get_function_versions(self, name: str) -> list[dict[str, Any]]:
        """All versions of *name*, oldest first; raises :class:`~babyagi_nb.errors.NotFound`."""
        self.refresh()
        versions = self.catalogue.versions(name)
        if not versions:
            raise NotFound(f"no function {name!r}", fix=near(name, self.catalogue))
        active = self.catalogue.active(name)
        return [function_row(each, active=each.number == active) for each in versions]

    def version(self, name: str, number: int | None = None) -> FunctionVersion:
        """One version's record, by default the active one."""
        self.refresh()
        return self.catalogue.version(name, number)

    def diff(self, name: str, old: int | None = None, new: int | None = None) -> str:
        """Unified diff of the code of two versions, by default of the last change."""
        self.refresh()
        newest = self.catalogue.version(name, new)
        earlier = [each for each in self.catalogue.numbers(name) if each < newest.number]
        before = old if old is not None else (earlier[-1] if earlier else newest.number)
        other = self.catalogue.version(name, before)
        lines = difflib.unified_diff(
            other.spec.code.splitlines(),
            newest.spec.code.splitlines(),
            other.label,
            newest.label,
            lineterm="",
        )
        return "\n".join(lines)

    def get_function_imports(self, name: str) -> list[dict[str, Any]]:
        """Imports that the active version of *name* declares."""
        return [import_row(each) for each in self.version(name).spec.imports]

    def get_all_imports(self) -> list[dict[str, Any]]:
        """Every import that active versions declare, once each."""
        self.refresh()
        found: dict[Import, None] = {}
        for name in self.catalogue:
            found |= dict.fromkeys(self.catalogue.version(name).spec.imports)
        return [import_row(each) for each in found]

    def display(self) -> str:
        """All functions and their facts, as text."""
        return "\n\n".join(described(row) for row in self.get_all_functions())

    def get_triggers_for_function(self, name: str) -> list[str]:
        """Names of the functions that run after *name*."""
        self.refresh()
        return list(self.catalogue.listeners(name))

    def get_triggers(self) -> list[dict[str, str]]:
        """Every trigger as ``{"triggered", "triggering"}``."""
        self.refresh()
        return [{"triggered": one, "triggering": other} for one, other in self.catalogue.triggers()]

    def get_all_secret_keys(self) -> list[dict[str, Any]]:
        """Known keys: names, whether there is a value now, and who needs them. Never a value."""
        self.refresh()
        needed: dict[str, list[str]] = {name: [] for name in self.catalogue.keys()}  # noqa: SIM118
        for function in self.catalogue:
            for key in self.catalogue.version(function).spec.keys:
                needed.setdefault(key, []).append(function)
        return [
            {"name": name, "available": self._has_key(name), "used_by": users}
            for name, users in sorted(needed.items())
        ]

    def _has_key(self, name: str) -> bool:
        try:
            return self.keys.get(name) is not None
        except KeyStoreError:
            # What is wrong with a place is told by whoever needs the value.
            return False

    # -- logs ----------------------------------------------------------------------------------

    def get_logs(
        self,
        function_name: str | None = None,
        start_date: datetime | str | None = None,
        end_date: datetime | str | None = None,
        *,
        limit: int = 1000,
        **narrowed: Any,
    ) -> list[dict[str, Any]]:
        """Logged runs as dicts, newest first.

        ``narrowed`` takes the members of :class:`~babyagi_nb.core.runs.RunFilter`: ``status`` (one
        or several), ``text``, ``roots_only``, ``root``, ``parent``, ``trigger``, ``version``, ….
        A date without a zone is local time.
        """
        wanted = RunFilter(
            function=function_name,
            since=nanoseconds(start_date),
            until=nanoseconds(end_date),
            status=statuses(narrowed.pop("status", ())),
            limit=limit,
            **narrowed,
        )
        return [log_row(run) for run in self.queries.runs(wanted)]

    def get_log(self, id: str) -> dict[str, Any]:
        """One run; raises :class:`~babyagi_nb.errors.NotFound`."""
        return log_row(self.queries.run(id))

    def get_log_bundle(self, id: str) -> list[dict[str, Any]]:
        """The whole call tree that run *id* belongs to, oldest first."""
        return [log_row(run) for run in self.queries.tree(id)]

    def sql(self, statement: str, *parameters: Any, limit: int = 1000) -> Table:
        """One read-only statement over ``logs``, ``functions``, ``versions``, ``triggers``, ….

        Raises :class:`~babyagi_nb.errors.QueryRefused` for anything that could write or read files.
        """
        return self.queries.sql(statement, parameters, limit=limit)

    def packs(self) -> dict[str, Path]:
        """Packs that can be loaded by name, with their files."""
        return installed_packs()
