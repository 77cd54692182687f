"""The catalogue: which functions exist, which version of each is active, and who listens to whom.

It is what remains when all transactions of a store are applied in order. The store feeds it, the
runtime reads it; it does no I/O and is never written to by anybody but :meth:`Catalogue.apply`.
``generation`` moves with every transaction, so that caches know when to look again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from babyagi_nb.core.events import (
    ApprovalRevoked,
    Event,
    FunctionRegistered,
    FunctionRemoved,
    KeyDeclared,
    KeyForgotten,
    Transaction,
    TriggerAdded,
    TriggerRemoved,
    VersionActivated,
    VersionApproved,
    VersionDenied,
)
from babyagi_nb.core.graph import components
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import Approval, State
from babyagi_nb.errors import NotFound, near
from babyagi_nb.ids import FunctionName, TransactionId, VersionNumber

__all__ = ["Catalogue", "FUNCTION_ADDED_OR_UPDATED"]

FUNCTION_ADDED_OR_UPDATED = FunctionName("function_added_or_updated")
"""The one trigger source that is no function: it fires after every registration."""


_DECISIONS = (VersionDenied, ApprovalRevoked)


@dataclass(slots=True)
class _Head:
    """What the catalogue keeps of one function."""

    active: VersionNumber | None
    versions: dict[VersionNumber, FunctionRegistered] = field(default_factory=dict)
    loaded: dict[VersionNumber, FunctionVersion] = field(default_factory=dict)
    decided: dict[VersionNumber, State] = field(default_factory=dict)
    """Of versions that needed somebody's word, the last one."""
    approvals: dict[VersionNumber, Approval] = field(default_factory=dict)


class Catalogue:
    """All functions of a store, as of its last applied transaction.

    Reading is safe from any thread; :meth:`apply` is called by the definition log alone, which
    holds its lock meanwhile.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.history: list[Transaction] = []
        self._heads: dict[FunctionName, _Head] = {}
        self._added: set[tuple[FunctionName, FunctionName]] = set()
        self._removed: set[tuple[FunctionName, FunctionName]] = set()
        self._keys: dict[str, set[str]] = {}
        self._listeners: Mapping[FunctionName, tuple[FunctionName, ...]] | None = None
        self._circle: Mapping[FunctionName, int] | None = None

    # -- writing ---------------------------------------------------------------------------

    def apply(self, transaction: Transaction) -> set[FunctionName]:
        """Take in *transaction* and return the names of the functions it touched."""
        touched: set[FunctionName] = set()
        for event in transaction.events:
            touched |= self._apply_event(event)
        self.history.append(transaction)
        self._listeners = None
        self._circle = None
        self.generation += 1
        return touched

    def become(self, other: Catalogue) -> None:
        """Hold what *other* holds, and stay the object everybody knows; for an exchanged log.

        ``generation`` still only grows. *other* must not be used afterwards.
        """
        generation = self.generation + other.generation + 1
        vars(self).update(vars(other), generation=generation)

    def _apply_event(self, event: Event) -> set[FunctionName]:
        match event:
            case FunctionRegistered(name=name, number=number):
                head = self._heads.get(name)
                if head is None:
                    head = self._heads[name] = _Head(active=None)
                head.versions[number] = event
                if event.proposed:
                    head.decided[number] = "draft"
                else:
                    head.active = number
                return {name}
            case VersionApproved(approval=approval):
                head = self._heads[approval.name]
                head.decided[approval.number] = "approved"
                head.approvals[approval.number] = approval
                return {approval.name}
            case VersionDenied(name=name, number=number):
                self._heads[name].decided[number] = "denied"
                return {name}
            case ApprovalRevoked(name=name, number=number):
                self._heads[name].decided[number] = "revoked"
                self._heads[name].approvals.pop(number, None)
                return {name}
            case VersionActivated(name=name, number=number):
                self._heads[name].active = number
                return {name}
            case FunctionRemoved(name=name):
                self._heads[name].active = None
                return {name}
            case TriggerAdded(triggered=triggered, triggering=triggering):
                self._added.add((triggered, triggering))
                self._removed.discard((triggered, triggering))
                return {triggering}
            case TriggerRemoved(triggered=triggered, triggering=triggering):
                self._added.discard((triggered, triggering))
                self._removed.add((triggered, triggering))
                return {triggering}
            case KeyDeclared(name=key, source=source):
                self._keys.setdefault(key, set()).add(source)
                return set()
            case KeyForgotten(name=key, source=source):
                self._keys.get(key, set()).discard(source)
                return set()

    # -- functions -------------------------------------------------------------------------

    def __contains__(self, name: object) -> bool:
        head = self._heads.get(name)  # type: ignore[call-overload]
        return head is not None and head.active is not None

    def __iter__(self) -> Iterator[FunctionName]:
        """Names of the functions that have an active version, in order of first registration."""
        return (name for name, head in list(self._heads.items()) if head.active is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def active(self, name: str) -> VersionNumber | None:
        """Number of the active version, or ``None`` when *name* is unknown or removed."""
        head = self._heads.get(FunctionName(name))
        return head.active if head else None

    def numbers(self, name: str) -> tuple[VersionNumber, ...]:
        """All version numbers of *name* in ascending order; empty when it never existed."""
        head = self._heads.get(FunctionName(name))
        return tuple(sorted(head.versions)) if head else ()

    def next_number(self, name: str) -> VersionNumber:
        return VersionNumber(max(self.numbers(name), default=0) + 1)

    def version(self, name: str, number: int | None = None) -> FunctionVersion:
        """Return one version of *name*, by default the active one.

        Raises :class:`~babyagi_nb.errors.NotFound` when there is none.
        """
        head = self._heads.get(FunctionName(name))
        wanted = VersionNumber(number) if number is not None else (head.active if head else None)
        if head is None or wanted is None:
            if head is not None and head.versions:
                last = max(head.versions)
                if head.decided.get(last) == "draft":
                    raise NotFound(
                        f"function {name!r} has no active version, only a draft",
                        fix=f"try it with %babyagi run {name}@{last}, "
                        f"review it with %babyagi approve {name}@{last}",
                    )
                raise NotFound(
                    f"function {name!r} was removed",
                    fix=f"bring it back with activate_function_version({name!r}, {last})",
                )
            raise NotFound(f"no function {name!r}", fix=near(name, self))
        loaded = head.loaded.get(wanted)
        if loaded is not None:
            return loaded
        registered = head.versions.get(wanted)
        if registered is None:
            has = ", ".join(str(each) for each in sorted(head.versions))
            raise NotFound(f"function {name!r} has no version {wanted}", fix=f"it has {has}")
        # setdefault keeps one object per version when two threads load it at once.
        return head.loaded.setdefault(wanted, registered.load())

    def versions(self, name: str) -> tuple[FunctionVersion, ...]:
        return tuple(self.version(name, number) for number in self.numbers(name))

    # -- trust -----------------------------------------------------------------------------

    def state(self, name: str, number: int) -> State | None:
        """What was decided about a version; ``None`` when nothing had to be."""
        head = self._heads.get(FunctionName(name))
        return head.decided.get(VersionNumber(number)) if head else None

    def approval(self, name: str, number: int) -> Approval | None:
        """The approval that stands; it still has to be checked (see ``core.admission``)."""
        head = self._heads.get(FunctionName(name))
        return head.approvals.get(VersionNumber(number)) if head else None

    def drafts(self) -> Iterator[tuple[FunctionName, VersionNumber]]:
        """Versions that wait for a decision, in order of registration of their functions."""
        for name, head in list(self._heads.items()):
            for number, state in sorted(head.decided.items()):
                if state == "draft":
                    yield name, number

    def latest(self, name: str) -> FunctionVersion | None:
        """What *name* means to a draft: the active version, else the newest draft."""
        head = self._heads.get(FunctionName(name))
        if head is None:
            return None
        number = head.active or max(
            (each for each, state in head.decided.items() if state == "draft"), default=None
        )
        return None if number is None else self.version(name, number)

    # -- dependencies ----------------------------------------------------------------------

    def dependencies(self, name: str) -> tuple[FunctionName, ...]:
        """Direct dependencies of the active version, without loading it; empty when unknown."""
        head = self._heads.get(FunctionName(name))
        if head is None or head.active is None:
            return ()
        return head.versions[head.active].dependencies

    def dependents(self, name: str) -> tuple[FunctionName, ...]:
        """Functions whose active version depends on *name* directly."""
        return tuple(other for other in self if name in self.dependencies(other))

    # -- triggers --------------------------------------------------------------------------

    def listeners(self, name: str) -> tuple[FunctionName, ...]:
        """Functions that run after *name*, in order of registration."""
        if self._listeners is None:
            self._listeners = self._find_listeners()
        return self._listeners.get(FunctionName(name), ())

    def triggers(self) -> Iterator[tuple[FunctionName, FunctionName]]:
        """Every live pair (triggered, triggering)."""
        listening = {triggered for triggered, _ in tuple(self._added)}
        for name, head in list(self._heads.items()):
            if head.active is None:
                continue
            triggers = head.versions[head.active].triggers
            if not triggers and name not in listening:
                continue
            declared = dict.fromkeys(triggers)
            added = {source for triggered, source in tuple(self._added) if triggered == name}
            for source in (*declared, *sorted(added - declared.keys())):
                if (name, source) not in self._removed:
                    yield name, source

    def is_muted(self, triggered: FunctionName, triggering: FunctionName) -> bool:
        """Whether the pair was taken out of use and not put back since."""
        return (triggered, triggering) in self._removed

    def in_one_circle(self, one: str, other: str) -> bool:
        """Whether triggers lead from *one* to *other* and back."""
        if self._circle is None:
            edges: dict[FunctionName, list[FunctionName]] = {}
            for triggered, triggering in self.triggers():
                edges.setdefault(triggering, []).append(triggered)
            groups = components(edges)
            self._circle = {name: at for at, group in enumerate(groups) for name in group}
        first = self._circle.get(FunctionName(one))
        return first is not None and first == self._circle.get(FunctionName(other))

    def _find_listeners(self) -> Mapping[FunctionName, tuple[FunctionName, ...]]:
        found: dict[FunctionName, list[FunctionName]] = {}
        for triggered, triggering in self.triggers():
            found.setdefault(triggering, []).append(triggered)
        return {name: tuple(listeners) for name, listeners in found.items()}

    # -- keys ------------------------------------------------------------------------------

    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Known key names with where their values live; never a value."""
        return {
            name: tuple(sorted(sources)) for name, sources in list(self._keys.items()) if sources
        }

    # -- history ---------------------------------------------------------------------------

    def last_undoable(self) -> Transaction | None:
        """The newest transaction that was not taken back and is no undo itself.

        A denial or a revocation is passed over: only a new decision takes it back.
        """
        undone = {each.undoes for each in self.history}
        for transaction in reversed(self.history):
            if all(
                isinstance(each, VersionDenied | ApprovalRevoked) for each in transaction.events
            ):
                continue
            if transaction.undoes is None and transaction.id not in undone:
                return transaction
        return None

    def transaction(self, number: int) -> Transaction:
        for transaction in reversed(self.history):
            if transaction.id == TransactionId(number):
                return transaction
        raise NotFound(f"no transaction {number}", fix="%babyagi undo --list shows them")
