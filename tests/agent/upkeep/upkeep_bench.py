"""An application that looks after its functions; twelve tasks, and what a model says to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from babyagi_nb.app import BabyAGI
from babyagi_nb.testing import Request, Rule
from babyagi_nb.upkeeping import Upkeeping


class Application(BabyAGI, Upkeeping):
    """Everything that can be asked for."""


DATA = Path(__file__).with_name("tasks.jsonl")
"""Twelve tasks of our own, eight as in HumanEval+ and four as in MBPP+."""

WRONG_AT_ONCE = ("clamp", "digit_sum", "pair_up", "halves")
"""Tasks that the scripted model gets wrong when it is asked once."""


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def solution(row: Mapping[str, Any]) -> str:
    """The file's own solution, whole."""
    own = str(row["canonical_solution"])
    return own if f"def {row['entry_point']}" in own else f"{row['prompt']}{own}"


def fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def tries(app: BabyAGI, name: str, *inputs: Any) -> None:
    """Call a function with each input, whatever comes of it."""
    for each in inputs:
        with suppress(Exception):
            app.call(name, each if isinstance(each, tuple) else (each,))


CASES: Mapping[str, list[str]] = {
    "clamp": ["clamp(5, 0, 3) == 3", "clamp(-2, 0, 3) == 0", "clamp(2, 0, 3) == 2",
              "clamp(9, 1, 4) == 4"],
    "digit_sum": ["digit_sum(123) == 6", "digit_sum(0) == 0", "digit_sum(-45) == 9",
                  "digit_sum(7) == 7"],
    "pair_up": ["pair_up([1, 2, 3, 4]) == [(1, 2), (3, 4)]", "pair_up([1]) == []",
                "pair_up([]) == []", "pair_up([5, 6, 7]) == [(5, 6)]"],
    "halves": ["abs(halves(3) - 1.5) < 1e-9", "abs(halves(1) - 0.5) < 1e-9",
               "abs(halves(-8) + 4) < 1e-9", "abs(halves(10) - 5) < 1e-9"],
    "vowels": ["vowels('banana') == 3", "vowels('xyz') == 0", "vowels('AEI') == 3",
               "vowels('o') == 1"],
    "initials": ["initials('ada lovelace') == 'AL'", "initials('') == ''",
                 "initials('x') == 'X'", "initials('a b c') == 'ABC'"],
    "longest": ["longest(['a', 'abc', 'ab']) == 'abc'", "longest(['x', 'yy']) == 'yy'",
                "longest(['aa', 'bb']) == 'aa'", "longest(['q']) == 'q'"],
    "is_leap": ["is_leap(2000) is True", "is_leap(1900) is False", "is_leap(2024) is True",
                "is_leap(2023) is False"],
    "common": ["sorted(common((1, 2, 3), (2, 3, 4))) == [2, 3]", "common((1,), (2,)) == ()",
               "common((5,), (5,)) == (5,)", "common((), ()) == ()"],
    "swap_ends": ["swap_ends((1, 2, 3)) == (3, 2, 1)", "swap_ends((1,)) == (1,)",
                  "swap_ends((4, 5)) == (5, 4)", "swap_ends(()) == ()"],
    "count_even": ["count_even([1, 2, 4]) == 2", "count_even([]) == 0", "count_even([3]) == 0",
                   "count_even([8]) == 1"],
    "monogram": ["monogram('ada lovelace') == 'AL'", "monogram('') == ''",
                 "monogram('x') == 'X'", "monogram('a b c') == 'ABC'"],
}  # fmt: skip


def scripted(rows: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """A model that is often wrong at once, and right when it is shown what is wrong."""
    known = {str(row["entry_point"]): row for row in rows}

    def answer(request: Request) -> Any:
        first = request.system.partition("\n")[0]
        if first.startswith("You write Python functions."):
            name = _named(request.last, known)
            return fenced(_wrong(name) if name in WRONG_AT_ONCE else solution(known[name]))
        if first.startswith("You plan"):
            name = re.findall(r"The main function is (\w+)", request.last)[-1]
            if name == "monogram" and "initials(" in request.last.partition("function is")[2]:
                return {"functions": [], "main": "initials"}
            return {"functions": [_planned(known[name])], "main": name}
        name = _named(re.findall(r"^def (\w+)\(", request.texts[1], re.MULTILINE)[0], known)
        if first.startswith("You write tests"):
            return _stated(name)
        wrong = first.startswith("You write one") and name in WRONG_AT_ONCE
        return fenced(_wrong(name) if wrong else f"{_guard(name, known[name])}")

    return [Rule(answer, times=None)]


def _named(text: str, known: Mapping[str, Any]) -> str:
    return next(name for name in known if re.search(rf"\b{name}\b", text))


def _parameter(row: Mapping[str, Any]) -> str:
    found = re.search(r"def \w+\(([^)]*)\)", solution(row))
    assert found is not None
    return found[1]


def _planned(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["entry_point"]
    return {
        "name": name, "signature": f"{name}({_parameter(row)})",
        "description": f"{name} as the task says; TypeError for anything that is no such value.",
    }  # fmt: skip


def _stated(name: str) -> dict[str, Any]:
    cases = [{"title": f"case {at}", "code": f"assert {each}", "raises": ""}
             for at, each in enumerate(CASES[name], 1)]  # fmt: skip
    arguments = ", ".join(["object()"] * (3 if name == "clamp" else 2 if name == "common" else 1))
    cases.append({"title": "bad", "code": f"{name}({arguments})", "raises": "TypeError"})
    return {"cases": cases, "search_phrases": [f"{name} phrase {at}" for at in range(5)]}


def _guard(name: str, row: Mapping[str, Any]) -> str:
    """The solution, which raises TypeError for an object of no use."""
    head = f"def {name}("
    text = solution(row)
    inner = text.replace(head, f"def _{name}(")
    first = _parameter(row).partition(",")[0].partition(":")[0].strip()
    rest = ", ".join(each.partition(":")[0].strip() for each in _parameter(row).split(","))
    plain = re.sub(r'"""(.|\n)*?"""', '"""Inner."""', inner)
    return (
        f'{plain}\n\n\ndef {name}({_parameter(row)}):\n    """As the task says."""\n'
        f"    if type({first}) is object:\n        raise TypeError('no such value')\n"
        f"    return _{name}({rest})\n"
    )


def _wrong(name: str) -> str:
    return {
        "clamp": "def clamp(value, low, high):\n    return max(low, value)",
        "digit_sum": "def digit_sum(number):\n    return sum(int(d) for d in str(number))",
        "pair_up": "def pair_up(items):\n    return [items[i:i + 2] for i in range(0, 9, 2)]",
        "halves": "def halves(number):\n    return number // 2",
    }[name]
