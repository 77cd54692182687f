"""An interrupt ends a question at once, wherever it is: connecting, waiting, reading, pausing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest
from model_desk import desk, question

from babyagi_nb.agent.models.background import Background
from babyagi_nb.agent.models.patience import Patience
from babyagi_nb.testing import Fault, Rule, faults

_WAITING = {
    "before the headers": faults.stall(),
    "in the body": faults.body_stalls(),
    "in a stream": faults.stream_stall(),
    "before asking again": faults.rate_limited(60).always(),
}


@pytest.mark.parametrize("fault", _WAITING.values(), ids=_WAITING.keys())
def test_an_interrupt_arrives_while_a_question_waits(fault: Fault) -> None:
    asked = threading.Event()
    over = threading.Event()

    def interrupt() -> None:
        asked.wait(20)
        # Until somebody hears it: it may come before the waiting has begun.
        while not over.wait(0.2):
            os.kill(os.getpid(), signal.SIGINT)

    def reply(request: object) -> Fault:
        asked.set()
        return fault

    heard = threading.Thread(target=interrupt)
    with desk(Rule(reply, times=None), patience=Patience()) as found:
        model = found.model()

        def ask() -> None:
            try:
                model.ask(question(seconds=90.0), on_text=lambda piece: None)
            finally:
                over.set()

        heard.start()
        with pytest.raises(KeyboardInterrupt):
            ask()
        heard.join()
        assert found.server.requests


def test_what_is_interrupted_is_cancelled_so_that_its_connection_closes() -> None:
    import asyncio

    background = Background()
    cancelled = threading.Event()

    async def work(say: Callable[[str], None]) -> None:
        say("begun")
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    def stop(piece: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        background.run(work, 60.0, stop)
    assert cancelled.wait(10)
    background.close()


def test_time_that_is_up_ends_work_that_says_nothing() -> None:
    import asyncio

    background = Background()

    async def work(say: Callable[[str], None]) -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        background.run(work, 0.05)
    background.close()


def test_a_loop_that_is_stuck_does_not_hold_the_caller() -> None:
    background = Background(grace=0.05)
    free = threading.Event()

    async def work(say: Callable[[str], None]) -> None:
        free.wait(20)

    with pytest.raises(TimeoutError):
        background.run(work, 0.01)
    free.set()
    background.close()


def test_closing_ends_the_thread_and_work_after_it_begins_a_new_one() -> None:
    background = Background()

    async def name(say: Callable[[str], None]) -> str:
        return threading.current_thread().name

    before = set(threading.enumerate())
    assert background.run(name, 5.0) == "babyagi-models"
    background.close()
    background.close()
    assert set(threading.enumerate()) == before
    assert background.run(name, 5.0) == "babyagi-models"
    background.close()
