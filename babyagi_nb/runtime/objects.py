"""From a function object to its source, for the decorator."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from babyagi_nb.core.records import Cell
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.errors import SourceError
from babyagi_nb.runtime.compiler import Location

__all__ = ["read_object"]


def read_object(function: Callable[..., Any], declared: Declared) -> tuple[CellSource, Location]:
    """Return the source of *function* and where it stands, line numbers kept.

    Raises :class:`~babyagi_nb.errors.SourceError` for objects without source text.
    """
    target = inspect.unwrap(function)
    code = getattr(target, "__code__", None)
    if code is None:
        raise SourceError(
            f"{function!r} is no Python function", fix="decorate a def or an async def"
        )
    try:
        lines, first = inspect.getsourcelines(target)
    except (OSError, TypeError) as error:
        raise SourceError(
            f"the source of {target.__name__!r} cannot be found",
            fix="pass the text to add_function(name, code)",
        ) from error
    text = "\n" * (first - 1) + textwrap.dedent("".join(lines))
    source = CellSource(
        text=text,
        declared=replace(declared, name=declared.name or target.__name__),
        cell=Cell(),
    )
    return source, Location(filename=code.co_filename, text=text)
