"""Small JSON documents of a store: one file each, replaced as a whole.

They hold what is neither a function nor a run: prices, what a server can do, transcripts. A
document is written beside its place and moved there, so that whoever reads sees the old one or the
new one. Values of keys are taken out before. The directory is made by the first document.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from pathlib import Path
from typing import Any

import orjson

from babyagi_nb.errors import UsageError
from babyagi_nb.store.home import Home, unwritable
from babyagi_nb.store.jsontext import kept_text

__all__ = ["FileShelf", "MemoryShelf", "is_document"]

_PART = r"[a-z0-9][a-z0-9_.-]{0,100}"
_NAME = re.compile(rf"(?:{_PART}(?<!\.json)/)?{_PART}", re.ASCII)
"""A folder that ends in ``.json`` could stand where a document has to."""

_drafts = itertools.count()


class FileShelf:
    """Implements ``core.ports.Shelf`` in the ``shelf`` directory of a store."""

    def __init__(self, home: Home) -> None:
        self._folder = home.shelf

    def get(self, name: str) -> Any | None:
        try:
            return orjson.loads(self._file(name).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, name: str, value: Any) -> None:
        file = self._file(name)
        data = kept_text(value, indent=True)
        # Threads of one process may write the same document at once.
        beside = file.with_name(f".{file.name}.{os.getpid()}.{next(_drafts)}")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(beside, data)
            os.replace(beside, file)
        except OSError as error:
            raise unwritable(file, error) from error
        finally:
            # An interrupt leaves no draft behind either.
            _remove(beside)

    def names(self, prefix: str = "") -> list[str]:
        found = (each.relative_to(self._folder) for each in self._folder.rglob("*.json"))
        names = (each.as_posix().removesuffix(".json") for each in found)
        return sorted(each for each in names if each.startswith(prefix) and is_document(each))

    def remove(self, name: str) -> bool:
        file = self._file(name)
        try:
            file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unwritable(file, error) from error
        return True

    def _file(self, name: str) -> Path:
        return self._folder / f"{_checked(name)}.json"


class MemoryShelf:
    """Implements ``core.ports.Shelf`` for a store in memory."""

    def __init__(self) -> None:
        self._documents: dict[str, bytes] = {}

    def get(self, name: str) -> Any | None:
        found = self._documents.get(_checked(name))
        return None if found is None else orjson.loads(found)

    def put(self, name: str, value: Any) -> None:
        self._documents[_checked(name)] = kept_text(value)

    def names(self, prefix: str = "") -> list[str]:
        return sorted(each for each in list(self._documents) if each.startswith(prefix))

    def remove(self, name: str) -> bool:
        return self._documents.pop(_checked(name), None) is not None


def is_document(name: str) -> bool:
    """Whether a document can have this name.

    >>> is_document("chats/2026"), is_document("../prices"), is_document(".prices")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def _checked(name: str) -> str:
    if not is_document(name):
        raise UsageError(f"{name!r} is no name of a document", fix="use a-z, 0-9, '_', '.', '-'")
    return name


def _write(path: Path, data: bytes) -> None:
    """Durably: a name that was moved before its content is on the disk may outlive it."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(draft: Path) -> None:
    with contextlib.suppress(OSError):
        draft.unlink(missing_ok=True)
