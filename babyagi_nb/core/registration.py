"""What a registration did: for each function added, updated or unchanged, with warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.ids import TransactionId, VersionNumber

__all__ = ["Change", "Registered", "Registration"]

Change = Literal["added", "updated", "activated", "unchanged", "proposed"]
"""``activated``: an earlier version says the same, and is the active one again. ``proposed``: a
draft was stored, which somebody has to approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The outcome for one function."""

    version: FunctionVersion
    """The version that is active now, or the draft."""
    change: Change
    previous: VersionNumber | None
    """The version that was active before; equal to the present one when nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The outcome for everything that was registered together."""

    functions: tuple[Registered, ...]
    warnings: tuple[str, ...] = ()
    tests: int = 0
    """How many tests ran (and passed: a failing test keeps everything from being stored)."""
    transaction: TransactionId | None = None
    """What ``undo`` takes back; ``None`` when nothing changed."""
