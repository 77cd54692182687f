"""Who may import whom: the contracts in pyproject.toml hold, and they would catch a breach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
ARROWS = "Arrows point inward, and rooms of one floor do not know each other"


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a process of its own: it changes ``sys.path`` and the logging."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports as lint; exit(lint(no_cache=True))",
        ],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_contract_is_kept() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{ARROWS} KEPT" in done.stdout


BREACHES = [
    # (file that is planted, its code, the forbidden import as the tool reports it)
    ("core/up.py", "import babyagi_nb.store", "core.up -> babyagi_nb.store"),
    ("runtime/across.py", "import babyagi_nb.store", "runtime.across -> babyagi_nb.store"),
    ("widgets/facade.py", "import babyagi_nb.app", "widgets.facade -> babyagi_nb.app"),
    (
        "store/hidden.py",
        "def late():\n    from babyagi_nb import jupyter\n    return jupyter",
        "store.hidden -> babyagi_nb.jupyter",
    ),
    ("runtime/database.py", "import duckdb", "runtime.database -> duckdb"),
    ("jupyter/model.py", "import openai", "jupyter.model -> openai"),
    ("widgets/shell.py", "from IPython import display", "widgets.shell -> IPython"),
    ("jupyter/slider.py", "import ipywidgets", "jupyter.slider -> ipywidgets"),
    ("core/encoder.py", "import orjson", "core.encoder -> orjson"),
]


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the tool says about a copy of the package in which every rule is broken once."""
    folder = tmp_path_factory.mktemp("breached")
    leave = shutil.ignore_patterns("__pycache__", "labextension")
    shutil.copytree(ROOT / "babyagi_nb", folder / "babyagi_nb", ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for file, code, _ in BREACHES:
        (folder / "babyagi_nb" / file).write_text(code + "\n", encoding="utf-8")
    done = lint_imports(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach[0])
def test_a_planted_breach_is_reported(breach: tuple[str, str, str], complaints: str) -> None:
    assert f"babyagi_nb.{breach[2]}" in complaints


def test_every_kind_of_contract_can_break(complaints: str) -> None:
    assert "KEPT" not in complaints


def test_a_room_that_nobody_planned_is_refused(tmp_path: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__", "labextension")
    shutil.copytree(ROOT / "babyagi_nb", tmp_path / "babyagi_nb", ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "babyagi_nb" / "unplanned.py").write_text("", encoding="utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "unplanned" in done.stdout


def imports_of_the_core() -> set[tuple[str, str]]:
    """(module, what it imports) for everything below the rooms, outside the core itself."""
    graph = grimp.build_graph("babyagi_nb", include_external_packages=True, cache_dir=None)
    inner = {"babyagi_nb.core", "babyagi_nb.errors", "babyagi_nb.ids"}
    inner |= graph.find_descendants("babyagi_nb.core")
    return {
        (module, imported)
        for module in inner
        for imported in graph.find_modules_directly_imported_by(module) - inner
    }


def test_the_core_needs_nothing_but_the_standard_library() -> None:
    foreign = {
        (module, imported)
        for module, imported in imports_of_the_core()
        if imported not in sys.stdlib_module_names
    }
    assert not foreign


def test_the_core_cannot_reach_disk_clock_chance_or_network() -> None:
    outside = {
        "asyncio", "os", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess",
        "tempfile", "time", "urllib",
    }  # fmt: skip
    assert not {pair for pair in imports_of_the_core() if pair[1] in outside}


def test_the_contracts_on_libraries_name_every_room_but_the_owners() -> None:
    """A new room would otherwise slip past the contracts that list their source modules."""
    rooms = {
        path.stem
        for path in (ROOT / "babyagi_nb").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"__init__"}
    owners = {
        "duckdb": {"store"},
        "openai": {"agent"},
        "IPython": {"jupyter"},
        "ipywidgets": {"widgets"},
        "orjson": {"agent", "app", "packs", "runtime", "store", "testing"},
    }
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    for library, owning in owners.items():
        sources = next(
            each["source_modules"]
            for each in contracts
            if library in each.get("forbidden_modules", ())
        )
        assert set(sources) == {f"babyagi_nb.{room}" for room in rooms - owning}, library
