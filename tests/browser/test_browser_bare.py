"""The panel where there is no Jupyter around it: nothing but the contract of anywidget.

VS Code, Colab and others show the same module. They cannot be had here; what they promise can.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from browser_scenarios import DASHBOARD, Report, drive, scenarios, written

import babyagi_nb.widgets

BARE = DASHBOARD / "bare"
STATIC = Path(babyagi_nb.widgets.__file__).parent / "static"
DRIVEN = 240
"""Seconds for all scenarios together, on a machine that is busy with other tests."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What came of every scenario."""
    if not (STATIC / "panel.js").exists():
        pytest.skip("the front end is not built; run `make front`")
    return drive(
        BARE,
        tmp_path_factory.mktemp("bare"),
        DRIVEN,
        python=sys.executable,
        kernel=str(Path(__file__).with_name("browser_bare_kernel.py")),
        panel=str(STATIC),
    )


@pytest.mark.timeout(DRIVEN + 60)
@pytest.mark.parametrize("scenario", scenarios(BARE))
def test_in_a_bare_page(scenario: str, report: Report) -> None:
    assert scenario in report, "it did not run"
    assert report[scenario]["ok"], report[scenario]["error"]


def test_every_scenario_is_listed() -> None:
    assert written(BARE) == set(scenarios(BARE))
