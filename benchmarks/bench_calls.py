"""One logged call, a chain of three, and a function with ten listeners.

*Overhead* is the time of a call less the time of the same call of the bare function. All candidates
take turns in one process; the original answers from its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from babyagi_nb.app import BabyAGI
from benchmarks.floor import HandWritten
from benchmarks.original import start_original
from benchmarks.ours import CHAIN, HELLO, Settled, opened
from benchmarks.peer import PeerFailed
from benchmarks.row import Row, Size
from benchmarks.spans import Spans, own_line, quick_line
from benchmarks.turns import Batch, batch_of, ratio, take_turns, typical

__all__ = ["measure"]

LISTENERS = 10


def measure(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        app = stack.enter_context(opened(folder / "store"))
        by_hand = HandWritten(folder / "store" / "floor.ndjson")
        stack.callback(by_hand.close)
        bare, chain, fan = _bare()
        candidates: dict[str, Batch] = {
            "bare": batch_of(bare, size.calls),
            "floor": batch_of(by_hand.log(bare), size.calls),
        }
        app.add_function("hello", HELLO)
        candidates["ours"] = batch_of(app.function("hello"), size.calls)
        chained = stack.enter_context(opened(folder / "chain"))
        for link, text in CHAIN.items():
            chained.add_function(link, text)
        candidates["bare chain"] = batch_of(chain, size.calls)
        third = max(size.calls // 3, 2)
        candidates["chain"] = batch_of(chained.function("hello"), third)
        fewer = max(size.calls // (LISTENERS + 1), 2)
        fanned = stack.enter_context(opened(folder / "triggers"))
        fanned.add_function("hello", HELLO)
        for number in range(LISTENERS):
            text = f"def after_{number}(x):\n    return x\n"
            fanned.add_function(f"after_{number}", text, triggers=["hello"])
        candidates["bare triggers"] = batch_of(fan, fewer)
        candidates["triggers"] = batch_of(fanned.function("hello"), fewer)
        exporters = {
            name: _spans(stack, folder / name, candidates, name, line, bare, size)
            for name, line in (("spans", own_line), ("spans by orjson", quick_line))
        }
        original_note = _original(stack, folder, candidates, size)
        times = take_turns(candidates, size.rounds, between=Settled(app, chained, fanned))
        long = 40 * size.calls
        lasting = batch_of(app.function("hello"), long)()
        turns = size.rounds + 1
        _check(app, size.calls * turns + long)
        _check(chained, 3 * third * turns)
        _check(fanned, (LISTENERS + 1) * fewer * turns)
        for spans in exporters.values():
            assert spans.exported == size.calls // 2 * turns, "spans were dropped"
    over = typical(times["ours"], times["bare"])
    floor = typical(times["floor"], times["bare"])
    return [
        Row(
            name="one logged call, against a hand-written wrapper",
            value=ratio(times["ours"], times["floor"], times["bare"]),
            unit="×",
            goal=2.5,
            note=f"{over * 1e6:.2f} µs against {floor * 1e6:.2f} µs",
        ),
        _against(times, "spans", "", "one logged call, faster than an OpenTelemetry span by", 6),
        _against(times, "spans by orjson", "", "the same, the spans encoded by orjson", None),
        _against(
            times, "original", original_note, "one logged call, faster than the original by", 5_000
        ),
        _against(
            times,
            "original of a hundred",
            original_note,
            "the same, the original with 100 functions instead of its own 25",
            None,
        ),
        _per_record(times, "chain", 3, "chain of 3, each record, against the wrapper"),
        _per_record(
            times, "triggers", LISTENERS + 1, "triggers of 10, each record, against the wrapper"
        ),
        Row(
            name="one logged call of many in a row, while the index takes them in",
            value=(lasting - typical(times["bare"])) * 1e6,
            unit="µs",
            note=f"{long:,} calls without a pause; the fold works in the same process",
        ),
    ]


def _bare() -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """The functions without any logging: one, a chain of three, and one followed by ten."""
    space: dict[str, Any] = {}
    exec(HELLO, space)
    one = space["hello"]
    links: dict[str, Any] = {}
    for text in CHAIN.values():
        exec(text, links)

    def fan(x: Any) -> Any:
        output = one(x)
        for _ in range(LISTENERS):
            one(output)
        return output

    return one, links["hello"], fan


def _spans(
    stack: ExitStack,
    path: Path,
    candidates: dict[str, Batch],
    name: str,
    line: Callable[[Any], bytes],
    bare: Callable[..., Any],
    size: Size,
) -> Spans:
    spans = Spans(path, line)
    stack.callback(spans.close)
    # Fewer than the processor exports by itself: all of the export is in the flush, on the clock.
    count = size.calls // 2
    calls = batch_of(spans.trace(bare), count)
    flush = batch_of(lambda number: spans.flush(), 1)
    candidates[name] = lambda: calls() + flush() / count
    return spans


def _original(stack: ExitStack, folder: Path, candidates: dict[str, Batch], size: Size) -> str:
    for name, functions in (("original", 0), ("original of a hundred", 100)):
        try:
            peer = stack.enter_context(
                start_original(folder / name, install=size.name == "full", functions=functions)
            )
        except PeerFailed as error:
            return f"not measured: {error}"
        peer.batch(1)
        candidates[name] = partial(peer.batch, 1)
    return ""


def _against(
    times: dict[str, list[float]], name: str, note: str, title: str, goal: float | None
) -> Row:
    if name not in times:
        return Row(name=title, value=None, unit="×", goal=goal, at_least=True, note=note)
    return Row(
        name=title,
        value=ratio(times[name], times["ours"], times["bare"]),
        unit="×",
        goal=goal,
        at_least=True,
        note=_scaled(typical(times[name], times["bare"])),
    )


def _per_record(times: dict[str, list[float]], name: str, records: int, title: str) -> Row:
    less = times[f"bare {name}"]
    each = [(t - b) / records for t, b in zip(times[name], less, strict=True)]
    floor = [t - b for t, b in zip(times["floor"], times["bare"], strict=True)]
    return Row(
        name=title,
        value=ratio(each, floor),
        unit="×",
        goal=2.5,
        note=f"{typical(each) * 1e6:.2f} µs a record",
    )


def _scaled(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds > 1e-3 else f"{seconds * 1e6:.1f} µs"


def _check(app: BabyAGI, wanted: int) -> None:
    """A measurement that lost records measured something else."""
    (kept,) = app.sql("SELECT count(*) FROM logs WHERE log_type = 'success'").rows[0]
    assert kept == wanted, f"{kept} of {wanted} calls are in the log"
