"""What came in: the text of a cell, and what was said about it beside the code.

A magic line, a decorator's arguments and the arguments of ``add_function`` all become one
:class:`Declared`. ``None`` means *not said*, which is not the same as an empty list: dependencies
that were not said are found from the code, an empty list is a promise that there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.core.records import Cell, Effects, Import, LogPolicy
from babyagi_nb.core.trust import NOTHING, Grants, Trust

__all__ = ["CellSource", "Declared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the user said about a function, whichever way it was registered."""

    name: str | None = None
    """Picks one function of several; ``None`` takes every public one."""
    dependencies: tuple[str, ...] | None = None
    imports: tuple[Import, ...] = ()
    keys: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    """Functions or events after which this one runs."""
    description: str | None = None
    """``None`` takes the first paragraph of the docstring."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    effects: Effects = "unknown"
    log: LogPolicy = "all"
    timeout: float | None = None
    """Seconds."""
    validate: bool = True
    input_parameters: tuple[Mapping[str, Any], ...] = ()
    output_parameters: tuple[Mapping[str, Any], ...] = ()
    origin: str = "user"
    trust: Trust | None = None
    asks: Grants = NOTHING
    """Beside the keys."""
    lenient: bool = False
    """Packs: a name nobody can settle is noted, not refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSource:
    """One text with functions in it, and what was declared about them.

    ``text`` may begin with blank lines, so that its line numbers are those of the visible cell.
    """

    text: str
    declared: Declared = field(default_factory=Declared)
    cell: Cell = field(default_factory=Cell)
