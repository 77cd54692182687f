"""Seals: telling an approval that this user gave from one that somebody wrote into the store.

A seal is an HMAC-SHA256 over a message, under a secret that lies in the user's own folder and is
made when the first seal is. A store that was copied, cloned or edited carries no valid seal for
another user. A seal says who, not when: what has to be revocable or fresh is the message's affair.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from babyagi_nb.keys.folder import PrivateFolder, config_folder
from babyagi_nb.keys.secretfile import SIZE, make_secret, read_secret

__all__ = ["MemorySeal", "Seal"]

_TAG = "s1:"
_FILE = "seal.secret"


class MemorySeal:
    """Seals that hold in this process only: what a store in memory needs.

    >>> seal = MemorySeal()
    >>> signature = seal.sign(b"approve f@1")
    >>> seal.holds(b"approve f@1", signature), seal.holds(b"approve f@2", signature)
    (True, False)
    """

    def __init__(self) -> None:
        self._key = os.urandom(SIZE)

    def sign(self, message: bytes) -> str:
        """The seal of *message*, tagged ``s1:``."""
        return _sealed(self._key, message)

    def holds(self, message: bytes, signature: str) -> bool:
        """Whether *signature* is the seal of *message*."""
        return _equal(_sealed(self._key, message), signature)


class Seal:
    """Seals under the secret of one user; ``folder`` defaults to the user's own.

    Both methods raise :class:`~babyagi_nb.errors.KeyStoreError` when the secret is damaged or may
    be read by others, for then it proves nothing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = PrivateFolder(config_folder() if folder is None else folder)
        self._state: tuple[int, ...] | None = None
        self._key = b""

    def sign(self, message: bytes) -> str:
        """The seal of *message*, tagged ``s1:``; makes the secret if there is none."""
        if not self._read():
            with self._folder.locked():
                make_secret(self._folder, _FILE)
            self._read()
        return _sealed(self._key, message)

    def holds(self, message: bytes, signature: str) -> bool:
        """Whether *signature* is the seal of *message*; never so where no secret was made."""
        return self._read() and _equal(_sealed(self._key, message), signature)

    def _read(self) -> bool:
        """Have the secret at hand; whether there is one."""
        state = self._folder.state(_FILE)
        if state is None or state != self._state:
            found = read_secret(self._folder, _FILE)
            self._key, self._state = found or b"", state
        return bool(self._key)


def _sealed(key: bytes, message: bytes) -> str:
    return _TAG + hmac.digest(key, message, "sha256").hex()


def _equal(wanted: str, given: object) -> bool:
    # What is compared may come out of a store, where it may be anything.
    return isinstance(given, str) and hmac.compare_digest(
        wanted.encode(), given.encode("utf-8", "replace")
    )
