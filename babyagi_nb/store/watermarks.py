"""How far each journal has been taken in: one row per source, moved with the rows it stands for.

Whoever inserts rows moves the watermark in the same transaction; that, and nothing else, makes the
fold exactly-once. A row whose source went to the archive is kept, so that a later fold can tell an
archived source it knows from one it does not (after a rebuild, or after a restore).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babyagi_nb.store.connection import Hold

__all__ = ["Watermarks", "mark_archived", "move", "read_watermarks"]


@dataclass(frozen=True, slots=True)
class Watermarks:
    """Bytes taken in by source, and which of the sources are in the archive."""

    folded: Mapping[str, int]
    archived: frozenset[str]


def read_watermarks(hold: Hold) -> Watermarks:
    rows = hold.rows("SELECT source, folded, archived FROM store.data.watermarks")
    return Watermarks(
        folded={source: int(folded) for source, folded, _ in rows},
        archived=frozenset(source for source, _, archived in rows if archived),
    )


def move(hold: Hold, ends: Mapping[str, int], known: Mapping[str, int]) -> None:
    """Set the watermarks of *ends*; *known* says which sources have a row already."""
    new = [source for source in ends if source not in known]
    for source, end in ends.items():
        if source in known:
            hold.execute(
                "UPDATE store.data.watermarks SET folded = ? WHERE source = ?", (end, source)
            )
    if new:
        hold.execute(
            "INSERT INTO store.data.watermarks "
            "SELECT unnest(?::VARCHAR[]), unnest(?::BIGINT[]), false",
            (new, [ends[source] for source in new]),
        )


def mark_archived(hold: Hold, sources: Iterable[str], known: Mapping[str, int]) -> None:
    """Say that *sources* are in the archive."""
    names = list(sources)
    move(hold, {name: 0 for name in names if name not in known}, known)
    if names:
        hold.execute(
            "UPDATE store.data.watermarks SET archived = true WHERE list_contains(?, source)",
            (names,),
        )
