"""What a snapshot of a large value costs: it may look at its shape and its edges, never at all.

The floor is one pass over the frame's bytes, which is the least that anything that looked at all
of it would need. Both are timed in turns within one process.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pandas as pd

from babyagi_nb.core.preview import preview
from benchmarks.row import Row, Size

__all__ = ["measure"]

_BYTES = 100_000_000


def measure(size: Size) -> list[Row]:
    columns = 10
    frame = pd.DataFrame({f"c{n}": range(_BYTES // 8 // columns) for n in range(columns)})
    frame["c0"] = frame["c0"].astype(float)
    shown, passes = [], []
    for _ in range(max(size.rounds // 4, 2)):
        begun = perf_counter()
        preview(frame)
        between = perf_counter()
        frame.sum()
        shown.append(between - begun)
        passes.append(perf_counter() - between)
    cost = median(shown)
    return [
        Row(
            name="snapshot of a frame of 100 MB, against one pass over it",
            value=cost / median(passes),
            unit="×",
            goal=1.0,
            note=f"{cost * 1000:.2f} ms; at most 10 ms is wanted",
        )
    ]
