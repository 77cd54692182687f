"""Trying code that nobody has to believe: variants of one function against the same tests.

One :class:`Experiment` runs in one sandboxed process. Each *variant* is a text that defines the
function under test (a candidate, a stub that must fail, a mutant that a good test kills), or the
name of a stored function that may do the job already. Every variant meets every test, in a
namespace of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from babyagi_nb.ids import FunctionName

__all__ = ["Experiment", "Laboratory", "Outcome", "Result"]

Result = Literal["passed", "failed", "error", "timeout"]
"""``failed``: an assertion; ``error``: anything else was raised; ``timeout``: it took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Variants, tests, and what both may call."""

    name: FunctionName
    """Of the function under test, which each variant's text defines."""
    variants: Mapping[str, str]
    """Label to module text. A text may be only an alias, such as ``mean = average``."""
    tests: Mapping[str, str]
    """Label to source text: definitions of ``test_*`` functions, or bare asserts."""
    uses: tuple[FunctionName, ...] = ()
    """Stored functions, active or the newest draft, that variants and tests may call by name."""
    imports: tuple[str, ...] = ()
    """Import statements beside those in the texts."""
    seconds: float = 2.0
    """For one variant against one test."""
    limit: float = 20.0
    """Seconds for all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one variant did with one test."""

    variant: str
    test: str
    result: Result
    message: str = ""
    """Kind and words of what was raised, and the line of the variant or test it came from."""


class Laboratory(Protocol):
    """Runs experiments; nothing is granted, nothing is logged, nothing is stored."""

    def run(self, experiment: Experiment) -> tuple[Outcome, ...]:
        """Every variant against every test, in the order given; what did not run is left out.

        Raises ``errors.SandboxUnavailable`` where there is no sandbox, ``errors.SandboxRefused``
        when the process died before it could answer, ``errors.RunTimeout``.
        """
        ...
