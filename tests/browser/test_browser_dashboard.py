"""The dashboard in a real JupyterLab and a real Notebook 7, driven in headless Chromium.

One server and one run of the driver serve all scenarios; each of them is a test here. What a
scenario does stands in ``dashboard/scenarios/``, and its name is the sentence that must hold.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from browser_lab import BUILT, find_node, serving
from browser_page import find_browser

DASHBOARD = Path(__file__).parent / "dashboard"
DRIVEN = 420
"""Seconds for all scenarios together, on a machine that is busy with other tests."""


def scenarios() -> list[str]:
    """Names of the scenarios, in the order in which they run."""
    found: list[str] = []
    for file in sorted((DASHBOARD / "scenarios").glob("*.mjs")):
        listed = file.read_text(encoding="utf-8").partition("export default [")[2]
        found += re.findall(r"^  (\w+),$", listed, re.MULTILINE)
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What came of every scenario."""
    if not (BUILT / "package.json").exists():
        pytest.skip("the front end is not built; run `make front`")
    node = find_node()
    if node is None:
        pytest.skip("there is no Node.js to drive the browser with")
    folder = tmp_path_factory.mktemp("dashboard")
    path = folder / "report.json"
    with serving(folder) as server:
        options = {
            "url": server.url, "token": server.token, "browser": find_browser(),
            "report": str(path), "shots": str(folder),
        }  # fmt: skip
        done = subprocess.run(
            [node, str(DASHBOARD / "run.mjs"), json.dumps(options)],
            capture_output=True,
            text=True,
            timeout=DRIVEN,
        )
    assert done.returncode == 0, done.stderr
    read: dict[str, dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.timeout(DRIVEN + 180)
@pytest.mark.parametrize("scenario", scenarios())
def test_in_the_browser(scenario: str, report: dict[str, dict[str, object]]) -> None:
    assert scenario in report, "it did not run"
    assert report[scenario]["ok"], report[scenario]["error"]


def test_every_scenario_is_listed() -> None:
    """A function that is missing from its file's list would never run."""
    written = {
        name
        for file in (DASHBOARD / "scenarios").glob("*.mjs")
        for name in re.findall(
            r"^async function (\w+_\w+)\(", file.read_text("utf-8"), re.MULTILINE
        )
    }
    assert written == set(scenarios())
