"""Which panel is asked for: a section of the dashboard, opened at a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.errors import UsageError, near

__all__ = ["SECTIONS", "Panel"]

SECTIONS = (
    "functions", "logs", "graph", "triggers", "keys", "packs", "drafts", "selfbuild", "chat",
)  # fmt: skip
"""What can be shown, in the order of the switcher."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of *app*, to be shown by whoever shows things: a notebook with the extension.

    >>> Panel(None, "logs")
    <panel: logs; %load_ext babyagi_nb shows it in a notebook>
    """

    app: Any = field(compare=False)
    section: str = SECTIONS[0]
    name: str | None = None
    """The function it opens at."""

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            fix = near(self.section, SECTIONS) or f"use one of {', '.join(SECTIONS)}"
            raise UsageError(f"no panel {self.section!r}", fix=fix)

    def __repr__(self) -> str:
        at = f" at {self.name}" if self.name else ""
        return f"<panel: {self.section}{at}; %load_ext babyagi_nb shows it in a notebook>"
