"""What can happen to the definitions of a store: a closed set of frozen events.

A :class:`Transaction` is the unit that is written, seen and undone as a whole. Events carry what
was there before them, so that :func:`inverse` needs no look into history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import Approval
from babyagi_nb.ids import FunctionName, KernelId, TransactionId, VersionNumber

__all__ = [
    "ApprovalRevoked",
    "Event",
    "FunctionRegistered",
    "FunctionRemoved",
    "KeyDeclared",
    "KeyForgotten",
    "Transaction",
    "TriggerAdded",
    "TriggerRemoved",
    "VersionActivated",
    "VersionApproved",
    "VersionDenied",
    "inverse",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRegistered:
    """A new version exists, and is the active one unless it is only ``proposed``.

    Only what the catalogue needs at once is a field. The whole version comes from ``load``, so
    that a store of many thousand functions opens without decoding them all.
    """

    name: FunctionName
    number: VersionNumber
    previous: VersionNumber | None
    """The version that was active before; ``None`` for a new or removed function."""
    dependencies: tuple[FunctionName, ...]
    triggers: tuple[FunctionName, ...]
    proposed: bool = False
    """Whether it is a draft, which waits for an approval."""
    load: Callable[[], FunctionVersion] = field(compare=False, repr=False)

    @classmethod
    def of(
        cls,
        version: FunctionVersion,
        previous: VersionNumber | None,
        *,
        proposed: bool = False,
    ) -> FunctionRegistered:
        return cls(
            name=version.name,
            number=version.number,
            previous=previous,
            dependencies=version.spec.dependencies,
            triggers=version.spec.triggers,
            proposed=proposed,
            load=lambda: version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionActivated:
    """An existing version became the active one (also: a removed function came back)."""

    name: FunctionName
    number: VersionNumber
    previous: VersionNumber | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRemoved:
    """The function has no active version any more; its history and its runs stay."""

    name: FunctionName
    previous: VersionNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionApproved:
    """The user approved a version, with what it is granted."""

    approval: Approval

    @property
    def name(self) -> FunctionName:
        return self.approval.name

    @property
    def number(self) -> VersionNumber:
        return self.approval.number


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDenied:
    """A draft is not to run at all; also what an undo makes of a proposal."""

    name: FunctionName
    number: VersionNumber
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRevoked:
    """An approval holds no more; the version does not run until it is approved again."""

    name: FunctionName
    number: VersionNumber
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerAdded:
    """``triggered`` runs after ``triggering``, beside what versions declare themselves."""

    triggered: FunctionName
    triggering: FunctionName


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRemoved:
    """``triggered`` no longer runs after ``triggering``, even where its version declares it."""

    triggered: FunctionName
    triggering: FunctionName


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDeclared:
    """A key is known by name; its value lives elsewhere (``source`` says where)."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyForgotten:
    name: str
    source: str


Event: TypeAlias = (
    FunctionRegistered
    | VersionActivated
    | FunctionRemoved
    | VersionApproved
    | VersionDenied
    | ApprovalRevoked
    | TriggerAdded
    | TriggerRemoved
    | KeyDeclared
    | KeyForgotten
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Events that were written together by one kernel."""

    id: TransactionId
    at: int
    """Nanoseconds since the epoch, UTC."""
    kernel: KernelId
    summary: str
    """What the user did, in a few words: ``register hello``."""
    events: tuple[Event, ...]
    undoes: TransactionId | None = None
    """The transaction this one takes back."""


def inverse(event: Event) -> Event | None:
    """Return the event that takes *event* back; ``None`` where only a new decision can.

    An undo never approves: what was denied or revoked has to be looked at again.

    >>> inverse(TriggerAdded(triggered=FunctionName("b"), triggering=FunctionName("a")))
    TriggerRemoved(triggered='b', triggering='a')
    """
    match event:
        case FunctionRegistered(name=name, number=number, proposed=True):
            return VersionDenied(name=name, number=number, reason="withdrawn")
        case VersionApproved(approval=approval):
            return ApprovalRevoked(name=approval.name, number=approval.number, reason="undone")
        case VersionDenied() | ApprovalRevoked():
            return None
        case (
            FunctionRegistered(name=name, number=number, previous=previous)
            | VersionActivated(name=name, number=number, previous=previous)
        ):
            if previous is None:
                return FunctionRemoved(name=name, previous=number)
            return VersionActivated(name=name, number=previous, previous=number)
        case FunctionRemoved(name=name, previous=previous):
            return VersionActivated(name=name, number=previous, previous=None)
        case TriggerAdded(triggered=triggered, triggering=triggering):
            return TriggerRemoved(triggered=triggered, triggering=triggering)
        case TriggerRemoved(triggered=triggered, triggering=triggering):
            return TriggerAdded(triggered=triggered, triggering=triggering)
        case KeyDeclared(name=name, source=source):
            return KeyForgotten(name=name, source=source)
        case KeyForgotten(name=name, source=source):
            return KeyDeclared(name=name, source=source)
