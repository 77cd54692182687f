"""Time limits for synchronous code.

On the main thread a real-time timer interrupts even a blocking system call. Elsewhere, and where
the platform has no such timer, an exception is scheduled in the thread: it arrives at the next
Python instruction, so a long call into C code ends first.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from babyagi_nb.errors import RunTimeout

__all__ = ["deadline", "timed_out"]


def timed_out(label: str, seconds: float) -> RunTimeout:
    return RunTimeout(
        f"{label} took longer than {seconds:g} s", fix="raise its timeout, or make it do less"
    )


@contextmanager
def deadline(seconds: float | None, label: str) -> Iterator[None]:
    """Raise :class:`~babyagi_nb.errors.RunTimeout` in the body after *seconds*; ``None``: never.

    Limits nest; an outer limit that passes during an inner one fires when the inner one is done.
    """
    if seconds is None:
        yield
    elif hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        with _by_timer(seconds, label):
            yield
    else:
        with _by_exception(seconds, label):
            yield


@contextmanager
def _by_timer(seconds: float, label: str) -> Iterator[None]:
    def ring(signum: int, frame: FrameType | None) -> None:
        raise timed_out(label, seconds)

    before = signal.signal(signal.SIGALRM, ring)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        spent = seconds - signal.setitimer(signal.ITIMER_REAL, 0)[0]
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - spent, 0.000_001))


@contextmanager
def _by_exception(seconds: float, label: str) -> Iterator[None]:
    thread = threading.get_ident()
    passed = threading.Event()
    done = threading.Lock()
    finished = False

    def ring() -> None:
        with done:
            if not finished:
                passed.set()
                _raise_in(thread, RunTimeout)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    except RunTimeout as error:
        # The interpreter makes the scheduled exception without arguments.
        if passed.is_set() and not error.args:
            raise timed_out(label, seconds) from None
        raise
    finally:
        with done:
            finished = True
        timer.cancel()


def _raise_in(thread: int, error: type[BaseException]) -> None:
    class Bare(error):  # type: ignore[misc, valid-type]
        """Scheduled exceptions are made by calling their class with nothing."""

        def __init__(self) -> None:
            super().__init__("")
            self.args = ()

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Bare))
