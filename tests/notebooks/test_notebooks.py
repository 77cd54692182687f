"""Every walkthrough runs from top to bottom and shows what is stored in it.

Each runs in a copy, in a project directory of its own with a fresh store, in a process of its own:
that is where a reader starts, too.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def check(newcomer: Any, notebook: Path) -> subprocess.CompletedProcess[str]:
    """Run *notebook*, which lies in the newcomer's project, and compare every output."""
    done: subprocess.CompletedProcess[str] = newcomer.run(
        *("-m", "pytest", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
        *("--nbval-sanitize-with", str(Path(__file__).with_name("sanitize.cfg"))),
        *("-q", "-p", "no:cacheprovider", "-p", "no:xdist", notebook.name),
    )
    return done


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_walkthrough_shows_what_is_stored_in_it(notebook: Path, newcomer: Any) -> None:
    copy = newcomer.project / notebook.name
    copy.write_bytes(notebook.read_bytes())
    done = check(newcomer, copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_walkthrough_is_stored_with_its_outputs_in_order(notebook: Path) -> None:
    read = nbformat.read(notebook, as_version=4)
    nbformat.validate(read)
    counts = [cell.execution_count for cell in read.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_the_promised_walkthroughs_are_there() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {
        "01_quickstart",
        "02_dependencies_and_triggers",
        "03_log_explorer",
        "04_real_work",
    }


def write(path: Path, source: str, shown: str) -> Path:
    """A notebook of one cell that claims to show *shown*."""
    output = nbformat.v4.new_output("execute_result", {"text/plain": shown}, execution_count=1)
    cell = nbformat.v4.new_code_cell(source, execution_count=1, outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_a_right_output_passes(newcomer: Any) -> None:
    done = check(newcomer, write(newcomer.project / "right.ipynb", "6 * 7", "42"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", ["6 * 7", "6 / 0"], ids=["wrong output", "error"])
def test_a_notebook_that_shows_something_else_fails(source: str, newcomer: Any) -> None:
    done = check(newcomer, write(newcomer.project / "wrong.ipynb", source, "41"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed" in done.stdout
