"""One use of a magic: what was typed, where, and the application it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from babyagi_nb import kernel_app
from babyagi_nb.jupyter.cell import cell_of, label_of

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["Request", "application"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a subcommand is handed."""

    shell: Any
    given: Mapping[str, Any]
    """Options and places that were typed, by name."""
    rest: str = ""
    """What follows, where the subcommand reads the remainder of the line itself."""
    local: Mapping[str, Any]
    """Names that expressions of the line may use."""

    @property
    def app(self) -> BabyAGI:
        return application(self.shell)


def application(shell: Any) -> BabyAGI:
    """The kernel's application, opened when it is not yet, knowing the cell under way."""
    app = kernel_app.get_func_instance()
    app.executor.recorder.cell = label_of(cell_of(shell))
    return app
