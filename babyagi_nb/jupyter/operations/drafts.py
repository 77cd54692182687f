"""Operations about trust: what waits for a decision, everything to look at, and the decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babyagi_nb.core.admission import state_of
from babyagi_nb.jupyter.messages import DraftRow, Review
from babyagi_nb.jupyter.operations.changes import rebind
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.rows import draft_row, review_of

__all__ = ["approve", "deny", "listed", "review", "revoke"]


def listed(desk: Desk) -> list[DraftRow]:
    app = desk.app
    app.refresh()
    waiting = [app.catalogue.version(name, number) for name, number in app.catalogue.drafts()]
    return [draft_row(version, state_of(version, app.catalogue)) for version in waiting]


def review(desk: Desk, name: str, version: int) -> Review:
    return review_of(desk.app.review(name, version))


def approve(desk: Desk, name: str, version: int, review: str, grants: Mapping[str, Any]) -> None:
    """Approve what was seen, which the review code names, with exactly these grants."""
    given = {what: value for what, value in grants.items() if value is not None}
    desk.app.approve(name, version, review=review, **given)
    rebind(desk, [name])


def deny(desk: Desk, name: str, version: int, reason: str) -> None:
    desk.app.deny(name, version, reason)


def revoke(desk: Desk, name: str, version: int, reason: str) -> None:
    desk.app.revoke(name, version, reason)
