"""Rules of the whole suite, and the fixtures that several rooms need."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import babyagi_nb.installation as installation
from babyagi_nb.app import BabyAGI

# A shell that starts the suite in the background has interrupts ignored, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI everything runs: a skip there is a missing tool that nobody would notice."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {reason}"


@pytest.fixture(autouse=True)
def private_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Seals and keys of tests never touch those of whoever runs them; made when it is written."""
    folder = tmp_path_factory.getbasetemp() / f"private-{next(_counted)}"
    monkeypatch.setenv("BABYAGI_CONFIG_DIR", str(folder))
    return folder


_counted = itertools.count()


@pytest.fixture(params=["disk", "memory"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BabyAGI]:
    """An application on a fresh store, on disk and in memory; ``told`` is what it said."""
    told: list[str] = []
    namespace: dict[str, object] = {}
    opened = BabyAGI(
        ":memory:" if request.param == "memory" else tmp_path / "store",
        namespace=namespace,
        notify=told.append,
    )
    opened.told = told  # type: ignore[attr-defined]
    yield opened
    opened.close()


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    """A project directory and an environment like those of somebody who just enabled autoload."""
    return Newcomer.arrive(tmp_path)


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Nothing of the machine's own Jupyter, IPython or store settings is seen from here."""

    project: Path
    env: dict[str, str]

    @classmethod
    def arrive(cls, folder: Path) -> Newcomer:
        home, project = folder / "home", folder / "project"
        startup = home / ".ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "50-babyagi.py").write_text(installation.STARTUP, encoding="utf-8")
        project.mkdir()
        # Marks where the store goes, whatever lies above the temporary directory.
        (project / "pyproject.toml").write_text("", encoding="utf-8")
        foreign = ("BABYAGI_", "IPYTHON", "JUPYTER_", "PYTEST_", "XDG_", "MPL")
        env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        env |= {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "IPYTHONDIR": str(home / ".ipython"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "MPLCONFIGDIR": str(home / "matplotlib"),
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONPATH": str(Path(installation.__file__).parents[1]),
        }
        return cls(project=project, env=env)

    def run(self, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """Run this interpreter in the project directory."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.project,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
