"""A real kernel beside a scripted server: what the tests of lines and interrupts begin with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "kernel"))

from kernel_bench import PATIENCE, Bench, Kernel, Outcome

__all__ = ["PATIENCE", "Kernel", "Outcome", "eventually", "fresh_kernel", "only_line"]


@pytest.fixture(scope="module", name="kernel")
def fresh_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all tests of a file; no key of this machine reaches it."""
    folder = tmp_path_factory.mktemp("model-kernel")
    bench = Bench.set_up(folder)
    for name in [name for name in bench.env if name.startswith("OPENAI_")]:
        del bench.env[name]
    bench.env["BABYAGI_CONFIG_DIR"] = str(folder / "private")
    try:
        yield bench.start()
    finally:
        bench.close()


def eventually(ready: Callable[[], bool], what: str = "") -> None:
    """Wait until something is so."""
    until = monotonic() + PATIENCE
    while not ready():
        assert monotonic() < until, what or "it never came to that"
        sleep(0.01)


def only_line(outcome: Outcome) -> str:
    """The one line that a failed cell shows; below it stands at most where to look it up."""
    assert outcome.status == "error", outcome.text
    first, *rest = outcome.traceback.splitlines()
    assert all(line.startswith(("in model, run ", "in chat, run ")) for line in rest), rest
    assert first == outcome.error
    return first
