"""Keys that the environment brings: a variable of the key's name, as given or in capitals.

Nothing is ever written there: what a process adds to its environment, its children inherit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.redaction import Redaction

__all__ = ["EnvironmentKeys"]


class EnvironmentKeys:
    """Implements ``core.ports.Keys`` over environment variables, reading only.

    >>> keys = EnvironmentKeys({"OPENAI_API_KEY": "not-a-real-one"})
    >>> keys.get("openai_api_key"), keys.source("openai_api_key")
    ('not-a-real-one', 'environment variable OPENAI_API_KEY')
    """

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, redaction: Redaction | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._used: set[str] = set()
        self.redaction = redaction or Redaction()

    def get(self, name: str) -> str | None:
        variable = self._variable(name)
        if not variable:
            return None
        value = self._environment[variable]
        self._used.add(name)
        self.redaction.learn(name, value)
        return value

    def set(self, name: str, value: str) -> str:
        """Refuses; raises :class:`~babyagi_nb.errors.KeyStoreError`."""
        raise KeyStoreError(
            "a key is not written into the environment, which children inherit",
            fix=f"set {name.upper()} where the kernel is started",
        )

    def forget(self, name: str) -> bool:
        return False

    def sources(self) -> Mapping[str, str]:
        """Names that were asked for and found; which variables are keys, nobody else can tell."""
        found = {name: self.source(name) for name in sorted(self._used)}
        return {name: place for name, place in found.items() if place}

    def source(self, name: str) -> str:
        """Where the value of *name* comes from, or ``""``."""
        variable = self._variable(name)
        return f"environment variable {variable}" if variable else ""

    def secrets(self) -> Iterator[tuple[str, str]]:
        return self.redaction.secrets()

    def _variable(self, name: str) -> str:
        for variable in (name, name.upper()):
            # A name with "=" or NUL in it is no variable, and asking for some of them raises.
            if variable and self._environment.get(variable):
                return variable
        return ""
