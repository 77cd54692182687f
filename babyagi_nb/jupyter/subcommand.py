"""One word after ``%babyagi``: its syntax, its help, and who carries it out."""

from __future__ import annotations

from dataclasses import dataclass

from babyagi_nb.jupyter.arguments import Option, Place, Syntax

__all__ = ["Subcommand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcommand:
    """One word after ``%babyagi``."""

    name: str
    help: str
    """One line."""
    handler: str
    places: tuple[Place, ...] = ()
    options: tuple[Option, ...] = ()
    rest: str = ""
    """Name of what takes the remainder of the line as it stands; the handler splits it."""
    prose: str = ""
    """Name of the text that the line ends in; places and options may stand around it."""
    examples: tuple[str, ...] = ()
    cell: bool = False
    """Whether ``%%babyagi NAME`` works too."""

    @property
    def syntax(self) -> Syntax:
        return Syntax(
            command=f"%babyagi {self.name}",
            places=self.places,
            options=self.options,
            rest=self.rest,
            prose=self.prose,
        )
