"""``%config BabyAGI``: settings that a notebook can change while it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from traitlets import Bool, List, Unicode, observe
from traitlets.config import SingletonConfigurable

from babyagi_nb import kernel_app
from babyagi_nb.settings import read_settings

__all__ = ["BabyAGI"]


class BabyAGI(SingletonConfigurable):
    """What applies to this kernel; whatever is not set here comes from the project."""

    store_path = Unicode(
        None, allow_none=True,
        help="Directory of the store, or ':memory:'. None finds .babyagi of the project.",
    ).tag(config=True)  # fmt: skip
    validate = Bool(
        None, allow_none=True,
        help="Whether functions check their arguments unless they say otherwise.",
    ).tag(config=True)  # fmt: skip
    packs = List(
        Unicode(), None, allow_none=True, help="Packs whose functions are there without loading."
    ).tag(config=True)

    @observe("store_path", "validate", "packs")
    def _apply(self, change: Any) -> None:
        """The next use of the store is under the new settings; an open one is closed."""
        kernel_app.prepare(path=self.store_path, settings=None)
        settings = found = read_settings(Path.cwd())
        if self.validate is not None:
            settings = replace(settings, validate=self.validate)
        if self.packs is not None:
            settings = replace(settings, packs=tuple(self.packs))
        if settings != found:
            kernel_app.prepare(settings=settings)
        kernel_app.use(None)
