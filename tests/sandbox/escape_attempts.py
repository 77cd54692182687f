"""The attempts to escape as data: the text of each, as a function that takes what there is to find.

An attempt is told everything that an attacker could know: paths, ports, process ids, addresses. It
is never told a *canary*: a random text that only whoever got out can bring back. What it says about
itself counts for nothing, see :mod:`escape_judge`.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import ModuleType

import escape_acting
import escape_exceeding
import escape_reaching
import escape_reading
import escape_returning
import escape_tools
import escape_writing

GROUPS: dict[str, ModuleType] = {
    "reading": escape_reading,
    "writing": escape_writing,
    "reaching": escape_reaching,
    "acting": escape_acting,
    "exceeding": escape_exceeding,
    "returning": escape_returning,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way out, tried in a process of its own."""

    group: str
    name: str
    code: str
    """A module text that defines the function ``name``."""

    @property
    def label(self) -> str:
        return f"{self.group}/{self.name}"


def attempts() -> list[Attempt]:
    """Every attempt, in the order of the files."""
    return [
        Attempt(group, name, _text(module, name))
        for group, module in GROUPS.items()
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    ]


def _text(module: ModuleType, name: str) -> str:
    head = inspect.getsource(module).partition("\ndef ")[0].splitlines()
    imports = [
        line
        for line in head
        if line.startswith(("import ", "from "))
        and not line.startswith(("from __future__", "from escape_"))
    ]
    helpers = [
        inspect.getsource(value)
        for key, value in vars(module).items()
        if key.startswith("_") and inspect.isfunction(value)
    ]
    body = inspect.getsource(getattr(module, name)).replace(f"def {name}(", "def _attempt(", 1)
    entry = f"def {name}(w):\n    named(w['job'])\n    return _attempt(w)\n"
    return "\n".join([inspect.getsource(escape_tools), *imports, *helpers, body, entry])
