"""How long the gate takes: every honest candidate of its corpus, with a sandbox that is warm."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median, quantiles

from benchmarks.row import Row, Size

__all__ = ["measure"]

_CORPUS = Path(__file__).resolve().parents[1] / "tests" / "agent" / "gate"
_GOAL = 250.0
_FEW = 6
"""Candidates where no figure means anything."""


def measure(size: Size) -> list[Row]:
    if str(_CORPUS) not in sys.path:
        sys.path.append(str(_CORPUS))
    from gate_good import GOOD
    from gate_world import opened_gate

    chosen = GOOD if size.rounds > 20 else GOOD[:_FEW]
    with opened_gate() as gate:
        for each in chosen[:3]:
            gate.examine(each)
        reports = [gate.examine(each) for each in chosen]
    kept = sum(each.ok for each in reports)
    taken = [each.seconds * 1e3 for each in reports]
    note = f"{len(chosen)} honest candidates, {kept} kept"
    return [
        Row(name="gate: one candidate, median", value=median(taken), unit="ms", goal=_GOAL,
            note=note),
        Row(name="gate: one candidate, 90 of 100", value=quantiles(taken, n=10)[8], unit="ms",
            note=f"slowest {max(taken):.0f} ms"),
    ]  # fmt: skip
