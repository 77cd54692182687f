"""Scenarios for a browser: which there are, and one run of the driver for all of a folder."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from browser_lab import BUILT, find_node
from browser_page import find_browser

__all__ = ["DASHBOARD", "Report", "drive", "scenarios", "written"]

DASHBOARD = Path(__file__).parent / "dashboard"
Report = dict[str, dict[str, object]]


def scenarios(folder: Path) -> list[str]:
    """Names of the scenarios of *folder*, in the order in which they run."""
    found: list[str] = []
    for file in sorted(folder.glob("*.mjs")):
        listed = file.read_text(encoding="utf-8").partition("export default [")[2]
        found += re.findall(r"^  (\w+),$", listed, re.MULTILINE)
    return found


def written(folder: Path) -> set[str]:
    """Names of all functions that look like scenarios."""
    return {
        name
        for file in folder.glob("*.mjs")
        for name in re.findall(
            r"^async function (\w+_\w+)\(", file.read_text("utf-8"), re.MULTILINE
        )
    }


def drive(folder: Path, out: Path, seconds: int, **options: object) -> Report:
    """What came of every scenario of *folder*; pictures and the report go to *out*."""
    if not (BUILT / "package.json").exists():
        pytest.skip("the front end is not built; run `make front`")
    node = find_node()
    if node is None:
        pytest.skip("there is no Node.js to drive the browser with")
    path = out / "report.json"
    every = {
        "url": "", "token": "", "browser": find_browser(), "report": str(path), "shots": str(out),
        "scenarios": str(folder), **options,
    }  # fmt: skip
    done = subprocess.run(
        [node, str(DASHBOARD / "run.mjs"), json.dumps(every)],
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    read: Report = json.loads(path.read_text(encoding="utf-8"))
    return read
