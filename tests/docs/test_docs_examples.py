"""The documentation is executed: each page is a notebook in disguise.

Every ``python`` fence of a page is a cell; all cells of a page share one fresh kernel and store. An
``output`` fence right behind a cell is what the cell must show, and a cell that raises must be
followed by one that shows the error's line. Everything else (``console``, ``text``, ``sql`` …) is
left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)[ \t]*\n(.*?)^```[ \t]*$(\s*)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One cell of a page."""

    source: str
    line: int
    shown: str | None
    """What the page says it shows; ``None`` when it does not say."""


def examples(text: str) -> list[Example]:
    found: list[Example] = []
    expecting = False
    for fence in FENCE.finditer(text):
        kind, body = fence.group(1), fence.group(2).rstrip("\n")
        follows = expecting and text[: fence.start()].rstrip().endswith("```")
        if kind == "python":
            line = text.count("\n", 0, fence.start()) + 1
            found.append(Example(source=body, line=line, shown=None))
        elif kind == "output" and follows:
            last = found.pop()
            found.append(Example(source=last.source, line=last.line, shown=body))
        expecting = kind == "python"
    return found


def shown(cell: Any) -> str:
    """The plain text a reader sees under a cell."""
    parts: list[str] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.data.get("text/plain", ""))
    return "\n".join(part.rstrip("\n") for part in parts)


def run(newcomer: Any, cells: list[Example]) -> list[Any]:
    """Execute *cells* in one kernel and return the cells of the executed notebook."""
    sources = [nbformat.v4.new_code_cell(each.source) for each in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=sources), newcomer.project / "page.ipynb")
    done = newcomer.run(
        *("-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--inplace"),
        *("--ExecutePreprocessor.kernel_name=python3", "--ExecutePreprocessor.timeout=120"),
        "page.ipynb",
    )
    assert done.returncode == 0, done.stderr
    return list(nbformat.read(newcomer.project / "page.ipynb", as_version=4).cells)


def complaints(newcomer: Any, cells: list[Example]) -> list[str]:
    found = []
    for example, cell in zip(cells, run(newcomer, cells), strict=True):
        raised = "UsageError" in shown(cell) or any(
            output.output_type == "error" for output in cell.outputs
        )
        wrong = shown(cell) != example.shown if example.shown is not None else raised
        if wrong:
            found.append(f"line {example.line}: {example.source!r} shows {shown(cell)!r}")
    return found


PAGES = {
    path.relative_to(ROOT).as_posix(): examples(path.read_text(encoding="utf-8"))
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}


@pytest.mark.parametrize("page", [page for page, cells in PAGES.items() if cells])
def test_the_examples_of_a_page_run_and_show_what_it_says(page: str, newcomer: Any) -> None:
    assert complaints(newcomer, PAGES[page]) == []


def test_the_front_page_has_examples() -> None:
    assert PAGES["README.md"]


def test_an_example_that_shows_something_else_is_found(newcomer: Any) -> None:
    page = (
        "```python\n1 + 1\n```\n\n```output\n2\n```\n\n"
        "```python\nprint('a')\n```\nand so on\n```output\nno expectation: text between\n```\n"
        "```python\n1 + 1\n```\n```output\n3\n```\n"
        "```python\nint('x')\n```\n"
        "```python\n%no_such_magic\n```\n"
        "```python\n{}['k']\n```\n```output\nKeyError: 'k'\n```\n"
    )
    found = complaints(newcomer, examples(page))
    assert [each.partition(":")[0] for each in found] == ["line 16", "line 22", "line 25"]


LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize(
    "page",
    sorted(path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_a_link_within_the_project_leads_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert not [target for target in targets if not (page.parent / target).exists()]
