"""What a process of its own costs, in units of starting a bare interpreter in the same minute."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, sleep
from typing import Any

from babyagi_nb.core.isolation import Job, Limits, Member, Raised, Tier
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.sandbox.server import Server, open_sandbox
from benchmarks.row import Row, Size

__all__ = ["measure"]

_MEMBER = Member(
    name=FunctionName("same"),
    version=VersionNumber(1),
    code="def same(x):\n    return x\n",
)
_POOLED = Job(entry=_MEMBER.name, members=(_MEMBER,), args=(7,))
_FORKED = Job(entry=_MEMBER.name, members=(_MEMBER,), args=(7,), limits=Limits(memory=1 << 30))
_BETWEEN = 0.06
"""Seconds after which the pool is filled again, and the machine quiet."""

_GOALS = {"pooled": 0.25, "forked": 0.8, "first": 8.0}
_NAMES = {
    "pooled": "call in a child that was ready",
    "forked": "call in a child forked for it",
    "first": "first call, which starts the fork server",
}


class _Nobody:
    """An observer that does not care."""

    def printed(self, run: int, text: str) -> None: ...

    def began(self, run: int, parent: int, function: str, params: Mapping[str, Any]) -> None: ...

    def returned(self, run: int, output: Any) -> None: ...

    def raised(self, run: int, error: Raised) -> None: ...

    def call(self, run: int, function: str, args: list[Any], kwargs: dict[str, Any]) -> Any: ...

    def connected(self, run: int, host: str, port: int, allowed: bool) -> None: ...


def measure(size: Size) -> list[Row]:
    rows = []
    tiers: tuple[Tier, ...] = ("standard", "strong")
    for tier in tiers:
        rows += _measure_tier(tier, size)
    return rows


def _measure_tier(tier: Tier, size: Size) -> list[Row]:
    """Take turns, so that what else the machine does falls on all alike."""
    found: dict[str, list[float]] = {"bare": [], "pooled": [], "forked": [], "first": []}
    if open_sandbox(tier=tier).report().tier is None:
        return []
    for _ in range(size.starts):
        with open_sandbox(tier=tier) as sandbox:
            found["bare"].append(_timed(_bare))
            found["first"].append(_timed(lambda: _call(sandbox, _POOLED)))
            sleep(_BETWEEN * 5)
            for _ in range(max(1, size.rounds // size.starts)):
                found["bare"].append(_timed(_bare))
                found["pooled"].append(_timed(lambda: _call(sandbox, _POOLED)))
                sleep(_BETWEEN)
                found["forked"].append(_timed(lambda: _call(sandbox, _FORKED)))
                sleep(_BETWEEN)
    bare = median(found["bare"])
    return [
        Row(
            name=f"{tier} sandbox: {_NAMES[kind]}, against `python -I -S -c pass`",
            value=median(found[kind]) / bare,
            unit="x",
            goal=_GOALS[kind] if tier == "standard" else None,
            note=f"{median(found[kind]) * 1e3:.1f} ms (best {min(found[kind]) * 1e3:.1f}) against "
            f"{bare * 1e3:.1f} ms (best {min(found['bare']) * 1e3:.1f})",
        )
        for kind in _GOALS
    ]


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _bare() -> None:
    subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True)


def _call(sandbox: Server, job: Job) -> None:
    assert sandbox.run(job, _Nobody()) == 7
