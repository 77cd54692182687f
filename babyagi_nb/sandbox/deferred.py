"""A sandbox that is made when it is first used; most kernels never need one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from babyagi_nb.core.isolation import Job, Observer, Sandbox, TierReport

__all__ = ["Deferred"]


class Deferred:
    """Implements ``core.isolation.Sandbox`` by the one that *make* gives."""

    def __init__(self, make: Callable[[], Sandbox]) -> None:
        self._make = make
        self._made: Sandbox | None = None
        self._lock = threading.Lock()

    def report(self) -> TierReport:
        return self._sandbox().report()

    def run(self, job: Job, observer: Observer) -> Any:
        __tracebackhide__ = True
        return self._sandbox().run(job, observer)

    def steps(self, job: Job, observer: Observer) -> Iterator[Any]:
        return self._sandbox().steps(job, observer)

    def stop(self, job: Job) -> None:
        if self._made is not None:
            self._made.stop(job)

    def close(self) -> None:
        """End what was made; what was not is not made for this."""
        if self._made is not None:
            self._made.close()

    def _sandbox(self) -> Sandbox:
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
        return self._made
