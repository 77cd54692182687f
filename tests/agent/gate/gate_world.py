"""A gate over a small library and the real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gate_corpus import stored

from babyagi_nb.agent.gate import CatalogueLibrary, Gate
from babyagi_nb.app import BabyAGI
from babyagi_nb.runtime.laboratory import SandboxLaboratory

__all__ = ["Gates", "opened_gate", "opened_gates"]

METHODS = ("build", "find")


class Gates:
    """A gate with what is behind it, for tests that look there."""

    def __init__(self, app: BabyAGI) -> None:
        self.app = app
        self.laboratory = SandboxLaboratory(catalogue=app.catalogue, sandbox=app.sandbox)
        self.library = CatalogueLibrary(app.catalogue, methods=METHODS)
        self.gate = Gate(laboratory=self.laboratory, library=self.library, seconds=0.4)


@contextmanager
def opened_gates() -> Iterator[Gates]:
    app = BabyAGI(":memory:", namespace={})
    try:
        for name, code in stored().items():
            app.add_function(name, code.strip() + "\n")
        yield Gates(app)
    finally:
        app.close()


@contextmanager
def opened_gate() -> Iterator[Gate]:
    with opened_gates() as gates:
        yield gates.gate
