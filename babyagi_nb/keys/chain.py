"""The product's keys: four places, asked in one order.

An environment variable goes first, because whoever starts a kernel means it; then what was set in
this kernel, then the system's keyring, then the encrypted file. A new value goes into the best
place that lasts: the keyring, else the file, else (no place to write) this kernel, which is said.
It is then taken out of the places that would hide it, so that the newest value is the one in use.

A place that is locked, damaged or silent does not keep another from answering. What is wrong with
it is told once; and a key that is found nowhere else is not called missing but met with the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from babyagi_nb.core.ports import Keys
from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.environment import EnvironmentKeys
from babyagi_nb.keys.keyring import SystemKeyring
from babyagi_nb.keys.process import ProcessKeys
from babyagi_nb.keys.redaction import Redaction
from babyagi_nb.keys.vault import Vault

__all__ = ["KeyChain", "removed_from", "source_of", "troubles_of"]

_LONGEST = 65_536
"""Characters of one value."""


class KeyChain:
    """Implements ``core.ports.Keys`` over environment, this kernel, keyring and encrypted file.

    ``folder`` is where the encrypted file lies, by default the user's own. ``keyring`` finds the
    system's keyring and returns ``None`` where there is none. ``on_trouble`` gets one line, once,
    for each thing that is wrong with a place.

    >>> keys = KeyChain(environment={"SERVICE_KEY": "not-a-real-one"})
    >>> keys.get("service_key"), keys.source("service_key")
    ('not-a-real-one', 'environment variable SERVICE_KEY')
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        keyring: Callable[[], Any] | SystemKeyring | None = None,
        on_trouble: Callable[[str], None] = lambda message: None,
    ) -> None:
        self.redaction = Redaction()
        self.environment = EnvironmentKeys(environment, redaction=self.redaction)
        self.kernel = ProcessKeys(redaction=self.redaction)
        self.keyring = (
            keyring
            if isinstance(keyring, SystemKeyring)
            else SystemKeyring(backend=keyring, redaction=self.redaction)
        )
        self.vault = Vault(folder, redaction=self.redaction)
        self._on_trouble = on_trouble
        self._told: set[str] = set()

    def get(self, name: str) -> str | None:
        return self._first(name, lambda place: place.get(name))

    def set(self, name: str, value: str) -> str:
        """Keep *value* in the best place that lasts, and return in plain words where.

        Raises :class:`~babyagi_nb.errors.KeyStoreError` for a name that functions cannot use and
        for a value that is empty or no text.
        """
        _check(name, value)
        self.redaction.learn(name, value)
        words, kept = self._keep(name, value)
        for place in (self.kernel, self.keyring, self.vault):
            if place is not kept:
                try:
                    place.forget(name)
                except KeyStoreError as error:
                    self._tell(str(error))
                    if place is self.keyring and kept is self.vault:
                        self.kernel.set(name, value)
        variable = self.environment.source(name)
        return f"{words}; but the {variable} goes first" if variable else words

    def forget(self, name: str) -> bool:
        return bool(self.remove(name))

    def remove(self, name: str) -> tuple[str, ...]:
        """Take *name* out of every place that can be written, and say which ones had it.

        Raises :class:`~babyagi_nb.errors.KeyStoreError` when a place does not let go; the others
        have by then.
        """
        removed, failure = [], None
        for place in (self.kernel, self.keyring, self.vault):
            try:
                if place.forget(name):
                    removed.append(_WORDS[type(place)])
            except KeyStoreError as error:
                failure = error
        if failure is not None:
            raise failure
        return tuple(removed)

    def sources(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for place in (self.vault, self.keyring, self.kernel, self.environment):
            with suppress(KeyStoreError):
                found |= place.sources()
        # Of a name, the environment may hold another value than the place that lists it.
        return {name: self.environment.source(name) or found[name] for name in sorted(found)}

    def source(self, name: str) -> str:
        """Where the value of *name* would come from now, or ``""``."""
        return self._first(name, lambda place: place.source(name) or None) or ""

    def secrets(self) -> Iterator[tuple[str, str]]:
        return self.redaction.secrets()

    def troubles(self) -> tuple[str, ...]:
        """What is wrong with the places, a line each."""
        found = [self.keyring.trouble] if self.keyring.trouble else []
        try:
            self.vault.sources()
        except KeyStoreError as error:
            found.append(str(error))
        return tuple(found)

    def _first(self, name: str, ask: Callable[[Any], str | None]) -> str | None:
        for place in (self.environment, self.kernel, self.keyring):
            found = ask(place)
            if found is not None:
                return found
        if self.keyring.trouble:
            self._tell(self.keyring.trouble)
        return ask(self.vault)

    def _keep(self, name: str, value: str) -> tuple[str, object]:
        reasons = []
        for place in (self.keyring, self.vault):
            if place is self.keyring and not self._retried():
                continue
            try:
                return place.set(name, value), place
            except KeyStoreError as error:
                reasons.append(str(error))
        for reason in reasons:
            self._tell(reason)
        return f"{self.kernel.set(name, value)}; nothing that lasts can be written", self.kernel

    def _retried(self) -> bool:
        """Whether there is a keyring, asked again: the person may have unlocked it."""
        self.keyring.trouble = ""
        return self.keyring.available()

    def _tell(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._on_trouble(message)


def source_of(keys: Keys, name: str) -> str:
    """Where *keys*, of whatever kind, have the value of *name*; ``""`` for nowhere."""
    asked = getattr(keys, "source", None)
    if callable(asked):
        return str(asked(name))
    listed = keys.sources().get(name)
    return listed or ("found" if keys.get(name) is not None else "")


def removed_from(keys: Keys, name: str) -> tuple[str, ...]:
    """Take *name* out of *keys*, of whatever kind, and return the places that had it."""
    if isinstance(keys, KeyChain):
        return keys.remove(name)
    place = source_of(keys, name)
    return (place or "its place",) if keys.forget(name) else ()


def troubles_of(keys: Keys) -> tuple[str, ...]:
    """What is wrong with the places of *keys*, a line each."""
    return keys.troubles() if isinstance(keys, KeyChain) else ()


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not name.isidentifier() or len(name) > 200:
        raise KeyStoreError(f"{name!r} is no name for a key", fix="use letters, digits and _")
    if not isinstance(value, str) or not value or "\0" in value or len(value) > _LONGEST:
        raise KeyStoreError(
            f"the value of {name} is no text, or empty, or too long",
            fix=f"give up to {_LONGEST} characters",
        )


_WORDS: Mapping[type, str] = {
    ProcessKeys: "this kernel",
    SystemKeyring: "the system's keyring",
    Vault: "the encrypted file",
}
