"""What a run prints stays visible where it was printed, and is kept with the run.

The stream that is ``sys.stdout`` at a call gets a ``write`` that also tells the current run: a
*tap*. The stream object itself is not replaced: IPython, notebook runners and ``redirect_stdout``
rely on its identity. Others put their own ``write`` on it, too: IPython does so at the beginning of
each cell and takes it off at the end, our tap with it. So each call looks whether ``write`` is
still the tap. A tap that lies buried under a newer one stays silent, or text would be kept twice.

What is shown is redacted as what is kept is. A function may print a secret in pieces, so an end of
a text that could be the beginning of one is held back until the run prints more, or ends.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from babyagi_nb.core import scrubbing
from babyagi_nb.runtime.frame import Frame, current

__all__ = ["Capture"]


class Capture:
    """Keeps ``sys.stdout`` tapped; several applications of a process share one tap."""

    _listening: Any = None
    """The one tap of this process that tells runs."""

    def __init__(self) -> None:
        self.write: Any = None
        """What ``sys.stdout.write`` is while it is tapped."""
        self._restore: Callable[[], None] | None = None

    def attach(self) -> None:
        """Tap what is ``sys.stdout`` now, and let go of the stream tapped before."""
        stream: Any = sys.stdout
        self.detach()
        write: Any = getattr(stream, "write", None)
        if getattr(write, "is_tap", False):
            Capture._listening = self.write = write
            return

        def tapped(text: str) -> int:
            # A buried tap is handed what the one above it has kept and redacted already.
            if Capture._listening is not tapped:
                return int(write(text) or 0)
            frame = current.get()
            if frame is not None:
                frame.print(text)
            if scrubbing.active():
                return _pass_on(frame, text, write)
            return int(write(text) or 0)

        before = getattr(stream, "__dict__", {}).get("write")

        def restore() -> None:
            if getattr(stream, "__dict__", {}).get("write") is not tapped:
                return
            if before is None:
                del stream.write
            else:
                stream.write = before

        tapped.is_tap = True  # type: ignore[attr-defined]
        # In this order, because an interrupt may come between any two of these steps.
        self._restore = restore
        if write is not None:
            # A stream without a dictionary cannot be tapped; its text is shown, not kept.
            with suppress(AttributeError, TypeError):
                stream.write = tapped
        Capture._listening = tapped
        self.write = getattr(stream, "write", None)

    def detach(self) -> None:
        if self._restore is not None:
            self._restore()
        self._restore = None
        self.write = None


def _pass_on(frame: Frame | None, text: str, write: Callable[[str], Any]) -> int:
    """Write *text* without secrets, and say that all of it was written."""
    if frame is None or frame.policy != "all" or not isinstance(text, str):
        # Nobody lets go at the end of a run that leaves no record.
        write(scrubbing.scrub(text))
        return len(text)
    whole = scrubbing.scrub(frame.held + text)
    frame.release = write
    kept = scrubbing.pending(whole)
    frame.held = whole[len(whole) - kept :] if kept else ""
    if ready := whole[: len(whole) - kept]:
        write(ready)
    return len(text)
