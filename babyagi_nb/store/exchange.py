"""Exchanging the content of a store; a kill at any moment leaves the old one or the new one.

What comes in is first written, durably, into the directory ``incoming``. Up to there the store is
what it was. Then one rename puts the mark ``complete`` beside it, and from there on the store will
be the new one: whoever opens it next finishes what a dead process began. There are two stages, and
a second mark between them, because moving aside what was there must not be done again once the
new files are in its place:

- ``complete``: the files that the mark lists go into the directory that it names, the index aside;
- ``cleared``: what came in goes into place, then ``incoming`` goes away.

Each stage can be begun again as often as it is interrupted. The mark lists files, because what is
written after it by kernels that go on working belongs to the new content. Journals of living
kernels, and builds that somebody holds, stay where they are as well. Nothing can be registered
between mark and end. A directory ``incoming`` without a mark never counted, and is removed. Nothing
that was in the store is deleted.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from babyagi_nb.errors import StoreUnwritable
from babyagi_nb.store import belongings
from babyagi_nb.store.home import Home, sync_directory
from babyagi_nb.store.lock import FileLock, Turnstile, is_claimed
from babyagi_nb.store.rebuild import set_index_aside

__all__ = ["finish", "finish_interrupted", "free_name", "stage"]

_COMPLETE = "complete"
_CLEARED = "cleared"
_ASIDE = re.compile(r"aside-[0-9]{1,9}")
_OURS = re.compile(r"definitions\.ndjson|(journal|archive)/[^/]+")
_FOLDERS = ("journal", "archive", *belongings.FOLDERS)


def stage(home: Home, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write *files* (name inside the store, content) to ``incoming``, and mark it as complete.

    Returns where the old content will be kept. The caller keeps everybody else out. After an
    ``OSError`` the store is as it was.
    """
    incoming, aside = home.incoming, free_name(home)
    shutil.rmtree(incoming, ignore_errors=True)
    try:
        for directory in (incoming, incoming / "journal", incoming / "archive"):
            directory.mkdir(mode=0o700)
        for name, data in files:
            (incoming / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_durably(incoming / name, data)
        mark = {"aside": aside.name, "files": _present(home)}
        _write_durably(incoming / ".mark", json.dumps(mark).encode())
        for directory in (*_folders(incoming), incoming, home.path):
            sync_directory(directory)
        os.replace(incoming / ".mark", incoming / _COMPLETE)
    except OSError:
        shutil.rmtree(incoming, ignore_errors=True)
        raise
    sync_directory(incoming)
    return aside


def finish(home: Home) -> bool:
    """Do what is left of an exchange; whether anything was. The caller keeps everybody out."""
    incoming = home.incoming
    if not incoming.is_dir():
        return False
    marked = False
    if (incoming / _COMPLETE).exists():
        marked = True
        aside, files = _read_mark(incoming / _COMPLETE, home)
        _clear(home, aside, files)
        os.replace(incoming / _COMPLETE, incoming / _CLEARED)
        sync_directory(incoming)
    if (incoming / _CLEARED).exists():
        marked = True
        _place(home, incoming)
        (incoming / _CLEARED).unlink()
    shutil.rmtree(incoming, ignore_errors=True)
    return marked


def finish_interrupted(home: Home) -> bool:
    """Finish what a process that died in the middle left; costs one look when there is nothing.

    Raises :class:`~babyagi_nb.errors.StoreUnwritable` where that cannot be done, because half of
    an exchange is neither store.
    """
    if not home.incoming.is_dir():
        return False
    try:
        with FileLock(home.definitions_lock).hold(), Turnstile(home).exclusive():
            return finish(home)
    except OSError as error:
        raise StoreUnwritable(
            f"a restore into {str(home.path)!r} was interrupted: {error.strerror or error}",
            fix="allow writing there, and open it again to finish the restore",
        ) from error


def _present(home: Home) -> list[str]:
    """What is to go aside, as names inside the store; not the journals of the living."""
    found = [home.definitions] if home.definitions.exists() else []
    for directory in (home.journal, home.archive):
        found += sorted(directory.glob("*.ndjson*"))
    # A dead kernel's board says what it had open: that belongs to the old content as well.
    found += sorted(home.journal.glob("*.board"))
    names = [path.relative_to(home.path).as_posix() for path in found if not is_claimed(path)]
    return names + [name for name in belongings.present(home) if not belongings.is_held(home, name)]


def _clear(home: Home, aside: Path, files: list[str]) -> None:
    for name in files:
        target = aside / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One that is gone went aside before the interruption.
        with contextlib.suppress(FileNotFoundError):
            os.replace(home.path / name, target)
    if home.index.exists():
        set_index_aside(home)
    for directory in (*_folders(aside), aside, *_folders(home.path), home.path):
        sync_directory(directory)


def _place(home: Home, incoming: Path) -> None:
    for directory in (home.journal, home.archive):
        directory.mkdir(mode=0o700, exist_ok=True)
        for path in sorted((incoming / directory.name).glob("*.ndjson*")):
            target = directory / path.name
            alive = home.journal / path.name.removesuffix(".gz")
            if target.exists() or alive.exists():
                # It belongs to a living kernel, and has more.
                path.unlink()
            else:
                os.replace(path, target)
    for name in belongings.present(Home(incoming)):
        target = home.path / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            # A build under way, or what was written since.
            (incoming / name).unlink()
        else:
            os.replace(incoming / name, target)
    if (incoming / home.definitions.name).exists():
        os.replace(incoming / home.definitions.name, home.definitions)
    for directory in (*_folders(home.path), home.path):
        sync_directory(directory)


def _read_mark(mark: Path, home: Home) -> tuple[Path, list[str]]:
    """Where old content goes, and what that is; a mark of which nothing can be made moves none."""
    try:
        found = json.loads(mark.read_bytes())
        aside, files = str(found["aside"]), [str(each) for each in found["files"]]
    except (ValueError, KeyError, TypeError):
        return free_name(home), []
    if not _ASIDE.fullmatch(aside) or not all(map(_is_ours, files)):
        return free_name(home), []
    return home.path / aside, files


def _is_ours(name: str) -> bool:
    return _OURS.fullmatch(name) is not None or belongings.is_belonging(name)


def _folders(path: Path) -> list[Path]:
    """The directories below *path* in which truths lie."""
    there = [path / name for name in _FOLDERS if (path / name).is_dir()]
    return there + [each for each in (path / "shelf").glob("*/") if each.is_dir()]


def free_name(home: Home) -> Path:
    """Where in the store something can be put aside."""
    number = 1
    while (home.path / f"aside-{number}").exists():
        number += 1
    return home.path / f"aside-{number}"


def _write_durably(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
