"""The strong tier's outer wall: a mount namespace that holds only what an interpreter needs.

Bubblewrap starts the fork server in namespaces of its own: other processes, other users, no
network, and a file system in which nothing exists but the paths that confined processes may read,
and the directory with their scratch directories. Everything the standard tier does comes on top.

It is never told to die with its parent: that would tie it to the *thread* that started it. The fork
server ends when its control socket does, and the namespace with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from babyagi_nb.sandbox.inside import readable
from babyagi_nb.sandbox.interpreter import INSIDE

__all__ = ["Probe", "probe", "wrapping"]

_WALLS: Final = (
    "--unshare-all", "--new-session", "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev",
    "--chdir", "/",
)  # fmt: skip
_LINKS: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of trying bubblewrap once."""

    reason: str
    """Why it cannot be used, in one line; empty if it can."""
    search: tuple[str, ...] = ()
    """Where an isolated interpreter looks for modules."""


@cache
def probe() -> Probe:
    """Try it for real, once in the life of this process."""
    program = shutil.which("bwrap")
    if program is None:
        return Probe("bubblewrap is not installed (on Debian and Ubuntu: apt install bubblewrap)")
    told = "import json, sys; print(json.dumps(sys.path))"
    try:
        done = subprocess.run(
            [program, "--ro-bind", "/", "/", *_WALLS, sys.executable, "-I", "-c", told],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            env={"PATH": "/usr/bin:/bin"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Probe(f"bubblewrap does not run here: {error}")
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        return Probe(f"bubblewrap is installed but may not make namespaces here: {lines[-1][:200]}")
    return Probe("", tuple(json.loads(done.stdout)))


def wrapping(root: Path, further: Iterable[str] = ()) -> list[str]:
    """The command in front of the fork server's own; *further* paths can be read as well."""
    program = shutil.which("bwrap") or "bwrap"
    readable_paths = [*readable.paths(probe().search), *_interpreter(), str(INSIDE)]
    arguments = [program, *_WALLS]
    for link in _LINKS:
        if os.path.islink(link):
            arguments += ["--symlink", os.readlink(link), link]
    for path in readable_paths:
        if not path.startswith(("/proc/", "/dev/")) and not _is_link(path):
            arguments += ["--ro-bind-try", path, path]
    arguments += ["--tmpfs", "/tmp"] if not _hides(readable_paths, "/tmp") else []
    for path in further:
        arguments += ["--ro-bind", path, path]
    return [*arguments, "--bind", str(root), str(root), "--"]


def _interpreter() -> list[str]:
    """The files by which the interpreter is started and finds where it belongs."""
    settings = Path(sys.prefix, "pyvenv.cfg")
    base = Path(getattr(sys, "_base_executable", sys.executable))
    return [sys.executable, *([str(settings)] if settings.exists() else []), str(base)]


def _is_link(path: str) -> bool:
    return path in _LINKS and os.path.islink(path)


def _hides(paths: Iterable[str], place: str) -> bool:
    return any(path == place or path.startswith(place + "/") for path in paths)
