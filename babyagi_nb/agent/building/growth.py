"""Building for a role: tasks that somebody has, those worth building, and a build of each.

The builds share one budget, and each has a journal of its own that can be gone on with alone. What
a build ends with does not keep the next from beginning, unless the budget is spent or the model
cannot be asked: then all of it stops, and can be gone on with as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from babyagi_nb.agent.building.builder import Builder
from babyagi_nb.agent.building.forms import TasksForm
from babyagi_nb.agent.building.prompts import task_messages
from babyagi_nb.agent.building.sitting import Sitting
from babyagi_nb.agent.building.summary import budget_of, made_rows, spent_of, summary
from babyagi_nb.agent.models.ladder import ask_form
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.builds import Build, Builds, Made, Steps
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Ask
from babyagi_nb.core.search import document

__all__ = ["Growth", "Idea", "choose", "likeness"]

_MOST = 12
_WORD = re.compile(r"[a-z0-9]{3,}")
_EMPTY = frozenset({"and", "each", "for", "from", "out", "that", "the", "with"})
_KNOWN = 0.2
"""Least novelty of a task that is worth building."""
_FEASIBLE = 3
"""Least feasibility, of ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """One task that a model thought of."""

    task: str
    feasible: int
    """0 to 10, as the model says."""
    novelty: float
    """0 to 1: how much of it the nearest stored function does not speak of."""

    @property
    def score(self) -> float:
        return self.novelty * self.feasible


def choose(ideas: Iterable[Idea], n: int) -> list[Idea]:
    """At most *n* of *ideas*, best first, none of them nearly the same as another.

    >>> one = Idea(task="sum a column of a table", feasible=9, novelty=0.9)
    >>> two = Idea(task="sum the column of a table", feasible=9, novelty=0.8)
    >>> [each.task for each in choose([two, one], 2)]
    ['sum a column of a table']
    """
    found: list[Idea] = []
    for each in sorted(ideas, key=lambda idea: (-idea.score, idea.task)):
        good = each.novelty >= _KNOWN and each.feasible >= _FEASIBLE
        twins = (likeness(each.task, other.task) > 1 - _KNOWN for other in found)
        if good and len(found) < n and not any(twins):
            found.append(each)
    return found


def likeness(text: str, other: str) -> float:
    """How much one of two texts speaks of the other, from 0 to 1.

    >>> likeness("label a price", "label each of the prices")
    1.0
    """
    return max(_overlap(text, other), _overlap(other, text))


def _overlap(text: str, other: str) -> float:
    """How many of the words of *text* stand in *other* too, from 0 to 1."""
    words = _words(text)
    return len(words & _words(other)) / len(words) if words else 1.0


def _words(text: str) -> set[str]:
    return {each.removesuffix("s") for each in _WORD.findall(text.lower())} - _EMPTY


class Growth:
    """Carries out builds for a role; its own journal says which builds they are."""

    def __init__(self, builder: Builder, builds: Builds) -> None:
        self._builder = builder
        self._builds = builds

    def header(self, role: str, n: int, *, budget: Mapping[str, Any]) -> dict[str, Any]:
        """What the journal begins with."""
        wanted = max(1, min(n, _MOST))
        return {**self._builder.header(role, budget=budget), "kind": "role", "n": wanted}

    def carry_out(self, sitting: Sitting) -> dict[str, Any]:
        """How a sitting ended, as facts for its journal; see :meth:`Builder.build`."""
        header = sitting.steps.header
        ideas = self._ideas(sitting, str(header.get("task", "")), int(header.get("n") or 1))
        ended: list[Build] = []
        for at, task in enumerate(ideas):
            sitting.meter.check()
            build, cause = self._child(sitting, at, task)
            ended.append(build)
            made = [each for build in ended for each in build.made]
            sitting.steps.note(made=made_rows(made), children=[each.id for each in ended])
            if cause == "budget":
                sitting.meter.check()
            if cause in ("budget", "model"):
                # Whoever goes on, goes on with all of it.
                message = build.message.replace(build.id[-6:], sitting.id[-6:])
                return {"state": "stopped", "message": message, "cause": cause}
        return _outcome(ended)

    def _ideas(self, sitting: Sitting, role: str, n: int) -> list[str]:
        library = self._builder.library(sitting, role)

        def make() -> list[str]:
            remaining = sitting.meter.remaining()
            ask = Ask(
                messages=task_messages(role, n + 2, library),
                purpose="tasks",
                seconds=120.0 if remaining is None else max(1.0, min(120.0, remaining)),
            )
            form, _ = ask_form(sitting.model, ask, TasksForm, meter=sitting.meter)
            ideas = [
                Idea(
                    task=one_line(each.task, 600),
                    feasible=max(0, min(10, each.feasible)),
                    novelty=1 - self._likeness(each.task),
                )
                for each in form.tasks
                if each.task.strip()
            ]
            return [each.task for each in choose(ideas, n)]

        found = sitting.once("tasks", [role, n], make, words=lambda tasks: f"{len(tasks)} tasks")
        return list(map(str, found))

    def _likeness(self, task: str) -> float:
        """How much of *task* the nearest stored function speaks of already."""
        shop = self._builder.shop
        best = 0.0
        for hit in shop.find(task, 3):
            version = shop.usable(hit.name)
            if version is not None:
                said = document(version.spec)
                words = " ".join((said.name.replace("_", " "), said.description, *said.phrases))
                best = max(best, _overlap(task, words))
        return best

    def _child(self, sitting: Sitting, at: int, task: str) -> tuple[Build, str]:
        """The build of one task: begun, gone on with, or as it ended before."""
        steps = self._journal(sitting, at, task)
        if steps.facts().get("state") in ("done", "failed"):
            steps.close()
            return summary(steps), ""
        meter = Meter(
            budget_of({}), above=sitting.meter, spent=spent_of(steps.facts()), clock=monotonic
        )
        sitting.tell("task", "began", message=task)
        build = self._builder.build(steps, meter=meter, watch=sitting.watch)
        return build, str(steps.facts().get("cause") or "")

    def _journal(self, sitting: Sitting, at: int, task: str) -> Steps:
        step, key = "child", f"{at}"
        known = sitting.steps.known(step, key)
        if known is not None:
            return self._builds.open(known["id"])
        header = self._builder.header(task)
        steps = self._builds.begin({**header, "parent": sitting.id})
        sitting.steps.record(step, key, {"id": steps.id, "task": task})
        return steps


def _outcome(ended: Sequence[Build]) -> dict[str, Any]:
    made: list[Made] = [each for build in ended for each in build.made]
    done = [build for build in ended if build.state == "done"]
    if not ended:
        return {
            "state": "failed", "made": [],
            "message": "no task was new and feasible; describe the role in more words",
        }  # fmt: skip
    said = f"{len(done)} of {len(ended)} tasks built"
    return {
        "state": "done" if done else "failed", "made": made_rows(made), "message": said,
    }  # fmt: skip
