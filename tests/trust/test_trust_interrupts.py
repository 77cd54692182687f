"""Ctrl-C may come anywhere, also in the middle of the bookkeeping.

Python looks for signals at the entry of a function, after a call into C and at the end of a loop.
The first test interrupts each of the former places of a call, one after the other; the second
sends five hundred interrupts at random moments.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import babyagi_nb
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.runtime.frame import current

_WATCHED = (str(Path(babyagi_nb.__file__).parent), contextlib.__file__)
_RESUMED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
"""A profiler's error at the entry of these would skip their handlers, which a signal does not."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@contextmanager
def interrupt_at(place: int) -> Iterator[Callable[[], bool]]:
    """Send SIGINT at the *place*-th look for signals inside the package; tells whether it came."""
    left = place

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        if frame.f_code.co_filename.startswith(_WATCHED) and (
            event == "c_return" or (event == "call" and not frame.f_code.co_flags & _RESUMED)
        ):
            left -= 1
            if left == 0:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGINT)

    sys.setprofile(look)
    try:
        yield lambda: left <= 0
    finally:
        sys.setprofile(None)


FUNCTIONS = {
    "leaf": "def leaf(x=0):\n    return x",
    "plain": "def plain(x=0):\n    return leaf(x)",
    "bad": "def bad(x=0):\n    raise ValueError(x)",
    "limited": "def limited(x=0):\n    return leaf(x)",
    "steps": "def steps(x=0):\n    yield leaf(x)\n    yield x",
    "later": "async def later(x=0):\n    return leaf(x)",
    "stream": "async def stream(x=0):\n    yield leaf(x)",
    "mixed": "def mixed(x=0):\n    return later(x)",
    "source": "def source(x=0):\n    return x",
}


@pytest.fixture
def full(app: BabyAGI) -> BabyAGI:
    for name, code in FUNCTIONS.items():
        app.add_function(name, code, timeout=30 if name == "limited" else None)
    app.add_function("hear", "def hear(x):\n    return leaf(x)", triggers=["source"])
    for way in WAYS.values():
        way(app)
    return app


def _tolerant(app: BabyAGI) -> None:
    with pytest.raises(ValueError):
        app.bad()


async def _collected(app: BabyAGI) -> list[Any]:
    return [item async for item in app.stream()]


def _close_early(app: BabyAGI) -> None:
    found = app.steps()
    next(found)
    found.close()


WAYS: dict[str, Callable[[BabyAGI], Any]] = {
    "plain": lambda app: app.plain(),
    "failing": _tolerant,
    "limited": lambda app: app.limited(),
    "generator": lambda app: list(app.steps()),
    "closed generator": _close_early,
    "coroutine": lambda app: _stepped(app.later()),
    "async generator": lambda app: _stepped(_collected(app)),
    "async under sync": lambda app: app.mixed(),
    "triggered": lambda app: app.source(),
}


def _stepped(coroutine: Any) -> Any:
    """Run a coroutine that never really waits, without a loop."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def assert_sound(app: BabyAGI) -> None:
    """Nothing open, nothing twice, nobody current, and the store still works."""
    assert current.get() is None
    runs = app.queries.runs(RunFilter(limit=100_000))
    assert [run for run in runs if run.status == "started"] == []
    assert [id for id, count in Counter(run.id for run in runs).items() if count > 1] == []
    assert app.plain(7) == 7
    assert app.get_logs("leaf", limit=1)[0]["params"] == {"x": 7}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_an_interrupt_at_any_place_of_a_call_leaves_one_closed_record(
    full: BabyAGI, way: str
) -> None:
    interrupts = 0
    for place in range(1, 2_000):
        full.executor._due = 1 << 62  # one look at other kernels would be a place like all others
        try:
            with interrupt_at(place) as came:
                WAYS[way](full)
        except KeyboardInterrupt:
            interrupts += 1
        else:
            assert not came(), f"the interrupt at place {place} was swallowed"
            break
        assert current.get() is None, f"place {place}"
    assert interrupts > 20
    _wait_for_the_background(full)
    assert_sound(full)


def _wait_for_the_background(app: BabyAGI) -> None:
    """A coroutine that was cancelled on the background loop ends a moment later."""
    if app.executor.loop._loop is not None:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), app.executor.loop._loop).result(10)


@contextmanager
def interrupt_after(seconds: float) -> Iterator[threading.Event]:
    """Send SIGINT after *seconds*; the event tells that it was sent.

    Time limits, which use the same timer, must not run meanwhile.
    """
    sent = threading.Event()

    def ring(number: int, frame: FrameType | None) -> None:
        sent.set()
        # Called, not raised as a signal: when that would arrive differs between Pythons.
        handler = signal.getsignal(signal.SIGINT)
        assert callable(handler)
        handler(signal.SIGINT, frame)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield sent
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for _ in range(10):
            """An alarm that rang but was not heard yet is heard at a jump back, so here."""
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(20))]
)
@pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    # Python itself swallows what is raised while it frees an object.
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_five_hundred_interrupts_leave_nothing_open_nothing_twice_and_the_store_usable(
    full: BabyAGI, seed: int
) -> None:
    chance = random.Random(seed)
    ways = [way for name, way in WAYS.items() if name != "limited"]
    sent = arrived = 0
    while arrived < 500:
        sent += 1
        try:
            with interrupt_after(chance.uniform(0.000_05, 0.002)) as was_sent:
                _until(was_sent, lambda: chance.choice(ways)(full))
        except KeyboardInterrupt:
            arrived += 1
        assert current.get() is None
    assert sent - arrived <= 5, "some were swallowed, and not by the garbage collector"
    _wait_for_the_background(full)
    assert_sound(full)
    assert_room_on_the_board(full)


def _until(done: threading.Event, action: Callable[[], object]) -> None:
    """A function, because Python 3.13 does not look for the ``except`` around a loop's own jump."""
    while not done.is_set():
        action()


def assert_room_on_the_board(app: BabyAGI) -> None:
    """None of the board's 256 places was lost."""
    app.add_function("nest", "def nest(n, see):\n    return nest(n - 1, see) if n else see()")
    seen: list[int] = []
    app.nest(255, lambda: seen.append(len(app.get_logs(status="started"))))
    assert seen == [256]


def test_an_interrupt_stops_a_long_question_and_the_store_answers_the_next(full: BabyAGI) -> None:
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range <> b.range"
    with pytest.raises(KeyboardInterrupt), interrupt_after(0.2):
        full.sql(endless)
    assert full.sql("SELECT count(*) > 0 FROM logs").rows == ((True,),)
    assert_sound(full)


def test_an_interrupted_run_keeps_what_it_printed_and_its_callers_end_with_it(
    full: BabyAGI,
) -> None:
    full.add_function("inner", "def inner(stop):\n    print('so far')\n    stop()")
    full.add_function("outer", "def outer(stop):\n    print('began')\n    inner(stop)")
    with pytest.raises(KeyboardInterrupt) as caught:
        full.outer(lambda: signal.raise_signal(signal.SIGINT))
    inner, outer = full.get_logs(limit=2)
    assert (inner["log_type"], inner["stdout"]) == ("interrupted", "so far\n")
    assert (outer["log_type"], outer["stdout"]) == ("interrupted", "began\n")
    assert inner["id"] in caught.value.__notes__[0]


def test_a_time_limit_whose_end_was_interrupted_does_not_ring_later(full: BabyAGI) -> None:
    full.add_function("brief", "def brief():\n    return 1", timeout=0.2)
    for place in range(1, 200):
        try:
            with interrupt_at(place) as came:
                full.brief()
        except KeyboardInterrupt:
            continue
        assert not came()
        break
    # Whatever was left armed rings now, while no run that it could belong to is under way.
    assert not threading.Event().wait(0.3)
    assert_sound(full)
