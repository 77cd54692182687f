"""A logged call in a store of ten thousand functions, against one in a store of a hundred.

Each store is called from processes of its own, because two stores in one process would share the
garbage collector, which is where a large catalogue could be felt. Several pairs of processes are
started, for no two processes are equally fast.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.ours import HELLO, Settled, many_functions, opened
from benchmarks.peer import Peer, serve
from benchmarks.row import Row, Size
from benchmarks.turns import Batch, take_turns

__all__ = ["as_pack", "measure"]


def measure(size: Size) -> list[Row]:
    counts = {"few": size.few, "many": size.many}
    found: dict[str, list[float]] = {"few": [], "many": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for which, count in counts.items():
            _fill(folder, which, count)
        for _ in range(max(size.starts - 2, 1)):
            with ExitStack() as stack:
                peers = {
                    which: stack.enter_context(
                        Peer("benchmarks.bench_scale", [str(folder / which)], folder=folder)
                    )
                    for which in counts
                }
                times = take_turns(
                    {which: _asking(peer, size.calls) for which, peer in peers.items()},
                    max(size.rounds // 2, 1),
                )
            for which, each in times.items():
                found[which].append(median(each))
    few, many = median(found["few"]), median(found["many"])
    return [
        Row(
            name=f"the same with {size.many:,} registered functions, against {size.few:,}",
            value=median(m / f for m, f in zip(found["many"], found["few"], strict=True)),
            unit="×",
            goal=1.10,
            note=f"{many * 1e6:.2f} µs against {few * 1e6:.2f} µs a call",
        )
    ]


def _asking(peer: Peer, calls: int) -> Batch:
    return lambda: peer.batch(calls)


def _fill(folder: Path, which: str, count: int) -> None:
    pack = folder / f"{which}.py"
    pack.write_text(as_pack(many_functions(count - 1)) + as_pack(HELLO), encoding="utf-8")
    with opened(folder / which) as app:
        app.load_functions(pack, approve=True)


def as_pack(text: str) -> str:
    """Put the registering decorator of packs before every function of *text*."""
    return text.replace("def ", "@func.register_function()\ndef ")


def _candidate(store: Path) -> None:
    with opened(store) as app:
        serve(app.function("hello"), between=Settled(app))


if __name__ == "__main__":
    _candidate(Path(sys.argv[1]))
