"""Keys in the system's keyring: macOS Keychain, Windows Credential Locker, Secret Service, KWallet.

The ``keyring`` library picks a backend by itself, and may pick one that keeps values in plain text
or nowhere at all. So only the systems' own are used, told by their module, also where the library
has put several into a chain. Anything else counts as no keyring.

A keyring may be locked, ask a question on a screen that nobody sits at, or hang in the message bus.
Every question to it, its import included, is asked by a helper thread that is waited for only so
long; after one silence this kernel asks no more until a key is set again. Answers are kept for a
while, since functions fetch their keys at every call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.redaction import Redaction

__all__ = ["SystemKeyring", "real_backend"]

_SERVICE = "babyagi_nb"
_SYSTEMS = ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
_REAL = frozenset(f"keyring.backends.{each}" for each in _SYSTEMS)
_FRESH = 60.0
"""Seconds for which an answer counts; so long may a change by another kernel go unnoticed."""

T = TypeVar("T")


class SystemKeyring:
    """Implements ``core.ports.Keys`` over the system's keyring, where there is one.

    ``backend`` finds it (``None``: there is none); ``patience`` is how many seconds a question may
    take, ``asking`` the same for setting a value, when the system may want the person's password.
    """

    def __init__(
        self,
        *,
        backend: Callable[[], Any] | None = None,
        patience: float = 5.0,
        asking: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        redaction: Redaction | None = None,
    ) -> None:
        self._find = real_backend if backend is None else backend
        self._patience, self._asking, self._clock = patience, asking, clock
        self._backend: Any = None
        self._looked = False
        self._answers: dict[str, tuple[str | None, float]] = {}
        self.trouble = ""
        """Why the keyring is not asked any more; ``""`` while all is well."""
        self.redaction = redaction or Redaction()

    def available(self) -> bool:
        """Whether there is a real keyring that has answered so far."""
        if not self._looked and not self.trouble:
            self._backend = self._ask(self._find, self._patience)
            self._looked = not self.trouble
        return self._backend is not None and not self.trouble

    def get(self, name: str) -> str | None:
        known = self._answers.get(name)
        if known is not None and self._clock() < known[1]:
            return known[0]
        if not self.available():
            return None
        value = self._ask(lambda: self._backend.get_password(_SERVICE, name), self._patience)
        if value is not None and type(value) is not str:
            value = None
        if not self.trouble:
            self._note(name, value)
        return value

    def set(self, name: str, value: str) -> str:
        """Keep *value*; raises :class:`~babyagi_nb.errors.KeyStoreError` where that fails."""
        self.trouble = ""
        if self.available():

            def keep() -> object:
                self._backend.set_password(_SERVICE, name, value)
                return self._backend.get_password(_SERVICE, name)

            # Some keyrings take a value and drop it: only what comes back is kept.
            kept = self._ask(keep, self._asking)
            if kept == value:
                self._note(name, value)
                return "the system's keyring"
            self._answers.pop(name, None)
        raise KeyStoreError(
            self.trouble or "there is no system keyring that keeps this value",
            fix="unlock it, or give the key as an environment variable",
        )

    def forget(self, name: str) -> bool:
        self._answers.pop(name, None)
        if self.get(name) is None:
            return False
        self._ask(lambda: self._backend.delete_password(_SERVICE, name), self._patience)
        self._answers.pop(name, None)
        if self.trouble or self.get(name) is not None:
            raise KeyStoreError(
                self.trouble or f"the system's keyring did not let go of {name!r}",
                fix="unlock it, or remove the entry with the system's own program",
            )
        return True

    def sources(self) -> Mapping[str, str]:
        """Names that were asked for and found: a keyring does not list its entries."""
        return {name: "keyring" for name in sorted(self._answers) if self.get(name) is not None}

    def source(self, name: str) -> str:
        """``"keyring"``, or ``""``."""
        return "keyring" if self.get(name) is not None else ""

    def secrets(self) -> Iterator[tuple[str, str]]:
        return self.redaction.secrets()

    def _note(self, name: str, value: str | None) -> None:
        self._answers[name] = value, self._clock() + _FRESH
        if value is not None:
            self.redaction.learn(name, value)

    def _ask(self, question: Callable[[], T], seconds: float) -> T | None:
        """The answer, or ``None`` and a ``trouble`` when there was none in time."""
        answers: list[T] = []
        errors: list[BaseException] = []
        done = threading.Event()

        def ask() -> None:
            try:
                answers.append(question())
            except BaseException as error:
                errors.append(error)
            finally:
                done.set()

        threading.Thread(target=ask, name="babyagi-keyring", daemon=True).start()
        if not done.wait(seconds):
            self.trouble = f"the system's keyring did not answer within {seconds:g} seconds"
        elif errors:
            # Its own words may repeat what it was given.
            self.trouble = f"the system's keyring refused: {type(errors[0]).__name__}"
        return answers[0] if done.is_set() and answers else None


def real_backend() -> Any:
    """The system's own keyring, or ``None`` where the library or the keyring is missing."""
    try:
        import keyring
    except ImportError:
        return None
    chosen: Any = keyring.get_keyring()
    for each in (chosen, *(getattr(chosen, "backends", None) or ())):
        if type(each).__module__ in _REAL:
            return each
    return None
