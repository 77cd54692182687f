"""A small task, what a model says to it, and an application that asks a scripted server for it.

Two functions: ``warmth`` says how warm a temperature is, ``forecast`` says it of each line of a
text. With ``ONE`` only the first is planned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from babyagi_nb.agent.models.patience import Patience
from babyagi_nb.agent.models.picker import Models
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.isolation import Sandbox
from babyagi_nb.keys.seal import MemorySeal
from babyagi_nb.settings import Settings
from babyagi_nb.testing import FaultServer, Request, Rule

TASK = "Say of each line, which is a temperature in degrees Celsius, how warm it is."

HASTY = Patience(first=0.001, longest=0.004)
"""As often as ever, but without the waits."""

WARMTH = {
    "name": "warmth", "signature": "warmth(degrees: float) -> str",
    "description": "'cold' below 10 degrees, 'hot' from 30 on, else 'mild'; ValueError below "
    "-273.15.",
}  # fmt: skip
FORECAST = {
    "name": "forecast", "signature": "forecast(text: str) -> list[str]",
    "description": "The warmth of each line of text, a number of degrees; blank lines are left "
    "out; ValueError for a line that is no number.",
    "uses": ["warmth"],
}  # fmt: skip
ONE: dict[str, Any] = {"functions": [WARMTH], "main": "warmth"}
BOTH: dict[str, Any] = {"functions": [FORECAST, WARMTH], "main": "forecast"}

_CASES = {
    "warmth": [
        ("low", "assert warmth(9.9) == 'cold'", ""),
        ("edge of mild", "assert warmth(10) == 'mild'", ""),
        ("below hot", "assert warmth(29.9) == 'mild'", ""),
        ("edge of hot", "assert warmth(30) == 'hot'", ""),
        ("the coldest", "assert warmth(-273.15) == 'cold'", ""),
        ("below the coldest", "warmth(-273.16)", "ValueError"),
    ],
    "forecast": [
        ("two lines", "assert forecast('5\\n31') == ['cold', 'hot']", ""),
        ("one line", "assert forecast('12.5') == ['mild']", ""),
        ("blank lines", "assert forecast('\\n1\\n\\n') == ['cold']", ""),
        ("nothing", "assert forecast('') == []", ""),
        ("no number", "forecast('warm')", "ValueError"),
    ],
}

CODE = {
    "warmth": """\
def warmth(degrees: float) -> str:
    if degrees < -273.15:
        raise ValueError("colder than cold")
    if degrees < 10:
        return "cold"
    return "hot" if degrees >= 30 else "mild"
""",
    "forecast": """\
def forecast(text: str) -> list[str]:
    return [warmth(float(line)) for line in text.splitlines() if line.strip()]
""",
}

_STEPS = {
    "You plan Python functions.": "plan",
    "You write tests for one Python function.": "tests",
    "You write one Python function.": "code",
    "You repair one Python function.": "repair",
    "You think of tasks for Python functions.": "tasks",
}


def step(request: Request) -> str:
    """Which step of a build asks; empty for anything else."""
    return _STEPS.get(request.system.partition("\n")[0], "")


def fenced(code: str) -> str:
    return f"```python\n{code}```\n"


def stated(name: str) -> dict[str, Any]:
    """Tests of a function, as a model states them."""
    cases = [{"title": one, "code": code, "raises": raises} for one, code, raises in _CASES[name]]
    return {"cases": cases, "search_phrases": [f"how warm is it {at}" for at in range(5)]}


def answering(
    said: Mapping[str, Any] | None = None, *, plan: Mapping[str, Any] = ONE, name: str = "warmth"
) -> list[Rule]:
    """A script that answers every step of a build; *said* by step stands before the rest.

    ``warmth`` is called *name* in it.
    """
    given = dict(said or {})

    def answer(request: Request) -> Any:
        return json.loads(json.dumps(_answer(request)).replace("warmth", name))

    def _answer(request: Request) -> Any:
        what = step(request)
        if what in given:
            return given[what]
        if what == "plan":
            return plan
        if what == "tasks":
            return {"tasks": [{"task": TASK, "feasible": 9}]}
        found = re.search(r"^def (\w+)\(", request.texts[1], re.MULTILINE)
        assert found is not None, request.texts[1]
        asked = "warmth" if found[1] == name else found[1]
        return stated(asked) if what == "tests" else fenced(CODE[asked])

    return [Rule(answer, when=lambda request: bool(step(request)), times=None)]


class Lasting:
    """A sandbox that outlives the applications which use it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)

    def close(self) -> None:
        """Whoever opened it closes it."""


@contextmanager
def asking(
    server: FaultServer,
    sandbox: Sandbox | None = None,
    *,
    keys: Mapping[str, str] | None = None,
    **settings: Any,
) -> Iterator[BabyAGI]:
    """An application in memory that asks *server*, and waits for nothing."""
    known = {"model": "scripted", "base_url": server.url, **settings}
    made = BabyAGI(
        ":memory:", namespace={}, settings=Settings(**known),
        sandbox=None if sandbox is None else Lasting(sandbox),
    )  # fmt: skip
    seal = MemorySeal()
    get = made.keys.get if keys is None else keys.get
    vars(made)["picker"] = Models(
        made.settings, get, made._store.shelf, made.runs, {}, seal=seal, patience=HASTY
    )
    try:
        yield made
    finally:
        made.close()


def sent(request: Request) -> str:
    """All of a request as one text, headers too."""
    return json.dumps([dict(request.headers), request.path]) + request.body.decode(
        "utf-8", "replace"
    )
