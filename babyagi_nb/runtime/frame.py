"""The run that is under way, and how code finds it.

One :class:`Frame` lives as long as one run. ``current`` is a context variable, so asyncio tasks
see the right parent by themselves; ``propagate`` carries it into threads as well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import wraps
from typing import Any

from babyagi_nb.core import scrubbing
from babyagi_nb.core.records import LogPolicy
from babyagi_nb.ids import FunctionName, RunId, VersionNumber

__all__ = [
    "Cascade", "Firing", "Frame", "current", "current_root", "current_run", "leave", "propagate",
    "under",
]  # fmt: skip

STDOUT_LIMIT = 32_000
"""Characters of printed text that one run keeps."""


class Cascade:
    """All triggered runs that one untriggered run set off, directly or through other triggers."""

    __slots__ = ("runs", "seen")

    def __init__(self) -> None:
        self.runs = 0
        self.seen: set[FunctionName] = set()


class Frame:
    """A run from its first to its last moment.

    ``anchor`` is the id that children name as their parent: the frame's own, or that of the
    nearest logged ancestor when this run is not logged itself.
    """

    # Class attributes rather than slots: a run that neither prints nor triggers sets few of them.
    anchor: RunId | None
    cause: Firing | None = None
    """What triggered this run, or the run it belongs to."""
    closing = False
    """Whether writing the record of its failure was begun."""
    firing = False
    """Whether what starts under it was triggered by it."""
    duration = 0
    """Nanoseconds."""
    ended = False
    head = b""
    held = ""
    """Printed text that is not passed on yet: it may be the first half of a secret."""
    policy: LogPolicy = "all"
    release: Callable[[str], Any] = staticmethod(len)
    """Passes held text on to where it was printed."""
    slot = -1
    stdout: list[str] | None = None
    triggered: FunctionName | None = None
    """The function that ``cause`` triggered: this one, or one above it."""

    def __init__(
        self, id: RunId, function: FunctionName, version: VersionNumber, parent: Frame | None
    ) -> None:
        self.id = self.anchor = id
        self.function = function
        self.version = version
        if parent is None:
            self.root = id
        else:
            # A root that is not logged is nobody's root in the log.
            self.root = id if parent.anchor is None and parent.root == parent.id else parent.root
            if parent.firing:
                self.cause = parent  # type: ignore[assignment]
                self.triggered = function
            elif parent.cause is not None:
                self.cause = parent.cause
                self.triggered = parent.triggered

    def print(self, text: str) -> None:
        """Keep *text* as printed by this run, up to the limit.

        A little more is kept, so that no secret is cut in two before it is recognised.
        """
        if self.stdout is None:
            self.stdout = []
            self._stdout_left = STDOUT_LIMIT
        room = self._stdout_left + scrubbing.reach()
        if room >= 0:
            self.stdout.append(text[: room + 1])
            self._stdout_left -= len(text)

    def printed(self) -> str | None:
        """What was printed, cut to the limit; what was held back of it is let go."""
        self.let_go()
        if not self.stdout:
            return None
        if self._stdout_left >= 0:
            return "".join(self.stdout)
        text = scrubbing.head("".join(self.stdout), STDOUT_LIMIT, cut=True)
        return f"{text}\n… cut after {STDOUT_LIMIT} characters"

    def let_go(self) -> None:
        """Pass on what was held back as the possible beginning of a secret."""
        if self.held:
            held, self.held = self.held, ""
            self.release(held)


class Firing(Frame):
    """What is current while the listeners of an ended run are called.

    Another object than the run's own frame, which threads that outlive the run may still carry.
    ``depth`` counts the triggers that led here.
    """

    firing = True
    depth: int
    cascade: Cascade

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame.id, frame.function, frame.version, None)
        self.anchor, self.root = frame.anchor, frame.root
        self.cause, self.triggered = frame.cause, frame.triggered
        self.depth = 0 if frame.cause is None else frame.cause.depth + 1
        self.cascade = Cascade() if frame.cause is None else frame.cause.cascade

    def led_from(self, name: FunctionName) -> bool:
        """Whether *name* is among the triggers, and the triggered, that led here."""
        above: Frame = self
        while above.cause is not None:
            if name in (above.triggered, above.cause.function):
                return True
            above = above.cause
        return False


current: ContextVar[Frame | None] = ContextVar("babyagi_run", default=None)
"""The innermost run of the running code, or ``None`` outside every run."""


def current_run() -> RunId | None:
    """Id of the run that the calling code belongs to, as the log knows it."""
    frame = current.get()
    return None if frame is None else frame.anchor


def current_root() -> RunId | None:
    """Id of the run on top of the one that the calling code belongs to; outside of all ``None``."""
    frame = current.get()
    return None if frame is None else frame.root


class under:
    """Make *frame* the current run for a while.

    The former value is set back rather than reset by token: a generator may be resumed from
    another context than the one it was paused in. An interrupt can come just before the leaving;
    :func:`leave` makes up for it. (A generator as context manager would make up for it too,
    but whenever its traceback is freed, in the middle of somebody else's run.)
    """

    __slots__ = ("_before", "_frame")

    def __init__(self, frame: Frame | None) -> None:
        self._frame = frame

    def __enter__(self) -> None:
        self._before = current.get()
        current.set(self._frame)

    def __exit__(self, *failure: object) -> None:
        current.set(self._before)


def leave(frame: Frame, before: Frame | None) -> None:
    """Make *before* the current run again where an interrupt kept :class:`under` from doing it."""
    if current.get() is frame:
        current.set(before)


def propagate() -> Callable[[], None]:
    """Make threads started inside a run belong to that run; return the way back.

    Only code that runs inside a stored function is affected: a thread started elsewhere takes
    the untouched path. Pools are covered at ``submit``, because a worker outlives many runs.
    """
    start: Any = threading.Thread.start
    submit: Any = ThreadPoolExecutor.submit

    @wraps(start)
    def start_in_run(thread: threading.Thread) -> None:
        frame = current.get()
        # A pool's workers are plain threads too; they must not inherit the first task's run.
        if frame is not None and not _is_pool_worker(thread):
            thread.run = _carried(frame, thread.run)  # type: ignore[method-assign]
        start(thread)

    @wraps(submit)
    def submit_in_run(
        pool: ThreadPoolExecutor, task: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Any:
        frame = current.get()
        return submit(pool, task if frame is None else _carried(frame, task), *args, **kwargs)

    setattr(threading.Thread, "start", start_in_run)  # noqa: B010 - mypy forbids the assignment
    setattr(ThreadPoolExecutor, "submit", submit_in_run)  # noqa: B010

    def restore() -> None:
        # Somebody may have wrapped after us; then our wrapper has to stay underneath.
        if threading.Thread.start is start_in_run:
            setattr(threading.Thread, "start", start)  # noqa: B010
        if ThreadPoolExecutor.submit is submit_in_run:
            setattr(ThreadPoolExecutor, "submit", submit)  # noqa: B010

    return restore


def _is_pool_worker(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    return getattr(target, "__module__", "") == "concurrent.futures.thread"


def _carried(frame: Frame, task: Callable[..., Any]) -> Callable[..., Any]:
    def carried(*args: Any, **kwargs: Any) -> Any:
        with under(frame):
            return task(*args, **kwargs)

    return carried
