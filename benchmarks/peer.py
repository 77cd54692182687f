"""A candidate in another process: it does a batch when asked and answers with the time it took.

The child runs a module of this package that calls :func:`serve`. One line with a number of calls
goes in, one line with seconds per call comes out; what the child prints otherwise is ignored.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType

__all__ = ["ROOT", "Peer", "PeerFailed", "serve"]

ROOT = Path(__file__).resolve().parents[1]
"""The checkout; children import from here."""

_MARK = "@seconds "


class PeerFailed(Exception):
    """The other process ended, or never got as far as answering."""


class Peer:
    """One candidate process; a context manager."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        *,
        python: str = sys.executable,
        folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._complaints = (folder / f"{module}.{os.getpid()}.stderr").open("w+")
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._complaints.close()

    def batch(self, calls: int) -> float:
        """Seconds per call, over *calls* calls; 0 calls waits until the child is ready."""
        self.ask(calls)
        return self.answer()

    def ask(self, calls: int) -> None:
        """Let the child begin; :meth:`answer` waits for its end."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{calls}\n")
            self._process.stdin.flush()
        except OSError:
            raise PeerFailed(self._why()) from None

    def answer(self) -> float:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(_MARK):
                return float(line.removeprefix(_MARK))
        raise PeerFailed(self._why())

    def _why(self) -> str:
        self._complaints.seek(0)
        lines = [line for line in self._complaints.read().splitlines() if line.strip()]
        return lines[-1] if lines else "it ended without a word"


def serve(call: Callable[[int], object], *, between: Callable[[], object] = gc.collect) -> None:
    """Answer batches until standard input ends; the child's side of :class:`Peer`."""
    for line in sys.stdin:
        calls = int(line)
        between()
        start = perf_counter()
        for number in range(calls):
            call(number)
        seconds = perf_counter() - start
        print(f"\n{_MARK}{seconds / max(calls, 1)!r}", flush=True)
