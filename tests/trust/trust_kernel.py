"""Another kernel: a process of its own that opens the store and does as it is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFACE = """
import json, os, resource, signal, sys, threading, time
from babyagi_nb.app import BabyAGI
told = []
def opened(**options):
    return BabyAGI(sys.argv[1], namespace={}, notify=told.append, **options)
def say(value):
    sys.stdout.write(json.dumps(value, default=str) + "\\n")
    sys.stdout.flush()
"""


@contextmanager
def kernel(script: str, store: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a kernel; ``opened()`` in *script* opens *store*, ``say`` writes a line to us."""
    with subprocess.Popen(
        [sys.executable, "-c", PREFACE + script, str(store), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def finished(script: str, store: Path, *arguments: str, code: int = 0) -> list[str]:
    """Run a kernel to its end and return its lines."""
    with kernel(script, store, *arguments) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    return out.splitlines()
