"""Time limits for synchronous code.

On the main thread a real-time timer interrupts even a blocking system call. Elsewhere, and where
the platform has no such timer, an exception is scheduled in the thread: it arrives at the next
Python instruction, so a long call into C code ends first.

An interrupt can keep a timer from being stopped. So a timer that rings for a run that is over
says nothing: it only gives the signal back to whoever had it before.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from babyagi_nb.errors import RunTimeout

__all__ = ["deadline", "timed_out"]


_AGAIN = 0.1
"""Seconds between two rings, until the first one has been heard."""


def timed_out(label: str, seconds: float) -> RunTimeout:
    return RunTimeout(
        f"{label} took longer than {seconds:g} s", fix="raise its timeout, or make it do less"
    )


def deadline(
    seconds: float | None, label: str, is_over: Callable[[], bool]
) -> AbstractContextManager[None]:
    """Raise :class:`~babyagi_nb.errors.RunTimeout` in the body after *seconds*; ``None``: never.

    Limits nest; an outer limit that passes during an inner one fires when the inner one is done.
    *is_over* tells whether the run has ended, so that a timer left behind stays silent.
    """
    if seconds is None:
        return nullcontext()
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _Timer(seconds, label, is_over)
    return _by_exception(seconds, label)


class _Timer:
    """The process's one real-time timer, given back afterwards as it was found."""

    def __init__(self, seconds: float, label: str, is_over: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._label = label
        self._is_over = is_over

    def __enter__(self) -> None:
        self._before = signal.getsignal(signal.SIGALRM) or signal.SIG_DFL
        self._began = time.monotonic()
        self._left, self._again = signal.getitimer(signal.ITIMER_REAL)
        signal.signal(signal.SIGALRM, self._ring)
        # It rings again: a signal that comes just before a system call does not interrupt it.
        signal.setitimer(signal.ITIMER_REAL, self._seconds, _AGAIN)

    def __exit__(self, *failure: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)
        if self._left:
            spent = time.monotonic() - self._began
            left = max(self._left - spent, 0.000_001)
            signal.setitimer(signal.ITIMER_REAL, left, self._again)

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        if self._is_over():
            self.__exit__()
        else:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise timed_out(self._label, self._seconds)


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
