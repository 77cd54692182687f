"""Short programs in fresh interpreters, for figures about starting.

A program prints one JSON object. The interpreter sees this checkout and starts from an empty
directory with no user configuration.
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


def run(program: str, *arguments: str) -> Mapping[str, Any]:
    """Run *program* and return what it printed last; raises ``RuntimeError`` when it fails."""
    with tempfile.TemporaryDirectory() as home:
        place = Path(home, "work")
        place.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=place,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
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
