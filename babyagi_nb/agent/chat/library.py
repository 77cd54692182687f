"""What a conversation reaches of the application, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.search import Find

__all__ = ["Library"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Stored functions, as a conversation may use them."""

    catalogue: Callable[[], Catalogue]
    """What exists, after a look at what other kernels changed."""
    call: Callable[[str, Mapping[str, Any]], Any]
    """Runs a function with JSON that fits its schema, as a logged run, and returns its value; one
    that is ``async`` is awaited."""
    schema: Callable[[str], Mapping[str, Any]]
    """JSON schema of the arguments of a function."""
    propose: Callable[..., list[str]]
    """``propose(code, **declared)`` stores drafts and returns their labels."""
    find: Find
    """Functions by what they do."""
