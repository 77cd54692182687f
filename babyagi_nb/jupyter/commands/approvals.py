"""Subcommands about trust: drafts, approve, deny, revoke.

To approve takes two lines on purpose. The first shows the version and puts the second, with its
review code, into the next cell; running that one is the decision about what was seen.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import Grants, asked, wording
from babyagi_nb.errors import NotFound, UsageError
from babyagi_nb.jupyter.commands.functions import named
from babyagi_nb.jupyter.display import Line
from babyagi_nb.jupyter.registering import bind
from babyagi_nb.jupyter.request import Request
from babyagi_nb.runtime.approvals import Review
from babyagi_nb.widgets.pending import PendingRow, PendingTable
from babyagi_nb.widgets.reviewcard import ReviewCard
from babyagi_nb.widgets.view import View

__all__ = ["approve", "deny", "drafts", "revoke"]

_GRANTS = ("keys", "hosts", "reads", "calls", "memory", "seconds", "kernel")


def drafts(request: Request) -> View:
    app = request.app
    app.refresh()
    rows = [
        PendingRow.of(version, "draft", wording(asked(version.spec)))
        for name, number in app.catalogue.drafts()
        for version in [app.catalogue.version(name, number)]
    ]
    return PendingTable(rows)


def approve(request: Request) -> View:
    """Show a version for review, or approve the one that was shown."""
    app, given = request.app, request.given
    name, number = named(given["NAME[@N]"])
    review = app.review(name, number)
    version = review.version
    if "review" not in given:
        unread = next((each for each in _GRANTS if each in given), None)
        if unread is not None:
            raise UsageError(
                f"{unread}= is granted together with the review code",
                fix=f"look at it first: %babyagi approve {version.label}",
            )
        line = approving(review)
        if review.state != "own":
            request.shell.set_next_input(line)
        return card(review, line)
    grants = {each: given[each] for each in _GRANTS if each in given}
    app.approve(name, version.number, review=given["review"], **grants)
    bind(app, request.shell.user_ns, [name])
    granted = wording(app.grants(name, version.number))
    may = ", ".join(" ".join(each) for each in granted) or "stay in the sandbox"
    return Line(f"{version.label} approved; it may {may}\n%babyagi revoke {name} takes it back")


def deny(request: Request) -> View:
    name, number = named(request.given["NAME[@N]"])
    version = request.app.approvals.deny(name, number, request.given.get("reason", ""))
    return Line(f"{version.label} denied; it does not run any more")


def revoke(request: Request) -> View:
    name, number = named(request.given["NAME[@N]"])
    version = request.app.approvals.revoke(name, number, request.given.get("reason", ""))
    return Line(f"the approval of {version.label} is revoked; it does not run any more")


def approving(review: Review) -> str:
    """The line that approves what was seen, with all that it asks for."""
    return " ".join(
        ["%babyagi approve", review.version.label, f"review={review.code}", *_options(review.asked)]
    )


def card(review: Review, line: str) -> ReviewCard:
    version = review.version
    if review.state == "own":
        raise NotFound(
            f"{version.label} is your own and needs no approval", fix="%babyagi drafts lists others"
        )
    notes = tuple(f"policy forbids: {' '.join(each)}".strip() for each in review.forbidden)
    return ReviewCard(
        version,
        state=review.state,
        base=review.base if review.base is not None and review.base != version else None,
        asked=wording(review.asked),
        granted=wording(review.granted),
        closure=tuple((member.label, state) for member, state in review.companions),
        packages=_packages(version),
        code=review.code,
        approve=line,
        notes=notes,
    )


def _packages(version: FunctionVersion) -> tuple[tuple[str, str], ...]:
    """What it imports from outside the standard library, and whether that is installed."""
    from babyagi_nb.distributions.classify import classify
    from babyagi_nb.distributions.needs import needs

    found = []
    for each in classify(needs(version.spec)):
        if each.state != "stdlib":
            known = f"{each.state} {each.version}" if each.version else each.state
            found.append((each.distribution or each.need.module, known))
    return tuple(found)


def _options(grants: Grants) -> list[str]:
    said: Mapping[str, Any] = {
        "keys": ",".join(grants.keys),
        "hosts": ",".join(grants.hosts),
        "reads": ",".join(grants.reads),
        "calls": ",".join(grants.calls),
        "memory": "" if grants.memory is None else str(grants.memory),
        "seconds": "" if grants.seconds is None else f"{grants.seconds:g}",
    }
    options = [f"{name}={shlex.quote(value)}" for name, value in said.items() if value]
    return [*options, "--kernel"] if grants.kernel else options
