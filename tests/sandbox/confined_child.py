"""Runs a few lines in a confined child of a small fork server, which is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

_SERVER = """
import json, os, sys
given = json.loads(sys.argv[1])
sys.path.insert(0, given["root"])
from babyagi_nb.sandbox.inside.confinement import Confinement, confine, prepare
names = {"given": given, "os": os, "sys": sys, "json": json}
exec(given["before"], names)
prepared = prepare(abi=given["abi"])
pid = os.fork()
if pid == 0:
    try:
        os.chdir(given["scratch"])
        exec(given["between"], names)
        confine(
            Confinement(
                scratch=given["scratch"], reads=tuple(given["reads"]), memory=given["memory"],
                file=given["file"], abi=given["abi"],
            ),
            prepared,
        )
        exec(given["code"], names)
        print(json.dumps({"result": names.get("result")}), flush=True)
    except BaseException as error:
        about = {"raised": type(error).__name__, "message": str(error)}
        print(json.dumps(about), flush=True)
    finally:
        os._exit(0)
print(json.dumps({"status": os.waitpid(pid, 0)[1]}))
"""


@dataclass(frozen=True)
class Done:
    """How the child ended."""

    status: int
    """Its wait status: 0, or the number of the signal that ended it."""
    said: dict[str, Any]
    """``result``, or ``raised`` and ``message``; empty if it said nothing."""

    @property
    def result(self) -> Any:
        assert "result" in self.said, self
        return self.said["result"]


def confined(
    code: str,
    scratch: Path,
    *,
    before: str = "",
    between: str = "",
    reads: tuple[str, ...] = (),
    memory: int = 512 << 20,
    file: int = 1 << 20,
    abi: int | None = None,
    **more: Any,
) -> Done:
    """Run *code* confined; it leaves its answer in ``result`` and finds *more* in ``given``.

    *before* runs in the fork server, *between* in the child before it confines itself.
    """
    scratch.mkdir(exist_ok=True)
    given = {
        "root": str(ROOT), "code": code, "before": before, "between": between, "abi": abi,
        "scratch": str(scratch), "reads": reads, "memory": memory, "file": file, **more,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-I", "-c", _SERVER, json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.defpath, "HOME": str(scratch), "TMPDIR": str(scratch)},
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        said |= json.loads(line)
    return Done(said.pop("status"), said)
