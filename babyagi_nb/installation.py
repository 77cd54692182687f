"""Autoload: how IPython comes to know our magics before anybody imports us.

When a kernel starts, IPython runs every ``*.py`` of two *startup directories*: the environment's
(``<sys.prefix>/etc/ipython/startup``) and that of the user's default profile
(``~/.ipython/profile_default/startup``). Our file in there only *declares* the magics by name,
which costs a tenth of a millisecond; the package is imported at the first use of one of them.

A wheel brings the file for its environment along. Editable installs and ``pip install --user``
do not place it where IPython looks, so :func:`enable` writes it. The first line of the file is
the mark by which we know it as ours: nothing else is ever overwritten or removed.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babyagi_nb.errors import BabyAGIError

__all__ = ["STARTUP", "Place", "Scope", "default_scope", "disable", "enable", "place", "places"]

Scope = Literal["prefix", "user"]
"""``prefix``: every kernel of this environment. ``user``: every kernel of this user's profile."""

STARTUP = '''\
"""Make %babyagi and %%babyagi_function known to IPython; babyagi_nb loads at their first use."""

try:
    for _babyagi in (("babyagi", "line"), ("babyagi_function", "cell")):
        get_ipython().magics_manager.register_lazy(_babyagi[0], "babyagi_nb", _babyagi[1])
except Exception:
    pass  # a kernel must start whatever happens here; %load_ext babyagi_nb still works
finally:
    globals().pop("_babyagi", None)
'''
"""Text of the startup file; the same that a wheel installs."""

_NAME = "50-babyagi.py"
_MARK = STARTUP.partition("\n")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One startup directory and what stands in it under our file's name."""

    scope: Scope
    path: Path
    state: Literal["absent", "current", "outdated", "foreign"]
    """``outdated`` is ours from another version; ``foreign`` is a file we did not write."""

    @property
    def active(self) -> bool:
        """Whether kernels that read this directory know our magics."""
        return self.state in ("current", "outdated")


def default_scope() -> Scope:
    """The environment when it is one of its own (venv, conda), else the user's profile.

    A system-wide Python is no place to write to.
    """
    in_venv = sys.prefix != sys.base_prefix
    in_conda = (Path(sys.prefix) / "conda-meta").is_dir()
    return "prefix" if in_venv or in_conda else "user"


def place(scope: Scope) -> Place:
    """Look at one startup directory. Raises :class:`BabyAGIError` when it cannot be read."""
    path = _directory(scope) / _NAME
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return Place(scope=scope, path=path, state="absent")
    except OSError as error:
        raise BabyAGIError(f"cannot read {str(path)!r}: {error.strerror}") from error
    if text == STARTUP:
        return Place(scope=scope, path=path, state="current")
    ours = text.partition("\n")[0] == _MARK
    return Place(scope=scope, path=path, state="outdated" if ours else "foreign")


def places() -> tuple[Place, Place]:
    """Both startup directories, the environment's first."""
    return place("prefix"), place("user")


def enable(scope: Scope | None = None) -> Place:
    """Write the startup file and return where it stands now; writing it twice changes nothing.

    Raises :class:`BabyAGIError` for a directory that may not be written, and for a file of that
    name that is not ours.
    """
    found = place(scope or default_scope())
    if found.state == "current":
        return found
    _refuse_foreign(found)
    try:
        found.path.parent.mkdir(parents=True, exist_ok=True)
        found.path.write_text(STARTUP, encoding="utf-8")
    except OSError as error:
        other = "--user" if found.scope == "prefix" else "--prefix"
        raise BabyAGIError(
            f"cannot write {str(found.path)!r}: {error.strerror}",
            fix=f"try python -m babyagi_nb enable {other}",
        ) from error
    return place(found.scope)


def disable(scope: Scope | None = None) -> tuple[Place, ...]:
    """Remove the startup file, from both directories unless *scope* names one.

    Returns what was removed, as it was before. Raises :class:`BabyAGIError` for a file that is not
    ours or cannot be removed.
    """
    found = [each for each in places() if scope in (None, each.scope) and each.state != "absent"]
    for each in found:
        _refuse_foreign(each)
        try:
            each.path.unlink(missing_ok=True)
        except OSError as error:
            raise BabyAGIError(f"cannot remove {str(each.path)!r}: {error.strerror}") from error
    return tuple(found)


def _directory(scope: Scope) -> Path:
    if scope == "prefix":
        return Path(sys.prefix) / "etc" / "ipython" / "startup"
    # The two places IPython itself looks for its directory.
    ipython = os.environ.get("IPYTHONDIR")
    home = Path(ipython).expanduser() if ipython else Path.home() / ".ipython"
    return home / "profile_default" / "startup"


def _refuse_foreign(found: Place) -> None:
    if found.state == "foreign":
        raise BabyAGIError(
            f"{str(found.path)!r} was not written by babyagi_nb", fix="move it away first"
        )
