"""What can be found: functions as documents, and hits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from babyagi_nb.core.records import FunctionSpec

__all__ = ["Document", "Find", "Hit", "PHRASES", "document"]

PHRASES = "search_phrases"
"""Member of a function's ``metadata``: ways in which somebody may ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What of a function is searched; each field has its own weight."""

    name: str
    description: str = ""
    phrases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """Names of its parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One function that was found."""

    name: str
    score: float
    """Comparable within one search only; the best comes first."""
    why: str = ""
    """The words, or the way, it was found by."""


Find = Callable[[str, int], list[Hit]]
"""Query and at most how many → hits, best first."""


def document(spec: FunctionSpec) -> Document:
    """What of *spec* is searched."""
    said = spec.metadata.get(PHRASES, ())
    phrases = said if isinstance(said, list | tuple) else ()
    return Document(
        name=spec.name,
        description=spec.description,
        phrases=tuple(str(each) for each in phrases),
        tags=spec.tags,
        parameters=tuple(each.name for each in spec.parameters),
    )
