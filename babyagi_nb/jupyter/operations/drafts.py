"""Operations about trust: what waits for a decision, everything to look at, and the decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babyagi_nb.core.admission import state_of
from babyagi_nb.core.events import ApprovalRevoked, VersionDenied
from babyagi_nb.jupyter.messages import DeniedRow, DraftRow, Review
from babyagi_nb.jupyter.operations.changes import rebind
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.rows import denied_row, draft_row, review_of

__all__ = ["approve", "denied", "deny", "listed", "review", "revoke"]

_DENIED = 500
"""Decisions that are told; the newest."""


def listed(desk: Desk) -> list[DraftRow]:
    app = desk.app
    app.refresh()
    waiting = [app.catalogue.version(name, number) for name, number in app.catalogue.drafts()]
    return [draft_row(version, state_of(version, app.catalogue)) for version in waiting]


def denied(desk: Desk) -> list[DeniedRow]:
    """Versions that were denied or revoked and still are, where another one is active or none."""
    app = desk.app
    app.refresh()
    found: dict[tuple[str, int], DeniedRow] = {}
    for change in reversed(app.catalogue.history):
        for event in change.events:
            if not isinstance(event, VersionDenied | ApprovalRevoked):
                continue
            name, number = event.name, event.number
            state = app.catalogue.state(name, number)
            if state not in ("denied", "revoked") or app.catalogue.active(name) == number:
                continue
            if (name, number) not in found:
                version = app.catalogue.version(name, number)
                found[name, number] = denied_row(version, state, at=change.at, reason=event.reason)
        if len(found) >= _DENIED:
            break
    return list(found.values())


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
