"""What a store keeps besides functions and runs: documents, builds and vectors, as files.

Each of their adapters looks after itself. Here they are files to whoever copies a store, exchanges
its content, or examines it: which names count, and what is wrong with a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from babyagi_nb.core.ports import Finding
from babyagi_nb.store.home import Home
from babyagi_nb.store.jsontext import read_object
from babyagi_nb.store.lock import is_claimed
from babyagi_nb.store.shelf import is_document
from babyagi_nb.store.vectors import is_vector_line

__all__ = ["FOLDERS", "examine", "is_belonging", "is_held", "present", "set_aside"]

FOLDERS = ("shelf", "builds", "vectors")

_LINES = re.compile(r"builds/[0-9A-Z]{1,32}\.ndjson|vectors/[0-9a-f]{16}\.ndjson", re.ASCII)


def is_belonging(name: str) -> bool:
    """Whether *name*, inside a store, is that of a document, a build or vectors.

    >>> is_belonging("shelf/prices.json"), is_belonging("shelf/../prices.json")
    (True, False)
    """
    if name.startswith("shelf/") and name.endswith(".json"):
        return is_document(name.removeprefix("shelf/").removesuffix(".json"))
    return _LINES.fullmatch(name) is not None


def present(home: Home) -> list[str]:
    """Names of what there is, in order; drafts and lock files are none of it."""
    found = (path for folder in FOLDERS for path in (home.path / folder).rglob("*.*json"))
    names = (path.relative_to(home.path).as_posix() for path in found if path.is_file())
    return sorted(filter(is_belonging, names))


def is_held(home: Home, name: str) -> bool:
    """Whether a living process goes on writing to the build *name*."""
    path = home.path / name
    return path.suffix == ".ndjson" and is_claimed(path.with_suffix(".lock"))


def examine(home: Home) -> Iterator[Finding]:
    """Say how many there are, and what is wrong with any; changes nothing."""
    names = present(home)
    for folder, what in zip(FOLDERS, ("documents", "builds", "models"), strict=True):
        mine = [name for name in names if name.startswith(f"{folder}/")]
        yield Finding(level="ok", subject=folder, message=f"{len(mine)} {what}")
        for name in mine:
            try:
                data = (home.path / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                yield _unreadable(folder, name, str(error.strerror or error), "look at the disk")
                continue
            yield from _LOOKS[folder](home, name, data)


def set_aside(home: Home, aside: Path) -> list[str]:
    """Move what cannot be read below the directory *aside*; returns the names of what that was."""
    moved = []
    for name in present(home):
        path = home.path / name
        if _is_useless(name, path.read_bytes()) and not is_held(home, name):
            (aside / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(path, aside / name)
            moved.append(name)
    return moved


# -- one look for each folder ------------------------------------------------------------------


def _look_at_document(home: Home, name: str, data: bytes) -> Iterator[Finding]:
    if _is_useless(name, data):
        yield _unreadable("shelf", name, "it is no JSON, and counts as missing")


def _look_at_build(home: Home, name: str, data: bytes) -> Iterator[Finding]:
    if is_held(home, name):
        return
    if _is_useless(name, data):
        yield _unreadable("builds", name, "its first line does not say what was begun")
        return
    lines = data.split(b"\n")
    if lines[-1]:
        yield _note("builds", f"{name!r} ends in the middle of a step", "nothing: it is done again")
    if broken := sum(1 for line in lines[:-1] if line and read_object(line) is None):
        yield _note("builds", f"{name!r} has {broken} lines that are no steps", "nothing")


def _look_at_vectors(home: Home, name: str, data: bytes) -> Iterator[Finding]:
    lines = data.split(b"\n")
    if broken := sum(1 for line in lines if line and not is_vector_line(line)):
        yield _note(
            "vectors", f"{name!r} has {broken} lines that are no vectors", "nothing: made again"
        )


_LOOKS = {"shelf": _look_at_document, "builds": _look_at_build, "vectors": _look_at_vectors}


def _is_useless(name: str, data: bytes) -> bool:
    """Whether nothing of the file can be used; of vectors, each line stands for itself."""
    if name.startswith("builds/"):
        first = read_object(data.partition(b"\n")[0])
        return first is None or not isinstance(first.get("header"), dict)
    if name.startswith("shelf/"):
        try:
            orjson.loads(data)
        except ValueError:
            return True
    return False


def _note(subject: str, message: str, fix: str) -> Finding:
    return Finding(level="note", subject=subject, message=message, fix=fix)


def _unreadable(
    subject: str, name: str, why: str, fix: str = "%babyagi doctor --repair puts it aside"
) -> Finding:
    return Finding(
        level="warning", subject=subject, message=f"{name!r} cannot be read: {why}", fix=fix
    )
