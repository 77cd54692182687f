"""Ground truth: whether code does what a task's own solution does. It runs in the sandbox only.

Both the code and the file's own solution are foreign, and neither runs anywhere else. A test holds
inputs, the solution under a name of its own, and a comparison; the candidate meets it as it would
meet any test. Nothing of this is ever shown to a model.

The solution has to pass first. A task whose solution does not, here and now, says nothing about a
model (a package may be missing, or it is too slow), and is left out of every score.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from babyagi_nb.agent.upkeep.bench.tasks import Task
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.laboratory import Experiment, Laboratory, Outcome
from babyagi_nb.errors import RunTimeout, SandboxRefused
from babyagi_nb.ids import FunctionName

__all__ = ["Judge", "Verdict", "ground_truth"]

_CHUNK = 40_000
"""Characters of inputs in one test."""
_TOGETHER = 20
"""Tests in one experiment."""
_SECONDS = 5.0
"""Of one test."""
_LIMIT = 60.0
_CANDIDATE = "candidate"

_COMPARING = """
def is_number(value):
    return type(value) in (bool, int, float, complex) or type(value).__module__ == 'numpy'


def same_value(found, wanted, tolerance):
    if is_number(found) and is_number(wanted):
        if found == wanted or (found != found and wanted != wanted):
            return True
        kinds = {type(found), type(wanted)}
        if bool in kinds or (kinds == {int} and tolerance == 0):
            return False
        return bool(abs(found - wanted) <= max(tolerance, 1e-6) + 1e-7 * abs(wanted))
    # A class of the code's own could say that it is equal to anything.
    if type(found) is not type(wanted):
        return False
    if type(wanted) in (list, tuple):
        return len(found) == len(wanted) and all(
            same_value(one, other, tolerance) for one, other in zip(found, wanted))
    if type(wanted) is dict:
        return found.keys() == wanted.keys() and all(
            same_value(found[key], wanted[key], tolerance) for key in wanted)
    if type(wanted) in (set, frozenset):
        kinds = {type(other) for other in wanted}
        return all(type(each) in kinds for each in found) and wanted == found
    return wanted == found
"""

_ORACLES = {"find_zero": "abs(poly(given[0], found)) <= max({tolerance}, 1e-4)"}
"""What a result has to fulfil where several are right; by the function that is asked for."""

Verdict = tuple[bool, str]
"""Whether it passed, and why not, in one line for people."""


class Judge:
    """Judges candidates of tasks in a laboratory."""

    def __init__(self, laboratory: Laboratory, *, seconds: float = _SECONDS) -> None:
        """*seconds* is the time that one test may take."""
        self._laboratory = laboratory
        self._seconds = seconds
        self._usable: dict[str, str] = {}

    def unusable(self, task: Task) -> str:
        """Why a task says nothing here, in one line; empty when its own solution passes."""
        if task.id not in self._usable:
            why = ""
            if task.solution:
                good, said = self._tried(self._laboratory, task, task.solution, ())
                why = "" if good else f"its own solution does not pass: {said}"
            self._usable[task.id] = why
        return self._usable[task.id]

    def judge(
        self,
        task: Task,
        code: str,
        uses: tuple[str, ...] = (),
        laboratory: Laboratory | None = None,
    ) -> Verdict:
        """Whether *code* solves *task*; *uses* are stored functions that it calls.

        Those are looked for in *laboratory*, where one is given. Raises ``SandboxUnavailable``.
        """
        if not code.strip():
            return False, "there is no code"
        return self._tried(laboratory or self._laboratory, task, code, uses)

    def _tried(
        self, laboratory: Laboratory, task: Task, code: str, uses: tuple[str, ...]
    ) -> Verdict:
        tests = list(ground_truth(task))
        if not tests:
            return False, "its ground truth cannot be read"
        for at in range(0, len(tests), _TOGETHER):
            some = {f"test {at + n}": text for n, text in enumerate(tests[at : at + _TOGETHER], 1)}
            experiment = Experiment(
                name=FunctionName(task.entry),
                variants={_CANDIDATE: code},
                tests=some,
                uses=tuple(map(FunctionName, uses)),
                seconds=self._seconds,
                limit=_LIMIT,
            )
            try:
                outcomes = laboratory.run(experiment)
            except (SandboxRefused, RunTimeout) as error:
                return False, one_line(error, 160)
            bad = _first_bad(some, outcomes)
            if bad is not None:
                return False, bad
        return True, ""


def ground_truth(task: Task) -> Iterator[str]:
    """Module texts that a solution of *task* has to pass; none when it cannot be done."""
    helpers = _helpers(task)
    if task.test:
        yield f"{helpers}\n\n{task.test}"
        return
    own = _own(task)
    if own is None:
        return
    oracle = _ORACLES.get(task.entry, "same_value(found, wanted, {tolerance})")
    good = oracle.format(tolerance=repr(task.tolerance))
    for inputs in _chunks(task):
        yield (
            "import copy\n\ninf = float('inf')\nnan = float('nan')\n"
            f"{_COMPARING}\n\n{helpers}\n\n{own}\n\ndef test_solution():\n"
            f"    solution = own_solution()\n    wrap = {task.wrap or '(lambda value: value)'}\n"
            f"    for given in [{inputs}]:\n"
            f"        wanted = wrap(solution(*copy.deepcopy(given)))\n"
            f"        found = wrap({task.entry}(*copy.deepcopy(given)))\n"
            f"        if not {good}:\n"
            "            raise AssertionError('another result than that of the solution')\n"
        )


def _own(task: Task) -> str | None:
    """The task's solution inside a function, so that it hides no name of the test."""
    try:
        body = ast.parse(task.solution).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    # A star cannot be imported inside a function; names of typing are what such lines are for.
    kept = [each for each in body if not (isinstance(each, ast.ImportFrom) and _star(each))]
    stars = [each for each in body if each not in kept]
    made = ast.FunctionDef(
        name="own_solution",
        args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=[*kept, ast.Return(value=ast.Name(id=task.entry, ctx=ast.Load()))],
        decorator_list=[],
    )
    tree = ast.Module(body=[*stars, made], type_ignores=[])
    return ast.unparse(ast.fix_missing_locations(tree))


def _helpers(task: Task) -> str:
    """What stands beside the function in its own solution: tests may call it."""
    try:
        body = ast.parse(task.solution).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    brought = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    kept = [
        ast.unparse(each)
        for each in body
        if isinstance(each, brought) and getattr(each, "name", "") != task.entry
    ]
    return "\n".join(kept)


def _star(node: ast.ImportFrom) -> bool:
    return any(each.name == "*" for each in node.names)


def _chunks(task: Task) -> Iterator[str]:
    """Source texts of the inputs, several together."""
    some: list[str] = []
    size = 0
    for given in task.inputs:
        text = repr(given)
        if some and size + len(text) > _CHUNK:
            yield ", ".join(some)
            some, size = [], 0
        some.append(text)
        size += len(text)
    if some:
        yield ", ".join(some)


def _first_bad(tests: Mapping[str, str], outcomes: tuple[Outcome, ...]) -> str | None:
    known = {each.test: each for each in outcomes}
    for label in tests:
        outcome = known.get(label)
        if outcome is None:
            return "there was no time for all tests"
        if outcome.result != "passed":
            return one_line(outcome.message, 160) or outcome.result
    return None
