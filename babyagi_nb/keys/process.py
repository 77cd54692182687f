"""Keys in the memory of this process; they end with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from babyagi_nb.keys.redaction import Redaction

__all__ = ["ProcessKeys"]


class ProcessKeys:
    """Implements ``core.ports.Keys`` in memory.

    >>> keys = ProcessKeys()
    >>> keys.set("service", "not-a-real-one")
    'this kernel only'
    >>> dict(keys.sources())
    {'service': 'this kernel'}
    """

    def __init__(self, *, redaction: Redaction | None = None) -> None:
        self._values: dict[str, str] = {}
        self.redaction = redaction or Redaction()

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: str) -> str:
        self._values[name] = value
        self.redaction.learn(name, value)
        return "this kernel only"

    def forget(self, name: str) -> bool:
        return self._values.pop(name, None) is not None

    def sources(self) -> Mapping[str, str]:
        return dict.fromkeys(sorted(self._values), "this kernel")

    def source(self, name: str) -> str:
        """``"this kernel"``, or ``""``."""
        return "this kernel" if name in self._values else ""

    def secrets(self) -> Iterator[tuple[str, str]]:
        return self.redaction.secrets()
