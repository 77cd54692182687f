"""A build as one cell to look at: every draft with its code and its tests.

Drafts are in the store before anybody sees the cell, so losing it loses nothing. The cell begins
with a magic that shows drafts and prepares their approval; what stands below is for reading, and is
executed by nobody: running the cell as it is registers nothing and runs none of the code.
"""

from __future__ import annotations

from collections.abc import Callable

from babyagi_nb.agent.building.provenance import PROVENANCE
from babyagi_nb.core.builds import Build
from babyagi_nb.core.cleaning import clean, one_line
from babyagi_nb.core.records import FunctionVersion

__all__ = ["cell_of", "waiting"]


def waiting(build: Build) -> tuple[str, ...]:
    """``name@number`` of the drafts that *build* wrote, each after those that it uses.

    >>> from babyagi_nb.core.builds import Made
    >>> made = (Made(name="f", how="written", version=2), Made(name="g", how="reused", version=1))
    >>> waiting(Build(id="B", task="", state="done", model="m", started=0, made=made))
    ('f@2',)
    """
    return tuple(
        f"{each.name}@{each.version}"
        for each in build.made
        if each.how == "written" and each.version is not None
    )


def cell_of(build: Build, version: Callable[[str, int], FunctionVersion]) -> str:
    """The text of the cell; empty for a build without drafts."""
    labels = waiting(build)
    if not labels:
        return ""
    head = [
        f"%%babyagi review {' '.join(labels)}",
        f"# {len(labels)} draft{'s' if len(labels) > 1 else ''} for: {one_line(build.task, 200)}",
        "# Run this cell to see what each asks for, and to get the lines that approve them.",
        "# What stands below is for reading: nothing of it is executed or registered.",
        f"# To have one changed: %babyagi revise {labels[-1]} what to change",
    ]
    parts = ["\n".join(head)]
    for each in build.made:
        if each.how == "written" and each.version is not None:
            parts.append(_part(version(each.name, each.version)))
    return "\n\n\n".join(parts) + "\n"


def _part(version: FunctionVersion) -> str:
    origin = version.spec.metadata.get(PROVENANCE) or {}
    gate = origin.get("gate") or {}
    tests = version.spec.tests or tuple(map(str, origin.get("sources") or ()))
    noticed = f"{gate.get('killed', 0)} of {gate.get('mutants', 0)} small faults noticed by tests"
    title = f"# {version.label} · {noticed}"
    return "\n\n".join([title, clean(version.spec.code).strip(), *map(_test, tests)])


def _test(text: str) -> str:
    return clean(text).strip()
