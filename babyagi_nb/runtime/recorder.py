"""Opening and closing the record of a run.

A record is one JSON object in two parts. The *head* says who runs, under whom, since when and with
what; it stands on the board while the run is open. The *tail* says how it ended. A journal line is
head and tail in one object, so the head is encoded once. Members without a value are left out.

A run that began leaves exactly one record: ``succeed`` or ``settle`` writes it, whichever comes
first. What the log policy drops still stands on the board while it is open, so that a killed
kernel tells what it was doing.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from time import perf_counter_ns, time_ns
from types import FrameType
from typing import Any
from weakref import WeakSet

import orjson

from babyagi_nb.core import scrubbing
from babyagi_nb.core.ports import Journal
from babyagi_nb.core.preview import preview
from babyagi_nb.core.records import LogPolicy
from babyagi_nb.core.runs import RunStatus
from babyagi_nb.errors import RunTimeout
from babyagi_nb.ids import FunctionName, RunId, VersionNumber
from babyagi_nb.runtime.frame import Frame, current, leave
from babyagi_nb.runtime.linker import Link
from babyagi_nb.runtime.traces import kind_of, note_run, text_of, words_of

__all__ = ["Recorder"]


class Recorder:
    """Writes the runs of one process; hands out their ids."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.cell: str | None = None
        """The notebook cell under way (its id, or ``In[n]``), written with each run."""
        # From a number of eight digits, so that ids of one kernel sort as text.
        self.numbers = itertools.count(10_000_001)
        self.prefix = f"{journal.kernel}."
        self.epoch = 0
        """Nanoseconds from the monotonic to the wall clock."""
        self.set_clock()
        _follow_forks()
        _recorders.add(self)

    def set_clock(self) -> None:
        """Relate the monotonic clock to the wall clock, so that a call reads one clock only.

        A wall clock that steps is followed at the next refresh, a tenth of a second later.
        """
        self.epoch = time_ns() - perf_counter_ns()

    def next_id(self) -> RunId:
        return RunId(self.prefix + str(next(self.numbers)))

    def open(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        parent: Frame | None,
    ) -> Frame:
        """Make a run under *parent*, or triggered by it if it is firing; see ``stand``."""
        return self.enter(
            link.name, link.number, link.logs, parent, lambda: link.previews(args, kwargs)
        )

    def enter(
        self,
        name: FunctionName,
        number: VersionNumber,
        policy: LogPolicy,
        parent: Frame | None,
        params: Callable[[], dict[str, Any]],
    ) -> Frame:
        """Make a run of a version that may run elsewhere; *params* are previews by name."""
        frame = Frame(self.next_id(), name, number, parent)
        frame.policy = policy
        if policy == "none":
            frame.anchor = parent.anchor if parent is not None else None
            return frame
        frame.head = self._head(frame, parent, params())
        return frame

    def stand(self, frame: Frame) -> None:
        """Put the run on the board. From here on it must be closed, whatever happens."""
        if frame.head:
            frame.slot = self.journal.begin(frame.head)

    def _head(self, frame: Frame, parent: Frame | None, params: dict[str, Any]) -> bytes:
        head: dict[str, Any] = {"id": frame.id, "root": frame.root}
        if parent is not None and parent.anchor is not None:
            head["parent"] = parent.anchor
            if parent.firing:
                head["trigger"] = parent.anchor
        head["function"] = frame.function
        head["version"] = frame.version
        head["cell"] = self.cell
        head["started"] = perf_counter_ns() + self.epoch
        head["params"] = params
        return orjson.dumps(head)

    def succeed(self, frame: Frame, output: Any) -> None:
        """Close a run that returned *output*."""
        if frame.policy == "all":
            line = b'%b,"duration":%d,"status":"success","output":%b%b}\n' % (
                frame.head[:-1],
                frame.duration,
                orjson.dumps(preview(output)),
                b"" if frame.stdout is None else b',"stdout":' + _text(frame.printed()),
            )
            self.journal.end(frame.slot, line)
        elif frame.policy == "errors":
            self.journal.release(frame.slot)
        frame.ended = True

    def settle(self, frame: Frame, error: BaseException, before: Frame | None) -> None:
        """Close a run that *error* ended, and make *before* the current run again.

        Interrupts wait meanwhile. One that arrived while the run was being closed may have come
        after its record was written: then the journal knows, and the record stands. One may also
        come before this method has begun to hold them back. Therefore callers call it twice, the
        second time in a ``finally``, where it does what is left to do.
        """
        if frame.ended and current.get() is not frame:
            return
        with _interrupts_held():
            leave(frame, before)
            if not frame.ended:
                self._close(frame, error)

    def _close(self, frame: Frame, error: BaseException) -> None:
        again, frame.closing = frame.closing, True
        if frame.policy != "none" and frame.head:
            line = _line(frame.head, _failure(frame, error))
            kind = type(error)
            if again or not issubclass(kind, _IN_ITS_PLACE) or issubclass(kind, RunTimeout):
                self._settle_interrupted(frame, line)
            else:
                self.journal.end(frame.slot, line)
        frame.ended = True
        # Version 0 is no function's: a question to a model, a build, a turn of a chat.
        who = f"{frame.function}@{frame.version}" if frame.version else str(frame.function)
        note_run(error, who, frame.id)

    def refuse(self, name: FunctionName, version: int, cause: Frame, why: str) -> None:
        """Record that a guard kept *name* from running after *cause*."""
        frame = Frame(self.next_id(), name, VersionNumber(version), cause)
        head = self._head(frame, cause, {})
        self.journal.append(_line(head, {"duration": 0, "status": "refused", "message": why}))

    def _settle_interrupted(self, frame: Frame, line: bytes) -> None:
        """Bookkeeping may have been cut anywhere, so nothing it noted can be relied on."""
        if not self.journal.wrote(frame.id):
            self.journal.append(line)
        self.journal.abandon(frame.id)


_IN_ITS_PLACE = (Exception, GeneratorExit, asyncio.CancelledError)
"""What is raised where the function stands, never in the middle of the bookkeeping."""

_STATUS: tuple[tuple[type[BaseException], RunStatus], ...] = (
    (KeyboardInterrupt, "interrupted"),
    (RunTimeout, "timeout"),
    (asyncio.CancelledError, "cancelled"),
    (GeneratorExit, "cancelled"),
)


def _failure(frame: Frame, error: BaseException) -> dict[str, Any]:
    kind = type(error)  # isinstance() would ask the exception itself
    tail: dict[str, Any] = {
        "duration": frame.duration,
        "status": next((name for each, name in _STATUS if issubclass(kind, each)), "error"),
        "error": kind_of(error),
        "message": scrubbing.head(words_of(error), 4000),
        "traceback": text_of(error),
    }
    if frame.stdout is not None:
        tail["stdout"] = frame.printed()
    return tail


def _line(head: bytes, tail: dict[str, Any]) -> bytes:
    clean = {key: preview(value) for key, value in tail.items()}
    return b"%b,%b" % (head[:-1], orjson.dumps(clean, None, orjson.OPT_APPEND_NEWLINE)[1:])


def _text(text: str | None) -> bytes:
    """Printed text as JSON; half surrogate pairs, which JSON cannot hold, become question marks."""
    try:
        return orjson.dumps(text)
    except TypeError:
        return orjson.dumps((text or "").encode("utf-8", "replace").decode())


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait until the body is done; then it is delivered as it would have been."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    waiting: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: waiting.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if waiting:
            before(*waiting[0])


_recorders: WeakSet[Recorder] = WeakSet()


def _after_fork_in_child() -> None:
    """A forked child is another kernel: its runs need another prefix."""
    for each in _recorders:
        each.prefix = f"{each.journal.kernel}."


@cache
def _follow_forks() -> None:
    """Once, and not before there is a journal: its own hook, which renames it, has to run first."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork_in_child)
