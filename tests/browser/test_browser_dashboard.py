"""The dashboard in a real JupyterLab and a real Notebook 7, driven in headless Chromium.

One server and one run of the driver serve all scenarios; each of them is a test here. What a
scenario does stands in ``dashboard/scenarios/``, and its name is the sentence that must hold.
"""

from __future__ import annotations

import pytest
from browser_lab import BUILT, serving
from browser_model import modelling
from browser_scenarios import DASHBOARD, Report, drive, scenarios, written

FOLDER = DASHBOARD / "scenarios"
DRIVEN = 420
"""Seconds for all scenarios together, on a machine that is busy with other tests."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What came of every scenario."""
    if not (BUILT / "package.json").exists():
        pytest.skip("the front end is not built; run `make front`")
    folder = tmp_path_factory.mktemp("dashboard")
    with serving(folder) as server, modelling() as model:
        options = {"url": server.url, "token": server.token, "model": model.url}
        return drive(FOLDER, folder, DRIVEN, **options)


@pytest.mark.timeout(DRIVEN + 180)
@pytest.mark.parametrize("scenario", scenarios(FOLDER))
def test_in_the_browser(scenario: str, report: Report) -> None:
    assert scenario in report, "it did not run"
    assert report[scenario]["ok"], report[scenario]["error"]


def test_every_scenario_is_listed() -> None:
    """A function that is missing from its file's list would never run."""
    assert written(FOLDER) == set(scenarios(FOLDER))
