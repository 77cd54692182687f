"""Operations about builds. Those that carry one out run on the kernel's main shell only.

However a build ends, its row is the answer: a build that stopped says in it how to go on. A failure
is what kept it from beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babyagi_nb.core.admission import state_of
from babyagi_nb.core.builds import Build, Made, Progress
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.trust import State
from babyagi_nb.errors import NotFound
from babyagi_nb.jupyter.feed import BuildFeed
from babyagi_nb.jupyter.messages import BuildRow, MadeRow, StepRow
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.rows import milliseconds, spent_row

__all__ = ["get", "listed", "resume", "self_build", "start"]

_MOST = 50
_MADE = 60

Watch = Callable[[Progress], None]


def listed(desk: Desk) -> list[BuildRow]:
    """The newest builds; those that a build for a role is made of are told as a part of it."""
    found = [each for each in desk.app.builds() if each.parent is None]
    desk.app.refresh()
    return [_row(desk, each) for each in found[:_MOST]]


def get(desk: Desk, build: str) -> dict[str, BuildRow | int | list[StepRow]]:
    """One build, and the steps of it that this kernel has seen."""
    feed = desk.underway.builds.get(build)
    revision = feed.revision if feed else 0
    steps = list(feed.parts) if feed else []
    return {"build": _row(desk, _named(desk, build)), "revision": revision, "steps": steps}


def start(desk: Desk, task: str, **limits: Any) -> BuildRow:
    return _carried_out(desk, lambda watch: desk.app.build(task, watch=watch, **_given(limits)))


def resume(desk: Desk, build: str, **limits: Any) -> BuildRow:
    def work(watch: Watch) -> Build:
        return desk.app.resume_build(build, watch=watch, **_given(limits))

    return _carried_out(desk, work)


def self_build(desk: Desk, role: str, n: int, **limits: Any) -> BuildRow:
    def work(watch: Watch) -> Build:
        return desk.app.build_role(role, n, watch=watch, **_given(limits))

    return _carried_out(desk, work)


def _carried_out(desk: Desk, work: Callable[[Watch], Build]) -> BuildRow:
    """Carry a build out before the eyes of every page."""
    feed: BuildFeed | None = None

    def watch(progress: Progress) -> None:
        nonlocal feed
        if feed is None:
            feed = desk.underway.build_feed(progress.build)
        feed.take(progress)

    done: Build | None = None
    try:
        with desk.underway.at_work():
            done = work(watch)
    except KeyboardInterrupt:
        # The journal says that it stopped; there is nobody else to tell.
        if feed is None:
            raise
        done = _named(desk, feed.id)
    finally:
        if feed is not None and done is None:
            feed.end("stopped", "")
        elif feed is not None and done is not None:
            feed.end(done.state, done.message, done.spent)
    desk.app.refresh()
    return _row(desk, done)


def _named(desk: Desk, build: str) -> Build:
    for each in desk.app.builds():
        if each.id == build:
            return each
    raise NotFound(f"no build {one_line(build, 40)!r}", fix="reload the list of builds")


def _given(limits: dict[str, Any]) -> dict[str, Any]:
    """Limits, without those of nothing at all: an empty field is no limit of zero."""
    return {name: value for name, value in limits.items() if value > 0}


def _row(desk: Desk, build: Build) -> BuildRow:
    feed = desk.underway.builds.get(build.id)
    return {
        "id": build.id,
        "task": one_line(build.task, 1000),
        "state": build.state,
        "here": feed is not None and feed.state == "running",
        "model": one_line(build.model, 200),
        "started": milliseconds(build.started),
        "made": [_made(desk, each) for each in build.made[:_MADE]],
        "main": None if build.main is None else one_line(build.main, 200),
        "spent": spent_row(build.spent),
        "message": one_line(build.message, 600),
        "run": build.run,
    }


def _made(desk: Desk, made: Made) -> MadeRow:
    return {
        "name": one_line(made.name, 200),
        "how": made.how,
        "version": made.version,
        "reason": one_line(made.reason, 400),
        "state": _state(desk, made),
    }


def _state(desk: Desk, made: Made) -> State | None:
    """How people decided about what was written, as far as it is still there."""
    if made.version is None:
        return None
    catalogue = desk.app.catalogue
    try:
        return state_of(catalogue.version(made.name, made.version), catalogue)
    except NotFound:
        return None
