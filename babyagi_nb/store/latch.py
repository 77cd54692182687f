"""Waiting and waking that an interrupt cannot break.

``threading.Event`` and everything else that is made of conditions is written in Python. Ctrl-C can
land between its taking a lock and the ``with`` that would give the lock back, and then the lock is
lost: the thread that should be woken, or the one that wakes it next time, waits for ever. Bare
locks and ``queue.SimpleQueue`` are single steps for the interpreter. Whatever the main thread
shares with a helper thread is therefore one of these.
"""

from __future__ import annotations

import threading

__all__ = ["Latch"]


class Latch:
    """Closed until it is set, once and for good; made for one waiting thread.

    >>> latch = Latch()
    >>> latch.wait(0.0), latch.set(), latch.wait(0.0)
    (False, None, True)
    """

    __slots__ = ("_closed", "is_set")

    def __init__(self) -> None:
        self.is_set = False
        self._closed = threading.Lock()
        self._closed.acquire()

    def set(self) -> None:
        if not self.is_set:
            self.is_set = True
            self._closed.release()

    def wait(self, timeout: float | None = None) -> bool:
        """Return whether it was set within *timeout* seconds; ``None`` waits for ever."""
        if not self.is_set:
            limit = -1.0 if timeout is None else max(timeout, 0.0)
            if self._closed.acquire(timeout=limit):
                self._closed.release()
        return self.is_set
