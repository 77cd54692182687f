"""Asking again: how often, after how long, and when it is of no use.

Every request is one that the meter allowed, the repeated ones too. What a server asks to wait is
waited, unless the time that is left is shorter; then its error is raised at once rather than after
a wait that cannot help. What asking again cannot mend (no quota, a wrong key, an unknown model, a
question that is too long) is never asked again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from babyagi_nb.core.budget import Meter
from babyagi_nb.errors import ModelError

__all__ = ["Patience", "Attempts"]

T = TypeVar("T")
_SLICE = 0.2
_ONCE = ("protocol", "empty")
"""Kinds that an answer has, which may have cost: they are asked again once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long somebody goes on; times in seconds."""

    tries: int = 5
    """Requests for one answer."""
    first: float = 0.5
    """What the first wait is about; each further one is twice as long."""
    longest: float = 10.0
    """What no wait is longer than, but one that the server asks for."""
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    """Between 0 and 1: waits are spread, so that many clients do not come back at once."""

    def pause(self, attempt: int, error: ModelError) -> float:
        """Seconds between *attempt* (from 1) that ended with *error* and the next one.

        >>> Patience(chance=lambda: 1.0).pause(3, ModelError("busy"))
        2.0
        """
        own = min(self.first * 2.0 ** (attempt - 1), self.longest) * (0.5 + self.chance() / 2)
        return own if error.after is None else max(error.after, own if error.after else 0.0)

    def sleep(self, seconds: float) -> None:
        """Wait so that exceptions which are scheduled in this thread arrive soon."""
        until = self.clock() + seconds
        while (left := until - self.clock()) > 0:
            self.wait(min(left, _SLICE))


class Attempts:
    """The requests that are sent for one answer, within *seconds* and what *meter* allows."""

    def __init__(self, patience: Patience, seconds: float, meter: Meter | None) -> None:
        left = None if meter is None else meter.remaining()
        self._patience, self._meter = patience, meter
        self._until = patience.clock() + (seconds if left is None else min(seconds, left))
        self.sent = 0
        """Requests so far."""

    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._until - self._patience.clock())

    def request(self, tokens: int) -> None:
        """One more request of about so many tokens is sent; raises when it is not allowed."""
        if self._meter is not None:
            self._meter.check(tokens)
            self._meter.request()
        self.sent += 1

    def again(self, error: ModelError) -> None:
        """Wait until the next attempt, or raise *error* when there is to be none."""
        most = 2 if error.kind in _ONCE else self._patience.tries
        pause = self._patience.pause(self.sent, error)
        if not error.retry or self.sent >= most or pause >= self.left():
            if self._meter is not None and error.kind == "timeout" and not self._meter.remaining():
                # It was not the answer's time that ran out, but what may be spent.
                self._meter.check()
            raise error
        self._patience.sleep(pause)
