"""How the sandbox's own interpreters are started: isolated, with an environment that says nothing.

They import this package's ``inside`` folder and no other part of it, under its usual name: its
parents are empty stand-ins, so that neither ``babyagi_nb`` nor this room is executed there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

__all__ = ["INSIDE", "command", "environment"]

INSIDE: Final = Path(__file__).parent / "inside"
"""Where the modules lie that run in the sandbox's processes."""

_PROGRAM: Final = """
import sys, types
for name, place in (("babyagi_nb", None), ("babyagi_nb.sandbox", None),
                    ("babyagi_nb.sandbox.inside", sys.argv.pop(1))):
    module = types.ModuleType(name)
    module.__path__ = [place] if place else []
    sys.modules[name] = module
from babyagi_nb.sandbox.inside.{module} import main
main(sys.argv[1:])
"""

_KEPT: Final = ("TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""Variables without which an interpreter might not start, or would show other times."""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs ``main`` of a module of ``inside``."""
    program = _PROGRAM.format(module=module)
    return [sys.executable, "-I", "-X", "utf8", "-c", program, str(INSIDE), *arguments]


def environment(home: Path) -> dict[str, str]:
    """All variables that the process gets; nothing of the user's own."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(home),
        "MPLCONFIGDIR": str(home),
        "MPLBACKEND": "Agg",
        # Libraries with threads of their own could not be forked.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }
