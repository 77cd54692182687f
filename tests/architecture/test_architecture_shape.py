"""The shape of the code: small files, small functions, files named by their noun, clean text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "babyagi_nb").rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONG_FOR_A_REASON: dict[str, str] = {
    "babyagi_nb/runtime/executor.py::logged": "the hot path: every call it made would be paid for "
    "by every call of every function, so the common case is written out",
}
"""What may be longer, each with its reason: files by path, functions as ``path::name``."""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the function's own: docstring and inner functions are not counted."""
    lines = set(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    inner: list[ast.stmt] = [
        node
        for node in ast.walk(function)
        if node is not function and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    if ast.get_docstring(function, clean=False) is not None:
        inner.append(function.body[0])
    for node in inner:
        lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_stays_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE or name(path) in LONG_FOR_A_REASON


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    lengths = {f"{name(path)}::{each.name}": lines_of_code(each) for each in functions(path)}
    long = {each: lines for each, lines in lengths.items() if lines > LONGEST_FUNCTION}
    assert not long.keys() - LONG_FOR_A_REASON.keys(), long


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text))


def test_a_file_is_named_by_its_noun() -> None:
    """Drawers without a noun grow arrows in both directions."""
    drawers = {"utils", "util", "helpers", "helper", "base", "common", "misc", "shared"}
    assert not [name(path) for path in SOURCES if path.stem.strip("_") in drawers]


TEXT = {
    ".py",
    ".md",
    ".toml",
    ".ipynb",
    ".cfg",
    ".json",
    ".txt",
    ".yml",
    ".yaml",
    ".ts",
    ".css",
    "",
}
FOLDERS = (
    "babyagi_nb",
    "benchmarks",
    "docs",
    "jupyter-config",
    "labextension",
    "notebooks",
    "tests",
)
SKIPPED = {"__pycache__", "node_modules", ".babyagi", ".ipynb_checkpoints", ".hypothesis"}


def texts() -> Iterator[Path]:
    """Every text file of the project, this one excepted: it must name what it looks for."""
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for folder in (*FOLDERS, "tools", ".ci") for path in (ROOT / folder).rglob("*")]
    for path in files:
        clean = not SKIPPED.intersection(path.parts) and path.name != ".git"
        if path.is_file() and clean and path.suffix in TEXT and path != Path(__file__):
            yield path


UNWANTED = {
    "a promise instead of code": r"\b(TODO|FIXME|XXX|HACK)\b",
    "a path of somebody's machine": r"/(home|Users)/(?!(alice|bob|me|you|user|runner)\b)\w+|/root/|"
    r"/work/(main|shared)|\.\./shared|[A-Z]:\\Users\\",
    "a host of a package registry": r"registry\.npmjs|pypi\.org|pythonhosted|npm\.pkg|/simple\b",
    "a left-over of a merge": r"^(<{7}|>{7}) ",
}


@pytest.mark.parametrize("unwanted", UNWANTED)
def test_no_text_holds(unwanted: str) -> None:
    pattern = re.compile(UNWANTED[unwanted], re.MULTILINE)
    found = {}
    for path in texts():
        match = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
        if match:
            found[name(path)] = match.group()
    assert not found


def test_the_search_for_unwanted_text_looks_at_the_whole_project() -> None:
    seen = {name(path) for path in texts()}
    assert {"Makefile", "pyproject.toml", ".ci/run", "README.md", "babyagi_nb/errors.py"} <= seen
