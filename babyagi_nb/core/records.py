"""What a stored function is: frozen records, from parsed source to numbered version.

A :class:`FunctionSpec` is all that a cell, a decorator or a call said about one function.
A :class:`FunctionVersion` is a spec that was given a number and an identity. Nothing here changes
after it was made; a change is a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from babyagi_nb.core.trust import NOTHING, Grants, Trust
from babyagi_nb.ids import Digest, FunctionName, VersionNumber

__all__ = [
    "Cell",
    "Effects",
    "FunctionSpec",
    "FunctionVersion",
    "Import",
    "LogPolicy",
    "Parameter",
    "ParameterKind",
]

Effects = Literal["pure", "idempotent", "once", "unknown"]
"""What a repeated run does: nothing outside / the same again / harm / not declared."""

LogPolicy = Literal["all", "errors", "none"]
"""Which runs of the function are written to the log."""

ParameterKind = Literal[
    "positional_only", "positional_or_keyword", "var_positional", "keyword_only", "var_keyword"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import that the function needs, in the form ``from module import attribute as name``.

    >>> Import(module="pandas", name="pd").statement()
    'import pandas as pd'
    >>> Import(module="math", attribute="sqrt", name="sqrt").statement()
    'from math import sqrt'
    """

    module: str
    """Dotted module path."""
    name: str
    """The name bound in the function's namespace."""
    attribute: str | None = None
    """What is taken from the module; ``None`` binds the module itself."""
    distribution: str | None = None
    """What a package installer would call it (the original's ``lib``), when it was declared."""
    requirement: str = ""
    """Version specifier as declared, for example ``>=2``; empty when none was."""

    def statement(self) -> str:
        if self.attribute is not None:
            text = f"from {self.module} import {self.attribute}"
            return text if self.attribute == self.name else f"{text} as {self.name}"
        text = f"import {self.module}"
        # ``import a.b`` binds ``a``; every other name needs ``as``.
        return text if self.name == self.module.partition(".")[0] else f"{text} as {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter as written; annotation and default are source text."""

    name: str
    kind: ParameterKind = "positional_or_keyword"
    annotation: str | None = None
    default: str | None = None

    @property
    def required(self) -> bool:
        return self.default is None and not self.kind.startswith("var_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where in a notebook something was written; every part may be unknown."""

    id: str | None = None
    notebook: str | None = None
    execution_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """All that was said about one function, before it is numbered."""

    name: FunctionName
    code: str
    """A module text that defines the function: its imports, its helpers, then itself."""
    description: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Further JSON-able facts the user gave; description and tags are not repeated here."""
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    """The return annotation as source text."""
    input_parameters: tuple[Mapping[str, Any], ...] = ()
    """Declared by the user in the original's form; empty means: derive from ``parameters``."""
    output_parameters: tuple[Mapping[str, Any], ...] = ()
    is_async: bool = False
    is_generator: bool = False
    imports: tuple[Import, ...] = ()
    """Imports beside those written in ``code``: declared ones, and modules of the notebook."""
    dependencies: tuple[FunctionName, ...] = ()
    keys: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    """Names read live from the notebook at each call."""
    unresolved: tuple[str, ...] = ()
    """Free names nobody could settle; only packs may have them, and a call that meets one fails."""
    triggers: tuple[FunctionName, ...] = ()
    """Functions (or events) after which this one runs."""
    effects: Effects = "unknown"
    log: LogPolicy = "all"
    timeout: float | None = None
    """Seconds a run may take; ``None`` is without limit."""
    validate: bool = True
    """Whether arguments are checked against the hints."""
    tests: tuple[str, ...] = ()
    """Source of ``test_*`` functions and bare ``assert`` statements that came with the cell."""
    origin: str = "user"
    """Who wrote it: ``user``, ``pack:NAME@HASH``, ``model:ID`` or ``import``."""
    trust: Trust | None = None
    """Where it is to run, as declared; ``None`` is by its origin (see ``core.trust``)."""
    asks: Grants = NOTHING
    """What it asks for beside its ``keys``."""
    cell: Cell = Cell()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionVersion:
    """A spec with a number and an identity; the unit that is stored, linked and run."""

    spec: FunctionSpec
    number: VersionNumber
    digest: Digest
    created_at: int
    """Nanoseconds since the epoch, UTC."""
    peers: tuple[FunctionName, ...] = ()
    """Functions of the same cell that this one is in a circle of dependencies with."""

    @property
    def name(self) -> FunctionName:
        return self.spec.name

    @property
    def label(self) -> str:
        """``name@number``, the form that magics and messages use."""
        return f"{self.spec.name}@{self.number}"
