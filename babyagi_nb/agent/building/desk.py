"""Where builds are ordered: begin one, go on with one, list them.

A build is ordered with a budget, which stands in its journal together with what was spent. Going on
with it counts on from there; a larger budget that is given then holds from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from babyagi_nb.agent.building.builder import Builder
from babyagi_nb.agent.building.growth import Growth
from babyagi_nb.agent.building.sitting import Watch
from babyagi_nb.agent.building.summary import budget_of, build_of, spent_of
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.builds import Build, Builds, Steps
from babyagi_nb.errors import BuildError, NotFound, UsageError

__all__ = ["BuildDesk"]


class BuildDesk:
    """Begins builds and goes on with them.

    ``open_builder(model)`` gives who carries them out with a model, ``None`` being the picked one;
    *limits* are what a build may spend unless told: ``calls``, ``tokens``, ``seconds``, ``cost``.

    The keyword arguments *given* of each method are ``calls``, ``tokens``, ``seconds`` and
    ``cost``; ``None`` leaves the limit as it is. Every method raises ``KeyboardInterrupt`` when a
    build is interrupted, after it was written down that it stopped.
    """

    def __init__(
        self,
        builds: Builds,
        open_builder: Callable[[str | None], Builder],
        limits: Mapping[str, float | None],
    ) -> None:
        self._builds = builds
        self._open_builder = open_builder
        self._limits = limits

    def build(
        self, task: str, *, model: str | None = None, watch: Watch | None = None,
        **given: float | None,
    ) -> Build:  # fmt: skip
        """Build functions for *task*; raises ``UsageError`` without one."""
        builder = self._open_builder(model)
        header = builder.header(_said(task, "a task"), budget=self._limited(given))
        return self._begin(header, model, builder, watch)

    def revise(
        self, name: str, version: int, remark: str, *, model: str | None = None,
        watch: Watch | None = None, **given: float | None,
    ) -> Build:  # fmt: skip
        """Build the next version of a draft or function, with a *remark* of who reviewed it."""
        builder = self._open_builder(model)
        builder.shop.catalogue().version(name, version)
        header = builder.next_header(
            name, version, remark=_said(remark, "a remark"), budget=self._limited(given)
        )
        return self._begin(header, model, builder, watch)

    def next_version(
        self, name: str, version: int, tests: tuple[str, ...], *, model: str | None = None,
        watch: Watch | None = None, **given: float | None,
    ) -> Build:  # fmt: skip
        """Build a next version that passes *tests* beside those it has."""
        builder = self._open_builder(model)
        builder.shop.catalogue().version(name, version)
        header = builder.next_header(name, version, tests=tests, budget=self._limited(given))
        return self._begin(header, model, builder, watch)

    def self_build(
        self, role: str, n: int = 3, *, model: str | None = None, watch: Watch | None = None,
        **given: float | None,
    ) -> Build:  # fmt: skip
        """Think of *n* tasks of a role and build each, on one budget; fewer is fine."""
        builder = self._open_builder(model)
        growth = Growth(builder, self._builds)
        header = growth.header(_said(role, "a role"), n, budget=self._limited(given))
        return self._begin(header, model, builder, watch)

    def resume(
        self, build: str | None = None, *, model: str | None = None, watch: Watch | None = None,
        **given: float | None,
    ) -> Build:  # fmt: skip
        """Go on with a build, by its id or a part of it; by default the newest that stopped.

        It asks *model*, else the one that was named for it, else the one that is picked now: it
        may have stopped because of the one that was picked then.
        Raises ``NotFound``, ``StoreLocked`` while another process works on it, and ``BuildError``
        for one that ended.
        """
        steps = self._builds.open(build or self._newest_stopped())
        try:
            facts = {**steps.header, **steps.facts()}
            state = facts.get("state")
            if state in ("done", "failed"):
                raise BuildError(
                    f"the build {steps.id} is over: {state}",
                    fix='begin another: %babyagi build "…"',
                    build=steps.id,
                )
            if any(value is not None for value in given.values()):
                kept = budget_of(facts, **given)
                steps.note(budget={name: getattr(kept, name) for name in self._names})
            named = model or str(facts.get("named") or "") or None
            builder = self._open_builder(named)
            steps.note(model=builder.model.id, named=named or "")
        except BaseException:
            steps.close()
            raise
        return self._carry_on(steps, builder, watch)

    def all(self) -> list[Build]:
        """Every build of the store, newest first."""
        return list(map(build_of, self._builds.all()))

    def find(self, build: str) -> Build:
        """One build by its id or a unique part of it; raises ``NotFound``."""
        text = build.strip().upper()
        found = [each for each in self.all() if each.id.startswith(text) or each.id.endswith(text)]
        if not text or len(found) != 1:
            many = f"{len(found)} builds fit" if found else "no build"
            raise NotFound(f"{many} {build!r}", fix="%babyagi builds lists them")
        return found[0]

    _names = ("calls", "tokens", "seconds", "cost")

    def _begin(
        self, header: Mapping[str, Any], model: str | None, builder: Builder, watch: Watch | None
    ) -> Build:
        steps = self._builds.begin({**header, "named": model or ""})
        return self._carry_on(steps, builder, watch)

    def _carry_on(self, steps: Steps, builder: Builder, watch: Watch | None) -> Build:
        facts = {**steps.header, **steps.facts()}
        meter = Meter(budget_of(facts), spent=spent_of(facts), clock=monotonic)
        how = None
        if facts.get("kind") == "role":
            how = Growth(builder, self._builds).carry_out
        return builder.build(steps, meter=meter, watch=watch, how=how)

    def _limited(self, given: Mapping[str, float | None]) -> dict[str, Any]:
        unknown = given.keys() - set(self._names)
        if unknown:
            raise TypeError(f"unexpected {', '.join(sorted(unknown))}")
        told = {name: value for name, value in given.items() if value is not None}
        return {**self._limits, **told}

    def _newest_stopped(self) -> str:
        for row in self._builds.all():
            if row.get("state") == "stopped" and not row.get("parent"):
                return str(row["id"])
        raise NotFound("no build waits to be gone on with", fix="%babyagi builds lists them")


def _said(text: str, what: str) -> str:
    found = text.strip() if isinstance(text, str) else ""
    if not found:
        raise UsageError(f"{what} is needed", fix="say it in words")
    return found
