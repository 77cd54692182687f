"""What a sandboxed run tells, written into the log with the right parents.

Functions that travelled into a sandbox are runs like any others: they have a record of their own,
under the run that called them. What they claim about themselves is bounded here once more, for it
comes from code that nobody has to believe.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from time import perf_counter_ns
from types import CoroutineType
from typing import Any

from babyagi_nb.core.cleaning import clean
from babyagi_nb.core.isolation import Raised
from babyagi_nb.core.preview import preview
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.errors import SandboxedError
from babyagi_nb.ids import FunctionName
from babyagi_nb.runtime.frame import Frame, under
from babyagi_nb.runtime.recorder import Recorder

__all__ = ["Relay", "Silent", "as_exception"]


class Silent:
    """An observer for trials: prints go nowhere and nothing is recorded."""

    def __init__(
        self,
        call: Callable[[FunctionName], Callable[..., Any]],
        finish: Callable[[Any], Any],
    ) -> None:
        self._call = call
        self._finish = finish

    def printed(self, run: int, text: str) -> None: ...

    def began(
        self, run: int, parent: int, function: FunctionName, params: Mapping[str, Any]
    ) -> None: ...

    def returned(self, run: int, output: Any) -> None: ...

    def raised(self, run: int, error: Raised) -> None: ...

    def call(
        self, run: int, function: FunctionName, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        result = self._call(function)(*args, **kwargs)
        return self._finish(result) if type(result) is CoroutineType else result

    def connected(self, run: int, host: str, port: int, allowed: bool) -> None: ...

    def close(self, error: BaseException | None) -> None: ...


class Relay(Silent):
    """An observer that records; ``frame`` is the run of the entry."""

    def __init__(
        self,
        recorder: Recorder,
        frame: Frame | None,
        members: Mapping[FunctionName, FunctionVersion],
        call: Callable[[FunctionName], Callable[..., Any]],
        finish: Callable[[Any], Any],
    ) -> None:
        super().__init__(call, finish)
        self._recorder = recorder
        self._members = members
        self._frames: dict[int, Frame | None] = {0: frame}
        self._clocks: dict[int, int] = {}

    def printed(self, run: int, text: str) -> None:
        with under(self._frames.get(run) or self._frames[0]):
            sys.stdout.write(text)

    def began(
        self, run: int, parent: int, function: FunctionName, params: Mapping[str, Any]
    ) -> None:
        version = self._members[function]
        above = self._frames.get(parent) or self._frames[0]
        bounded = {str(name)[:200]: preview(value) for name, value in params.items()}
        frame = self._recorder.enter(
            version.name, version.number, version.spec.log, above, lambda: bounded
        )
        self._recorder.stand(frame)
        self._frames[run] = frame
        self._clocks[run] = perf_counter_ns()

    def returned(self, run: int, output: Any) -> None:
        frame = self._ended(run)
        if frame is not None:
            self._recorder.succeed(frame, output)

    def raised(self, run: int, error: Raised) -> None:
        self._fail(run, as_exception(error))

    def call(
        self, run: int, function: FunctionName, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        with under(self._frames.get(run) or self._frames[0]):
            return super().call(run, function, args, kwargs)

    def close(self, error: BaseException | None) -> None:
        """Settle what was still open when the sandbox ended."""
        cause = error or SandboxedError("Abandoned", "the run it belonged to ended before it")
        for run in [*self._clocks]:
            self._fail(run, cause)

    def _fail(self, run: int, error: BaseException) -> None:
        frame = self._ended(run)
        if frame is not None:
            self._recorder.settle(frame, error, None)

    def _ended(self, run: int) -> Frame | None:
        began = self._clocks.pop(run, None)
        frame = self._frames.pop(run, None) if began is not None else None
        if frame is not None and began is not None:
            frame.duration = perf_counter_ns() - began
        return frame


def as_exception(raised: Raised) -> Exception:
    """The exception a caller gets: the same builtin class where it is one, else our own.

    What happened inside is added as a note, as text.
    """
    message = clean(raised.message, 4000)
    kind = vars(builtins).get(raised.kind)
    error: Exception | None = None
    if isinstance(kind, type) and issubclass(kind, Exception):
        error = _made(kind, raised.arguments or (), message) or _made(kind, (message,), message)
    if error is None:
        error = SandboxedError(clean(raised.kind, 200), message)
    error.add_note(f"inside the sandbox:\n{clean(raised.traceback, 16_000)}".rstrip())
    if isinstance(error, FileNotFoundError | PermissionError):
        error.add_note(_HINT)
    return error


_HINT = (
    "a sandboxed function sees no files but its own scratch directory; it may ask for more with "
    "reads=/path, and for the network with hosts=name:443"
)


def _made(kind: type[Exception], arguments: tuple[Any, ...], message: str) -> Exception | None:
    """An exception that says *message*; several classes need arguments of their own."""
    try:
        error = kind(*arguments)
        return error if str(error) == message else None
    except Exception:
        return None
