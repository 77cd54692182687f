"""Values of keys: never in the store, never in a record.

A value comes from this process (:meth:`ProcessKeys.set`) or from an environment variable of the
key's name, as given or in capitals. Every value that was handed out or set is remembered for
redaction: whatever is written or shown has it replaced by the key's name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping

__all__ = ["ProcessKeys"]

_SHORTEST = 6
"""Shorter values are not redacted: replacing every ``1`` would destroy records, not protect."""


class ProcessKeys:
    """Implements ``core.ports.Keys`` with the environment and this process's memory.

    ``on_secret`` is called once, when there is a first value to redact.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        on_secret: Callable[[], None] = lambda: None,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._values: dict[str, str] = {}
        self._known: dict[bytes, bytes] = {}
        self._names: dict[str, str] = {}
        self.on_secret = on_secret

    def get(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is None:
            value = self._environment.get(name) or self._environment.get(name.upper())
        if value is not None:
            self._remember(name, value)
        return value

    def set(self, name: str, value: str) -> str:
        self._values[name] = value
        self._remember(name, value)
        return f"this kernel only; the environment variable {name.upper()} would keep it"

    def forget(self, name: str) -> bool:
        return self._values.pop(name, None) is not None

    def sources(self) -> Mapping[str, str]:
        return dict.fromkeys(self._values, "this kernel")

    def source(self, name: str) -> str:
        """Where the value of *name* would come from now, or ``""``."""
        if name in self._values:
            return "this kernel"
        for variable in (name, name.upper()):
            if self._environment.get(variable):
                return f"environment variable {variable}"
        return ""

    def secrets(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for value, name in self._names.items())

    def redact(self, line: bytes) -> bytes:
        """Replace every known value in an encoded record by ``[key NAME]``."""
        for secret, mark in self._known.items():
            if secret in line:
                line = line.replace(secret, mark)
        return line

    def redact_text(self, text: str) -> str:
        for value, name in self._names.items():
            text = text.replace(value, f"[key {name}]")
        return text

    def _remember(self, name: str, value: str) -> None:
        if len(value) < _SHORTEST or value in self._names:
            return
        first = not self._names
        self._names[value] = name
        mark = f"[key {name}]".encode()
        # As it stands in a record: plain, escaped for JSON, and inside a repr inside JSON.
        for form in (value, json.dumps(value)[1:-1], json.dumps(repr(value)[1:-1])[1:-1]):
            self._known[form.encode("utf-8", "surrogatepass")] = mark
        # Longest first, so that a value that contains another is replaced whole.
        self._known = dict(sorted(self._known.items(), key=lambda item: -len(item[0])))
        if first:
            self.on_secret()
