"""The original BabyAGI 2, as it comes: PyPI ``babyagi`` with its packs and its SQLite database.

It lives in a virtual environment of its own under ``build/``, made on first use; where it cannot
be installed the figure is skipped and says why. Run as ``python -m benchmarks.original`` *inside*
that environment, this file is the candidate process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.peer import ROOT, Peer, PeerFailed, serve

__all__ = ["VERSION", "start_original"]

VERSION = "0.1.4"
_PLACE = ROOT / "build" / f"babyagi-{VERSION}"
_PYTHON = _PLACE / "bin" / "python"
_DONE = _PLACE / ".installed"


def start_original(folder: Path, *, install: bool, functions: int = 0) -> Peer:
    """Start the candidate with its database in *folder*; raises :class:`PeerFailed`.

    It has the functions it loads by itself, or *functions* of them when that is more.
    """
    if not _DONE.exists():
        if not install:
            raise PeerFailed("not installed")
        _install()
    environment = {
        # It would else ask a server for prices and a model for a description at registration.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "OPENAI_API_KEY": "",
        "HOME": str(folder),
    }
    folder.mkdir()
    peer = Peer(
        "benchmarks.original",
        [str(functions)],
        python=str(_PYTHON),
        folder=folder,
        environment=environment,
    )
    peer.batch(0)
    return peer


def _install() -> None:
    print(f"installing babyagi {VERSION} into build/ (once) …", file=sys.stderr, flush=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(_PLACE)],
        [str(_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         f"babyagi=={VERSION}"],
    )  # fmt: skip
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PeerFailed(f"cannot be installed: {error}") from error
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no reason given"]
            raise PeerFailed(f"cannot be installed: {lines[-1]}")
    _DONE.touch()


def _candidate(functions: int) -> None:
    import babyagi  # type: ignore[import-not-found]

    app = babyagi.get_func_instance()
    app.add_function(
        "hello",
        code="def hello(x):\n    return x\n",
        input_parameters=[{"name": "x", "type": "any"}],
        metadata={"description": "Says what it was told."},
    )
    for number in range(functions - len(app.get_all_functions())):
        # Past its registrar, which would ask a model for a description each time.
        name = f"filler_{number}"
        app.db.add_function(name, f"def {name}(x):\n    return x\n")
    # As its own examples call: by attribute of the module.
    serve(lambda number: babyagi.hello(number))


if __name__ == "__main__":
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    _candidate(int(sys.argv[1]))
