"""The way from a bare machine to a running one: interpreter search and make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def find_python(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the search with nothing on the PATH but *folder*."""
    shell = shutil.which("sh")
    assert shell is not None
    return subprocess.run(
        [shell, str(ROOT / "tools/find-python")],
        env={"PATH": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=30,
    )


def interpreter(folder: Path, name: str, *, version: str = "real", venv: bool = True) -> None:
    """Put a stand-in on the PATH that answers the two questions the search asks."""
    answers = f'case "$2" in *version_info*) exit {int(version == "old")};; esac\n'
    answers += f"exit {int(not venv)}\n"
    path = folder / name
    path.write_text("#!/bin/sh\n" + answers, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_python3_is_taken_when_it_is_new_enough(folder: Path) -> None:
    interpreter(folder, "python3")
    assert find_python(folder).stdout == "python3\n"


def test_an_old_python3_is_passed_over_for_a_newer_one(folder: Path) -> None:
    interpreter(folder, "python3", version="old")
    interpreter(folder, "python3.12")
    assert find_python(folder).stdout == "python3.12\n"


def test_a_python_that_cannot_make_environments_is_passed_over(folder: Path) -> None:
    interpreter(folder, "python3", venv=False)
    interpreter(folder, "python3.11")
    assert find_python(folder).stdout == "python3.11\n"


def test_only_old_ones_give_a_message_that_names_them(folder: Path) -> None:
    interpreter(folder, "python3", version="old")
    done = find_python(folder)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed; none of these is: python3\n" in done.stderr


def test_a_missing_part_gives_the_command_that_brings_it(folder: Path) -> None:
    interpreter(folder, "python3", venv=False)
    done = find_python(folder)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_no_python_at_all_gives_a_message(folder: Path) -> None:
    done = find_python(folder)
    assert done.returncode == 1
    assert "no python3 was found" in done.stderr


def test_a_named_interpreter_is_the_only_candidate(folder: Path) -> None:
    interpreter(folder, "python3")
    interpreter(folder, "mine", version="old")
    assert find_python(folder, PYTHON="mine").returncode == 1
    assert find_python(folder, PYTHON=sys.executable).stdout == f"{sys.executable}\n"


def make(*arguments: str) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def test_make_alone_lists_the_commands() -> None:
    listed = {line.split()[1] for line in make().splitlines()}
    assert {"lab", "test", "bench", "torture", "clean", "help"} <= listed


@pytest.mark.parametrize(
    ("command", "does"),
    [
        ("lab", "jupyter lab"),
        ("lab", "notebooks/01_quickstart.ipynb"),
        ("test", "ruff check"),
        ("test", "ruff format --check"),
        ("test", "-m mypy"),
        ("test", "importlinter"),
        ("test", "-m pytest"),
        ("test", "npm run --silent check"),
        ("test", "npm test"),
        ("images", "tools/take-screenshots"),
        ("bench", "-m benchmarks"),
        ("torture", "-m torture"),
    ],
)
def test_each_command_does_what_its_name_says(command: str, does: str) -> None:
    assert does in make("--dry-run", command)


def test_the_ci_script_runs_make_test() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert script.rstrip().endswith("make --keep-going test")
    subprocess.run(["bash", "-n", str(ROOT / ".ci/run")], check=True, timeout=30)


def find_node(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the search in an empty checkout with nothing on the PATH but *folder*."""
    (folder / "tools").mkdir()
    script = shutil.copy(ROOT / "tools/find-node", folder / "tools")
    for tool in ("sh", "dirname"):
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return subprocess.run(
        [folder / "sh", script],
        cwd=folder,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
    )


def node(folder: Path, *, new_enough: bool) -> None:
    """Put a stand-in there that answers the question the search asks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\nexit {int(not new_enough)}\n", encoding="utf-8")
        (folder / name).chmod(0o755)


def test_a_node_that_is_new_enough_is_taken_from_the_path(folder: Path) -> None:
    node(folder, new_enough=True)
    assert find_node(folder).stdout == f"{folder}\n"


def test_instead_of_an_old_node_the_one_of_the_checkout_is_taken(folder: Path) -> None:
    node(folder, new_enough=False)
    node(folder / ".venv-node/bin", new_enough=True)
    assert find_node(folder).stdout == f"{folder}/.venv-node/bin\n"


def test_no_node_gives_a_message(folder: Path) -> None:
    done = find_node(folder)
    assert done.returncode == 1
    assert "No Node.js 20.19 or newer with npm was found" in done.stderr
