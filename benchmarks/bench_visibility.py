"""How soon another process sees a call."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, sleep, time_ns

from babyagi_nb.core.runs import RunFilter
from benchmarks.ours import HELLO, opened
from benchmarks.peer import Peer, serve
from benchmarks.row import Row, Size

__all__ = ["measure"]


def measure(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        ages = _ages(Path(name), min(size.seconds / 4, 10.0))
    ordered = sorted(ages)
    return [
        Row(
            name="age of the newest log row that another kernel sees",
            value=ordered[-1],
            unit="s",
            goal=1.0,
            note=f"the oldest of {len(ages)} looks, the query included; median "
            f"{median(ages) * 1e3:.0f} ms, p95 {ordered[int(len(ages) * 0.95)] * 1e3:.0f} ms",
        ),
    ]


def _ages(folder: Path, seconds: float) -> list[float]:
    """Seconds between the start of the newest visible run and the end of the look at it.

    The other process calls a hundred times a second, so a hundredth of a second is in each.
    """
    store = folder / "store"
    with opened(store) as app:
        app.add_function("hello", HELLO)
    with (
        Peer("benchmarks.bench_visibility", [str(store)], folder=folder) as writer,
        opened(store) as app,
    ):
        writer.batch(0)
        writer.ask(int(seconds * 100))
        ages: list[float] = []
        until = perf_counter() + seconds * 0.9
        sleep(0.3)
        while perf_counter() < until:
            newest = app.queries.runs(RunFilter(function="hello", limit=1))
            ages.append((time_ns() - newest[0].started) / 1e9)
            sleep(0.02)
        writer.answer()
    return ages


def _candidate(store: Path) -> None:
    with opened(store) as app:
        hello = app.function("hello")

        def call(number: int) -> None:
            hello(number)
            sleep(0.01)

        serve(call)


if __name__ == "__main__":
    _candidate(Path(sys.argv[1]))
