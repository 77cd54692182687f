"""What the taggers of ``core.tags`` and ``core.arrays`` may ask of the walk they are part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

__all__ = ["Tagger", "Walk"]


class Walk(Protocol):
    """A walk over one value (see ``core.preview``); every method charges the walk's budget."""

    left: int
    """Bytes of JSON that may still be made."""

    def take(self, value: Any, depth: int) -> Any:
        """Return the snapshot of one part."""
        ...

    def text(self, value: str, limit: int = ...) -> Any:
        """Return a text, or a tag of its beginning."""
        ...

    def items(self, values: Any, length: int, depth: int) -> list[Any]:
        """Return snapshots of the first of *length* values."""
        ...

    def fields(self, pairs: Any, length: int, depth: int) -> dict[str, Any]:
        """Return an object of the first of *length* pairs of plain text and value."""
        ...


Tagger = Callable[[Walk, Any, Any, int], dict[str, Any]]
"""Makes a tag's members from (walk, value, the known base class, depth)."""
