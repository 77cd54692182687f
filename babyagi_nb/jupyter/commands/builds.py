"""Subcommands about builds: build, builds, resume, revise, self_build, review.

A build shows how far it is in one place, which changes as it goes on; where a front end cannot do
that, in a terminal, each step is a line. What it made comes back as a card, and as one cell to
review below. A build that does not get to its end fails the cell, so that nothing goes on as if it
had.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from babyagi_nb.core.builds import Build, Progress
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import bind
from babyagi_nb.errors import BuildError, UsageError
from babyagi_nb.ids import FunctionName
from babyagi_nb.jupyter.commands.approvals import approving, card
from babyagi_nb.jupyter.commands.functions import named
from babyagi_nb.jupyter.request import Request
from babyagi_nb.runtime.approvals import Review
from babyagi_nb.widgets.buildview import BuildTable, BuildView, StepsView, step_line
from babyagi_nb.widgets.view import Stack, View

__all__ = ["build", "builds", "carried_out", "resume", "review", "revise", "self_build"]

_LIMITS = ("calls", "tokens", "seconds", "cost")
_USUAL = 20


def build(request: Request) -> View:
    """Build functions for a task."""
    task, given = request.rest.strip(), request.given
    return carried_out(
        request, task, lambda watch: request.app.build(
            task, model=given.get("model"), watch=watch, **_limits(given)
        ),
    )  # fmt: skip


def resume(request: Request) -> View:
    """Go on with a build."""
    given = request.given
    return carried_out(
        request, _task(request), lambda watch: request.app.resume_build(
            given.get("BUILD"), model=given.get("model"), watch=watch, **_limits(given)
        ),
    )  # fmt: skip


def revise(request: Request) -> View:
    """Have a version written anew, with a remark."""
    given, remark = request.given, request.rest.strip()
    name, number = named(given["NAME@N"])
    if number is None:
        number = request.app.review(name).version.number
    return carried_out(
        request, f"revise {name}@{number}: {remark}", lambda watch: request.app.revise_function(
            name, number, remark, model=given.get("model"), watch=watch, **_limits(given)
        ),
    )  # fmt: skip


def self_build(request: Request) -> View:
    """Think of tasks of a role, and build functions for each."""
    role, given = request.rest.strip(), request.given
    return carried_out(
        request, role, lambda watch: request.app.build_role(
            role, given.get("n") or 3, model=given.get("model"), watch=watch, **_limits(given)
        ),
    )  # fmt: skip


def builds(request: Request) -> View:
    """All builds, or one in full."""
    found = request.app.builds()
    if "BUILD" not in request.given:
        return BuildTable(found[: request.given.get("limit") or _USUAL])
    text = request.given["BUILD"].upper()
    fitting = [each for each in found if each.id.startswith(text) or each.id.endswith(text)]
    if len(fitting) != 1:
        raise UsageError(
            f"{len(fitting) or 'no'} builds fit {request.given['BUILD']!r}",
            fix="%babyagi builds lists them",
        )
    return BuildView(fitting[0])


def _task(request: Request) -> str:
    """What the build that is to be gone on with is for."""
    text = request.given.get("BUILD", "").upper()
    for each in request.app.builds():
        if each.id.endswith(text) and (text or each.state == "stopped"):
            return each.task
    return "go on"


def review(request: Request) -> View:
    """Show drafts, and put the lines that approve them into the next cell.

    What stands below the first line is for reading; nobody looks at it.
    """
    labels = request.rest.partition("\n")[0].split()
    if not labels:
        raise UsageError("which drafts?", fix="%babyagi drafts lists those that wait")
    found = [request.app.review(*named(label)) for label in labels]
    # Each is approved after those above it, so its code is the one that it has by then.
    chosen = {each.version.name: each.version for each in found if each.state != "own"}
    lines, cards = [], []
    for each in found:
        seen = replace(each, code=_code(each, chosen, request.app.catalogue))
        line = approving(seen)
        cards.append(card(seen, line))
        if each.state != "approved":
            lines.append(line)
    if lines:
        request.shell.set_next_input("\n".join(lines))
    return Stack(*cards)


def _code(
    review: Review, chosen: Mapping[FunctionName, FunctionVersion], catalogue: Catalogue
) -> str:
    """The review code of a version once the *chosen* ones are active."""

    def lookup(name: FunctionName) -> FunctionVersion | None:
        found = chosen.get(name)
        return found or (catalogue.version(name) if name in catalogue else None)

    return bind(review.version, lookup).partition(":")[2][: len(review.code)]


def _limits(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _LIMITS if name in given}


def carried_out(
    request: Request, task: str, carry_out: Callable[[Callable[[Progress], None]], Build]
) -> View:
    """Carry a build out before the person's eyes."""
    show = _Place(request.shell, task)
    try:
        done = carry_out(show.step)
    finally:
        show.end()
    if done.state != "done":
        show.last(BuildView(done))
        raise BuildError(done.message or f"the build {done.state}", build=done.id)
    from babyagi_nb.agent.building.cells import cell_of

    cell = cell_of(done, request.app.version)
    if cell:
        request.shell.set_next_input(cell)
    return BuildView(done)


class _Place:
    """Where the steps of a build are shown."""

    def __init__(self, shell: Any, task: str) -> None:
        self._task = task
        self._steps: list[Progress] = []
        # Only a kernel has front ends that can change what they showed.
        self._live = hasattr(shell, "kernel")
        self._handle: Any = None

    def step(self, progress: Progress) -> None:
        """Take in one step."""
        self._steps.append(progress)
        if self._live:
            self._show(StepsView(self._task, self._steps))
        elif progress.state != "began" and progress.step != "done":
            sys.stdout.write(f"{step_line(progress)}\n")
            sys.stdout.flush()

    def end(self) -> None:
        """Fold the steps, which are all there now."""
        if self._live and self._steps:
            self._show(StepsView(self._task, self._steps, over=True))

    def last(self, view: View) -> None:
        """Show *view* beside the steps, as the error that follows cannot carry it."""
        from IPython.display import display

        display(view)  # type: ignore[no-untyped-call]

    def _show(self, view: View) -> None:
        if self._handle is not None:
            self._handle.update(view)
            return
        from IPython.display import display

        self._handle = display(view, display_id=True)  # type: ignore[no-untyped-call]
