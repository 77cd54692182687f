"""Keys in an encrypted file of the user's own folder, for where there is no system keyring.

``keys.vault`` is JSON: names, and each value under AES-256-GCM with a nonce of its own. The name is
bound to its value as associated data, so that an entry moved to another name does not open. The key
that encrypts, made at random, lies beside it in ``keys.secret``. Both files are 0600.

What that is worth: neither file alone gives a value away, and no search, backup of one file or
screen share shows one. Whoever can read both files as this user reads the values; against that only
the system's keyring helps. An entry that is removed by force is not missed.

A file that does not open in every entry is never written over: it may be all there is of the keys.
"""

from __future__ import annotations

import binascii
import json
import os
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.folder import PrivateFolder, config_folder
from babyagi_nb.keys.redaction import Redaction
from babyagi_nb.keys.secretfile import make_secret, read_secret

__all__ = ["Vault"]

_FILE, _SECRET = "keys.vault", "keys.secret"
_FORMAT = 1
_NONCE = 12


class Vault:
    """Implements ``core.ports.Keys`` over the encrypted file in *folder* (the user's own).

    Raises :class:`~babyagi_nb.errors.KeyStoreError` for a file that is damaged, was tampered with,
    or may be read by others, and where the disk refuses.
    """

    def __init__(self, folder: Path | None = None, *, redaction: Redaction | None = None) -> None:
        self._folder = PrivateFolder(config_folder() if folder is None else folder)
        self.redaction = redaction or Redaction()
        self._lock = threading.Lock()
        self._state: tuple[object, ...] | None = None
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        value = self._opened().get(name)
        if value is not None:
            self.redaction.learn(name, value)
        return value

    def set(self, name: str, value: str) -> str:
        with self._folder.locked():
            values = {**self._read(), name: value}
            self._write(values)
        self.redaction.learn(name, value)
        return f"an encrypted file; it is {str(self._folder.path / _FILE)!r}"

    def forget(self, name: str) -> bool:
        if self._folder.state(_FILE) is None:
            return False
        with self._folder.locked():
            values = self._read()
            if values.pop(name, None) is None:
                return False
            self._write(values)
        return True

    def sources(self) -> Mapping[str, str]:
        return dict.fromkeys(sorted(self._opened()), "encrypted file")

    def source(self, name: str) -> str:
        """``"encrypted file"``, or ``""``."""
        return "encrypted file" if name in self._opened() else ""

    def secrets(self) -> Iterator[tuple[str, str]]:
        return self.redaction.secrets()

    def _opened(self) -> Mapping[str, str]:
        """All values; the file is opened again only when it was replaced."""
        state = (self._folder.state(_FILE), self._folder.state(_SECRET))
        with self._lock:
            if self._state != state:
                self._values = self._read()
                self._state = state
            return self._values

    def _read(self) -> dict[str, str]:
        content = self._folder.read(_FILE)
        if content is None:
            return {}
        entries = self._entries(content)
        if not entries:
            return {}
        secret = read_secret(self._folder, _SECRET)
        if secret is None:
            raise self._damaged(f"its key {str(self._folder.path / _SECRET)!r} is gone")
        cipher = _cipher(secret)
        return {name: self._decrypted(cipher, name, entry) for name, entry in entries.items()}

    def _entries(self, content: bytes) -> dict[str, str]:
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            raise self._damaged("it is no JSON") from None
        format = found.get("format") if type(found) is dict else None
        if type(format) is int and format > _FORMAT:
            raise KeyStoreError(
                f"{str(self._folder.path / _FILE)!r} was written by a newer version",
                fix="update babyagi_nb",
            )
        entries = found.get("keys") if format == _FORMAT else None
        if type(entries) is not dict or any(type(each) is not str for each in entries.values()):
            raise self._damaged("it is no file of keys")
        return entries

    def _decrypted(self, cipher: Any, name: str, entry: str) -> str:
        from cryptography.exceptions import InvalidTag

        try:
            sealed = b64decode(entry, validate=True)
            value = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(name))
            return str(value.decode("utf-8", "surrogatepass"))
        except (InvalidTag, ValueError, binascii.Error):
            raise self._damaged(f"the entry {name!r} does not open") from None

    def _write(self, values: Mapping[str, str]) -> None:
        secret = make_secret(self._folder, _SECRET)
        cipher = _cipher(secret)
        entries = {}
        for name, value in values.items():
            nonce = os.urandom(_NONCE)
            sealed = cipher.encrypt(nonce, value.encode("utf-8", "surrogatepass"), _bound(name))
            entries[name] = b64encode(nonce + sealed).decode()
        content = json.dumps({"format": _FORMAT, "keys": entries}, indent=1)
        self._folder.replace(_FILE, content.encode() + b"\n")

    def _damaged(self, why: str) -> KeyStoreError:
        return KeyStoreError(
            f"{str(self._folder.path / _FILE)!r} is damaged: {why}",
            fix="put it back from a backup, or move it away and set the keys anew",
        )


def _bound(name: str) -> bytes:
    return b"babyagi key 1\0" + name.encode("utf-8", "surrogatepass")


def _cipher(secret: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise KeyStoreError(
            "the encrypted file of keys needs the package cryptography",
            fix="install it, or give the key as an environment variable",
        ) from error
    return AESGCM(secret)
