"""Ctrl-C to prompt, while a model is waited for, answers, or has its code tried.

A real kernel is interrupted as a front end does it; the model is a scripted server here. What is
measured ends when the kernel says that it is idle again. The gate is interrupted while it tries
code that never ends, so the time holds the end of the sandbox's process too.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from statistics import median
from subprocess import DEVNULL
from time import perf_counter, sleep
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from babyagi_nb.testing import Fault, FaultServer, Request, Rule, faults
from benchmarks.peer import ROOT
from benchmarks.row import Row, Size

__all__ = ["measure"]

_GOAL = 1.0
_PATIENCE = 60.0

_PLAN = {
    "functions": [
        {
            "name": "half", "signature": "half(number: float) -> float",
            "description": "Half of number; ValueError below zero.",
        }
    ],
    "main": "half",
}  # fmt: skip
_STATED = [("half(4) == 2", ""), ("half(1) == 0.5", ""), ("half(0) == 0", ""),
           ("half(10) == 5", ""), ("half(-1)", "ValueError")]  # fmt: skip
_ENDLESS = "```python\ndef half(number: float) -> float:\n    while True:\n        number += 1\n```"
_SETUP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
%load_ext babyagi_nb
from babyagi_nb import kernel_app
from babyagi_nb.app import BabyAGI
from babyagi_nb.settings import Settings
app = BabyAGI(":memory:", namespace=globals(), settings=Settings(
    model="scripted", base_url="URL", embeddings="vectors"))
app.add_function("mean", "def mean(values: list[float]):\\n    return sum(values) / len(values)")
kernel_app.use(app)
app.sandbox.report
"""


@dataclass(frozen=True)
class _Case:
    """What is interrupted."""

    name: str
    cell: str
    fault: Fault | None = None
    asked: int = 1
    """Requests after which it is at the point that is interrupted."""
    shown: str = ""
    """What the cell shows when it is there."""


_CASES = (
    _Case("a build waits for the model", "%babyagi build 'halve'", faults.stall(), 2),
    _Case("half of an answer is there", "%babyagi build 'halve'", faults.body_stalls(), 2),
    _Case("the gate tries code", "%babyagi build 'halve'", None, 3, "in the sandbox"),
    _Case("a chat waits for the model", "%babyagi chat hello", faults.stall()),
    _Case("a chat's answer streams", "%babyagi chat hello", faults.stream_stall()),
    _Case("a search waits for vectors", "%babyagi find numbers", faults.stall()),
)


def measure(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").touch()
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=str(folder), stdout=DEVNULL, stderr=DEVNULL)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=_PATIENCE)
            # The first of all also starts the sandbox and imports the client library.
            _once(manager, client, _CASES[2])
            return [_row(manager, client, case, size.starts) for case in _CASES]
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def _row(manager: KernelManager, client: BlockingKernelClient, case: _Case, many: int) -> Row:
    took = [_once(manager, client, case) for _ in range(many)]
    return Row(
        name=f"Ctrl-C to prompt while {case.name}",
        value=max(took),
        unit="s",
        goal=_GOAL,
        note=f"slowest of {many}, median {median(took) * 1e3:.0f} ms",
    )


def _once(manager: KernelManager, client: BlockingKernelClient, case: _Case) -> float:
    """Seconds from the interrupt to the kernel being idle."""
    with FaultServer(_script(case)) as server:
        _run(client, _SETUP.replace("URL", server.url))
        if case.fault is not None and "find" not in case.cell:
            server.inject(case.fault.always(), after=case.asked - 1)
        request, shown = client.execute(case.cell), ""
        while len(server.requests) < case.asked or case.shown not in shown:
            shown += _taken(client, 0.02)
        # Not at the very moment at which it begins.
        sleep(0.1)
        start = perf_counter()
        manager.interrupt_kernel()
        _until_idle(client, request)
        took = perf_counter() - start
        # What it leaves behind is not to be collected while something is measured.
        _run(client, "app.close()\ndel app\nkernel_app.use(None)\nimport gc\ngc.collect()")
    return took


def _script(case: _Case) -> list[Rule]:
    rules = [Rule(_answer, times=None)]
    if "find" in case.cell and case.fault is not None:
        rules.insert(0, Rule(case.fault.always(), path="embeddings"))
    return rules


def _answer(request: Request) -> Any:
    asked = request.system.partition("\n")[0]
    if "plan" in asked:
        return _PLAN
    if "tests" in asked:
        cases = [
            {"title": code, "code": code if error else f"assert {code}", "raises": error}
            for code, error in _STATED
        ]
        return {"cases": cases, "search_phrases": ["half of a number"]}
    return _ENDLESS if "function" in asked else "one two three four five six"


def _run(client: BlockingKernelClient, code: str) -> None:
    reply = client.execute_interactive(code, timeout=_PATIENCE, output_hook=lambda message: None)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(json.dumps(reply["content"]["traceback"])[:2_000])


def _taken(client: BlockingKernelClient, seconds: float) -> str:
    """The next thing that is shown, if something is within so many seconds."""
    try:
        message = client.get_iopub_msg(timeout=seconds)
    except Empty:
        return ""
    return str(message["content"].get("data", {}).get("text/plain", ""))


def _until_idle(client: BlockingKernelClient, request: str) -> None:
    def over(message: dict[str, Any]) -> bool:
        state = message["content"].get("execution_state")
        return state == "idle" and message["parent_header"].get("msg_id") == request

    _first(client, over)


def _first(client: BlockingKernelClient, wanted: Callable[[dict[str, Any]], bool]) -> None:
    while not wanted(client.get_iopub_msg(timeout=_PATIENCE)):
        pass
