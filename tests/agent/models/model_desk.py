"""A store's models at a scripted server: what the tests of this folder begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.agent.models.patience import Patience
from babyagi_nb.agent.models.picker import Models
from babyagi_nb.agent.models.remote import RemoteModel
from babyagi_nb.core.model import Ask, Message
from babyagi_nb.core.ports import Shelf
from babyagi_nb.keys.seal import MemorySeal
from babyagi_nb.settings import Settings
from babyagi_nb.store.shelf import MemoryShelf
from babyagi_nb.testing import FaultServer

__all__ = ["HASTY", "Desk", "Log", "asking", "desk", "question"]

HASTY = Patience(first=0.001, longest=0.004)
"""As often as ever, but without the waits."""


@dataclass
class Desk:
    """Models, and everything around them."""

    models: Models
    server: FaultServer
    shelf: Shelf

    def model(self) -> RemoteModel:
        return self.models.open()


@dataclass
class Log:
    """A log of runs in memory: name, params, output, error."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def __call__(self, name: str, params: Mapping[str, Any]) -> Iterator[Any]:
        class Entry:
            output: Any = None
            id = None

        entry, row = Entry(), {"name": name, "params": dict(params), "error": None}
        self.rows.append(row)
        try:
            yield entry
        except BaseException as error:
            row["error"] = type(error).__name__
            raise
        finally:
            row["output"] = entry.output


@contextmanager
def desk(
    *rules: Any,
    keys: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    shelf: Shelf | None = None,
    runs: Any = None,
    patience: Patience = HASTY,
    **server: Any,
) -> Iterator[Desk]:
    """A scripted server, and models that ask it."""
    with FaultServer(rules, **server) as served:
        kept = shelf if shelf is not None else MemoryShelf()
        models = Models(
            settings or Settings(base_url=served.url, model="scripted"),
            ({} if keys is None else keys).get,
            kept,
            runs,
            environment or {},
            seal=MemorySeal(),
            patience=patience,
        )
        try:
            yield Desk(models, served, kept)
        finally:
            models.close()


def question(text: str = "hi", **more: Any) -> Ask:
    """One thing to ask."""
    given = {"purpose": "test", "seconds": 5.0, **more}
    return Ask(messages=(Message(role="user", content=text),), **given)


@contextmanager
def asking(*rules: Any, **options: Any) -> Iterator[RemoteModel]:
    """A model behind a scripted server."""
    with desk(*rules, **options) as found:
        yield found.model()
