"""Honest candidates that call stored functions, wait, or go step by step."""

from __future__ import annotations

from gate_corpus import good

GOOD = (
    good('''
# uses: average
def above_average(numbers: list[float]) -> list[float]:
    """Those above the mean, in order."""
    middle = average(numbers)
    return [each for each in numbers if each > middle]

# tests
assert above_average([1, 2, 3]) == [3]
assert above_average([5, 5]) == []
assert above_average([0, 10, 4]) == [10]
assert above_average([9, -1, 9]) == [9, 9]
!ValueError above_average([])
'''),
    good('''
# uses: words_of, average
def mean_word_length(text: str) -> float:
    """How long the words of a text are on average."""
    return average([len(each) for each in words_of(text)])

# tests
assert mean_word_length("a bbb") == 2
assert mean_word_length("Hi there!") == 3.5
assert mean_word_length("x") == 1
!ValueError mean_word_length("42")
'''),
    good('''
# uses: spread
def is_steady(numbers: list[float], tolerance: float = 1.0) -> bool:
    """Whether no number is farther from the mean than allowed."""
    if tolerance < 0:
        raise ValueError("a tolerance is no less than 0")
    return spread(numbers) <= tolerance

# tests
assert is_steady([1, 2, 3]) is True
assert is_steady([0, 10]) is False
assert is_steady([0, 10], 5) is True
assert is_steady([4.0, 4.0], tolerance=0) is True
!ValueError is_steady([1], -1)
!ValueError is_steady([])
'''),
    good('''
# uses: later
async def later_twice(value: int) -> int:
    """Doubled two times, a turn after the other."""
    if value < 0:
        raise ValueError("negative")
    return await later(await later(value))

# tests
import asyncio
assert asyncio.run(later_twice(3)) == 12

import asyncio
assert asyncio.run(later_twice(0)) == 0

async def test_awaited():
    assert await later_twice(1) == 4

import asyncio
try:
    asyncio.run(later_twice(-1))
except ValueError:
    pass
else:
    raise AssertionError("no error")
'''),
    good('''
# uses: later
def later_sum(values: list[int]) -> int:
    """The sum of the doubled ones; a plain function may call a coroutine function."""
    return sum(later(each) for each in values)

# tests
assert later_sum([1, 2]) == 6
assert later_sum([]) == 0
assert later_sum([5]) == 10
!TypeError later_sum(None)
'''),
    good('''
import asyncio


async def gather_squares(numbers: list[int]) -> list[int]:
    """Squares, made at the same time."""

    async def square(n: int) -> int:
        await asyncio.sleep(0)
        return n * n

    return list(await asyncio.gather(*(square(n) for n in numbers)))

# tests
import asyncio
assert asyncio.run(gather_squares([1, 2, 3])) == [1, 4, 9]

import asyncio
assert asyncio.run(gather_squares([])) == []

async def test_one():
    assert await gather_squares([-5]) == [25]

import asyncio
try:
    asyncio.run(gather_squares(["x"]))
except TypeError:
    pass
else:
    raise AssertionError("no error")
'''),
    good('''
def countdown(start: int):
    """Numbers down to one."""
    if start < 0:
        raise ValueError("negative")
    while start:
        yield start
        start -= 1

# tests
assert list(countdown(3)) == [3, 2, 1]
assert list(countdown(0)) == []
assert next(countdown(9)) == 9
!ValueError list(countdown(-1))
'''),
    good('''
def sliding_pairs(items):
    """Neighbours of anything that can be gone through."""
    rest = iter(items)
    try:
        before = next(rest)
    except StopIteration:
        return
    for each in rest:
        yield before, each
        before = each

# tests
assert list(sliding_pairs([1, 2, 3])) == [(1, 2), (2, 3)]
assert list(sliding_pairs("ab")) == [("a", "b")]
assert list(sliding_pairs([])) == []
assert list(sliding_pairs([7])) == []
!TypeError list(sliding_pairs(5))
'''),
    good('''
async def numbers_until(limit: int):
    """Numbers below a limit, asynchronously."""
    import asyncio

    if limit < 0:
        raise ValueError("negative")
    for n in range(limit):
        await asyncio.sleep(0)
        yield n

# tests
async def test_three():
    assert [n async for n in numbers_until(3)] == [0, 1, 2]

async def test_none():
    assert [n async for n in numbers_until(0)] == []

async def test_sum():
    assert sum([n async for n in numbers_until(5)]) == 10

async def test_negative():
    try:
        [n async for n in numbers_until(-1)]
    except ValueError:
        return
    raise AssertionError("no error")
'''),
)
