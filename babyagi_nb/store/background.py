"""The one background thread of a store: folds soon after something was written, tidies when idle.

It does not exist until the first write or question. While it sleeps, the journal's wake-up hook
is armed; the first record written pulls it and disarms it, so that all further records of a burst
cost one attribute check. The thread waits :data:`PAUSE` to let a burst gather, arms the hook again
and *then* folds: what is written during the fold wakes it once more.

Nothing that happens here reaches the person's code. A locked or full store is tried again later,
with growing pauses, and told about once.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from babyagi_nb.errors import BabyAGIError

__all__ = ["Background", "Hooked"]

PAUSE = 0.25
"""Seconds from a first record to the fold that takes it in."""

IDLE = 2.0
"""Seconds of quiet after which the store is tidied."""

_LONGEST_PAUSE = 30.0


class Hooked(Protocol):
    """A journal that calls ``on_write`` after a record."""

    on_write: Callable[[], None] | None


class Background:
    """Calls *fold* soon after a wake-up, and *tend* once after some quiet."""

    def __init__(
        self,
        fold: Callable[[], object],
        tend: Callable[[], object],
        journal: Hooked,
        notify: Callable[[str], None],
    ) -> None:
        self._fold = fold
        self._tend = tend
        self._journal = journal
        self._notify = notify
        # Not events: see the latch for what an interrupt can do to those.
        self._wanted: SimpleQueue[None] = SimpleQueue()
        self._halt: SimpleQueue[None] = SimpleQueue()
        self._stopping = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process = os.getpid()
        self._told: set[str] = set()
        journal.on_write = self.wake

    def wake(self) -> None:
        """There is something to fold. Never raises, never waits."""
        self._journal.on_write = None
        if self._stopping or self._process != os.getpid():
            # After a fork the parent folds for the child as well.
            return
        if self._wanted.empty():
            self._wanted.put(None)
        if self._thread is None:
            self._start()

    def close(self) -> None:
        """End the thread after what it is doing now. Idempotent."""
        self._stopping = True
        self._halt.put(None)
        self._wanted.put(None)
        self._journal.on_write = None
        thread = self._thread
        if thread is None or self._process != os.getpid():
            return
        if thread is not threading.current_thread():
            thread.join(timeout=60)

    def _start(self) -> None:
        # A closing interpreter starts no threads; the store's own closing folds then.
        with contextlib.suppress(RuntimeError):
            threading.Thread(target=self._run, name="babyagi-fold", daemon=True).start()

    def _run(self) -> None:
        # The thread signs on itself: an interrupt of its start leaves nobody who knows of it.
        with self._lock:
            if self._thread is not None or self._stopping:
                return
            self._thread = threading.current_thread()
        pause, tidy = PAUSE, False
        while True:
            arrived = _arrives(self._wanted, IDLE if tidy else None)
            if self._stopping:
                return
            if not arrived:
                tidy = False
                self._try(self._tend)
                continue
            if _arrives(self._halt, pause):
                return
            while _arrives(self._wanted, 0.0):
                """Whatever came meanwhile is met by the fold that follows."""
            self._journal.on_write = self.wake
            done = self._try(self._fold)
            tidy = tidy or done
            pause = PAUSE if done else min(2 * pause, _LONGEST_PAUSE)
            if not done:
                self._wanted.put(None)

    def _try(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except Exception as error:
            self._tell(error)
            return False
        return True

    def _tell(self, error: Exception) -> None:
        text = str(error) if isinstance(error, BabyAGIError) else repr(error)
        # Only a kind of trouble that is new: the same again helps nobody.
        kind = f"{type(error).__name__}:{text[:60]}"
        if kind not in self._told:
            self._told.add(kind)
            with contextlib.suppress(Exception):
                self._notify(f"the log's index waits: {text}")


def _arrives(queue: SimpleQueue[None], timeout: float | None) -> bool:
    """Take one message from *queue*; whether there was one within *timeout* seconds."""
    try:
        queue.get(timeout=timeout)
    except Empty:
        return False
    return True
