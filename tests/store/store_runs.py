"""Journal lines and definitions to fill a store with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import FunctionRegistered
from babyagi_nb.core.ports import Decision
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.ids import Digest, FunctionName
from babyagi_nb.store.store import Store, open_store

NOON = 1_800_000_000_000_000_000


def line(kernel: str, number: int, **members: Any) -> bytes:
    """The record of one ended run, as the runtime writes it."""
    run = f"{kernel}.{number:08d}"
    record = {
        "id": run, "root": run, "function": "hello", "version": 1, "cell": "In[1]",
        "started": NOON + number, "params": {"x": number}, "duration": 1000, "status": "success",
        "output": number,
    } | members  # fmt: skip
    kept = {name: value for name, value in record.items() if value is not None}
    return orjson.dumps(kept) + b"\n"


def start(kernel: str, number: int, **members: Any) -> bytes:
    """The board line of one open run."""
    gone = dict.fromkeys(("duration", "status", "output"))
    return line(kernel, number, **{**gone, **members}).rstrip()


def write(store: Store, *numbers: int, **members: Any) -> None:
    for number in numbers:
        store.journal.append(line(store.kernel, number, **members))


def registering(*names: str, **members: Any) -> Callable[[Catalogue], Decision]:
    """Register the next version of each name."""

    def decide(catalogue: Catalogue) -> Decision:
        events = []
        for name in names:
            number = catalogue.next_number(name)
            given = {"code": f"def {name}():\n    return {number}\n", **members}
            version = FunctionVersion(
                spec=FunctionSpec(name=FunctionName(name), **given),
                number=number,
                digest=Digest(f"b1:{name}{number}"),
                created_at=NOON + number,
            )
            events.append(FunctionRegistered.of(version, catalogue.active(name)))
        return Decision(events=events, summary=f"register {', '.join(names[:3])}")

    return decide


class Opened:
    """Stores of one directory, each like another kernel's; closed together."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.said: list[str] = []
        self.stores: list[Store] = []

    def __call__(self) -> Store:
        store = open_store(self.path, notify=self.said.append)
        # Tests fold when they mean to.
        store.journal.on_write = None
        self.stores.append(store)
        return store

    def close(self) -> None:
        for store in self.stores:
            store.close()
