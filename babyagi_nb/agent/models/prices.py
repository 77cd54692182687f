"""What tokens cost: a table that the user edits, and nothing that is guessed.

The document ``prices`` of a store maps patterns of model names to US dollars for a million tokens::

    {"small-*": {"input": 0.4, "output": 1.6}}

The longest pattern that fits counts. No price stands in this program: it would be wrong by the time
it is read. What a model costs that is not in the table is not known: ``None``, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import isfinite
from typing import Any

from babyagi_nb.core.ports import Shelf
from babyagi_nb.errors import UsageError

__all__ = ["Price", "Prices", "price_of"]

DOCUMENT = "prices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float

    def cost(self, prompt: int, completion: int) -> float:
        """US dollars for so many tokens."""
        return (prompt * self.input + completion * self.output) / 1_000_000


def price_of(model: str, table: Mapping[str, Any]) -> Price | None:
    """The price of *model* by the longest pattern of *table* that fits; ``None``: not known.

    >>> table = {"small*": {"input": 1, "output": 2}, "small-free": {"input": 0, "output": 0}}
    >>> price_of("small-2", table).cost(1_000_000, 500_000)
    2.0
    >>> price_of("large", table) is None
    True
    """
    fitting = [each for each in table if fnmatchcase(model, str(each))]
    for pattern in sorted(fitting, key=len, reverse=True):
        price = _read(table[pattern])
        if price is not None:
            return price
    return None


class Prices:
    """The table of one store."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def table(self) -> dict[str, Any]:
        """What the user set, by pattern."""
        found = self._shelf.get(DOCUMENT)
        return found if isinstance(found, dict) else {}

    def set(self, pattern: str, input: float | None, output: float | None = None) -> None:
        """Say what models that fit *pattern* cost; ``None`` takes the line out.

        Raises :class:`~babyagi_nb.errors.UsageError` for what is no price.
        """
        table = self.table()
        if input is None:
            table.pop(pattern, None)
        else:
            row = {"input": input, "output": input if output is None else output}
            if _read(row) is None:
                raise UsageError(
                    f"{row} is no price", fix="US dollars for a million tokens, 0 or more"
                )
            table[pattern] = row
        self._shelf.put(DOCUMENT, table)

    def of(self, model: str) -> Price | None:
        """What *model* costs; ``None``: not known."""
        return price_of(model, self.table())


def _read(row: object) -> Price | None:
    if not isinstance(row, Mapping):
        return None
    values = [row.get("input"), row.get("output", 0.0)]
    if all(isinstance(each, int | float) and isfinite(each) and each >= 0 for each in values):
        return Price(input=float(values[0]), output=float(values[1]))
    return None
