"""One background event loop, for coroutines that must finish inside synchronous code.

``asyncio.run`` refuses to work in a kernel, whose own loop is always running. A synchronous
stored function that calls an ``async def`` dependency therefore waits here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from contextlib import suppress
from contextvars import copy_context
from typing import Any, Generic, TypeVar

__all__ = ["BackgroundLoop"]

Result = TypeVar("Result")

_HEARTBEAT = 0.1
"""Seconds after which a waiting caller looks whether it was interrupted."""


class _Errand(Generic[Result]):
    """One coroutine's stay on the loop; whoever sent it waits in another thread.

    Not a future of ``concurrent.futures``: those are made of conditions, whose locks an interrupt
    can lose, and then the loop itself would hang. Here the only thing shared is a bare lock.
    """

    def __init__(
        self, coroutine: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._coroutine = coroutine
        self._loop = loop
        self._context = copy_context()
        self._task: asyncio.Task[Result] | None = None
        self._cancelled = False
        self._under_way = threading.Lock()
        self._under_way.acquire()
        loop.call_soon_threadsafe(self._begin)

    def outcome(self) -> Result:
        """Wait for the coroutine; return what it returned or raise what it raised."""
        # A signal that comes just before the thread blocks would be noticed only when it wakes.
        while not self._under_way.acquire(timeout=_HEARTBEAT):
            if self._loop.is_closed():
                raise CancelledError
        assert self._task is not None
        if self._task.cancelled():
            raise CancelledError
        return self._task.result()

    def cancel(self) -> None:
        """Have it end soon."""
        self._cancelled = True
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._stop)

    def _begin(self) -> None:
        if self._cancelled:
            self._coroutine.close()
            return
        self._task = self._loop.create_task(self._coroutine, context=self._context)
        self._task.add_done_callback(lambda task: self._under_way.release())

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


class BackgroundLoop:
    """A loop in a daemon thread, started at the first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run *coroutine* in the caller's context and wait for it.

        An interrupt while waiting cancels the coroutine and is raised again. Called from the
        loop's own thread, where waiting would be waiting for oneself, a second loop takes over.
        """
        if self._thread is threading.current_thread():
            return _run_elsewhere(coroutine)
        errand = _Errand(coroutine, self._started())
        try:
            return errand.outcome()
        except BaseException:
            errand.cancel()
            raise

    def close(self) -> None:
        with self._lock:
            if self._loop is not None and self._thread is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join(timeout=1)
            self._loop = self._thread = None

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._thread is None or not self._thread.is_alive():
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop,), name="babyagi-loop", daemon=True
                )
                self._thread.start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


def _run_elsewhere(coroutine: Coroutine[Any, Any, Result]) -> Result:
    outcome: list[Result] = []
    failure: list[BaseException] = []
    context = copy_context()

    def work() -> None:
        try:
            outcome.append(context.run(asyncio.run, coroutine))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=work, name="babyagi-nested-loop", daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
