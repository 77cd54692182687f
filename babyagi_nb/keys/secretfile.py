"""A few random bytes that belong to one user and never change: what encrypts, what seals.

The file holds one line, a tag and the bytes in hexadecimal, so that a file that was cut or mixed up
is told from a secret.
"""

from __future__ import annotations

import os
import re

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.folder import PrivateFolder

__all__ = ["SIZE", "make_secret", "read_secret"]

SIZE = 32
"""Bytes."""

_LINE = re.compile(rb"babyagi-secret-1 ([0-9a-f]{64})\n")


def read_secret(folder: PrivateFolder, name: str) -> bytes | None:
    """The secret in file *name*, ``None`` where nobody has made one.

    Raises :class:`~babyagi_nb.errors.KeyStoreError` when it cannot be read, is damaged, or may be
    read by others.
    """
    content = folder.read(name)
    if content is None:
        return None
    found = _LINE.fullmatch(content)
    if found is None:
        raise KeyStoreError(
            f"{str(folder.path / name)!r} is damaged",
            fix="put it back from a backup; without it, what it opens or seals is lost",
        )
    return bytes.fromhex(found[1].decode())


def make_secret(folder: PrivateFolder, name: str) -> bytes:
    """The secret in file *name*, made now if there is none; hold the folder's lock meanwhile."""
    found = read_secret(folder, name)
    if found is None:
        found = os.urandom(SIZE)
        folder.replace(name, b"babyagi-secret-1 %s\n" % found.hex().encode())
    return found
