"""What one run of a function leaves behind, and how runs are asked for.

A :class:`Run` is the log's unit: one row for one call. While it is open it stands on the kernel's
*board*; once it ended it is one line of the kernel's *journal*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from babyagi_nb.errors import UsageError, near
from babyagi_nb.ids import FunctionName, KernelId, RunId, VersionNumber

__all__ = ["STATUSES", "Run", "RunFilter", "RunStatus", "Statistics", "statuses"]

RunStatus = Literal[
    "started", "success", "error", "interrupted", "timeout", "cancelled", "lost", "refused"
]
"""``lost``: its kernel died under it. ``refused``: a trigger that a guard stopped."""

STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of one function version."""

    id: RunId
    root: RunId
    """The outermost run of the call tree; equal to ``id`` for a call from a cell."""
    parent: RunId | None
    trigger: RunId | None
    """The run whose end caused this one."""
    function: FunctionName
    version: VersionNumber
    kernel: KernelId
    cell: str | None
    """The notebook cell that caused it, as ``id`` or ``In[n]``."""
    started: int
    """Nanoseconds since the epoch, UTC."""
    duration: int | None
    """Nanoseconds on a monotonic clock; ``None`` while open or when lost."""
    status: RunStatus
    params: Mapping[str, Any]
    """Bounded previews by parameter name (see ``core.preview``)."""
    output: Any = None
    """Bounded preview of what was returned."""
    stdout: str | None = None
    error: str | None = None
    """Type name of the exception."""
    message: str | None = None
    traceback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs, newest first. Every part narrows; the default asks for the newest hundred."""

    function: str | None = None
    status: tuple[RunStatus, ...] = ()
    """Empty means every status."""
    since: int | None = None
    """Nanoseconds since the epoch, inclusive."""
    until: int | None = None
    """Nanoseconds since the epoch, inclusive."""
    text: str | None = None
    """Case-insensitive part of params, output, stdout, message or function name."""
    roots_only: bool = False
    root: str | None = None
    parent: str | None = None
    trigger: str | None = None
    kernel: str | None = None
    cell: str | None = None
    version: int | None = None
    slower_than: int | None = None
    """Nanoseconds."""
    before: tuple[int, str] | None = None
    """Page on: only runs older than this (started, id) of the last row seen."""
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Outcome of one function version over the asked time."""

    function: FunctionName
    version: VersionNumber
    runs: int
    errors: int
    p50: int
    """Nanoseconds, as are the two below."""
    p95: int
    longest: int
    last_started: int


def statuses(given: str | Iterable[str]) -> tuple[RunStatus, ...]:
    """One status or several, as a filter wants them; raises ``UsageError`` for what is none.

    >>> statuses("error")
    ('error',)
    """
    wanted = (given,) if isinstance(given, str) else tuple(given)
    for each in wanted:
        if each not in STATUSES:
            fix = near(each, STATUSES) or f"use one of {', '.join(STATUSES)}"
            raise UsageError(f"no status {each!r}", fix=fix)
    return cast("tuple[RunStatus, ...]", wanted)
