"""Where scratch directories are made, and how much is in them.

A job may fill its directory with anything, also with a tree deeper than a path can be long: what
cannot be seen counts as too much. Removing is :mod:`.inside.removal`.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["make_root", "used"]

_MOST_ENTRIES: Final = 20_000
"""Files and directories of one job; more count as too much."""

TOO_MUCH: Final = 1 << 62


def make_root(parent: Path | None = None) -> Path:
    """Make the directory in which all jobs of one sandbox have theirs; for the user alone."""
    if parent is not None:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="babyagi-sandbox-", dir=parent)).resolve()


def used(directory: Path) -> int:
    """Bytes on disk below *directory*; a huge number where they cannot be counted."""
    total = entries = 0
    waiting = [os.fspath(directory)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries += 1
                    if entries > _MOST_ENTRIES:
                        return TOO_MUCH
                    total += _size(entry, waiting)
        except FileNotFoundError:
            continue
        except OSError:
            return TOO_MUCH
    return total


def _size(entry: os.DirEntry[str], waiting: list[str]) -> int:
    with suppress(FileNotFoundError):
        if entry.is_dir(follow_symlinks=False):
            waiting.append(entry.path)
        status = entry.stat(follow_symlinks=False)
        return int(getattr(status, "st_blocks", 0)) * 512 or status.st_size
    return 0
