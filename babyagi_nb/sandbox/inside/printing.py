"""``sys.stdout`` and ``sys.stderr`` of a job: text in frames, in order, each with its run.

Text waits until there is a line, eight kilobytes, or a tenth of a second; and it goes out before
any other frame does, so that what was printed stands before what happened next. Lines that come in
faster than the kernel should be bothered with are gathered for a few milliseconds.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, Final

__all__ = ["Printer", "Stream"]

_MOST: Final = 8_192
_LATE: Final = 0.1
_GATHER: Final = 0.003


class Printer:
    """Gathers what is printed, whichever stream it goes to; *send* takes a run and a text."""

    def __init__(self, send: Callable[[int, str], None], current: Callable[[], int]) -> None:
        self._send = send
        self._current = current
        self._lock = threading.RLock()
        self._run = 0
        self._waiting: list[str] = []
        self._size = 0
        self._sent = 0.0
        self._wake: threading.Event | None = None

    def write(self, text: str) -> None:
        with self._lock:
            run = self._current()
            if run != self._run:
                self.flush()
                self._run = run
            self._waiting.append(text)
            self._size += len(text)
            line = "\n" in text and monotonic() - self._sent > _GATHER
            if line or self._size >= _MOST or not self._remind():
                self.flush()

    def flush(self) -> None:
        """Send what waits."""
        with self._lock:
            if self._waiting:
                text = "".join(self._waiting)
                self._waiting.clear()
                self._size = 0
                self._sent = monotonic()
                for start in range(0, len(text), _MOST):
                    self._send(self._run, text[start : start + _MOST])

    def _remind(self) -> bool:
        """Have a thread flush soon; ``False`` when there can be no thread."""
        if self._wake is None:
            wake = threading.Event()
            thread = threading.Thread(target=self._serve, args=(wake,), daemon=True, name="printer")
            try:
                # Its own start is no run's doing, and must not wait for a patched method.
                thread.start()
            except (RuntimeError, MemoryError):
                return False
            self._wake = wake
        self._wake.set()
        return True

    def _serve(self, wake: threading.Event) -> None:
        while wake.wait():
            wake.clear()
            sleep(_LATE / 2)
            self.flush()


class _Bytes(io.RawIOBase):
    """``sys.stdout.buffer``: bytes become text as they come."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = bytes(data)
        self._printer.write(content.decode("utf-8", "replace"))
        return len(content)


class Stream(io.TextIOBase):
    """One of the two streams."""

    def __init__(self, printer: Printer, fd: int, name: str) -> None:
        self._printer = printer
        self._fd = fd
        self.name = name
        self.buffer = _Bytes(printer)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "backslashreplace"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._printer.write(text)
        return len(text)

    def flush(self) -> None:
        self._printer.flush()
