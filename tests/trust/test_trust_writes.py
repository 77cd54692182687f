"""A kill, a torn write, a full disk or a failing one at the n-th write of everything a store does.

What was acknowledged is there, once; what was not is there wholly or not at all; the doctor finds
no problem, and the store works. See ``trust_faults.py`` for how a place is reached and judged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and kills as POSIX does")

_PROGRAM = Path(__file__).with_name("trust_faults.py")

STEPS = {
    "register": 6,
    "activate": 3,
    "call": 7,
    "fold": 9,
    "tend": 20,
    "rotate": 9,
    "back up": 6,
    "restore": 40,
    "mirror": 15,
    "close": 15,
}
"""How many steps each operation has at least; with fewer this would test nothing."""

NATIVE = ("fold", "tend", "close", "restore")
"""Operations in which DuckDB writes."""


def reports(folder: Path, operation: str, *faults: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-B", str(_PROGRAM), str(folder), operation, *faults],
        capture_output=True,
        text=True,
        timeout=280,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_nothing_lost(found: list[dict[str, Any]], operation: str, places: int) -> None:
    whole, *faulty = found
    assert whole["steps"] >= STEPS[operation]
    assert [each for each in found if each["complaints"]] == []
    assert len(faulty) >= places


@pytest.mark.parametrize("operation", STEPS)
def test_a_fault_at_some_write_loses_nothing_and_tears_nothing(
    tmp_path: Path, operation: str
) -> None:
    """A sample; the next two are the whole."""
    faults = ["kill:1:6", "tear:2:11", "full:3:11", "once:3:13"]
    faults += ["grow:3:16", "cut:5:16"] if operation in NATIVE else []
    found = reports(tmp_path, operation, *faults)
    assert_nothing_lost(found, operation, 4)


@pytest.mark.torture
@pytest.mark.parametrize("operation", STEPS)
@pytest.mark.parametrize("fault", ["kill", "tear", "full", "once"])
def test_a_fault_at_any_write_loses_nothing_and_tears_nothing(
    tmp_path: Path, operation: str, fault: str
) -> None:
    found = reports(tmp_path, operation, f"{fault}:1:1")
    assert_nothing_lost(found, operation, STEPS[operation])


@pytest.mark.torture
@pytest.mark.parametrize("operation", NATIVE)
@pytest.mark.parametrize("fault", ["grow", "cut"])
def test_a_file_that_cannot_grow_beyond_any_size_loses_nothing_and_tears_nothing(
    tmp_path: Path, operation: str, fault: str
) -> None:
    found = reports(tmp_path, operation, f"{fault}:1:1")
    assert_nothing_lost(found, operation, 40)
