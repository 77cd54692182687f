"""What is lost when a process is killed the moment its last call has returned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ours import HELLO, opened
from benchmarks.peer import ROOT
from benchmarks.row import Row, Size

__all__ = ["measure"]


def measure(size: Size) -> list[Row]:
    calls = min(size.calls, 1_000)
    lost = doubled = 0
    for _ in range(size.starts):
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder, "store")
            _run_and_die(store, calls)
            with opened(store) as app:
                found = app.sql(
                    "SELECT CAST(params->>'x' AS BIGINT), count(*) FROM logs "
                    "WHERE function_name = 'hello' AND log_type = 'success' GROUP BY 1",
                    limit=10 * calls,
                ).rows
        lost += calls - len({x for x, _ in found} & set(range(calls)))
        doubled += sum(count - 1 for _, count in found)
    return [
        Row(
            name=f"records lost or doubled by SIGKILL straight after {calls:,} calls",
            value=lost + doubled,
            unit="records",
            goal=0,
            note=f"{size.starts} kills",
        )
    ]


def _run_and_die(store: Path, calls: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_kill", str(store), str(calls)],
        cwd=store.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def _candidate(store: Path, calls: int) -> None:
    with opened(store) as app:
        app.add_function("hello", HELLO)
        hello = app.function("hello")
        for number in range(calls):
            hello(number)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _candidate(Path(sys.argv[1]), int(sys.argv[2]))
