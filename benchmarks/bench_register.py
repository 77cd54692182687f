"""Registering: ten thousand functions in one transaction, and one function alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.source import CellSource
from benchmarks.bench_scale import as_pack
from benchmarks.ours import many_functions, opened
from benchmarks.row import Row, Size

__all__ = ["measure"]

ALONE = 30
"""How many single registrations the median is taken of."""


def measure(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = many_functions(size.many)
        pack = folder / "many.py"
        pack.write_text(as_pack(text), encoding="utf-8")
        rounds = min(size.starts, 3)
        by_cell = [_cell(folder / f"cell-{turn}", text, size.many) for turn in range(rounds)]
        by_pack = [_pack(folder / f"pack-{turn}", pack, size.many) for turn in range(rounds)]
        with opened(folder / "alone") as app:
            alone = _alone(app, "alone")
        with opened(folder / "cell-0") as app:
            among = _alone(app, "among")
    return [
        Row(
            name=f"register {size.many:,} functions in a batch",
            value=median(by_cell),
            unit="s",
            goal=3.0,
            note=f"one cell; as a pack {median(by_pack):.2f} s",
        ),
        Row(
            name="register one function alone",
            value=median(alone) * 1e3,
            unit="ms",
            goal=30.0,
            note=f"slowest of {len(alone)}: {max(alone) * 1e3:.1f} ms; "
            f"in a store of {size.many:,}: {median(among) * 1e3:.1f} ms",
        ),
    ]


def _cell(store: Path, text: str, count: int) -> float:
    with opened(store) as app:
        start = perf_counter()
        app.register_cell(CellSource(text=text))
        seconds = perf_counter() - start
        assert len(app.catalogue) == count
    return seconds


def _pack(store: Path, pack: Path, count: int) -> float:
    with opened(store) as app:
        start = perf_counter()
        app.load_functions(pack, approve=True)
        seconds = perf_counter() - start
        assert len(app.catalogue) == count
    return seconds


def _alone(app: BabyAGI, prefix: str) -> list[float]:
    times = []
    for number in range(ALONE):
        text = f"def {prefix}_{number}(x: int) -> int:\n    return x + {number}\n"
        start = perf_counter()
        app.add_function(f"{prefix}_{number}", text)
        times.append(perf_counter() - start)
    return times
