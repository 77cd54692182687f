"""Operations about packs: which there are, and loading one."""

from __future__ import annotations

from collections import Counter

from babyagi_nb.jupyter.messages import Outcome, PackRow
from babyagi_nb.jupyter.operations.changes import rebind
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.rows import outcomes
from babyagi_nb.packs.loader import is_shipped

__all__ = ["listed", "load"]


def listed(desk: Desk) -> list[PackRow]:
    """Packs that can be loaded by name, and how many functions of each are stored."""
    loaded = Counter(
        row["origin"].removeprefix("pack:").partition("@")[0]
        for row in desk.function_rows()
        if row["origin"].startswith("pack:")
    )
    return [
        {"name": name, "file": str(file), "shipped": is_shipped(file), "loaded": loaded[name]}
        for name, file in sorted(desk.app.packs().items())
    ]


def load(desk: Desk, pack: str, approve: bool) -> list[Outcome]:
    registration = desk.app.load_functions(pack, approve=approve)
    names = [str(each.version.name) for each in registration.functions]
    rebind(desk, [name for name in names if name in desk.app.catalogue])
    return outcomes(registration)
