"""Candidates whose tests say nothing, are wrong themselves, or do harm."""

from __future__ import annotations

from gate_corpus import Bad, bad

_CODE = """
def share(part, whole):
    if whole <= 0:
        raise ValueError("no whole")
    if part > whole:
        part = whole
    return 100 * part / whole
"""
_FOUR = """
assert share(1, 4) == 25
assert share(9, 3) == 100
assert share(0, 5) == 0
!ValueError share(1, 0)
"""


def _tests(rules: str, tests: str, *, also: str = _FOUR) -> Bad:
    return bad(rules, "share", f"{_CODE}\n# tests\n{also}\n\n{tests}")


BAD: tuple[Bad, ...] = (
    _tests("test-syntax", "def test_x(:\n    pass"),
    _tests("test-syntax", "def test_x():\n    assert share(1, 2) = 50"),
    _tests("test-syntax", f"assert share(1, 2) == {'+'.join(['1'] * 5_000)}"),
    _tests("test-no-assert", "def test_x():\n    share(1, 2)"),
    _tests("test-no-target", "def test_x():\n    assert 1 + 1 == 2"),
    _tests("test-redefines", "def share(part, whole):\n    return 50\n\nassert share(1, 2) == 50"),
    _tests("test-redefines", "share = max\nassert share(1, 2) == 2"),
    _tests("test-idle", "def test_x():\n    share(1, 2)\n    assert True"),
    _tests("test-idle", "def test_x():\n    x = share(1, 2)\n    assert x == x"),
    _tests("test-idle", "def test_x():\n    assert (share(1, 2) == 50, 'message')"),
    _tests("test-idle", "def test_x():\n    assert share(1, 2) == 50 or True"),
    _tests(
        "test-swallows",
        "def test_x():\n    try:\n        assert share(1, 2) == 7\n    except AssertionError:\n"
        "        pass",
    ),
    _tests(
        "test-swallows",
        "def test_x():\n    try:\n        share(1, 0)\n        raise AssertionError('none')\n"
        "    except Exception:\n        pass",
    ),
    _tests("catches-all", "try:\n    assert share(1, 2) == 7\nexcept:\n    pass"),
    _tests("tests-few", "assert share(1, 2) == 50", also="!ValueError share(1, 0)"),
    _tests("tests-few|tests-no-error-case", "", also=""),
    _tests(
        "tests-no-error-case",
        "assert share(1, 2) == 50\nassert share(1, 4) == 25\nassert share(2, 2) == 100\n"
        "assert share(0, 2) == 0",
        also="",
    ),
    _tests(
        "tests-same",
        "assert share(1, 2) == 50\nassert share(1, 2) == 50\nassert share(1, 2) == 50\n"
        "!ValueError share(1, 0)",
        also="",
    ),
    _tests(
        "tests-same",
        "assert share(1, 2) == 50\nassert share(2, 4) == 50\nassert share(3, 6) == 50\n"
        "!ValueError share(1, 0)",
        also="",
    ),
    _tests("test-undefined", "assert isclose(share(1, 3), 33.33, abs_tol=0.01)"),
    _tests("test-undefined", "assert share(1, 2) == EXPECTED"),
    _tests("test-arguments", "def test_x(tmp_path):\n    assert share(1, 2) == 50"),
    _tests("import-banned", "import pytest\nassert share(1, 2) == pytest.approx(50)"),
    _tests("import-banned", "from unittest.mock import ANY\nassert share(1, 2) == ANY"),
    _tests("import-banned", "import subprocess\nassert share(1, 2) == 50"),
    _tests("import-host", "import babyagi_nb\nassert share(1, 2) == 50"),
    _tests("import-undeclared", "import numpy as np\nassert np.isclose(share(1, 2), 50)"),
    _tests("call-banned", "assert share(1, 2) == eval('50')"),
    _tests("call-banned", "import os\nassert share(1, 2) == 50\nos._exit(0)"),
    _tests("attribute-banned", "share.__globals__['x'] = 1\nassert share(1, 2) == 50"),
    _tests("unicode", "assert share(1, 2) == 50  # \u202e"),
    _tests("size", f"x = '{'y' * 40_000}'\nassert share(1, 2)"),
    _tests("test-cannot-fail", "assert callable(share)"),
    _tests("test-cannot-fail", "for each in []:\n    assert share(each, 1) == 7"),
    _tests("test-cannot-fail|always-equal", "if False:\n    assert share(1, 2) == 7"),
    _tests(
        "stub-passes|test-cannot-fail",
        "def test_a():\n    assert share is not None or share(1, 2)\n\n"
        "def test_b():\n    if not share:\n        assert share(1, 2)\n\n"
        "def test_c():\n    assert callable(share) or share()\n\n"
        "def test_d():\n    try:\n        share(1, 0)\n    except Exception:\n        pass\n"
        "    assert 1 < 2",
        also="",
    ),
    _tests("tests-failed|hidden-failed", "assert share(1, 2) == 51"),
    _tests("tests-failed|hidden-failed", "assert share(1, 2, 3) == 50"),
    _tests("tests-failed|hidden-failed", "!KeyError share(1, 0)"),
    _tests("timeout|hidden-failed", "while True:\n    assert share(1, 2) == 50"),
    _tests(
        "flaky|tests-failed|hidden-failed",
        "import random\nassert share(random.randint(1, 10**6), 10**7) == 10",
    ),
    _tests(
        "tests-weak",
        "assert share(1, 2) > 0\nassert share(1, 2) < 1000\nassert share(2, 2) != 3\n"
        "assert isinstance(share(1, 1), float)\n!Exception share('x', 'y')",
        also="",
    ),
)  # fmt: skip
