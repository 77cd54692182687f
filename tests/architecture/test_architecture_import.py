"""Importing the package does nothing but make its names available."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROBE = """
import sys, json, threading, signal, atexit
before = set(threading.enumerate()), signal.getsignal(signal.SIGINT), atexit._ncallbacks()
hooks = sys.excepthook, sys.displayhook, sys.stdout, sys.stderr, threading.excepthook
import babyagi_nb
after = set(threading.enumerate()), signal.getsignal(signal.SIGINT), atexit._ncallbacks()
kept = hooks == (sys.excepthook, sys.displayhook, sys.stdout, sys.stderr, threading.excepthook)
print(json.dumps({
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "same threads and handlers": before == after,
    "same hooks": kept,
}))
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh process sees after ``import babyagi_nb``, and what it left on the disk."""
    home = tmp_path_factory.mktemp("home")
    env = {key: value for key, value in os.environ.items() if not key.startswith("BABYAGI_")}
    env |= {"HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", PROBE],
        cwd=home,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *printed, last = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(last)
    return {**found, "printed": printed, "warned": done.stderr, "files": list(home.rglob("*"))}


def test_importing_says_nothing(probe: dict[str, Any]) -> None:
    assert probe["printed"] == []
    assert probe["warned"] == ""


def test_importing_writes_nothing(probe: dict[str, Any]) -> None:
    assert probe["files"] == []


def test_importing_starts_no_thread_and_takes_no_handler(probe: dict[str, Any]) -> None:
    assert probe["same threads and handlers"]
    assert probe["same hooks"]


@pytest.mark.parametrize(
    "library",
    [
        "duckdb",
        "openai",
        "pydantic",
        "IPython",
        "ipywidgets",
        "graphviz",
        "numpy",
        "pandas",
        "keyring",
    ],
)
def test_importing_leaves_heavy_libraries_alone(library: str, probe: dict[str, Any]) -> None:
    assert library not in probe["modules"]


def test_reaching_for_a_room_opens_no_store(tmp_path: Path) -> None:
    """Any other attribute of the package is a stored function, and looking one up opens the app."""
    code = (
        "from babyagi_nb import errors, installation, kernel_app, runtime, store\n"
        "assert kernel_app.opened() is None"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_file_can_be_imported_on_its_own() -> None:
    """A circle of imports shows only for some first module, so each is tried as the first."""
    package = Path(__file__).parents[2] / "babyagi_nb"
    names = [
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(package.rglob("*.py"))
        if path.name != "__main__.py" and "library" not in path.parts
    ]
    code = (
        "import sys, importlib\n"
        "own = lambda: [n for n in sys.modules if n.partition('.')[0] == 'babyagi_nb']\n"
        f"for name in {names!r}:\n"
        "    [sys.modules.pop(n) for n in own()]\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
