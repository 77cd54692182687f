"""``python -m benchmarks``: run the suites, print the table, keep it in ``docs/benchmarks.md``.

::

    python -m benchmarks                  every suite (some ten minutes)
    python -m benchmarks calls kill       only these; the page is left alone
    python -m benchmarks --size tiny      see whether everything runs

The exit status is 0 when every goal was met, 1 when one was missed or a suite failed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from time import perf_counter

from benchmarks.peer import ROOT
from benchmarks.row import FULL, TINY, Row, Size
from benchmarks.table import keep, machine, text

__all__ = ["SUITES", "main", "run_suite"]

SUITES = (
    "calls", "values", "scale", "kill", "register", "open", "extension", "queries", "visibility",
    "sandbox", "dashboard", "search", "gate", "build", "interrupt", "torture",
)  # fmt: skip
"""In the order of the table; ``calls`` is the module ``bench_calls``."""

SIZES = {size.name: size for size in (FULL, TINY)}
PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments: list[str] | None = None) -> int:
    options = _parse(arguments)
    suites = options.suites or SUITES
    if options.inside:
        rows = _measure(suites[0], SIZES[options.size])
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    rows = []
    print(machine(), flush=True)
    for suite in suites:
        start = perf_counter()
        found = run_suite(suite, SIZES[options.size])
        print(f"  {suite}: {perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        rows += found
    missed = [row for row in rows if row.met is False]
    print(f"\n{text(rows)}\n\n{len(rows)} figures, {len(missed)} missed")
    if options.size == FULL.name and not options.suites:
        keep(rows, PAGE)
    return bool(missed) or any(row.value is None and not row.unit for row in rows)


def run_suite(suite: str, size: Size) -> list[Row]:
    """Run one suite in a process of its own; a suite that fails becomes one row that says so."""
    with tempfile.TemporaryDirectory() as private:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", suite, "--size", size.name, "--inside"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            # Seals and keys of a measurement are nobody's.
            env={**os.environ, "BABYAGI_CONFIG_DIR": private},
        )
    if done.returncode:
        return [Row(name=suite, value=None, unit="", note="failed; its error stands above")]
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _measure(suite: str, size: Size) -> list[Row]:
    module = importlib.import_module(f"benchmarks.bench_{suite}")
    rows: list[Row] = module.measure(size)
    return rows


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure, and say so."
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--size", choices=SIZES, default=FULL.name)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    # Not by choices=: with that, argparse refuses to be given no suite at all.
    for suite in options.suites:
        if suite not in SUITES:
            parser.error(f"no suite {suite!r}; there are {', '.join(SUITES)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
