"""What happens in a turn of a chat, told while it happens.

A cell, the side bar and a test listen to the same events. ``row()`` is the event as JSON, with its
kind under ``event``. Every text in it came from a model, a function or a person: it was cleaned of
what acts, and whoever shows it still has to escape it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from babyagi_nb.core.budget import NO_COST, Spent

__all__ = ["Asked", "Brought", "Event", "Note", "TextPiece", "ToolBegan", "ToolEnded", "TurnEnded",
           "Watch"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    >>> TextPiece(text="Hello").row()
    {'event': 'text', 'text': 'Hello'}
    """

    kind: ClassVar[str] = ""

    def row(self) -> dict[str, Any]:
        found: dict[str, Any] = {"event": self.kind}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Spent):
                value = value.row()
            found[each.name] = list(value) if isinstance(value, tuple) else value
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece(Event):
    """The next piece of what the model says."""

    kind = "text"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolBegan(Event):
    """The model wants a function called."""

    kind = "began"
    call: str
    """Id of the call in the conversation."""
    name: str
    arguments: str
    """In one short line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Event):
    """The person is asked before a call."""

    kind = "asked"
    call: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolEnded(Event):
    """What became of a call."""

    kind = "ended"
    call: str
    name: str
    status: str
    """``done``, ``failed``, ``refused``, or ``known``: answered from memory."""
    note: str
    """The value, or what was in the way, in one line."""
    run: str | None = None
    """In the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Event):
    """A search of the model made these functions callable."""

    kind = "brought"
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Event):
    """Something the person should know, beside what was said."""

    kind = "note"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Event):
    """The turn is over, whichever way; always the last event of a turn."""

    kind = "turn"
    finish: str
    """As in :class:`~babyagi_nb.agent.chat.turn.Turn`."""
    run: str | None = None
    spent: Spent = NO_COST


Watch = Callable[[Event], None]
"""Listens; what it raises is not the turn's concern."""
