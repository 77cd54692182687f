"""The user's word on drafts: look, approve, deny, revoke. Each decision is one transaction.

To approve is to name what was seen: the review code is the beginning of the hash that the approval
will be bound to. A draft that changed between looking and approving has another code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from babyagi_nb.core.admission import Rules, forbid, may_accompany, standing, state_of
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.drafting import circles
from babyagi_nb.core.events import (
    ApprovalRevoked,
    Event,
    VersionActivated,
    VersionApproved,
    VersionDenied,
)
from babyagi_nb.core.ports import Decision, Definitions
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import Approval, Grants, State, asked, bind, is_trusted, reach
from babyagi_nb.errors import NotFound, NotGranted, UsageError
from babyagi_nb.runtime.executor import Executor

__all__ = ["Approvals", "Review"]

_CODE = 6
"""Digits of a review code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What there is to see before a decision."""

    version: FunctionVersion
    state: State
    base: FunctionVersion | None
    """The version it would replace."""
    asked: Grants
    granted: Grants
    """What an earlier approval granted."""
    companions: tuple[tuple[FunctionVersion, State], ...]
    """What it depends on, directly or not, with the state of each."""
    code: str
    """Review code."""
    forbidden: tuple[tuple[str, str], ...]
    """What of it the policy of this machine forbids."""


class Approvals:
    """Decides on versions; knows the seal and the policy."""

    def __init__(
        self,
        definitions: Definitions,
        executor: Executor,
        rules: Rules,
        sign: Callable[[bytes], str],
    ) -> None:
        self._definitions = definitions
        self._executor = executor
        self._rules = rules
        self._sign = sign

    def review(self, name: str, number: int | None = None) -> Review:
        """Everything to look at; by default the newest draft, else the active version.

        Raises :class:`~babyagi_nb.errors.NotFound`.
        """
        self._executor.refresh()
        catalogue = self._definitions.catalogue
        version = self._version(name, number)
        approval = catalogue.approval(name, version.number)
        wants = asked(version.spec)
        return Review(
            version=version,
            state=state_of(version, catalogue),
            base=catalogue.version(name) if name in catalogue else None,
            asked=wants,
            granted=approval.grants if approval else Grants(),
            companions=_companions(version, catalogue),
            code=standing(version, catalogue).partition(":")[2][:_CODE],
            forbidden=self._rules.policy.forbidden(wants),
        )

    def approve(
        self,
        name: str,
        number: int,
        *,
        code: str | None,
        grants: Grants,
        packages: tuple[str, ...] = (),
    ) -> FunctionVersion:
        """Approve a version with *grants*, and make it the active one.

        *code* is the review code that was seen. Raises
        :class:`~babyagi_nb.errors.NotGranted` when the version is another by now, when it never
        asked for what is granted, when a dependency is still a draft, or by policy.
        """

        def decide(catalogue: Catalogue) -> Decision:
            version = catalogue.version(name, number)
            self._check(version, catalogue, code, grants)
            approval = Approval(
                name=version.name,
                number=version.number,
                binding=standing(version, catalogue),
                grants=grants,
                packages=packages,
            )
            events = self._events(approval, catalogue)
            return Decision(events=events, summary=f"approve {version.label}")

        self._write(decide)
        version = self._definitions.catalogue.version(name, number)
        self._executor.announce("updated" if number > 1 else "added", name)
        return version

    def approve_together(
        self, versions: Sequence[FunctionVersion], *, by: str, summary: str
    ) -> None:
        """Approve versions that came together, to run in the kernel with all they ask for.

        For packs that the user vouches for, and for those that are part of this package.
        """

        def decide(catalogue: Catalogue) -> Decision:
            together = {each.name: each for each in versions}
            events: list[Event] = []
            for version in versions:
                binding = bind(
                    version,
                    lambda name: (
                        together.get(name)
                        or (catalogue.version(name) if name in catalogue else None)
                    ),
                )
                approval = Approval(
                    name=version.name,
                    number=version.number,
                    binding=binding,
                    grants=replace(asked(version.spec), kernel=True),
                    by=by,
                )
                if by == "user":
                    self._refuse_by_policy(version, approval.grants)
                if not self._stands(approval, catalogue):
                    events += self._events(approval, catalogue)
            return Decision(events=events, summary=summary)

        before = {each.name for each in versions if each.name in self._definitions.catalogue}
        self._write(decide)
        for each in versions:
            self._executor.announce("updated" if each.name in before else "added", each.name)

    def _stands(self, approval: Approval, catalogue: Catalogue) -> bool:
        """Whether the same is approved already, and active."""
        known = catalogue.approval(approval.name, approval.number)
        if known is None or catalogue.active(approval.name) != approval.number:
            return False
        same = replace(known, seal="") == approval
        return same and self._rules.holds(known.message(), known.seal)

    def _events(self, approval: Approval, catalogue: Catalogue) -> list[Event]:
        name, number = approval.name, approval.number
        events: list[Event] = [VersionApproved(approval=approval.sealed(self._sign))]
        previous = catalogue.active(name)
        if previous != number:
            events.append(VersionActivated(name=name, number=number, previous=previous))
        return events

    def deny(self, name: str, number: int | None, reason: str = "") -> FunctionVersion:
        """Keep a draft from running at all, also in the sandbox."""
        version = self._version(name, number)

        def decide(catalogue: Catalogue) -> Decision:
            state = state_of(version, catalogue)
            if state != "draft":
                raise UsageError(
                    f"{version.label} is no draft, but {state}",
                    fix=f"%babyagi revoke {version.label}" if state == "approved" else "",
                )
            event = VersionDenied(name=version.name, number=version.number, reason=reason)
            return Decision(events=[event], summary=f"deny {version.label}")

        self._write(decide)
        return version

    def revoke(self, name: str, number: int | None, reason: str = "") -> FunctionVersion:
        """Take an approval back; the version does not run until it is approved again."""
        self._executor.refresh()
        version = self._definitions.catalogue.version(name, number)

        def decide(catalogue: Catalogue) -> Decision:
            if catalogue.approval(name, version.number) is None:
                raise UsageError(
                    f"{version.label} has no approval", fix="%babyagi drafts lists what waits"
                )
            event = ApprovalRevoked(name=version.name, number=version.number, reason=reason)
            return Decision(events=[event], summary=f"revoke {version.label}")

        self._write(decide)
        return version

    def _version(self, name: str, number: int | None) -> FunctionVersion:
        catalogue = self._definitions.catalogue
        if number is None:
            waiting = [each for owner, each in catalogue.drafts() if owner == name]
            number = max(waiting, default=None)
        return catalogue.version(name, number)

    def _check(
        self, version: FunctionVersion, catalogue: Catalogue, code: str | None, grants: Grants
    ) -> None:
        if is_trusted(version.spec):
            raise UsageError(
                f"{version.label} is your own and needs no approval", fix="activate it instead"
            )
        self._refuse_by_policy(version, grants)
        seen = standing(version, catalogue).partition(":")[2]
        if code is not None and (len(code) < _CODE or not seen.startswith(code)):
            raise NotGranted(
                f"{code!r} is not the review code of {version.label} as it is now",
                fix=f"look at it again with %babyagi approve {version.label}",
            )
        more = grants.without(replace(asked(version.spec), kernel=True))
        if more:
            raise NotGranted(
                f"{version.label} does not ask for that",
                fix=f"grant what %babyagi approve {version.label} lists, or less",
            )
        for member, state in _companions(version, catalogue):
            if not may_accompany(member, catalogue, self._rules):
                raise NotGranted(
                    f"{version.label} depends on {member.label}, which is {state}"
                    + (", but not by you" if state == "approved" else ""),
                    fix=f"look at that first: %babyagi approve {member.label}",
                )
        circles(
            [version.name],
            lambda each: (
                version.spec.dependencies if each == version.name else catalogue.dependencies(each)
            ),
            lambda each: (version if each == version.name else catalogue.version(each)).peers,
        )

    def _refuse_by_policy(self, version: FunctionVersion, grants: Grants) -> None:
        if not self._rules.policy.approve:
            raise NotGranted(
                "the policy of this machine forbids approvals", fix="ask who administers it"
            )
        forbid(version, grants, self._rules.policy)

    def _write(self, decide: Callable[[Catalogue], Decision]) -> None:
        self._definitions.transact(decide)
        self._executor.sync()


def _companions(
    version: FunctionVersion, catalogue: Catalogue
) -> tuple[tuple[FunctionVersion, State], ...]:
    found: list[tuple[FunctionVersion, State]] = []
    for name, member in reach([version], catalogue.latest).items():
        if member is None:
            raise NotFound(
                f"{version.label} depends on {name!r}, which is not there",
                fix=f"register {name!r} first",
            )
        if member is not version:
            found.append((member, state_of(member, catalogue)))
    return tuple(found)
