"""Calls that do nothing here, and still have to be right about what is missing.

The filter answers the times and modes of files with success and does nothing, so that copying and
unpacking work. Who asks it about a file that is not there would be told of success too, and code
such as ``Path.touch``, which creates a file when it cannot set its times, would create none.
"""

from __future__ import annotations

import os
from typing import Any

__all__ = ["notice_missing"]

_NAMES = ("utime", "chmod")


def notice_missing() -> None:
    """Let ``os.utime`` and ``os.chmod`` raise ``FileNotFoundError`` for what is not there."""
    for name in _NAMES:
        _wrap(name)


def _wrap(name: str) -> None:
    real = getattr(os, name)

    def checked(path: Any, *args: Any, **kwargs: Any) -> Any:
        follow = kwargs.get("follow_symlinks", True)
        os.stat(path, dir_fd=kwargs.get("dir_fd"), follow_symlinks=follow)
        return real(path, *args, **kwargs)

    checked.__name__ = checked.__qualname__ = name
    checked.__doc__ = real.__doc__
    setattr(os, name, checked)
    # What the library asks before it passes dir_fd or follow_symlinks on.
    for able in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
        if real in able:
            able.add(checked)
