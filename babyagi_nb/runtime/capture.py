"""What a run prints stays visible where it was printed, and is kept with the run.

The stream that is ``sys.stdout`` at a call gets a ``write`` that also tells the current run.
The stream object itself is not replaced: IPython, notebook runners and ``redirect_stdout`` rely
on its identity. Streams change during a session, so each call looks whether the stream is known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from babyagi_nb.runtime.frame import current

__all__ = ["Capture"]


class Capture:
    """Keeps one stream tapped; ``stream`` is the one that is."""

    def __init__(self) -> None:
        self.stream: Any = None
        self._restore: Callable[[], None] | None = None

    def attach(self) -> None:
        """Tap what is ``sys.stdout`` now, and let go of the stream tapped before."""
        stream: Any = sys.stdout
        self.detach()
        self.stream = stream
        write = getattr(stream, "write", None)
        if write is None:
            return

        def tapped(text: str) -> int:
            frame = current.get()
            if frame is not None:
                frame.print(text)
            return int(write(text) or 0)

        try:
            stream.write = tapped
        except (AttributeError, TypeError):
            # A stream without a dictionary cannot be tapped; its text is shown, not kept.
            return

        def restore() -> None:
            if stream.__dict__.get("write") is tapped:
                del stream.write

        self._restore = restore

    def detach(self) -> None:
        if self._restore is not None:
            self._restore()
        self._restore = None
        self.stream = None
