"""Small JSON documents of a store: one file each, replaced as a whole.

They hold what is neither a function nor a run: prices, what a server can do, transcripts. A
document
is written beside its place and moved there, so that whoever reads sees the old one or the new one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import orjson

from babyagi_nb.errors import UsageError
from babyagi_nb.store.home import Home, unwritable

__all__ = ["FileShelf", "MemoryShelf"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,100}(/[a-z0-9][a-z0-9_.-]{0,100})?", re.ASCII)


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
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2))
            os.replace(beside, file)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise unwritable(file, error) from error

    def names(self, prefix: str = "") -> list[str]:
        found = (each for each in self._folder.rglob("*.json") if not each.name.startswith("."))
        names = (each.relative_to(self._folder).as_posix().removesuffix(".json") for each in found)
        return sorted(each for each in names if each.startswith(prefix))

    def remove(self, name: str) -> bool:
        try:
            self._file(name).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unwritable(self._file(name), error) from error
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
        self._documents[_checked(name)] = orjson.dumps(value)

    def names(self, prefix: str = "") -> list[str]:
        return sorted(each for each in self._documents if each.startswith(prefix))

    def remove(self, name: str) -> bool:
        return self._documents.pop(_checked(name), None) is not None


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a document", fix="use a-z, 0-9, '_', '.', '-'")
    return name
