"""From the lines of the definition log to whole transactions.

Only complete transactions come out: a reader may look while a writer is at work, and a writer may
die in the middle. What is not complete at the end of the file is its *tail*; it is either still
growing or torn, and whoever holds the log's lock may cut it off, because nobody ever applied it.

Damage in the middle costs the transaction it hits and nothing else. A first line always begins a
new transaction, so what follows a broken one is found again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.core.events import Event, Transaction
from babyagi_nb.ids import KernelId, TransactionId
from babyagi_nb.store.codec import decode_event, decode_head

__all__ = ["Frames", "read_frames"]


@dataclass(slots=True)
class Frames:
    """What a piece of the log holds. Offsets count bytes from the start of the piece."""

    transactions: list[Transaction] = field(default_factory=list)
    damage: dict[int, str] = field(default_factory=dict)
    """Line number -> what is wrong with it."""
    end: int = 0
    """Just behind the last line of the last complete transaction."""
    lines: int = 0
    """Number of the last line before ``end``."""
    keep: int = 0
    """What a writer must not cut off: ``end``, or the last newline if the tail is damaged."""
    last: int = 0
    """Highest transaction number met, also among damaged ones."""


@dataclass(slots=True)
class _Open:
    """A transaction whose last line has not come yet."""

    head: dict[str, Any]
    line: int
    left: int
    whole: bool = True
    events: list[Event] = field(default_factory=list)


def read_frames(data: bytes, *, lines: int = 0) -> Frames:
    """Return the complete transactions in *data*, which begins behind line number *lines*."""
    frames = Frames(lines=lines)
    open_: _Open | None = None
    start, line, damaged_from = 0, lines, -1
    while (end := data.find(b"\n", start)) >= 0:
        line += 1
        try:
            head = decode_head(data, start, end)
            event = decode_event(head, data, start, end)
            tx, left = head["tx"] + 0, head["left"] + 0
            if not left and open_ is None and "at" in head:
                # By far the most common case, and opening a store waits for it.
                frames.transactions.append(_transaction(head, (event,)))
                frames.end, frames.lines, frames.last = end + 1, line, max(frames.last, tx)
                start, damaged_from = end + 1, -1
                continue
            if open_ is None or "at" in head or tx != open_.head["tx"]:
                _give_up(frames, open_)
                open_ = _Open(head, line, left, "at" in head)
                frames.last = max(frames.last, tx)
            elif left != open_.left - 1:
                open_.whole = False
            open_.left = left
            open_.events.append(event)
            if not left:
                _finish(frames, open_)
                open_ = None
                frames.end, frames.lines = end + 1, line
                damaged_from = -1
        except (ValueError, KeyError, TypeError) as error:
            frames.damage[line] = f"{type(error).__name__}: {error}"
            damaged_from = start
            if open_ is not None:
                open_.whole = False
        start = end + 1
    frames.keep = start if damaged_from >= 0 else frames.end
    return frames


def _finish(frames: Frames, done: _Open) -> None:
    if done.whole:
        frames.transactions.append(_transaction(done.head, tuple(done.events)))
    else:
        _give_up(frames, done)


def _transaction(head: dict[str, Any], events: tuple[Event, ...]) -> Transaction:
    return Transaction(
        id=TransactionId(head["tx"]),
        at=head["at"],
        kernel=KernelId(head["kernel"]),
        summary=head["summary"],
        events=events,
        undoes=head.get("undoes"),
    )


def _give_up(frames: Frames, broken: _Open | None) -> None:
    if broken is not None:
        frames.damage.setdefault(broken.line, f"transaction {broken.head['tx']} is incomplete")
