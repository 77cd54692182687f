"""Short programs in fresh interpreters, for figures about starting.

A program prints one JSON object. The interpreter sees this checkout and starts from an empty
directory with no user configuration. Compiled bytecode is kept under ``build/``, whatever the
environment says about it: everybody's second start has it, so each program is run once unmeasured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peer import ROOT

__all__ = ["run"]

_UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP")


def run(program: str, *arguments: str) -> Mapping[str, Any]:
    """Run *program* and return what it printed last; raises ``RuntimeError`` when it fails."""
    with tempfile.TemporaryDirectory() as home:
        place = Path(home, "work")
        place.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=place,
            env={
                **{name: value for name, value in os.environ.items() if name not in _UNWANTED},
                "PYTHONPATH": str(ROOT),
                "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bytecode"),
                "HOME": home,
                "IPYTHONDIR": str(Path(home, "ipython")),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
