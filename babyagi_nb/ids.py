"""Identifiers as distinct types, so that the thing and the run of the thing are never mixed up.

All of them are plain ``str`` or ``int`` at run time; only the type checker sees the difference.
"""

from __future__ import annotations

from typing import NewType

__all__ = ["Digest", "FunctionName", "KernelId", "RunId", "TransactionId", "VersionNumber"]

FunctionName = NewType("FunctionName", str)
"""A Python identifier; unique among the functions of one store."""

VersionNumber = NewType("VersionNumber", int)
"""Counts from 1 within one function; never reused, not even after a removal."""

Digest = NewType("Digest", str)
"""Tagged hash of a version's canonical form, for example ``b1:9f86d0…`` (see ``core.digest``)."""

KernelId = NewType("KernelId", str)
"""One process that writes to the store; sorts by the time the process opened it."""

RunId = NewType("RunId", str)
"""One run of one function: the kernel's id, a dot, and a counter; sorts by time in one kernel."""

TransactionId = NewType("TransactionId", int)
"""Position of a transaction in the store's definition log; counts from 1 without gaps."""
