"""The cell under way: its text as the person sees it, and what it is called.

Debugger and tracebacks know a cell by a file name computed from its raw text. A function compiled
under that very name, with the visible line numbers, stops at breakpoints and shows the right line.
The shell keeps what it is executing beside its display hook; a kernel's request says the same.
Where neither does, the text is put together again from what the magic was given.
"""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from typing import Any

from babyagi_nb.core.records import Cell

__all__ = ["VisibleCell", "cell_of", "label_of", "read_cell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleCell:
    """The body of a cell magic, where it stands."""

    text: str
    """The body after as many blank lines as stand above it, so that line numbers are right."""
    filename: str
    raw: str
    """The whole cell."""


def read_cell(shell: Any, magic: str, line: str, body: str) -> VisibleCell:
    """The cell that called ``%%magic line`` over *body*, made known to tracebacks."""
    raw, transformed = _texts(shell)
    above = _lines_above(raw, magic, body)
    if above is None:
        raw = transformed = f"%%{magic} {line}".rstrip() + "\n" + body
        above = 1
    count = cell_of(shell).execution_count
    name = shell.compile.get_code_name(raw, transformed, count)
    lines = [each + "\n" for each in raw.splitlines()]
    # No modification time: linecache then never drops the entry for not being a file.
    linecache.cache[name] = (len(raw), None, lines, name)
    counts = getattr(shell.compile, "_filename_map", None)
    if counts is not None:
        counts.setdefault(name, count)
    return VisibleCell(text="\n" * above + body, filename=name, raw=raw)


def cell_of(shell: Any) -> Cell:
    """What is known about the cell under way."""
    result = _result(shell)
    if result is not None:
        return Cell(id=_text(result.info.cell_id), execution_count=result.execution_count)
    identity = _parent(shell).get("metadata", {}).get("cellId")
    return Cell(id=_text(identity), execution_count=shell.execution_count)


def label_of(cell: Cell) -> str:
    """How runs name the cell that caused them."""
    return cell.id or f"In[{cell.execution_count}]"


def _texts(shell: Any) -> tuple[str, str]:
    """The cell as typed, and as IPython made it Python."""
    result = _result(shell)
    if result is not None:
        return result.info.raw_cell or "", result.info.transformed_cell or ""
    return _parent(shell).get("content", {}).get("code", ""), ""


def _result(shell: Any) -> Any:
    """The shell's record of what it is executing, or ``None``."""
    return getattr(shell.displayhook, "exec_result", None)


def _parent(shell: Any) -> dict[str, Any]:
    """The request that is being executed; empty outside a kernel."""
    try:
        return shell.get_parent() or {}
    except (AttributeError, LookupError):
        return {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _lines_above(raw: str, magic: str, body: str) -> int | None:
    """How many lines of *raw* stand above *body*; ``None`` when *raw* is another text."""
    lines = raw.splitlines()
    for at, each in enumerate(lines):
        if each.strip():
            own = each.strip().startswith(f"%%{magic}")
            same = _stripped("\n".join(lines[at + 1 :])) == _stripped(body)
            return at + 1 if own and same else None
    return None


def _stripped(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]
