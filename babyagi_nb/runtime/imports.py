"""Bringing a version's declared imports into its namespace. Nothing is ever installed here."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from babyagi_nb.core.records import Import
from babyagi_nb.errors import MissingName

__all__ = ["Provide", "bring"]

Provide = Callable[[Import, str], object | None]
"""Gives a stand-in for an import that a function of some origin makes, where it means the host
itself, or ``None`` to import for real."""


def bring(wanted: Import, function: str, given: object | None = None) -> object:
    """Return the object that *wanted* binds: *given*, the stand-in for it, where there is one.

    Raises :class:`~babyagi_nb.errors.MissingName` naming the function, the import and what to
    install; an error inside the imported module passes through as it is.
    """
    if given is not None:
        return given
    try:
        module = importlib.import_module(wanted.module)
    except ModuleNotFoundError as error:
        # A module that is there but misses something of its own is that module's error.
        if not wanted.module.startswith(str(error.name)):
            raise
        found = _from_provider(wanted)
        if found is not None:
            return found
        raise MissingName(
            f"{function!r} needs {wanted.statement()!r}, which is not installed",
            fix=f"%pip install {wanted.distribution or wanted.module.partition('.')[0]}",
        ) from error
    if wanted.attribute is None:
        if wanted.name == wanted.module.partition(".")[0]:
            return importlib.import_module(wanted.name)
        return module
    if hasattr(module, wanted.attribute):
        return getattr(module, wanted.attribute)
    try:
        return importlib.import_module(f"{wanted.module}.{wanted.attribute}")
    except ModuleNotFoundError as error:
        raise MissingName(
            f"{function!r} needs {wanted.statement()!r}, but the module has no such name",
            fix="check the installed version of the package",
        ) from error


def _from_provider(wanted: Import) -> object | None:
    """The original's ``{"name": "BeautifulSoup", "lib": "bs4"}``: a name inside a module."""
    if not wanted.distribution or not wanted.distribution.isidentifier():
        return None
    try:
        return getattr(importlib.import_module(wanted.distribution), wanted.name, None)
    except ModuleNotFoundError:
        return None
