"""What the dashboard asks of a kernel: answers and news beside a busy cell, and what it costs.

The first figures are those of a real kernel with a page over a subshell, as JupyterLab has one; the
page is this process. The last ones are answers as the kernel makes them, encoded as they are sent.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from subprocess import DEVNULL
from time import perf_counter
from typing import Any

from jupyter_client.manager import KernelManager

from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.protocol import VERSION, read_request
from benchmarks.bench_queries import fill
from benchmarks.bench_scale import as_pack
from benchmarks.ours import many_functions, opened
from benchmarks.page import Page
from benchmarks.peer import ROOT
from benchmarks.row import Row, Size

__all__ = ["measure"]

_SETUP = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
%load_ext babyagi_nb
def spin(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass
"""
_HELLO = "%%babyagi_function\ndef hello(n):\n    return n"
_BUSY = {"sleeping": "time.sleep", "in a Python loop": "spin"}


def measure(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_live(folder, size), *_listed(folder, size), *_paged(folder, size)]


# -- a real kernel -------------------------------------------------------------------------------


def _live(folder: Path, size: Size) -> list[Row]:
    (folder / "pyproject.toml").touch()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), stdout=DEVNULL, stderr=DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for code in (_SETUP, _HELLO):
            client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
        page = Page(client)
        page.ask("hello", client="benchmark", v=VERSION)
        return [
            *(_round_trip(page, size, how) for how in _BUSY),
            *(_visible(page, size, how) for how in _BUSY),
            _overhead(page, size),
        ]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


class _Cell:
    """A cell that was begun; the page takes in what is published meanwhile."""

    def __init__(self, page: Page, code: str) -> None:
        self.page = page
        page.seen.clear()
        self._request = page.client.execute(code)
        page.until(lambda: self._has("execute_input"))

    def finish(self) -> str:
        """Wait for its end; what it printed."""
        self.page.until(lambda: self._has("status", execution_state="idle"))
        streams = (each["content"] for each in self._of("stream"))
        return "".join(each["text"] for each in streams)

    @property
    def is_over(self) -> bool:
        return self._has("status", execution_state="idle")

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return [
            each
            for each in self.page.seen
            if each["msg_type"] == kind and each["parent_header"].get("msg_id") == self._request
        ]

    def _has(self, kind: str, **content: str) -> bool:
        return any(content.items() <= each["content"].items() for each in self._of(kind))


def _round_trip(page: Page, size: Size, how: str) -> Row:
    """Answers to small requests, and to those for a page of the log, while a cell is busy."""
    times: dict[str, list[float]] = {"alive": [], "logs.page": []}
    cell = _Cell(page, f"{_BUSY[how]}({size.seconds / 5})")
    while not cell.is_over and len(times["alive"]) < 200:
        for op, args in (("alive", {}), ("logs.page", {"filter": {}, "limit": 50})):
            start = perf_counter()
            page.finish(page.begin(op, args))
            times[op].append((perf_counter() - start) * 1e3)
    cell.finish()
    return Row(
        name=f"request round trip while a cell is {how}",
        value=median(times["alive"]),
        unit="ms",
        goal=50,
        note=f"median of {len(times['alive'])}; for 50 rows of the log "
        f"{median(times['logs.page']):.0f} ms",
    )


def _visible(page: Page, size: Size, how: str) -> Row:
    """From the call to the arrival of its row in the page's process."""
    page.ask("subscribe", runs=True, definitions=True)
    page.pushes.clear()
    many = max(int(size.seconds / 2), 2)
    code = f"for i in range({many}):\n    hello(i)\n    {_BUSY[how]}(0.33)"
    cell = _Cell(page, code)
    ages: dict[str, float] = {}
    while not cell.is_over:
        page.take()
        for push in page.pushes:
            for row in push.get("runs", ()):
                ages.setdefault(row["id"], time.time() * 1e3 - row["started"])
        page.pushes.clear()
    page.ask("subscribe", runs=False, definitions=False)
    return Row(
        name=f"row seen after its call, cell {how}",
        value=median(ages.values()),
        unit="ms",
        goal=250 if how == "sleeping" else 1000,
        note=f"median of {len(ages)}, up to the page; the longest {max(ages.values()):.0f} ms",
    )


def _overhead(page: Page, size: Size) -> Row:
    """A logged call in a tight loop, with a page that is told of every run, and without.

    Counted in processor time of the whole kernel, every thread of it: wall time would tell how busy
    the machine is. Between two turns the rest is folded.
    """
    # Long enough that the store folds within every turn, whether somebody watches or not.
    calls = size.calls * 200
    code = (
        f"t = time.process_time()\nfor i in range({calls}): hello(i)\n"
        f"print((time.process_time() - t) / {calls})"
    )
    found: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(4 * max(size.rounds // 15, 1) + 4):
        watched = turn % 4 in (1, 2)
        page.ask("subscribe", runs=watched, definitions=watched)
        seconds = float(_Cell(page, code).finish().split()[-1])
        _Cell(page, f"time.sleep({min(size.seconds / 40, 1)})").finish()
        if turn > 3:
            found[watched].append(seconds)
    page.ask("subscribe", runs=False, definitions=False)
    with_page, without = median(found[True]), median(found[False])
    return Row(
        name="overhead of an open panel on a logged call",
        value=(with_page / without - 1) * 100,
        unit="%",
        goal=10,
        note=f"{with_page * 1e6:.1f} µs of processor time against {without * 1e6:.1f} µs, "
        f"{calls:,} calls in a row",
    )


# -- answers -------------------------------------------------------------------------------------


def _asking(bridge: Bridge, op: str, **args: Any) -> Callable[[], float]:
    """Milliseconds for an answer, encoded."""
    request = read_request({"v": VERSION, "id": 1, "op": op, "args": args})

    def ask() -> float:
        start = perf_counter()
        answer = bridge.answer(request, main=True, say=lambda text: None)
        json.dumps(answer).encode()
        assert "ok" in answer, answer
        return (perf_counter() - start) * 1e3

    return ask


def _listed(folder: Path, size: Size) -> list[Row]:
    pack = folder / "many.py"
    pack.write_text(as_pack(many_functions(size.many)), encoding="utf-8")
    with opened(folder / "many") as app:
        app.load_functions(pack)
    with opened(folder / "many") as app:
        bridge = Bridge(lambda: app)
        first = _asking(bridge, "functions.list")()
        again = median(_asking(bridge, "functions.list")() for _ in range(9))
        shown = dict.fromkeys(("dependencies", "triggers", "keys", "imports"), True)
        drawn = _asking(bridge, "graph", **shown)()
    return [
        Row(
            name=f"list of {size.many:,} functions, first time",
            value=first,
            unit="ms",
            goal=500,
            note=f"encoded; when nothing changed {again:.0f} ms",
        ),
        Row(name="graph of the same: its busiest part, laid out", value=drawn, unit="ms"),
    ]


def _paged(folder: Path, size: Size) -> list[Row]:
    fill(folder / "paged" / ".babyagi", size.rows)
    with opened(folder / "paged" / ".babyagi") as app:
        bridge = Bridge(lambda: app)
        first = _asking(bridge, "logs.page", filter={}, limit=100)()
        again = median(_asking(bridge, "logs.page", filter={}, limit=100)() for _ in range(9))
        counted = median(_asking(bridge, "functions.stats")() for _ in range(3))
        seen = median(_asking(bridge, "overview")() for _ in range(3))
    return [
        Row(
            name=f"first page of the log, {size.rows:,} runs",
            value=first,
            unit="ms",
            goal=500,
            note=f"DuckDB is imported in it; later pages {again:.0f} ms",
        ),
        Row(name=f"statistics of all functions, {size.rows:,} runs", value=counted, unit="ms"),
        Row(name=f"overview, {size.rows:,} runs", value=seen, unit="ms"),
    ]
