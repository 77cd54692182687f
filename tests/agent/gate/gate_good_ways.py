"""Honest candidates in various ways of writing a function."""

from __future__ import annotations

from gate_corpus import good

GOOD = (
    good('''
from dataclasses import dataclass, field


@dataclass
class _Account:
    balance: int = 0
    history: list = field(default_factory=list)

    def move(self, amount: int) -> None:
        if self.balance + amount < 0:
            raise ValueError("not enough")
        self.balance += amount
        self.history.append(amount)


def run_account(moves: list[int]) -> dict:
    """What is left after some payments."""
    account = _Account()
    for each in moves:
        account.move(each)
    return {"balance": account.balance, "moves": len(account.history)}

# tests
assert run_account([5, -3]) == {"balance": 2, "moves": 2}
assert run_account([]) == {"balance": 0, "moves": 0}
assert run_account([1, -1]) == {"balance": 0, "moves": 2}
!ValueError run_account([1, -2])
'''),
    good('''
from enum import Enum


class Colour(Enum):
    """The colours of a light."""

    RED = "red"
    GREEN = "green"
    AMBER = "amber"


def next_light(name: str) -> str:
    """What follows on a traffic light."""
    order = {Colour.RED: Colour.GREEN, Colour.GREEN: Colour.AMBER, Colour.AMBER: Colour.RED}
    return order[Colour(name)].value

# tests
assert next_light("red") == "green"
assert next_light("green") == "amber"
assert next_light("amber") == "red"
!ValueError next_light("blue")
'''),
    good('''
class _Vector:
    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def __add__(self, other: "_Vector") -> "_Vector":
        return _Vector(self.x + other.x, self.y + other.y)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Vector) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self) -> int:
        return hash((self.x, self.y))


def walk(steps: str) -> tuple[float, float]:
    """Where one ends after steps to the four sides."""
    sides = {"N": _Vector(0, 1), "S": _Vector(0, -1), "E": _Vector(1, 0), "W": _Vector(-1, 0)}
    place = _Vector(0, 0)
    for each in steps:
        place = place + sides[each]
    return place.x, place.y

# tests
assert walk("NNE") == (1, 2)
assert walk("") == (0, 0)
assert walk("WSWS") == (-2, -2)
!KeyError walk("X")
'''),
    good('''
def json_merge(base: str, changes: str) -> str:
    """Merge one JSON object into another."""
    import json

    def merge(old, new):
        if not isinstance(old, dict) or not isinstance(new, dict):
            return new
        made = dict(old)
        for key, value in new.items():
            if value is None:
                made.pop(key, None)
            else:
                made[key] = merge(made.get(key), value)
        return made

    return json.dumps(merge(json.loads(base), json.loads(changes)), sort_keys=True)

# tests
assert json_merge('{"a": 1}', '{"b": 2}') == '{"a": 1, "b": 2}'
assert json_merge('{"a": {"x": 1, "y": 2}}', '{"a": {"y": null}}') == '{"a": {"x": 1}}'
assert json_merge('{"a": 1}', '{"a": [2]}') == '{"a": [2]}'
!ValueError json_merge('{', '{}')
'''),
    good('''
def partition_by(items, predicate):
    """Those for which it holds, and the others."""
    yes, no = [], []
    for each in items:
        (yes if predicate(each) else no).append(each)
    return yes, no

# tests
assert partition_by([1, 2, 3, 4], lambda n: n % 2 == 0) == ([2, 4], [1, 3])
assert partition_by([], bool) == ([], [])
assert partition_by("aB", str.isupper) == (["B"], ["a"])
!TypeError partition_by([1], None)
'''),
    good('''
def describe_shape(shape: dict) -> str:
    """A shape in words."""
    match shape:
        case {"kind": "circle", "radius": r} if r > 0:
            return f"circle of radius {r}"
        case {"kind": "rectangle", "sides": [a, b]} if a == b:
            return f"square of side {a}"
        case {"kind": "rectangle", "sides": [a, b]}:
            return f"rectangle of {a} by {b}"
        case _:
            raise ValueError("no such shape")

# tests
assert describe_shape({"kind": "circle", "radius": 2}) == "circle of radius 2"
assert describe_shape({"kind": "rectangle", "sides": [3, 3]}) == "square of side 3"
assert describe_shape({"kind": "rectangle", "sides": [3, 4]}) == "rectangle of 3 by 4"
!ValueError describe_shape({"kind": "circle", "radius": 0})
!ValueError describe_shape({})
'''),
    good('''
def call_log(names: list[str], *, prefix: str = "", limit: int = 3) -> list[str]:
    """The first names, each with a prefix."""
    if limit < 0:
        raise ValueError("negative limit")
    return [f"{prefix}{name}" for name in names][:limit]

# tests
assert call_log(["a", "b"], prefix="x-") == ["x-a", "x-b"]
assert call_log(["a", "b", "c", "d"]) == ["a", "b", "c"]
assert call_log(["a"], limit=0) == []
assert call_log([], prefix="p") == []
!ValueError call_log(["a"], limit=-1)
'''),
    good('''
def word_ladder(start: str, end: str, words: list[str]) -> int:
    """Steps from word to word, changing one letter at a time; -1 when there is no way."""
    from collections import deque

    if len(start) != len(end):
        raise ValueError("words of one length are wanted")
    left = set(words)
    waiting = deque([(start, 0)])
    while waiting:
        word, steps = waiting.popleft()
        if word == end:
            return steps
        near = {
            w
            for w in left
            if len(w) == len(word) and sum(a != b for a, b in zip(w, word)) == 1
        }
        left -= near
        waiting.extend((each, steps + 1) for each in sorted(near))
    return -1

# tests
assert word_ladder("cat", "dog", ["cot", "cog", "dog"]) == 3
assert word_ladder("cat", "cat", []) == 0
assert word_ladder("cat", "dog", ["cot"]) == -1
assert word_ladder("ab", "cb", ["cb", "ax"]) == 1
!ValueError word_ladder("a", "ab", [])
'''),
    good('''
def permutations_of(items: list) -> list[list]:
    """All orders of some items, by recursion."""
    if len(items) > 8:
        raise ValueError("too many")
    if not items:
        return [[]]
    return [
        [first, *rest]
        for at, first in enumerate(items)
        for rest in permutations_of(items[:at] + items[at + 1 :])
    ]

# tests
assert permutations_of([1, 2]) == [[1, 2], [2, 1]]
assert permutations_of([]) == [[]]
assert len(permutations_of([1, 2, 3, 4])) == 24
assert permutations_of([1, 2, 3])[2] == [2, 1, 3]
!ValueError permutations_of(list(range(9)))
'''),
    good('''
def balanced(text: str) -> bool:
    """Whether every bracket has its partner."""
    pairs = {")": "(", "]": "[", "}": "{"}
    if any(each.isspace() for each in text):
        raise ValueError("no blanks")
    stack = []
    for char in text:
        if char in pairs.values():
            stack.append(char)
        elif char in pairs and (not stack or stack.pop() != pairs[char]):
            return False
    return not stack

# tests
assert balanced("([]{})") is True
assert balanced("(]") is False
assert balanced("((") is False
assert balanced("") is True
assert balanced(")(") is False
!ValueError balanced("( )")
'''),
    good('''
from contextlib import contextmanager


@contextmanager
def _collecting(into: list):
    into.append("begin")
    try:
        yield into
    finally:
        into.append("end")


def collect(steps: list[str]) -> list[str]:
    """Steps between a beginning and an end, whatever happens."""
    found: list[str] = []
    try:
        with _collecting(found) as kept:
            for each in steps:
                if not each:
                    raise ValueError("an empty step")
                kept.append(each)
    except ValueError as error:
        found.append(str(error))
    return found

# tests
assert collect(["a"]) == ["begin", "a", "end"]
assert collect([]) == ["begin", "end"]
assert collect(["a", "", "b"]) == ["begin", "a", "end", "an empty step"]
!TypeError collect(None)
'''),
    good('''
def read_numbers(text: str) -> list[float]:
    """Numbers of a file with one a line, by way of a real file."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "numbers.txt")
        path.write_text(text, encoding="utf-8")
        with open(path, encoding="utf-8") as lines:
            return [float(each) for each in lines if each.strip()]

# tests
assert read_numbers("1\\n2.5\\n") == [1.0, 2.5]
assert read_numbers("") == []
assert read_numbers("\\n-3\\n\\n") == [-3.0]
!ValueError read_numbers("x")
'''),
    good('''
import random


def shuffled(items: list, seed: int) -> list:
    """Another order of the items, the same for the same seed."""
    if not isinstance(seed, int):
        raise TypeError("a seed is a number")
    made = list(items)
    random.Random(seed).shuffle(made)
    return made

# tests
assert sorted(shuffled([3, 1, 2], 5)) == [1, 2, 3]
assert shuffled(list(range(20)), 1) == shuffled(list(range(20)), 1)
assert shuffled(list(range(20)), 1) != shuffled(list(range(20)), 2)
assert shuffled([], 1) == []
!TypeError shuffled([1], "x")
'''),
    good('''
# imports: numpy
def column_sums(rows: list[list[float]]) -> list[float]:
    """Sums of the columns, with NumPy where the plan asks for it."""
    import numpy as np

    table = np.array(rows, dtype=float)
    if table.ndim != 2:
        raise ValueError("a table is wanted")
    return [float(each) for each in table.sum(axis=0)]

# tests
assert column_sums([[1, 2], [3, 4]]) == [4.0, 6.0]
assert column_sums([[1]]) == [1.0]
assert column_sums([[0.5, -1], [0.5, 1], [1, 3]]) == [2.0, 3.0]
!ValueError column_sums([1, 2])
'''),
    good('''
def local_time(moment: str, zone: str) -> str:
    """A moment of UTC on the clocks of a zone."""
    from datetime import datetime, timedelta, timezone

    sign = {"+": 1, "-": -1}.get(zone[:1])
    if sign is None:
        raise ValueError("a zone is like +02:00")
    hours, minutes = map(int, zone[1:].split(":"))
    there = timezone(sign * timedelta(hours=hours, minutes=minutes))
    utc = datetime.fromisoformat(moment).replace(tzinfo=timezone.utc)
    return utc.astimezone(there).strftime("%Y-%m-%d %H:%M")

# tests
assert local_time("2024-01-01T23:30:00", "+02:00") == "2024-01-02 01:30"
assert local_time("2024-03-01T00:10:00", "-00:30") == "2024-02-29 23:40"
assert local_time("2024-06-01T12:00:00", "+05:45") == "2024-06-01 17:45"
!ValueError local_time("2024-01-01T00:00:00", "CET")
'''),
)
