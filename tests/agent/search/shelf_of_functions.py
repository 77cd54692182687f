"""A catalogue to search in, and a server of vectors that is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.digest import freeze
from babyagi_nb.core.events import Event, FunctionRegistered, FunctionRemoved, Transaction
from babyagi_nb.core.records import FunctionSpec
from babyagi_nb.ids import FunctionName, KernelId, TransactionId

AXES = ("mean", "mail", "folder", "random")
"""What the pretended model knows about: a text's vector says which of these it is about."""


class Functions:
    """Functions that come and go."""

    def __init__(self, **described: str) -> None:
        self.catalogue = Catalogue()
        for name, description in described.items():
            self.add(name, description)

    def add(
        self, name: str, description: str = "", *, proposed: bool = False, **given: Any
    ) -> None:
        code = f"def {name}():\n    {description!r}"
        spec = FunctionSpec(name=FunctionName(name), code=code, description=description, **given)
        version = freeze(spec, self.catalogue.next_number(name), created_at=0)
        self._apply(FunctionRegistered.of(version, self.catalogue.active(name), proposed=proposed))

    def remove(self, name: str) -> None:
        active = self.catalogue.active(name)
        assert active is not None
        self._apply(FunctionRemoved(name=FunctionName(name), previous=active))

    def _apply(self, event: Event) -> None:
        self.catalogue.apply(
            Transaction(
                id=TransactionId(len(self.catalogue.history) + 1),
                at=0,
                kernel=KernelId("k"),
                summary="",
                events=(event,),
            )
        )


class Server:
    """Makes vectors, and remembers what it was sent."""

    def __init__(self, *, meanings: Mapping[str, str] | None = None) -> None:
        self.sent: list[str] = []
        self.failing: Exception | None = None
        self.meanings = dict(meanings or {})
        """Words that mean one of the axes."""

    def embed(self, texts: list[str]) -> list[list[float]]:
        if self.failing is not None:
            raise self.failing
        self.sent += texts
        return [self._vector(text.lower()) for text in texts]

    def _vector(self, text: str) -> list[float]:
        for word, axis in self.meanings.items():
            text = text.replace(word, axis)
        return [0.1, *(float(text.count(axis)) for axis in AXES)]
