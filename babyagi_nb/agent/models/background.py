"""One event loop in a thread of its own, for whoever has to wait and must stay interruptible.

A kernel's main thread can be interrupted while it waits for a lock, but not while it looks up a
name or waits in a library. So connections live on a loop of their own, and the caller waits for
what they put into a queue. An interrupt, a time limit, or an error of the caller cancels what is
under way, which closes its connection; the caller does not wait for that.

Whatever is handed out on the way (pieces of a text) is handled in the caller's thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

__all__ = ["Background"]

T = TypeVar("T")
_SLICE = 0.2
"""Seconds after which a waiting thread looks up: exceptions scheduled in it arrive then."""
_GRACE = 2.0


class Background:
    """Runs coroutines; starts its thread with the first, and again in a forked process.

    *grace* is how many seconds the loop gets to give up by itself when the time is up.
    """

    def __init__(self, *, grace: float = _GRACE) -> None:
        self._grace = grace
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(
        self,
        work: Callable[[Callable[[str], None]], Coroutine[Any, Any, T]],
        seconds: float,
        on_text: Callable[[str], None] | None = None,
    ) -> T:
        """The result of *work*, which is handed a way to pass texts on to *on_text*.

        Raises what *work* raises, and ``TimeoutError`` when it takes longer than *seconds*.
        """
        came: SimpleQueue[tuple[str, Any]] = SimpleQueue()

        async def whole() -> None:
            try:
                async with asyncio.timeout(seconds):
                    result = await work(lambda piece: came.put(("text", piece)))
            except BaseException as error:
                came.put(("error", error))
            else:
                came.put(("result", result))

        until = monotonic() + seconds + self._grace
        future = asyncio.run_coroutine_threadsafe(whole(), self._running())
        try:
            while True:
                kind, value = _next(came, until)
                if kind == "result":
                    return value  # type: ignore[no-any-return]
                if kind == "error":
                    raise value
                if on_text is not None:
                    on_text(value)
        except BaseException:
            future.cancel()
            raise

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Run *last*, then end the thread; calling it again does nothing."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None or not thread.is_alive():
            return
        ended = asyncio.run_coroutine_threadsafe(_end(last), loop)
        ended.add_done_callback(lambda done: loop.call_soon_threadsafe(loop.stop))
        thread.join(_GRACE)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._thread is None or not self._thread.is_alive():
                self._loop = loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=(loop,), name="babyagi-models", daemon=True
                )
                self._thread.start()
            return self._loop


def _next(came: SimpleQueue[tuple[str, Any]], until: float) -> tuple[str, Any]:
    while True:
        try:
            return came.get(timeout=_SLICE)
        except Empty:
            if monotonic() > until:
                raise TimeoutError from None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _end(last: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
    """Cancel what is still under way, wait for it, run *last*, and let closed sockets go."""
    own = asyncio.current_task()
    left = [each for each in asyncio.all_tasks() if each is not own]
    for each in left:
        each.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    if last is not None:
        # What is being closed may be broken already.
        with suppress(Exception):
            async with asyncio.timeout(1.0):
                await last()
    await asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.sleep(0)
