"""A whole build: three functions, a model that answers at once, the journal in the store.

What a build takes beside the model is mostly processes: the gate tries each candidate in the
sandbox, stored functions are tried for reuse, and a draft's tests run once more when it is stored.
The rest is planning, prompts, extraction, the journal and the log.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Progress
from babyagi_nb.testing import Request, Rule, ScriptedModel
from benchmarks.ours import opened
from benchmarks.row import Row, Size

__all__ = ["measure"]

_SANDBOXED = ("reuse", "gate", "register")
_BETWEEN = 0.3
"""Seconds after which the sandbox has processes ready again."""
_GOAL = 300.0

_PLAN = {
    "functions": [
        {
            "name": "clamp", "signature": "clamp(value: float, low: float, high: float) -> float",
            "description": "value, but at least low and at most high; ValueError if low > high.",
        },
        {
            "name": "scale", "signature": "scale(value: float, low: float, high: float) -> float",
            "description": "Where value lies between low and high, 0 to 1, clamped; ValueError "
            "unless low < high.",
            "uses": ["clamp"],
        },
        {
            "name": "grade", "signature": "grade(points: float, most: float) -> str",
            "description": "'A' from 90 % of most on, 'B' from 50 %, else 'C'; ValueError unless "
            "most > 0.",
            "uses": ["scale"],
        },
    ],
    "main": "grade",
}  # fmt: skip

_CODE = {
    "clamp": """\
def clamp(value: float, low: float, high: float) -> float:
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(high, value))
""",
    "scale": """\
def scale(value: float, low: float, high: float) -> float:
    if low >= high:
        raise ValueError("low is not below high")
    return (clamp(value, low, high) - low) / (high - low)
""",
    "grade": """\
def grade(points: float, most: float) -> str:
    if most <= 0:
        raise ValueError("most is not above zero")
    share = scale(points, 0.0, most)
    if share >= 0.9:
        return "A"
    return "B" if share >= 0.5 else "C"
""",
}

_ASSERTED = {
    "clamp": ["clamp(5, 0, 3) == 3", "clamp(-1, 0, 3) == 0", "clamp(2, 0, 3) == 2",
              "clamp(3, 0, 3) == 3", ("clamp(1, 3, 0)", "ValueError")],
    "scale": ["scale(5, 0, 10) == 0.5", "scale(20, 0, 10) == 1", "scale(-5, 0, 10) == 0",
              "scale(3, 2, 4) == 0.5", ("scale(1, 1, 1)", "ValueError")],
    "grade": ["grade(9, 10) == 'A'", "grade(8.9, 10) == 'B'", "grade(5, 10) == 'B'",
              "grade(4.9, 10) == 'C'", ("grade(1, 0)", "ValueError")],
}  # fmt: skip


def measure(size: Size) -> list[Row]:
    whole: list[float] = []
    outside: list[float] = []
    spent: dict[str, list[float]] = {step: [] for step in _SANDBOXED}
    with tempfile.TemporaryDirectory() as name:
        for turn in range(size.starts):
            with opened(Path(name) / f"store-{turn}") as app:
                seconds, took = _build(app)
            whole.append(seconds)
            outside.append(seconds - sum(took.values()))
            for step in _SANDBOXED:
                spent[step].append(took[step])
    parts = ", ".join(f"{step} {median(spent[step]) * 1e3:.0f} ms" for step in _SANDBOXED)
    return [
        Row(
            name="whole build of 3 functions, model without latency, journal in the store",
            value=median(whole) * 1e3,
            unit="ms",
            goal=_GOAL,
            note=f"of it in the sandbox: {parts}",
        ),
        Row(
            name="the same beside what runs in the sandbox",
            value=median(outside) * 1e3,
            unit="ms",
            note=f"slowest {max(outside) * 1e3:.0f} ms",
        ),
    ]


def _build(app: BabyAGI) -> tuple[float, dict[str, float]]:
    """Seconds of one build, and of those the steps that run code took."""
    app._model = ScriptedModel([Rule(_answer, times=None)])
    # Start the sandbox, and import what the first build imports.
    app.propose("def first():\n    return 1\n\n\nassert first() == 1\n", origin="model:x")
    app.builds()
    sleep(_BETWEEN)
    took = dict.fromkeys(_SANDBOXED, 0.0)
    began = 0.0

    def watch(progress: Progress) -> None:
        nonlocal began
        if progress.state == "began":
            began = perf_counter()
        elif progress.step in took:
            took[progress.step] += perf_counter() - began

    start = perf_counter()
    done = app.build("Grade points.", watch=watch)
    seconds = perf_counter() - start
    assert [each.how for each in done.made] == ["written"] * 3, done
    return seconds, took


def _answer(request: Request) -> Any:
    first = request.system.partition("\n")[0]
    if first == "You plan Python functions.":
        return _PLAN
    name = request.last.partition("\ndef ")[2].partition("(")[0]
    say: dict[str, Callable[[], Any]] = {
        "You write tests for one Python function.": lambda: _cases(name),
        "You write one Python function.": lambda: f"```python\n{_CODE[name]}```",
    }
    return say[first]()


def _cases(name: str) -> str:
    cases = []
    for at, each in enumerate(_ASSERTED[name]):
        code, raises = (f"assert {each}", "") if isinstance(each, str) else each
        cases.append({"title": f"case {at}", "code": code, "raises": raises})
    phrases = [f"{name} phrase {at}" for at in range(5)]
    return json.dumps({"cases": cases, "search_phrases": phrases})
