"""Eight kernels that write and are killed at random; what was acknowledged must be there, once."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from benchmarks.row import Row, Size
from benchmarks.torture import torture

__all__ = ["measure"]


def measure(size: Size) -> list[Row]:
    seed = random.randrange(1 << 30)
    with tempfile.TemporaryDirectory() as folder:
        verdict = torture(Path(folder), seconds=size.seconds, writers=size.kernels, seed=seed)
    found = len(verdict.lost) + len(verdict.doubled) + len(verdict.complaints)
    return [
        Row(
            name=f"{size.kernels} kernels writing under random kills: "
            "acknowledged things lost or doubled",
            value=found,
            unit="things",
            goal=0,
            note=str(verdict).replace("\n", ";"),
        )
    ]
