"""One background event loop, for coroutines that must finish inside synchronous code.

``asyncio.run`` refuses to work in a kernel, whose own loop is always running. A synchronous
stored function that calls an ``async def`` dependency therefore waits here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

__all__ = ["BackgroundLoop"]

Result = TypeVar("Result")

_HEARTBEAT = 0.1
"""Seconds after which a waiting caller looks whether it was interrupted."""


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
        loop = self._started()
        context = copy_context()

        async def in_context() -> Result:
            return await loop.create_task(coroutine, context=context)

        future = asyncio.run_coroutine_threadsafe(in_context(), loop)
        done = threading.Lock()
        done.acquire()
        future.add_done_callback(lambda _: done.release())
        try:
            # Not by result(): an interrupt in the middle of a condition's wait may come out as a
            # RuntimeError about its lock.
            while not done.acquire(timeout=_HEARTBEAT):
                pass
            return future.result()
        except BaseException:
            future.cancel()
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
