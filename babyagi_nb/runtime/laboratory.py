"""Experiments in the sandbox: one process, one variant after the other.

An experiment is a generator's job. Its entry is the text of :mod:`.harness`; variants, tests and
the stored functions that they may call travel as arguments. The outcomes of a variant are taken in
before the next one begins. When the process ends, what was not said is done again in a new one,
carefully: each outcome is said by itself, and a variant that ends the process, or brings it to a
stop, is given that as its outcome. Nothing is granted, logged or stored.
"""

from __future__ import annotations

import secrets
from collections import deque
from contextlib import closing
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.isolation import Job, Limits, Member, Raised, Sandbox
from babyagi_nb.core.laboratory import Experiment, Outcome, Result
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import reach
from babyagi_nb.errors import NotFound, RunTimeout, SandboxRefused, near
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.runtime import harness as harness_module
from babyagi_nb.runtime.imports import Provide
from babyagi_nb.runtime.relay import Silent

__all__ = ["SandboxLaboratory"]

_MEMORY = 512 << 20
"""Bytes beyond the interpreter's own that an experiment may use."""
_PRINTED = 4_096
_RESULTS: dict[str, Result] = {
    "passed": "passed", "failed": "failed", "error": "error", "timeout": "timeout",
}  # fmt: skip
_PROCESSES = 6
"""Processes that one experiment may end; what comes after the last does not run."""


class SandboxLaboratory:
    """A :class:`~babyagi_nb.core.laboratory.Laboratory` over a sandbox."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        sandbox: Sandbox,
        provide: Provide = lambda wanted, origin: None,
    ) -> None:
        self._catalogue = catalogue
        self._sandbox = sandbox
        self._provide = provide

    def run(self, experiment: Experiment) -> tuple[Outcome, ...]:
        """Every variant against every test; see the port for what is raised."""
        deadline = monotonic() + experiment.limit
        sitting = _Sitting(experiment, self._members(experiment))
        for _ in range(_PROCESSES):
            left = deadline - monotonic()
            if sitting.over or left <= 0:
                break
            self._sit(sitting, left)
        return tuple(sitting.outcomes)

    def _sit(self, sitting: _Sitting, seconds: float) -> None:
        """Go on with an experiment in a new process, up to its end or the process's."""
        job = Job(
            entry=FunctionName("harness"),
            members=(_entry(),),
            args=(sitting.order(),),
            limits=Limits(seconds=seconds, memory=_MEMORY, printed=_PRINTED),
        )
        steps = self._sandbox.steps(job, Silent(_nobody, lambda value: value))
        try:
            with closing(steps):  # type: ignore[type-var]
                for said in steps:
                    if sitting.hear(said):
                        return
        except RunTimeout:
            sitting.lost("timeout", "it did not end")
        except SandboxRefused as error:
            slow = "SIGVTALRM" in error.message
            sitting.lost("timeout" if slow else "error", _ended(error.message))
        except Raised as error:
            sitting.lost("error", f"it disturbed the tests: {error.kind}")
        else:
            sitting.lost("error", "it ended the tests before their time")

    def _members(self, experiment: Experiment) -> list[list[Any]]:
        start = []
        for name in experiment.uses:
            version = self._catalogue.latest(name)
            if version is None:
                raise NotFound(f"no function {name!r}", fix=near(name, self._catalogue))
            start.append(version)
        found = reach(start, self._catalogue.latest)
        return [self._member(each) for each in found.values() if each is not None]

    def _member(self, version: FunctionVersion) -> list[Any]:
        spec = version.spec
        imports = [
            each.statement() for each in spec.imports if self._provide(each, spec.origin) is None
        ]
        known = [each for each in spec.dependencies if self._catalogue.latest(each) is not None]
        return [str(version.name), spec.code, imports, list(map(str, known)), spec.is_async]


class _Sitting:
    """How far an experiment got, over all of its processes."""

    def __init__(self, experiment: Experiment, members: list[list[Any]]) -> None:
        self._experiment = experiment
        self._members = members
        self._token = ""
        self._began = self._careful = False
        self._waiting = deque(
            (variant, test) for variant in experiment.variants for test in experiment.tests
        )
        self.outcomes: list[Outcome] = []

    def order(self) -> dict[str, Any]:
        """What to tell the harness now; the token is another for each process."""
        self._token = secrets.token_hex(16)
        self._began = False
        wanted = self._experiment
        variants = dict.fromkeys(variant for variant, _ in self._waiting)
        return {
            "token": self._token,
            "name": str(wanted.name),
            "variants": [[each, wanted.variants[each]] for each in variants],
            "tests": [list(each) for each in wanted.tests.items()],
            "done": [[each.variant, each.test] for each in self.outcomes],
            "members": self._members,
            "uses": list(map(str, wanted.uses)),
            "imports": list(wanted.imports),
            "seconds": wanted.seconds,
            "careful": self._careful,
        }

    def hear(self, said: Any) -> bool:
        """Take in what the process said; whether it was the last. It may be anything."""
        if type(said) is not dict or said.get("token") != self._token:
            raise SandboxRefused("it said what only the tests may say")
        if said.get("began") is True and not self._began:
            self._began = True
            return False
        outcomes = said.get("outcomes")
        if not self._waiting or type(outcomes) is not list:
            raise SandboxRefused("it said what only the tests may say")
        for each in outcomes:
            self._hear_one(each)
        return False

    def _hear_one(self, said: Any) -> None:
        pair = (said.get("variant"), said.get("test")) if type(said) is dict else None
        result = _RESULTS.get(str(said.get("result"))) if pair else None
        if result is None or not self._waiting or pair != self._waiting[0]:
            raise SandboxRefused("it said what only the tests may say")
        self._take(result, str(said.get("message", ""))[:1_000])
        if said.get("ends") is True:
            self._drop(self._experiment.variants[self.outcomes[-1].variant])

    def lost(self, result: Result, message: str) -> None:
        """The process is gone: whoever was at work is held to have done it, where that is known."""
        if not self._began:
            raise SandboxRefused(f"an experiment could not begin: {message}")
        if not self._careful:
            self._careful = True
        elif self._waiting:
            text = self._experiment.variants[self._waiting[0][0]]
            self._take(result, message)
            self._drop(text)

    @property
    def over(self) -> bool:
        return not self._waiting

    def _take(self, result: Result, message: str) -> None:
        variant, test = self._waiting.popleft()
        self.outcomes.append(Outcome(variant=variant, test=test, result=result, message=message))

    def _drop(self, text: str) -> None:
        """Leave out what is waiting of a variant that ended badly, and of others with its text."""
        variants = self._experiment.variants
        self._waiting = deque(each for each in self._waiting if variants[each[0]] != text)


def _ended(message: str) -> str:
    """Why the process ended, without our own words about which job it was."""
    return f"its process ended: {message.rpartition('ended without a result: ')[2]}"


@cache
def _entry() -> Member:
    return Member(
        name=FunctionName("harness"),
        version=VersionNumber(1),
        code=Path(harness_module.__file__).read_text(encoding="utf-8"),
        is_generator=True,
    )


def _nobody(name: str) -> Any:
    raise NotFound(f"an experiment may not call {name!r}")
