"""Tables as aligned text, for terminals."""

from __future__ import annotations

from collections.abc import Sequence

from babyagi_nb.core.cleaning import one_line, width

__all__ = ["grid"]


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], widest: Sequence[int]) -> str:
    """Columns side by side, two blanks between them; no blanks at the end of a line.

    >>> print(grid(["a", "n"], [["x", "1"], ["long", "2"]], [3, 3]))
    a    n
    x    1
    lo…  2
    """
    cut = [
        [one_line(cell, most) for cell, most in zip(row, widest, strict=True)]
        for row in (head, *rows)
    ]
    wide = [max(width(row[at]) for row in cut) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            cell + " " * (room - width(cell)) for cell, room in zip(row, wide, strict=True)
        ).rstrip()
        for row in cut
    )
