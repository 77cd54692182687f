"""Our own side of every comparison: an app with its default settings on a store on disk.

Nothing is switched off or warmed up beyond what a notebook would have done: the background fold
runs, runs in progress stand on the board, arguments are checked against their hints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.ports import Maintenance

__all__ = ["CHAIN", "HELLO", "Settled", "many_functions", "opened", "upkeep"]

HELLO = "def hello(x):\n    return x\n"

CHAIN = {
    "name": "def name(x):\n    return x\n",
    "world": "def world(x):\n    return name(x)\n",
    "hello": "def hello(x):\n    return world(x)\n",
}


@contextmanager
def opened(path: Path) -> Iterator[BabyAGI]:
    """An app on the store at *path*, with a namespace of its own."""
    app = BabyAGI(path, namespace={})
    try:
        yield app
    finally:
        app.close()


def upkeep(app: BabyAGI) -> Maintenance:
    """The store's upkeep: folding has no public name of its own."""
    return app._store.maintenance


class Settled:
    """Between two turns: take in what was written, so that nobody pays for it in the next turn."""

    def __init__(self, *apps: BabyAGI) -> None:
        self._apps = apps

    def __call__(self) -> None:
        for app in self._apps:
            upkeep(app).fold()


def many_functions(count: int) -> str:
    """A module text of *count* different small functions, as a pack or a cell would hold them."""
    return "\n\n".join(
        f"def filler_{number:05d}(x, factor={number}):\n"
        f'    """Multiply x by {number} and say which one this was."""\n'
        f"    return x * factor + {number}"
        for number in range(count)
    ) + "\n"  # fmt: skip
