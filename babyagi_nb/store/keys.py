"""Values of keys: never in the store, never in a record.

A value comes from this process (:meth:`ProcessKeys.set`) or from an environment variable of the
key's name, as given or in capitals. Every value that was handed out or set is remembered for
redaction: whatever is written has it replaced by the key's name, also where it was quoted for
Python, JSON, HTML or a URL, or encoded once as base64 or hexadecimal. That is hygiene against
accidents, not a wall against code that means to give a value away.
"""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol
from urllib.parse import quote, quote_plus

from babyagi_nb.core.ports import Keys

__all__ = ["ProcessKeys", "keep_out", "without_secrets", "written_forms"]

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

    def _remember(self, name: str, value: str) -> None:
        if len(value) < _SHORTEST or value in self._names:
            return
        first = not self._names
        self._names[value] = name
        mark = f"[key {name}]".encode()
        for form in written_forms(value):
            self._known[form] = mark
        # Longest first, so that a value that contains another is replaced whole.
        self._known = dict(sorted(self._known.items(), key=lambda item: -len(item[0])))
        if first:
            self.on_secret()


class _Redacting(Protocol):
    redact: Callable[[bytes], bytes] | None


def keep_out(keys: Keys, journal: _Redacting) -> None:
    """Let no record of *journal* hold a value of *keys*, which have to be :class:`ProcessKeys`.

    Until there is a value, records go to the disk without being looked through.
    """

    def begin() -> None:
        if isinstance(keys, ProcessKeys):
            journal.redact = keys.redact

    if isinstance(keys, ProcessKeys):
        keys.on_secret = begin
        if any(True for _ in keys.secrets()):
            begin()


def without_secrets(message: str, keys: Keys) -> str:
    """*message* with every value of *keys* replaced by ``[key NAME]``."""
    for name, value in keys.secrets():
        message = message.replace(value, f"[key {name}]")
    return message


def written_forms(value: str) -> set[bytes]:
    """How *value* may stand in an encoded record.

    >>> {b"a%20key-1", b"a+key-1", b"YSBrZXktM"} <= written_forms("a key-1")
    True
    """
    # Most values have nothing to quote, so that few of these differ.
    texts = {second(first(value)) for first in _QUOTED for second in _QUOTED}
    texts |= {quote(value, errors="replace"), quote(value, "", errors="replace")}
    texts.add(quote_plus(value, errors="replace"))
    forms: set[bytes] = set()
    for text in texts:
        for plainly in (False, True):
            escaped = json.dumps(text, ensure_ascii=plainly)[1:-1]
            forms.add(escaped.encode("utf-8", "surrogatepass"))
    raw = value.encode("utf-8", "surrogatepass")
    forms |= {raw.hex().encode(), raw.hex().upper().encode()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms |= {_inner(encode, raw, before) for before in range(3)}
    return {form for form in forms if len(form) >= _SHORTEST}


_QUOTED: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: repr(text)[1:-1],
    lambda text: repr('"' + text)[2:-1],  # beside a double quote, single ones are escaped
    lambda text: repr(text.encode("utf-8", "surrogatepass"))[2:-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    html.escape,
    lambda text: html.escape(text, quote=False),
)
"""How texts are written inside other texts, without the quotes around."""


def _inner(encode: Callable[[bytes], bytes], raw: bytes, before: int) -> bytes:
    """The letters of base64 that depend on *raw* alone, with *before* other bytes in front."""
    first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
    return encode(bytes(before) + raw)[first:last]
