"""What goes wrong, as a value: a fault turns a good reply into what is sent in its place.

There are two ways. A fault of the *model* says another reply, which is then sent as any other
(``says``). A fault of the *server* or of the way to it is a list of steps on the connection
(``sends``): bytes, a pause, the end. Steps are data, so what a fault does can be read and tested
without a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from babyagi_nb.errors import ModelError
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import Request

__all__ = ["Fault", "Hangup", "Kind", "Pause", "Step", "Unlisten"]

Kind = Literal["transport", "stream", "content", "tools", "code"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Say nothing for a while; it ends early when the client leaves or the server closes."""

    seconds: float | None = None
    """``None``: for ever."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the connection: in order, or with a reset as a crashing server does."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Unlisten:
    """Refuse every new connection from now on."""


Step: TypeAlias = bytes | Pause | Hangup | Unlisten


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong with one request.

    Without ``sends`` and ``says`` nothing is changed.
    """

    name: str
    kind: Kind
    about: str
    """What happens, in one sentence."""
    recovers: bool = True
    """Whether it happens once, and the good reply follows on the next request.

    What does not recover happens to every request from then on.
    """
    delivers: bool = False
    """Whether the good reply is in it, for a client that reads tolerantly."""
    sends: Callable[[Request, Reply], Iterable[Step]] | None = None
    says: Callable[[Request, Reply], Reply] | None = None
    applies: Callable[[Request, Reply], bool] = lambda request, good: True
    """Which requests it can happen to; the others get the good reply."""
    error: Callable[[], ModelError] | None = None
    """What a model in memory raises for it, where no socket can show it."""

    def once(self) -> Fault:
        """The same, and the good reply follows."""
        return replace(self, recovers=True)

    def always(self) -> Fault:
        """The same, with every request."""
        return replace(self, recovers=False)

    def __repr__(self) -> str:
        return f"faults.{self.name}()"
