"""What ``pip install`` brings: everything the package needs, where it is looked for."""

from __future__ import annotations

import email.message
import email.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import babyagi_nb.installation as installation

ROOT = Path(__file__).parents[2]
LEFT_BEHIND = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".babyagi",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "node_modules",
    "dist",
    "lib",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, by the installed backend: offline, and without touching the checkout."""
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_BEHIND)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)],
        cwd=folder / "source",
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert len(list(folder.glob("*.tar.gz"))) == 1
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def content(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> email.message.Message:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    return email.parser.Parser().parsestr(archive.read(name).decode())


def test_the_wheel_holds_every_file_of_the_package(content: set[str]) -> None:
    package = ROOT / "babyagi_nb"
    left_out = {"__pycache__", "labextension", ".ipynb_checkpoints"}
    files = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and not left_out.intersection(path.parts)
    }
    assert files - content == set()
    assert "babyagi_nb/py.typed" in content


FRONT_END = "data/share/jupyter/labextensions/babyagi-nb/"


def test_the_wheel_carries_the_built_front_end_once(content: set[str]) -> None:
    """Whoever installs it needs no Node, and JupyterLab finds it without being told."""
    placed = {name.partition(FRONT_END)[2] for name in content if FRONT_END in name}
    assert {"package.json", "install.json", "schemas/babyagi-nb/plugin.json"} <= placed
    assert any(re.fullmatch(r"static/remoteEntry\.\w+\.js", name) for name in placed)
    assert not [name for name in content if name.startswith("babyagi_nb/labextension/")]
    assert {"babyagi_nb/widgets/static/panel.js", "babyagi_nb/widgets/static/panel.css"} <= content


def test_the_wheel_is_for_every_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_holds_nothing_beside_the_package_and_its_data(content: set[str]) -> None:
    tops = {re.sub(r"^babyagi_nb-[^/]+\.", "", name.partition("/")[0]) for name in content}
    assert tops == {"babyagi_nb", "data", "dist-info"}


def test_the_sources_that_the_wheel_was_built_from_lack_no_test_or_notebook(wheel: Path) -> None:
    """``python -m build`` makes the wheel out of the source archive, not out of the checkout."""
    import tarfile

    (archive,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"Makefile", "LICENSE", "tests/conftest.py", "tools/find-python"} <= names
    assert "jupyter-config/ipython/startup/50-babyagi.py" in names
    assert {"labextension/package-lock.json", "labextension/src/index.ts"} <= names
    assert not [name for name in names if "node_modules" in name or "labextension/lib/" in name]


def test_the_lock_of_the_front_end_names_no_registry() -> None:
    """So it works with whichever registry npm is set up for."""
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []


def test_the_licence_travels_along(metadata: email.message.Message, content: set[str]) -> None:
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in content)


def test_the_front_page_is_the_readme(metadata: email.message.Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).strip() == (ROOT / "README.md").read_text().strip()


def test_every_supported_python_is_announced(metadata: email.message.Message) -> None:
    assert metadata["Requires-Python"] == ">=3.11"
    announced = {each.rpartition(" ")[2] for each in metadata.get_all("Classifier", [])}
    assert {"3.11", "3.12", "3.13"} <= announced


# -- installed ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment into which the wheel alone was installed."""
    folder = tmp_path_factory.mktemp("fresh") / "env"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(interpreter), "install"),
            *("--quiet", "--no-deps", "--no-index", str(wheel)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return interpreter


def test_the_startup_file_lands_where_ipython_looks(python: Path) -> None:
    landed = python.parents[1] / "etc" / "ipython" / "startup" / "50-babyagi.py"
    assert landed.read_text(encoding="utf-8") == installation.STARTUP


def test_jupyterlab_lists_the_front_end_as_enabled_and_ok(python: Path, tmp_path: Path) -> None:
    """With the libraries of this environment lent to that of the wheel."""
    libraries = os.pathsep.join(path for path in sys.path if "site-packages" in path)
    env = {
        **os.environ,
        "PYTHONPATH": libraries,
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_PATH": str(python.parents[1] / "share" / "jupyter"),
    }
    done = subprocess.run(
        [python, "-m", "jupyterlab.labextensions", "list"],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    (line,) = (line for line in (done.stdout + done.stderr).splitlines() if "babyagi-nb v" in line)
    assert "enabled" in line
    assert "OK" in line
    assert "(python, babyagi_nb)" in line


def test_a_fresh_environment_knows_the_magics_without_importing_us(
    python: Path, tmp_path: Path
) -> None:
    """The wheel's environment, with the libraries of this one lent to it."""
    code = (
        "import sys; table = get_ipython().magics_manager.magics;"
        "print('line' if 'babyagi' in table['line'] else '',"
        " 'cell' if 'babyagi_function' in table['cell'] else '',"
        " 'imported' if 'babyagi_nb' in sys.modules else 'lazy',"
        " 'clean' if '_babyagi' not in globals() else 'littered')"
    )
    libraries = os.pathsep.join(path for path in sys.path if "site-packages" in path)
    env = {**os.environ, "PYTHONPATH": libraries, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        [python, "-m", "IPython", "--colors=NoColor", "--no-banner", "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["line", "cell", "lazy", "clean"], done.stderr


# -- dependencies ---------------------------------------------------------------------------


def requirement_name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_every_dependency_has_its_reason_in_the_docs_and_no_other_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {requirement_name(each) for each in project["dependencies"]}
    for extra in project["optional-dependencies"].values():
        declared |= {requirement_name(each) for each in extra}
    declared -= {"babyagi-nb"}
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([\w-]+)` \| \S.*\|$", page, re.MULTILINE))
    assert explained == declared


def test_every_dependency_is_bounded_on_both_sides() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        listed += [each for each in extra if not each.startswith("babyagi_nb")]
    assert not [each for each in listed if not re.search(r">=[\d.]+,<\d+$", each)]


def test_every_library_that_is_imported_is_declared() -> None:
    """An import that only works because something else pulls it in would break one day."""
    from importlib.metadata import packages_distributions

    import grimp

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {requirement_name(each) for each in project["dependencies"]}
    graph = grimp.build_graph("babyagi_nb", include_external_packages=True, cache_dir=None)
    imported = {
        name
        for name in graph.modules
        if graph.is_module_squashed(name) and name not in sys.stdlib_module_names
    }
    owners = packages_distributions()
    undeclared = {
        name: owners.get(name, ["not installed"])
        for name in imported
        if not declared.intersection(
            owner.lower().replace("_", "-") for owner in owners.get(name, [])
        )
    }
    # Each of these comes with a declared one and is part of how that one is used.
    belonging = {"traitlets": "ipython", "comm": "ipykernel", "jupyter_client": "ipykernel"}
    assert not undeclared.keys() - belonging.keys(), undeclared
