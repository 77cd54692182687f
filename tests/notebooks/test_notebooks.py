"""Every walkthrough runs from top to bottom and shows what is stored in it.

Each runs in a copy, in a project directory of its own with a fresh store, in a process of its own:
that is where a reader starts, too.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

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
        "05_trust",
        "06_self_build",
        "07_self_build_role",
        "08_chat",
    }


def steps(notebook: Any) -> list[str]:
    """The outputs that change while a build goes on, as they are in the end."""
    texts = [
        output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]
    # On a slow machine a mutant may run out of time, and counts as noticed.
    return [
        re.sub(r"\d+ of (\d+ mutants)", r"some of \1", text)
        for text in texts
        if text.startswith("build: ")
    ]


def test_the_steps_of_a_build_are_those_that_are_stored(newcomer: Any) -> None:
    # Nbval sees only how such an output begins; it takes a client that follows its changes.
    stored = nbformat.read(ROOT / "notebooks" / "06_self_build.ipynb", as_version=4)
    again = nbformat.from_dict(stored)
    where = {"metadata": {"path": str(newcomer.project)}}
    client = NotebookClient(again, kernel_name="python3", timeout=120, resources=where)
    client.execute(env=newcomer.env)
    assert len(steps(again)) == 2
    assert steps(again) == steps(stored)


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
