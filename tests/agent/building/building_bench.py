"""A realistic task, what a model says to it, and a desk over a real application.

The task takes four functions; one of them is stored already under another name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from babyagi_nb.agent.building.builder import Builder
from babyagi_nb.agent.building.desk import BuildDesk
from babyagi_nb.agent.building.workshop import Workshop, open_workshop
from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.report import Finding, Report
from babyagi_nb.agent.search.finder import Finder
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Builds
from babyagi_nb.core.model import Model
from babyagi_nb.runtime.laboratory import SandboxLaboratory
from babyagi_nb.testing import Request, Rule

TASK = "Read lines such as 'tea: 3.50' and say how many there are, their mean and what that means."

STORED = '''\
def average(values: list[float]) -> float:
    """The mean of some numbers; ValueError when there are none."""
    if not values:
        raise ValueError("no values")
    return sum(values) / len(values)
'''


def planned(name: str, signature: str, description: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "signature": signature, "description": description, **more}


PLAN: dict[str, Any] = {
    "functions": [
        planned(
            "report", "report(text: str) -> dict", "Count, mean and label of the amounts in text; "
            "ValueError when a line has no amount or there is none.",
            uses=["parse_amounts", "mean_of", "label_of"],
        ),
        planned(
            "parse_amounts", "parse_amounts(text: str) -> list[float]",
            "Amounts of lines 'name: amount', in order, blank lines left out; ValueError for a "
            "line without a colon or with no number behind it.",
        ),
        planned(
            "mean_of", "mean_of(values: list[float]) -> float",
            "The average, the mean of a list of numbers; ValueError when the list is empty.",
        ),
        planned(
            "label_of", "label_of(amount: float) -> str",
            "'low' below 2, 'high' from 10 on, else 'middle'; ValueError below zero.",
        ),
    ],
    "main": "report",
}  # fmt: skip

CASES: Mapping[str, list[tuple[str, str, str]]] = {
    "parse_amounts": [
        ("two lines", "assert parse_amounts('tea: 3.50\\ncake: 4') == [3.5, 4.0]", ""),
        ("one line", "assert parse_amounts('tea: 1') == [1.0]", ""),
        ("blank lines", "assert parse_amounts('\\ntea: 2\\n\\n') == [2.0]", ""),
        ("nothing", "assert parse_amounts('') == []", ""),
        ("no colon", "parse_amounts('tea 3')", "ValueError"),
        ("no number", "parse_amounts('tea: cup')", "ValueError"),
    ],
    "mean_of": [
        ("two", "assert mean_of([1.0, 3.0]) == 2.0", ""),
        ("one", "assert mean_of([5.0]) == 5.0", ""),
        ("three", "assert abs(mean_of([1, 2, 6]) - 3) < 1e-9", ""),
        ("empty", "mean_of([])", "ValueError"),
    ],
    "label_of": [
        ("low", "assert label_of(1.99) == 'low'", ""),
        ("edge of middle", "assert label_of(2) == 'middle'", ""),
        ("middle", "assert label_of(9.99) == 'middle'", ""),
        ("edge of high", "assert label_of(10) == 'high'", ""),
        ("below zero", "label_of(-1)", "ValueError"),
    ],
    "report": [
        (
            "two lines",
            "assert report('a: 1\\nb: 5') == {'count': 2, 'mean': 3.0, 'label': 'middle'}", "",
        ),
        ("one line", "assert report('a: 1') == {'count': 1, 'mean': 1.0, 'label': 'low'}", ""),
        ("high", "assert report('a: 30\\n')['label'] == 'high'", ""),
        ("bad line", "report('a')", "ValueError"),
        ("nothing", "report('')", "ValueError"),
    ],
}  # fmt: skip

CODE: Mapping[str, str] = {
    "mean_of": """\
def mean_of(values: list[float]) -> float:
    if not values:
        raise ValueError("no values")
    total = sum(values)
    return total / len(values)
""",
    "parse_amounts": '''\
def parse_amounts(text: str) -> list[float]:
    """The amounts of lines 'name: amount'."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, amount = line.partition(":")
        if not colon:
            raise ValueError(f"no colon in {line!r}")
        found.append(float(amount))
    return found
''',
    "label_of": '''\
def label_of(amount: float) -> str:
    """What an amount means."""
    if amount < 0:
        raise ValueError("below zero")
    if amount < 2:
        return "low"
    return "high" if amount >= 10 else "middle"
''',
    "report": '''\
def report(text: str) -> dict:
    """Count, mean and label of the amounts in a text."""
    amounts = parse_amounts(text)
    mean = average(amounts)
    return {"count": len(amounts), "mean": mean, "label": label_of(mean)}
''',
}


def stated(name: str, cases: Iterable[tuple[str, str, str]] | None = None) -> dict[str, Any]:
    """The answer of who states tests."""
    given = CASES[name] if cases is None else cases
    return {
        "cases": [{"title": one, "code": code, "raises": raises} for one, code, raises in given],
        "search_phrases": [f"{name} phrase {at}" for at in range(5)],
    }


def fenced(code: str) -> str:
    return f"Here it is.\n```python\n{code}```\n"


def about(request: Request) -> str:
    """The function that a request is about."""
    asked = request.texts[1]
    found = re.search(r"^def (\w+)\(", asked, re.MULTILINE)
    assert found is not None, asked
    return found[1]


def step(request: Request) -> str:
    """``plan``, ``tests``, ``code`` or ``repair``."""
    first = request.system.partition("\n")[0]
    return {
        "You plan Python functions.": "plan",
        "You write tests for one Python function.": "tests",
        "You write one Python function.": "code",
        "You repair one Python function.": "repair",
        "You think of tasks for Python functions.": "tasks",
    }[first]


def answering(said: Mapping[tuple[str, str], Any] | None = None, *, plan: Any = None) -> list[Rule]:
    """A script that answers whatever is asked; *said* by (step, function) stands before the rest.

    A list in *said* is several answers in turn.
    """
    given = {key: list(value) if isinstance(value, list) else [value]
             for key, value in (said or {}).items()}  # fmt: skip

    def answer(request: Request) -> Any:
        what = step(request)
        name = "" if what in ("plan", "tasks") else about(request)
        answers = given.get((what, name))
        if answers:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if what == "plan":
            return PLAN if plan is None else plan
        return stated(name) if what == "tests" else fenced(CODE[name])

    return [Rule(answer, times=None)]


class Lenient:
    """A gate that lets everything through that *refused* does not name; quick."""

    def __init__(self, refused: Mapping[str, Sequence[str]] | None = None) -> None:
        self.refused = {name: list(words) for name, words in (refused or {}).items()}
        self.seen: list[Candidate] = []

    def examine(self, candidate: Candidate) -> Report:
        self.seen.append(candidate)
        words = self.refused.get(candidate.name)
        if not words:
            return Report(ok=True, killed=3, mutants=4, fingerprint=f"f1:{candidate.name}")
        said = words.pop(0)
        return Report(ok=False, findings=(Finding(rule="test", model=said, people=said),))

    def check_tests(self, candidate: Candidate) -> tuple[Finding, ...]:
        return ()


def workshop(app: BabyAGI, **other: Any) -> Workshop:
    """A workshop over *app*, with its sandbox; *other* parts stand instead."""
    finder = Finder(lambda: app.catalogue)
    made = open_workshop(
        catalogue=app.catalogue,
        find=finder.find,
        laboratory=SandboxLaboratory(catalogue=app.catalogue, sandbox=app.sandbox),
        propose=app.propose,
        runs=app.runs,
    )
    return Workshop(**{**vars(made), **other})


def quick(app: BabyAGI, judge: Any = None, **other: Any) -> Workshop:
    """A workshop whose gate takes no time, and whose drafts are stored without trying them."""

    def propose(code: str, **declared: Any) -> Any:
        bare = code.split("\n\n\ndef test_")[0]
        return app.propose(bare, **declared)

    given = {"judge": judge or Lenient(), "reuse": None, "propose": propose}
    return workshop(app, **{**given, **other})


def desk(
    app: BabyAGI, model: Model, shop: Workshop | None = None, builds: Builds | None = None,
    **limits: float,
) -> BuildDesk:  # fmt: skip
    """Where builds over *app* are ordered, with 60 calls each unless told."""
    used = shop or workshop(app)
    opened: Callable[[str | None], Builder] = lambda name: Builder(used, model)  # noqa: E731
    return BuildDesk(builds or app._store.builds, opened, {"calls": 60, **limits})
