"""One thread that does all DuckDB work of a store, in order, so that Ctrl-C always gets through.

A running DuckDB query does not notice SIGINT. So the query runs here, the caller merely waits, and
when a ``KeyboardInterrupt`` reaches the waiting caller the work is cancelled (``cancel`` is called
until the work has stopped, because an interrupt between two statements is otherwise lost) and the
interrupt goes on its way. The thread is started by the first piece of work and belongs to one
process: after a fork the child gets a clear error instead of an answer that silently vanishes.

An interrupt can also land while the thread is being started, and then nobody outside can tell
whether it runs. So a thread signs on itself; one that comes when another serves, or that was wanted
before the last closing, leaves again.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from babyagi_nb.errors import StoreError
from babyagi_nb.store.latch import Latch

__all__ = ["Cancelled", "Task", "Worker"]

T = TypeVar("T")

_HEARTBEAT = 0.1
"""Seconds after which a waiting caller looks whether it was interrupted."""

_STOP_WAIT = 5.0
"""Seconds that cancelled work gets to roll back before its caller goes on without it."""


class Cancelled(Exception):
    """Raised inside work whose caller no longer wants it."""


class Task(Generic[T]):
    """One piece of work, and where its outcome will be."""

    def __init__(self, work: Callable[[Task[T]], T], stop: Callable[[], None]) -> None:
        self._work = work
        self._stop = stop
        self._done = Latch()
        self._result: T
        self._error: BaseException | None = None
        self.cancelled = False
        self.in_line = True
        """Whether the work has not begun or merely waits for a lock: its caller may leave."""

    def check(self) -> None:
        """Raise :class:`Cancelled` when nobody waits any more."""
        if self.cancelled:
            raise Cancelled

    def run(self) -> None:
        """Do the work; called by the worker's thread."""
        try:
            self.check()
            self.in_line = False
            self._result = self._work(self)
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def wait(self) -> None:
        """Return when the work has ended."""
        # A signal that comes just before the thread blocks would be noticed only when it wakes.
        while not self._done.wait(_HEARTBEAT):
            pass

    def outcome(self) -> T:
        """Return what the work returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def cancel(self) -> None:
        """Have the work end soon; return when it did, or when it need not be waited for."""
        self.cancelled = True
        for _ in range(int(_STOP_WAIT / 0.05)):
            if self.in_line:
                return
            self._stop()
            # An impatient second Ctrl-C must not leave the statement running.
            with contextlib.suppress(KeyboardInterrupt):
                if self._done.wait(0.05):
                    return


class Worker:
    """A daemon thread with a queue."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: queue.SimpleQueue[Task[object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        """The one that serves; it put itself here."""
        self._closings = 0
        self._lock = threading.Lock()
        self._process = os.getpid()

    def run(self, work: Callable[[Task[T]], T], stop: Callable[[], None]) -> T:
        """Have *work* done and return its result; *stop* ends a statement that is under way.

        Work that is asked for from inside other work is done at once, on the same thread.
        """
        self._check_process()
        task = Task(work, stop)
        if threading.current_thread() is self._thread:
            task.run()
            return task.outcome()
        try:
            self._start()
            self._queue.put(task)  # type: ignore[arg-type]
            task.wait()
        except BaseException:
            task.cancel()
            raise
        return task.outcome()

    def close(self) -> None:
        """Finish what is queued and end the thread; a later ``run`` starts a new one."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._closings += 1
        if thread is not None and self._process == os.getpid():
            self._queue.put(None)
            if thread is not threading.current_thread():
                thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            closings = self._closings
        threading.Thread(target=self._serve, args=(closings,), name=self._name, daemon=True).start()

    def _serve(self, closings: int) -> None:
        with self._lock:
            if self._thread is not None or self._closings != closings:
                return
            self._thread = threading.current_thread()
        while (task := self._queue.get()) is not None:
            task.run()
            # Otherwise the frame keeps the last result alive until the next task.
            del task

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise StoreError(
                "this process was forked from the one that opened the store",
                fix="open the store again here, or start workers with multiprocessing's 'spawn'",
            )
