"""Documents, builds and vectors of a store that is only looked at: what is there can be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from babyagi_nb.core.builds import Steps
from babyagi_nb.store.builds import FileBuilds
from babyagi_nb.store.home import Home
from babyagi_nb.store.readonly import refusal
from babyagi_nb.store.shelf import FileShelf
from babyagi_nb.store.vectors import FileVectors

__all__ = ["ReadBuilds", "ReadShelf", "ReadVectors"]


class ReadBuilds(FileBuilds):
    """Lists builds; none can be begun or held."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._home = home

    def begin(self, header: Mapping[str, Any]) -> Steps:
        raise refusal(self._home)

    def open(self, id: str) -> Steps:
        raise refusal(self._home)


class ReadShelf(FileShelf):
    """Reads documents."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._home = home

    def put(self, name: str, value: Any) -> None:
        raise refusal(self._home)

    def remove(self, name: str) -> bool:
        raise refusal(self._home)


class ReadVectors(FileVectors):
    """Searches what is there."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._home = home

    def put(self, model: str, rows: Mapping[str, Sequence[float]]) -> None:
        raise refusal(self._home)

    def forget(self, model: str, keys: Collection[str] | None = None) -> None:
        raise refusal(self._home)
