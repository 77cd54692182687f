"""A build as its journal tells it: header and facts, made into the record that people see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from babyagi_nb.core.budget import Budget, Spent
from babyagi_nb.core.builds import Build, Made, Steps
from babyagi_nb.core.cleaning import one_line

__all__ = ["budget_of", "build_of", "made_rows", "spent_of", "summary"]

_STATES = ("running", "done", "stopped", "failed")


def build_of(row: Mapping[str, Any]) -> Build:
    """The record of a row of :meth:`babyagi_nb.core.builds.Builds.all`.

    What a journal says is read with care: somebody may have edited the file.
    """
    state = row.get("state")
    return Build(
        id=str(row.get("id", "")),
        task=str(row.get("task", "")),
        state=state if state in _STATES else "stopped",
        model=str(row.get("model", "")),
        started=int(row.get("started") or 0),
        made=tuple(map(_made, row.get("made") or ())),
        main=row.get("main"),
        spent=spent_of(row),
        message=str(row.get("message") or ""),
        run=row.get("run"),
        parent=row.get("parent"),
    )


def summary(steps: Steps) -> Build:
    """The same of a build that this process holds."""
    return build_of({**steps.header, **steps.facts(), "id": steps.id})


def made_rows(made: list[Made]) -> list[dict[str, Any]]:
    """As plain JSON, for the journal."""
    return [asdict(each) for each in made]


def spent_of(facts: Mapping[str, Any]) -> Spent:
    """What all sittings until now noted as spent."""
    known = facts.get("spent")
    members = ("calls", "tokens", "seconds", "cost", "unpriced")
    if not isinstance(known, Mapping):
        return Spent()
    return Spent(**{name: known[name] for name in members if name in known})


def budget_of(facts: Mapping[str, Any], **given: float | None) -> Budget:
    """What a build may spend: as it was begun or last gone on with; what is *given* wins.

    >>> budget_of({"budget": {"calls": 60, "cost": 0.5}}, calls=80, tokens=None)
    Budget(calls=80, tokens=None, seconds=None, cost=0.5)
    """
    said = facts.get("budget")
    known = dict(said) if isinstance(said, Mapping) else {}
    for name, value in given.items():
        if value is not None:
            known[name] = value
    members = ("calls", "tokens", "seconds", "cost")
    return Budget(**{name: known[name] for name in members if known.get(name) is not None})


def _made(row: Mapping[str, Any]) -> Made:
    how = row.get("how")
    return Made(
        name=one_line(row.get("name", ""), 200),
        how=how if how in ("written", "reused") else "failed",
        version=row.get("version"),
        reason=str(row.get("reason") or ""),
    )
