"""Which of a job's functions runs now, and telling the kernel so.

Run 0 is the entry. The current run is a context variable, so that asyncio tasks see the right
parent by themselves; :func:`propagate` lets threads inherit it from whoever started them.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any

from babyagi_nb.sandbox.inside.encoding import preview
from babyagi_nb.sandbox.inside.failure import describe

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["Runs", "propagate"]

_current: ContextVar[int] = ContextVar("babyagi_run", default=0)

Tell = Callable[[dict[str, Any]], None]


class Runs:
    """Numbers the runs of one job; *tell* sends a frame."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._numbers = itertools.count(1)
        self._described: tuple[BaseException, dict[str, Any]] | None = None

    @staticmethod
    def current() -> int:
        return _current.get()

    def begin(self, name: str, params: dict[str, Any]) -> int:
        run = next(self._numbers)
        shown = {key[:200]: preview(value) for key, value in params.items()}
        self._tell({"t": "began", "r": run, "p": _current.get(), "f": name, "a": shown})
        return run

    def end(self, run: int, output: Any) -> None:
        self._tell({"t": "returned", "r": run, "o": preview(output)})

    def fail(self, run: int, error: BaseException) -> None:
        """Tell that *run* raised. An exception that goes on through others is described once."""
        if self._described is None or self._described[0] is not error:
            self._described = (error, describe(error))
        self._tell({"t": "raised", "r": run, "e": self._described[1]})

    @staticmethod
    @contextmanager
    def under(run: int) -> Iterator[None]:
        """Have *run* be the current one in the body."""
        token = _current.set(run)
        try:
            yield
        finally:
            _current.reset(token)


def propagate(*, pools: bool) -> None:
    """Let threads of this process begin under the run that started them.

    Thread pools as well, if they are imported already or *pools* says that they will be.
    """
    start = threading.Thread.start

    def started(self: threading.Thread) -> None:
        run, context = self.run, copy_context()
        self.run = lambda: context.run(run)  # type: ignore[method-assign]
        start(self)

    threading.Thread.start = started  # type: ignore[method-assign]
    if pools or "concurrent.futures.thread" in sys.modules:
        _propagate_to_pools()


def _propagate_to_pools() -> None:
    from concurrent.futures import ThreadPoolExecutor

    submit = ThreadPoolExecutor.submit

    def submitted(
        self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        return submit(self, copy_context().run, fn, *args, **kwargs)

    ThreadPoolExecutor.submit = submitted  # type: ignore[method-assign, assignment]
