"""Waits for killed children to be gone, and removes what they left, so that no call has to.

A child is killed before it comes here: it does nothing any more. What remains, its last
millisecond and its scratch directory, is seen to by one thread, which starts with the first child.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue

from babyagi_nb.sandbox.child import Child

__all__ = ["Reaper"]


class Reaper:
    """Ends children one after the other."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Child | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def take(self, child: Child) -> None:
        """Kill *child* now, and see to the rest soon."""
        child.kill()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="babyagi-reaper", daemon=True
                )
                self._thread.start()
        self._queue.put(child)

    def close(self) -> None:
        """Return when every child that was taken is gone."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _work(self) -> None:
        while (child := self._queue.get()) is not None:
            child.end()
