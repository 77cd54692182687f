"""The three ways in which a model is given a task, and what comes of each.

``oneshot`` asks once. ``build`` lets the pipeline work in an empty store. ``library`` lets it work
in a store that keeps what earlier tasks made, and is governed (see :class:`Governor`). None of them
is told anything of the ground truth, neither before nor after.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Literal, Protocol

from babyagi_nb.agent.models.extraction import code as code_in
from babyagi_nb.agent.upkeep.bench.tasks import Task
from babyagi_nb.agent.upkeep.evidence import Evidence, standing
from babyagi_nb.core.budget import NO_COST, Budget, Meter, Spent
from babyagi_nb.core.builds import Build
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.laboratory import Laboratory
from babyagi_nb.core.model import Ask, Message, Model
from babyagi_nb.errors import AnswerError, BudgetSpent, ModelError, ModelRefused

__all__ = ["ARMS", "Arm", "Governor", "Place", "Solution", "open_arm"]

Arm = Literal["oneshot", "build", "library"]

ARMS: tuple[Arm, ...] = ("oneshot", "build", "library")

_SYSTEM = (
    "You write Python functions. Answer with one Python code block that is complete by itself."
)
_KEPT = 200
"""Functions that the library keeps."""
_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What an arm gave for a task."""

    code: str = ""
    """Module text that defines the task's function; empty when there is none."""
    uses: tuple[str, ...] = ()
    """Stored functions that the code calls."""
    laboratory: Laboratory | None = None
    """Where those are found."""
    spent: Spent = NO_COST
    note: str = ""
    """Why there is none."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """JSON-able: what is needed to go on after a kill."""
    close: Callable[[], None] = lambda: None


class Place(Protocol):
    """A store of its own, in memory, in which a model builds."""

    @property
    def laboratory(self) -> Laboratory: ...

    def build(self, task: str) -> tuple[Build, str]:
        """The build, and what stopped it: ``budget``, ``model`` or another word, or nothing."""
        ...

    def code(self, name: str) -> Mapping[str, Any] | None:
        """What a draft has to be proposed with again; ``None`` when there is none."""
        ...

    def uses(self, name: str) -> Sequence[str]:
        """Stored functions that a stored function calls."""
        ...

    def names(self) -> Sequence[str]:
        """Drafts that can be used, the oldest first."""
        ...

    def propose(self, given: Mapping[str, Any]) -> None:
        """Store a draft as :meth:`code` gave it."""
        ...

    def retire(self, name: str) -> None: ...

    def close(self) -> None: ...


class Governor:
    """Keeps evidence of a library, by what became of the builds that used its functions.

    Whether a build came to its end is something that every store knows. Whether the ground truth
    was met is not, so it plays no part. What fails most likely more often than not is retired; of
    more than a cap the least used go, the oldest first.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._known: dict[str, Evidence] = {}

    def evidence(self) -> dict[tuple[str, int], Evidence]:
        """By name and number; drafts of a bench have number 1."""
        return {(name, found.version): found for name, found in self._known.items()}

    def learn(self, used: Iterable[str], *, good: bool) -> None:
        """A build that used these functions came to its end, or did not."""
        for name in dict.fromkeys(used):
            known = self._known.get(name, Evidence(function=name, version=1))
            self._known[name] = replace(
                known, runs=known.runs + 1, successes=known.successes + good
            )

    def retired(self, names: Sequence[str]) -> list[str]:
        """Those of *names*, the oldest first, that are to go."""
        failing = [each for each in names if standing(self._known.get(each)) == "failing"]
        left = [each for each in names if each not in failing]
        over = len(left) - self._kept
        if over > 0:
            failing += sorted(left, key=self._use)[:over]
        return failing

    def _use(self, name: str) -> int:
        found = self._known.get(name)
        return 0 if found is None else found.runs


class OneShot:
    """Asks the model once, and believes it."""

    def __init__(self, model: Model, budget: Budget) -> None:
        self._model = model
        self._budget = budget

    def solve(self, task: Task) -> Solution:
        meter = Meter(self._budget, clock=monotonic)
        messages = (
            Message(role="system", content=_SYSTEM),
            Message(role="user", content=wording(task)),
        )
        ask = Ask(messages=messages, purpose="bench", seconds=_SECONDS)
        try:
            answer = self._model.ask(ask, meter=meter)
        except (AnswerError, ModelRefused, BudgetSpent) as error:
            return Solution(spent=meter.spent, note=one_line(error, 160))
        found = "" if answer.finish == "length" else code_in(answer.text)
        note = "" if found else "the answer holds no code"
        return Solution(code=_with_prompt(task, found), spent=meter.spent, note=note)

    def resume(self, facts: Mapping[str, Any]) -> None:
        """Nothing is kept between tasks."""

    def close(self) -> None:
        """There is nothing to close."""


class Pipeline:
    """Builds in a store; with a governor in one that is kept, else in a new one each time."""

    def __init__(
        self, open_place: Callable[[Governor | None], Place], governor: Governor | None = None
    ) -> None:
        self._open = open_place
        self._governor = governor
        self._kept: Place | None = None

    def solve(self, task: Task) -> Solution:
        place = self._place()
        before = set(place.names())
        build, cause = place.build(f"{wording(task)}\n\nThe main function is {task.entry}.")
        if cause == "model" and build.state == "stopped":
            place.close()
            self._kept = None
            raise ModelError(build.message, kind="unreachable")
        facts = self._govern(place, build, before)
        main = build.main if build.state == "done" else None
        return Solution(
            code=f"{task.entry} = {main}\n" if main else "",
            uses=(main,) if main else (),
            laboratory=place.laboratory,
            spent=build.spent,
            note="" if main else one_line(build.message, 160),
            facts=facts,
            close=(lambda: None) if self._governor else place.close,
        )

    def resume(self, facts: Mapping[str, Any]) -> None:
        """Bring the library to where it was after a task."""
        if self._governor is None:
            return
        place = self._place()
        for each in facts.get("made") or ():
            place.propose(each)
        self._governor.learn(facts.get("used") or (), good=bool(facts.get("good")))
        for name in facts.get("retired") or ():
            place.retire(name)

    def close(self) -> None:
        """Let go of the store that was kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _place(self) -> Place:
        if self._governor is None:
            return self._open(None)
        if self._kept is None:
            self._kept = self._open(self._governor)
        return self._kept

    def _govern(self, place: Place, build: Build, before: set[str]) -> dict[str, Any]:
        """Take in what became of a build; facts to do it again without the model."""
        if self._governor is None:
            return {}
        written = [each.name for each in build.made if each.how == "written"]
        used = [each.name for each in build.made if each.how == "reused" and each.name in before]
        used += [each for name in written for each in place.uses(name) if each in before]
        if build.main in before:
            used.append(str(build.main))
        used = list(dict.fromkeys(used))
        good = build.state == "done"
        made = [given for given in map(place.code, written) if given is not None]
        self._governor.learn(used, good=good)
        retired = self._governor.retired(place.names())
        for name in retired:
            place.retire(name)
        return {"made": made, "used": used, "good": good, "retired": retired}


def open_arm(
    arm: Arm,
    *,
    model: Model,
    budget: Budget,
    open_place: Callable[[Governor | None], Place],
) -> OneShot | Pipeline:
    """The arm called *arm*; ``open_place(governor)`` gives a new store to build in."""
    if arm == "oneshot":
        return OneShot(model, budget)
    return Pipeline(open_place, Governor() if arm == "library" else None)


def wording(task: Task) -> str:
    """What a model is told of a task, in every arm the same."""
    said = task.prompt.strip()
    if f"def {task.entry}" in said:
        return f"Write this function whole, under its name and with its parameters:\n\n{said}"
    return f"Write the function {task.entry}:\n\n{said.strip(chr(34)).strip()}"


def _with_prompt(task: Task, code: str) -> str:
    """*code* below what the prompt brings beside the function itself: imports, helpers."""
    if not code:
        return ""
    try:
        prompt, own = ast.parse(task.prompt), ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    defined = {each.name for each in own.body if isinstance(each, ast.FunctionDef)}
    brought = [
        ast.unparse(each)
        for each in prompt.body
        if isinstance(each, ast.Import | ast.ImportFrom)
        or (isinstance(each, ast.FunctionDef) and each.name not in {task.entry, *defined})
    ]
    return "\n".join([*brought, code])
