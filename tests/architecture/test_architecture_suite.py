"""Rules of the suite itself: nothing is skipped in CI, and test files keep their own names."""

from __future__ import annotations

import collections
import shutil
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]

SKIPPING = """
import pytest

def test_runs():
    pass

@pytest.mark.skip(reason="no chromium")
def test_is_skipped():
    pass

@pytest.mark.xfail(reason="known", strict=True)
def test_fails_as_known():
    assert False
"""


def run_suite(newcomer: Any, ci: str, **files: str) -> str:
    """Run *files* under this suite's conftest, as CI or not; return what pytest prints."""
    shutil.copy(TESTS / "conftest.py", newcomer.project)
    for name, text in files.items():
        (newcomer.project / f"{name}.py").write_text(text, encoding="utf-8")
    newcomer.env["CI"] = ci
    printed: str = newcomer.run("-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider").stdout
    return printed


def test_a_skip_is_a_failure_in_ci(newcomer: Any) -> None:
    printed = run_suite(newcomer, "true", test_some=SKIPPING)
    assert "1 passed, 1 xfailed, 1 error" in printed
    assert "in CI nothing may be: Skipped: no chromium" in printed


def test_a_skip_is_a_skip_elsewhere(newcomer: Any) -> None:
    printed = run_suite(newcomer, "", test_some=SKIPPING)
    assert "1 passed, 1 skipped, 1 xfailed" in printed


def test_a_file_that_skips_itself_is_a_failure_in_ci(newcomer: Any) -> None:
    missing = 'import pytest\n\npytest.importorskip("no_such_library")\n'
    printed = run_suite(newcomer, "true", test_whole=missing)
    assert "in CI nothing may be" in printed
    assert "1 error" in printed


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports them side by side; a second of one name would hide behind the first."""
    names = collections.Counter(path.name for path in TESTS.rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_test_folders_are_no_packages() -> None:
    """A package called ``packaging`` or ``jupyter`` would stand in for the library of that name."""
    assert list(TESTS.rglob("__init__.py")) == []
