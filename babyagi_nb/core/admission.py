"""Where a version runs and with what: the one decision that every call of it rests on.

Pure: the catalogue, the policy and the check of seals come in as arguments. A decision is never a
guess: what is not clearly allowed is refused, with the mend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.policy import Policy
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import (
    NOTHING,
    Approval,
    Grants,
    State,
    Trust,
    asked,
    bind,
    is_trusted,
    reach,
    wording,
)
from babyagi_nb.errors import NotGranted

__all__ = [
    "Admission", "Rules", "admit", "companions", "forbid", "may_accompany", "may_be_active",
    "standing", "state_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What admissions are judged by, beside the catalogue."""

    holds: Callable[[bytes, str], bool]
    """Whether a seal over a message is the user's own."""
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The decision about one version."""

    place: Trust
    state: State
    grants: Grants = NOTHING
    refusal: NotGranted | None = None
    """Why it may not run at all."""


def state_of(version: FunctionVersion, catalogue: Catalogue) -> State:
    """What was decided about *version*; somebody else's code that nobody decided on is a draft."""
    decided = catalogue.state(version.name, version.number)
    return decided or ("own" if is_trusted(version.spec) else "draft")


def standing(version: FunctionVersion, catalogue: Catalogue) -> str:
    """Hash that an approval of *version* would be bound to now."""
    return bind(version, lambda name: catalogue.version(name) if name in catalogue else None)


def admit(version: FunctionVersion, catalogue: Catalogue, rules: Rules) -> Admission:
    """Decide where *version* runs, and with what grants."""
    state = state_of(version, catalogue)
    try:
        if state == "own":
            return _own(version, catalogue, rules)
        if state == "approved":
            return _approved(version, catalogue, rules)
        if state in ("denied", "revoked"):
            raise NotGranted(
                f"{version.label} was {state}",
                fix=f"activate another version, or look at it again with "
                f"%babyagi approve {version.label}",
            )
    except NotGranted as refusal:
        return Admission(place="sandbox", state=state, refusal=refusal)
    return Admission(place="sandbox", state=state)


def companions(
    version: FunctionVersion, catalogue: Catalogue, grants: Grants
) -> tuple[FunctionVersion, ...]:
    """*version* and what travels into the sandbox with it; host functions stay behind.

    Raises :class:`~babyagi_nb.errors.NotGranted` for a companion that must not run.
    """
    # A dependency that is missing fails where it is called, as it does in the kernel.
    found = reach([version], lambda name: None if name in grants.calls else catalogue.latest(name))
    members = tuple(each for each in found.values() if each is not None)
    for member in members[1:]:
        _check_companion(version, member, catalogue)
    return members


def may_be_active(version: FunctionVersion, catalogue: Catalogue) -> bool:
    """Whether *version* may be the active one: it is the user's, or was approved."""
    return state_of(version, catalogue) in ("own", "approved")


def may_accompany(member: FunctionVersion, catalogue: Catalogue, rules: Rules) -> bool:
    """Whether *member* may be where something is granted: it is the user's, or has their word."""
    state = state_of(member, catalogue)
    if state == "approved":
        approval = catalogue.approval(member.name, member.number)
        return approval is not None and _is_sealed(approval, member, rules)
    return state == "own"


def forbid(version: FunctionVersion, grants: Grants, policy: Policy) -> None:
    """Raise :class:`~babyagi_nb.errors.NotGranted` for grants that *policy* forbids."""
    forbidden = policy.forbidden(grants)
    if forbidden:
        what = ", ".join(f"{kind} {which}".strip() for kind, which in forbidden)
        raise NotGranted(
            f"{version.label}: the policy of this machine forbids: {what}",
            fix="ask who administers it, or do without",
        )


def _own(version: FunctionVersion, catalogue: Catalogue, rules: Rules) -> Admission:
    if version.spec.trust != "sandbox":
        return Admission(place="kernel", state="own")
    grants = asked(version.spec)
    forbid(version, grants, rules.policy)
    if grants:
        for member in companions(version, catalogue, grants):
            if not may_accompany(member, catalogue, rules):
                first = wording(grants)[0]
                raise NotGranted(
                    f"{version.label} may {' '.join(first)}, and its dependency {member.label} "
                    "is a draft that would share it",
                    fix=f"%babyagi approve {member.label}",
                )
    return Admission(place="sandbox", state="own", grants=grants)


def _approved(version: FunctionVersion, catalogue: Catalogue, rules: Rules) -> Admission:
    approval = catalogue.approval(version.name, version.number)
    again = f"look at it again with %babyagi approve {version.label}"
    if approval is None or not _is_sealed(approval, version, rules):
        raise NotGranted(
            f"the approval of {version.label} was not given by you on this machine, "
            "or was changed since",
            fix=again,
        )
    if approval.binding != standing(version, catalogue):
        if approval.grants:
            raise NotGranted(
                f"the approval of {version.label} is void: it, or a function it depends on, "
                "was changed since",
                fix=again,
            )
        return Admission(place="sandbox", state="approved")
    forbid(version, approval.grants, rules.policy)
    place: Trust = "kernel" if approval.grants.kernel else "sandbox"
    return Admission(place=place, state="approved", grants=approval.grants)


def _is_sealed(approval: Approval, version: FunctionVersion, rules: Rules) -> bool:
    named = (approval.name, approval.number) == (version.name, version.number)
    return named and rules.holds(approval.message(), approval.seal)


def _check_companion(entry: FunctionVersion, member: FunctionVersion, catalogue: Catalogue) -> None:
    state = state_of(member, catalogue)
    if state in ("denied", "revoked"):
        raise NotGranted(
            f"{entry.label} depends on {member.label}, which was {state}",
            fix=f"%babyagi approve {member.label} looks at it again",
        )
