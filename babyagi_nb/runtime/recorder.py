"""Opening and closing the record of a run.

A run that began leaves exactly one record: ``succeed`` or ``settle`` writes it, whichever comes
first. What the log policy drops still stands on the board while it is open, so that a killed
kernel tells what it was doing.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import time_ns
from types import FrameType
from typing import Any

from babyagi_nb.core.ports import Journal
from babyagi_nb.core.preview import preview
from babyagi_nb.core.runs import RunStatus
from babyagi_nb.errors import RunTimeout
from babyagi_nb.ids import FunctionName, RunId, VersionNumber
from babyagi_nb.runtime import triggers
from babyagi_nb.runtime.frame import Frame
from babyagi_nb.runtime.linker import Link
from babyagi_nb.runtime.record import encode_head, encode_line, previews
from babyagi_nb.runtime.traces import note_run, text_of

__all__ = ["Recorder"]


class Recorder:
    """Writes the runs of one process; hands out their ids."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.cell: str | None = None
        """The notebook cell under way; set by whoever knows it, written with each run."""
        self._numbers = itertools.count(1)

    def next_id(self) -> RunId:
        return RunId(f"{self.journal.kernel}.{next(self._numbers):08d}")

    def open(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        cause: Frame | None = None,
        parent: Frame | None = None,
    ) -> Frame:
        """Begin a run under *parent*, or after *cause* when it is a trigger's."""
        above = cause or parent
        frame = Frame(self.next_id(), link.name, link.number, above)
        if cause is not None:
            triggers.enter(frame, cause)
        frame.policy = link.logs
        if link.logs == "none":
            frame.anchor = above.anchor if above is not None else None
            return frame
        params = previews(link.params(args, kwargs))
        frame.head = self._head(frame, above, cause, params)
        frame.slot = self.journal.begin(frame.head)
        return frame

    def succeed(self, frame: Frame, output: Any) -> None:
        """Close a run that returned *output*."""
        if frame.policy == "all":
            tail: dict[str, Any] = {
                "duration": frame.duration,
                "status": "success",
                "output": preview(output),
            }
            if frame.stdout is not None:
                tail["stdout"] = frame.printed()
            self.journal.end(frame.slot, encode_line(frame.head, tail))
        elif frame.policy == "errors":
            self.journal.release(frame.slot)
        frame.ended = True

    def settle(self, frame: Frame, error: BaseException) -> None:
        """Close a run that *error* ended.

        Interrupts wait meanwhile. One that arrived while the run was being closed may have come
        after its record was written: then the journal knows, and the record stands.
        """
        with _interrupts_held():
            if frame.ended:
                return
            frame.ended = True
            if frame.policy != "none" and frame.head:
                if not self.journal.wrote(frame.id):
                    self.journal.append(encode_line(frame.head, _failure(frame, error)))
                self.journal.abandon(frame.id)
            note_run(error, f"{frame.function}@{frame.version}", frame.id)

    def refuse(self, name: FunctionName, version: int, cause: Frame, why: str) -> None:
        """Record that a guard kept *name* from running after *cause*."""
        frame = Frame(self.next_id(), name, VersionNumber(version), cause)
        head = self._head(frame, cause, cause, {})
        self.journal.append(encode_line(head, {"duration": 0, "status": "refused", "message": why}))

    def _head(
        self, frame: Frame, above: Frame | None, cause: Frame | None, params: dict[str, Any]
    ) -> bytes:
        head: dict[str, Any] = {"id": frame.id, "root": frame.root}
        if above is not None and above.anchor is not None:
            head["parent"] = above.anchor
        if cause is not None and cause.anchor is not None:
            head["trigger"] = cause.anchor
        head["function"] = frame.function
        head["version"] = frame.version
        if self.cell is not None:
            head["cell"] = self.cell
        head["started"] = time_ns()
        head["params"] = params
        return encode_head(head)


_STATUS: tuple[tuple[type[BaseException], RunStatus], ...] = (
    (KeyboardInterrupt, "interrupted"),
    (RunTimeout, "timeout"),
    (asyncio.CancelledError, "cancelled"),
    (GeneratorExit, "cancelled"),
)


def _failure(frame: Frame, error: BaseException) -> dict[str, Any]:
    try:
        message = str(error)
    except Exception:
        message = "<no text: its __str__ raised>"
    tail: dict[str, Any] = {
        "duration": frame.duration,
        "status": next((name for kind, name in _STATUS if isinstance(error, kind)), "error"),
        "error": type(error).__name__,
        "message": message[:4000],
        "traceback": text_of(error),
    }
    if frame.stdout is not None:
        tail["stdout"] = frame.printed()
    return tail


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait until the body is done; then it is delivered as it would have been."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[int, FrameType | None]] = []
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: waiting.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if waiting:
            before(*waiting[0])
