"""Transcripts: what was said in a conversation, kept in the store, so that it can go on later.

A transcript is one document of the shelf, ``chats/<id>``, written as a whole after each turn. It is
bounded: the oldest turns leave first, and how many did is kept. Only the newest conversations are
kept, :data:`MOST` of them. A document that cannot be read counts as an empty conversation.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from babyagi_nb.agent.chat.messages import message_of, row_of, settled, size, turns
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Message
from babyagi_nb.core.ports import Shelf
from babyagi_nb.errors import NotFound, near

__all__ = ["CHARACTERS", "MOST", "TURNS", "Chats", "Transcript", "bounded"]

TURNS = 100
"""Of one transcript."""
CHARACTERS = 400_000
"""Of one transcript."""
MOST = 100
"""Transcripts that are kept."""

_PREFIX = "chats/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One conversation."""

    id: str
    messages: tuple[Message, ...] = ()
    """Settled (see ``messages``); the instructions to the model are not among them."""
    title: str = ""
    """How it began, in one line."""
    began: int = 0
    """Nanoseconds since the epoch, UTC."""
    changed: int = 0
    """In the same way."""
    model: str = ""
    """Who spoke last."""
    dropped: int = 0
    """Turns that had to leave for room."""

    @property
    def turns(self) -> int:
        """How many there were, those that left included."""
        return self.dropped + len(turns(self.messages))

    def row(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "began": self.began,
            "changed": self.changed,
            "model": self.model,
            "dropped": self.dropped,
            "messages": [row_of(each) for each in self.messages],
        }


def bounded(transcript: Transcript) -> Transcript:
    """*transcript* settled and without its oldest turns, as far as it is too long."""
    kept = turns(settled(transcript.messages))
    before = len(kept)
    kept = kept[-TURNS:]
    total = sum(map(size, kept))
    while len(kept) > 1 and total > CHARACTERS:
        total -= size(kept.pop(0))
    return replace(
        transcript,
        messages=tuple(each for turn in kept for each in turn),
        dropped=transcript.dropped + before - len(kept),
    )


class Chats:
    """Transcripts of one store.

    ``clock`` gives nanoseconds since the epoch.
    """

    def __init__(self, shelf: Shelf, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._shelf = shelf
        self._clock = clock

    def begin(self) -> Transcript:
        """A new and empty one; nothing is written before something was said."""
        now = self._clock()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now // 1_000_000_000))
        return Transcript(id=f"{stamp}-{secrets.token_hex(2)}", began=now, changed=now)

    def keep(self, transcript: Transcript) -> Transcript:
        """Write *transcript*, bounded, and return it so; raises ``StoreUnwritable``."""
        kept = replace(bounded(transcript), changed=self._clock())
        self._shelf.put(f"{_PREFIX}{kept.id}", kept.row())
        # Ids begin with the time, so the oldest come first.
        for name in self._shelf.names(_PREFIX)[:-MOST]:
            if name != f"{_PREFIX}{kept.id}":
                self._shelf.remove(name)
        return kept

    def ids(self) -> list[str]:
        """Newest first, by when they began."""
        names = (name.removeprefix(_PREFIX) for name in self._shelf.names(_PREFIX))
        return sorted(names, reverse=True)

    def list(self) -> list[Transcript]:
        """All of them, the one that went on last first."""
        found = (self._read(each) for each in self.ids())
        return sorted((each for each in found if each), key=lambda each: -each.changed)

    def open(self, id: str) -> Transcript:
        """The transcript *id*, the only one whose id has *id* in it, or the *id*-th of the list.

        Raises ``NotFound``.
        """
        if id.isdecimal() and len(id) <= len(str(MOST)):
            listed = self.list()
            if not 0 < int(id) <= len(listed):
                raise NotFound(f"no conversation {id}", fix=f"there are {len(listed)}")
            return listed[int(id) - 1]
        known = self.ids()
        close = [each for each in known if each == id] or [each for each in known if id in each]
        if len(close) != 1 or not id:
            hint = f"there are {len(close)} with it" if close else near(id, known)
            raise NotFound(f"no conversation {one_line(id, 60)!r}", fix=hint or "%babyagi chats")
        return self._read(close[0]) or Transcript(id=close[0])

    def _read(self, id: str) -> Transcript | None:
        row = self._shelf.get(f"{_PREFIX}{id}")
        if not isinstance(row, Mapping):
            return None
        listed = row.get("messages")
        messages = map(message_of, listed if isinstance(listed, list) else [])
        return bounded(
            Transcript(
                id=id,
                messages=tuple(each for each in messages if each is not None),
                title=one_line(row.get("title", ""), 200),
                began=_whole(row.get("began")),
                changed=_whole(row.get("changed")),
                model=one_line(row.get("model", ""), 200),
                dropped=_whole(row.get("dropped")),
            )
        )


def _whole(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0
