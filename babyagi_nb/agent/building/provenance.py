"""What a draft says about where it comes from, and what it asks for.

It stands in the draft's metadata, beside the phrases by which the function is found. Everything in
it is a function of journalled steps, so that the same draft is proposed again after a kill and the
store sees that it has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babyagi_nb.agent.building.cases import TestSet
from babyagi_nb.agent.building.plan import Planned
from babyagi_nb.agent.building.sitting import Sitting
from babyagi_nb.agent.gate.report import Report
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.search import PHRASES

__all__ = ["PROVENANCE", "declared_of"]

PROVENANCE = "build"
"""Member of a draft's ``metadata``: which build made it, by which model, at what cost."""


def declared_of(
    planned: Planned,
    sitting: Sitting,
    report: Report,
    tests: TestSet,
    *,
    phrases: Sequence[str],
    replaces: str | None,
    cost: float | None,
    prompt_hash: str,
    near: str | None,
) -> dict[str, Any]:
    """The keyword arguments that the draft is proposed with."""
    origin: dict[str, Any] = {
        "id": sitting.id,
        "task": one_line(sitting.steps.header.get("task", ""), 300),
        "model": sitting.model.id,
        "host": sitting.model.host,
        "prompt_hash": prompt_hash,
        "cost": cost,
        "parent": replaces,
        "near": near,
        "gate": {
            "killed": report.killed,
            "mutants": report.mutants,
            "seconds": report.seconds,
            "fingerprint": report.fingerprint,
            "notes": [one_line(each.people, 200) for each in report.findings],
        },
        "tests": {"shown": len(tests.shown), "hidden": len(tests.hidden)},
    }
    if planned.keys:
        origin["sources"] = list(tests.all)
    declared: dict[str, Any] = {
        "name": planned.name,
        "description": one_line(planned.description, 1000),
        "metadata": {PROVENANCE: origin, PHRASES: list(phrases)},
    }
    if planned.keys:
        declared["key_dependencies"] = list(planned.keys)
    if planned.hosts:
        declared["hosts"] = list(planned.hosts)
    return declared
