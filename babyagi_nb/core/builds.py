"""Builds as records: what was asked for, how far it got, and what it took.

A build is a list of *steps*. A step that is done is written down with its input's hash before the
next begins, so a build that was killed goes on where it was: no answer of a model is asked for
twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from babyagi_nb.core.budget import NO_COST, Spent

__all__ = ["Build", "BuildState", "Builds", "Made", "Progress", "Steps", "step_key"]

BuildState = Literal["running", "done", "stopped", "failed"]
"""``stopped``: interrupted, killed or out of budget; it can go on. ``failed``: it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of one planned function."""

    name: str
    how: Literal["written", "reused", "failed"]
    version: int | None = None
    """Of the draft, or of the stored function that does it already."""
    reason: str = ""
    """Why it failed, or why an existing one was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build, as lists and panels show it."""

    id: str
    """Sorts by time."""
    task: str
    state: BuildState
    model: str
    started: int
    """Nanoseconds since the epoch, UTC."""
    made: tuple[Made, ...] = ()
    main: str | None = None
    """The function that does the task."""
    spent: Spent = NO_COST
    message: str = ""
    """Why it stopped or failed, in one line with the mend."""
    run: str | None = None
    """The run in the log that its model calls are children of."""
    parent: str | None = None
    """The build for a role that this one is a part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One thing that happened in a build, for whoever watches."""

    build: str
    step: str
    """``plan``, ``reuse``, ``tests``, ``code``, ``gate``, ``repair``, ``register``, ``done``, …."""
    state: Literal["began", "ended", "failed", "known"]
    """``known``: it was done before, in an earlier sitting."""
    function: str | None = None
    message: str = ""
    spent: Spent = NO_COST
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Further JSON-able facts, such as the gate's counts."""


class Steps(Protocol):
    """The journal of one build, held by one process at a time."""

    @property
    def id(self) -> str: ...

    @property
    def header(self) -> Mapping[str, Any]:
        """What the build was begun with, JSON-able: task, model, budget, …."""
        ...

    def known(self, step: str, key: str) -> Any | None:
        """The value of a finished step with this input, or ``None``."""
        ...

    def record(self, step: str, key: str, value: Any) -> None:
        """Write a finished step down; when this returns, a SIGKILL cannot undo it."""
        ...

    def note(self, **facts: Any) -> None:
        """Write facts about the build as a whole (``state``, ``message``, ``spent``, …)."""
        ...

    def facts(self) -> Mapping[str, Any]:
        """The newest value of everything that was noted."""
        ...

    def close(self) -> None:
        """Let go of it, for others to hold."""
        ...


class Builds(Protocol):
    """Where the journals of builds are kept: in the store."""

    def begin(self, header: Mapping[str, Any]) -> Steps: ...

    def open(self, id: str) -> Steps:
        """Hold a build again; raises ``NotFound``, and ``StoreLocked`` while another holds it.

        A unique beginning or end of an id is enough.
        """
        ...

    def all(self) -> list[Mapping[str, Any]]:
        """Header and facts of every build with ``id`` and ``held`` (by a live process), newest
        first. A line that a kill cut short does not count.
        """
        ...


def step_key(*inputs: Any) -> str:
    """A short hash of JSON-able *inputs*, the same in every process.

    >>> step_key("plan", {"b": 1, "a": 2}) == step_key("plan", {"a": 2, "b": 1})
    True
    """
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
