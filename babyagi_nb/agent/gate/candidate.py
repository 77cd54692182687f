"""What is brought to the gate: one function as text, the tests it has to pass, and the plan."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Candidate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One function that somebody wrote, usually a model."""

    name: str
    code: str
    """A module text: imports, constants, helpers, classes, and the function itself."""
    tests: tuple[str, ...]
    """Source texts that whoever wrote the code has seen: ``test_*`` functions or bare asserts.

    Each brings its own imports; it may call the function and what the function may call.
    """
    hidden: tuple[str, ...] = ()
    """Further tests of the same kind, which the writer of the code has not seen."""
    uses: tuple[str, ...] = ()
    """Stored functions that it may call by name."""
    description: str = ""
    parameters: tuple[str, ...] | None = None
    """Names of the parameters as planned, in order, stars or no stars; ``None`` when nothing was
    planned.
    """
    imports: tuple[str, ...] = ()
    """Modules beyond the standard library that the plan declares, such as ``pandas``."""
    replaces: str | None = None
    """The stored function of which this is the next version: its name is free, and its text known.
    """
