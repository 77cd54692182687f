"""Handing events of a turn to whoever watches, without ever harming the turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from babyagi_nb.agent.chat.events import Asked, Event, TextPiece, Watch
from babyagi_nb.core.cleaning import clean, one_line

__all__ = ["Teller"]


class Teller:
    """Tells the events of one turn.

    ``call`` is the call under way, for questions about it.
    """

    def __init__(self, watch: Watch | None, confirm: Callable[[str], bool]) -> None:
        self._watch = watch
        self._confirm = confirm
        self.call = ""

    @property
    def watched(self) -> bool:
        return self._watch is not None

    def __call__(self, event: Event) -> None:
        if self._watch is not None:
            # Somebody who cannot show an event is no reason to fail what it tells of.
            with suppress(Exception):
                self._watch(event)

    def text(self, piece: str) -> None:
        if piece:
            self(TextPiece(text=clean(piece)))

    def confirm(self, question: str) -> bool:
        """Ask the person; nobody there means no."""
        self(Asked(call=self.call, question=one_line(question, 400)))
        return self._confirm(question) is True
