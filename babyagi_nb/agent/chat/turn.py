"""What came of one thing that a person said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babyagi_nb.core.budget import NO_COST, Spent

__all__ = ["Called", "Turn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call that the model asked for."""

    id: str
    name: str
    arguments: str
    """JSON text of an object."""
    status: str
    """``done``, ``failed``, ``refused``, or ``known``: answered from memory."""
    note: str
    """The value, or what was in the way, in one line."""
    run: str | None = None
    """Id of the ``tool`` run; the function's own run is below it."""

    def row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer, and what was done for it."""

    text: str
    """What the model said at the end; somebody else's text."""
    calls: tuple[Called, ...] = ()
    spent: Spent = NO_COST
    run: str | None = None
    """Id of the ``chat`` run."""
    finish: str = "stop"
    """``stop``; ``rounds`` when it went on calling functions and was told to answer; ``length`` or
    ``truncated`` when the answer broke off; ``budget``, ``interrupted`` or ``error`` when the turn
    did, and :meth:`Conversation.say` raised."""
    model: str = ""

    def row(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "calls": [each.row() for each in self.calls],
            "spent": self.spent.row(),
            "run": self.run,
            "finish": self.finish,
            "model": self.model,
        }

    def __str__(self) -> str:
        return self.text
