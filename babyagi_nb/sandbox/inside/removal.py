"""Removing a scratch directory, whatever a job left in it.

There may be names that are no text, links that lead out, directories that may not be read, and
trees deeper than a path can be long. So no long path is ever used: every subdirectory is lifted to
the top before it is emptied, and links are removed, never followed. The job must be dead.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from itertools import count

__all__ = ["remove"]


def remove(directory: str) -> None:
    """Remove *directory* and all below it; what cannot be removed is left without a word."""
    try:
        os.rmdir(directory)  # most jobs write nothing
        return
    except FileNotFoundError:
        return
    except OSError:
        pass
    with suppress(OSError):
        _remove_filled(directory)
    if os.path.lexists(directory):
        shutil.rmtree(directory, ignore_errors=True)


def _remove_filled(top: str) -> None:
    names = count()
    waiting = [top]
    while waiting:
        place = waiting[-1]
        os.chmod(place, 0o700)
        with os.scandir(place) as found:
            entries = list(found)
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
        inner = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        if place == top:
            if not inner:
                waiting.pop()
            waiting += inner
            continue
        for path in inner:
            os.chmod(path, 0o700)  # a directory that cannot be written cannot be moved
            os.rename(path, os.path.join(top, f"lifted-{next(names)}-{os.urandom(4).hex()}"))
        os.rmdir(place)
        waiting.pop()
    os.rmdir(top)
