"""Changes that need no source: activate, remove, undo, triggers, key names."""

from __future__ import annotations

from collections.abc import Callable

from babyagi_nb.core.admission import may_be_active, state_of
from babyagi_nb.core.catalogue import FUNCTION_ADDED_OR_UPDATED, Catalogue
from babyagi_nb.core.drafting import circles
from babyagi_nb.core.events import (
    FunctionRegistered,
    FunctionRemoved,
    KeyDeclared,
    KeyForgotten,
    Transaction,
    TriggerAdded,
    TriggerRemoved,
    VersionActivated,
    inverse,
)
from babyagi_nb.core.ports import Decision, Definitions
from babyagi_nb.errors import DependencyError, NotFound, NotGranted, UsageError, near
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.runtime.executor import Executor

__all__ = ["Changes"]

Decide = Callable[[Catalogue], Decision]


class Changes:
    """Writes changes to what exists; each method is one transaction."""

    def __init__(self, definitions: Definitions, executor: Executor) -> None:
        self._definitions = definitions
        self._executor = executor

    def activate(self, name: str, number: int) -> None:
        """Make a version the active one; raises ``NotFound``, ``DependencyError`` (circle)."""

        def decide(catalogue: Catalogue) -> Decision:
            version = catalogue.version(name, number)
            previous = catalogue.active(name)
            if previous == number:
                return Decision(events=[], summary="")
            if not may_be_active(version, catalogue):
                state = state_of(version, catalogue)
                raise NotGranted(
                    f"{version.label} is not active: it is {_ARTICLE.get(state, state)}",
                    fix=f"look at it with %babyagi approve {version.label}",
                )
            circles(
                [version.name],
                lambda each: (
                    version.spec.dependencies if each == name else catalogue.dependencies(each)
                ),
                lambda each: (version if each == name else catalogue.version(each)).peers,
            )
            event = VersionActivated(
                name=version.name, number=VersionNumber(number), previous=previous
            )
            return Decision(events=[event], summary=f"activate {version.label}")

        if self._write(decide) is not None:
            self._executor.announce("updated", name)

    def remove(self, name: str, *, force: bool) -> None:
        """Take a function out of use; raises ``DependencyError`` while others need it."""

        def decide(catalogue: Catalogue) -> Decision:
            number = catalogue.version(name).number
            dependents = [each for each in catalogue.dependents(name) if each != name]
            if dependents and not force:
                raise DependencyError(
                    f"{name!r} is needed by {', '.join(map(repr, dependents))}",
                    fix="remove those first, or force it",
                )
            event = FunctionRemoved(name=FunctionName(name), previous=number)
            return Decision(events=[event], summary=f"remove {name}")

        self._write(decide)

    def undo(self, number: int | None) -> Transaction | None:
        """Take back one transaction, by default the last; returns what was taken back."""
        taken: list[Transaction] = []

        def decide(catalogue: Catalogue) -> Decision:
            target = catalogue.last_undoable() if number is None else catalogue.transaction(number)
            if target is None:
                return Decision(events=[], summary="")
            _refuse_overtaken(target, catalogue)
            taken.append(target)
            events = [back for each in reversed(target.events) if (back := inverse(each))]
            if len(events) < len(target.events):
                raise UsageError(
                    f"an undo does not approve; {target.summary!r} was a decision",
                    fix="decide anew with %babyagi approve",
                )
            return Decision(events=events, summary=f"undo {target.summary}", undoes=target.id)

        self._write(decide)
        return taken[-1] if taken else None

    def add_trigger(self, triggered: str, triggering: str | None) -> None:
        """Let one function run after another, or after the event of a registration."""
        source = triggering or FUNCTION_ADDED_OR_UPDATED

        def decide(catalogue: Catalogue) -> Decision:
            catalogue.version(triggered)
            if source != FUNCTION_ADDED_OR_UPDATED:
                catalogue.version(source)
            if triggered == source:
                raise UsageError(f"{triggered!r} cannot run after itself", fix="name another")
            if triggered in catalogue.listeners(source):
                return Decision(events=[], summary="")
            event = TriggerAdded(triggered=FunctionName(triggered), triggering=FunctionName(source))
            return Decision(events=[event], summary=f"trigger {triggered} after {source}")

        self._write(decide)

    def remove_trigger(self, triggered: str, triggering: str | None) -> None:
        source = triggering or FUNCTION_ADDED_OR_UPDATED

        def decide(catalogue: Catalogue) -> Decision:
            listeners = catalogue.listeners(source)
            if triggered not in listeners:
                raise NotFound(
                    f"{triggered!r} does not run after {source!r}",
                    fix=near(triggered, listeners) or "%babyagi trigger list shows what does",
                )
            event = TriggerRemoved(
                triggered=FunctionName(triggered), triggering=FunctionName(source)
            )
            return Decision(events=[event], summary=f"no trigger {triggered} after {source}")

        self._write(decide)

    def declare_key(self, name: str, source: str) -> None:
        def decide(catalogue: Catalogue) -> Decision:
            if source in catalogue.keys().get(name, ()):
                return Decision(events=[], summary="")
            return Decision(events=[KeyDeclared(name=name, source=source)], summary=f"key {name}")

        self._write(decide)

    def forget_key(self, name: str) -> None:
        def decide(catalogue: Catalogue) -> Decision:
            known = catalogue.keys()
            if name not in known:
                raise NotFound(f"no key {name!r}", fix=near(name, known))
            events = [KeyForgotten(name=name, source=source) for source in known[name]]
            return Decision(events=events, summary=f"forget key {name}")

        self._write(decide)

    def _write(self, decide: Decide) -> Transaction | None:
        transaction = self._definitions.transact(decide)
        self._executor.sync()
        return transaction


_ARTICLE = {"draft": "a draft"}


def _refuse_overtaken(target: Transaction, catalogue: Catalogue) -> None:
    """An undo must not silently take back what was done later to the same function."""
    for event in target.events:
        match event:
            case FunctionRegistered(proposed=True):
                continue
            case (
                FunctionRegistered(name=name, number=number)
                | VersionActivated(name=name, number=number)
            ):
                after: VersionNumber | None = number
            case FunctionRemoved(name=name):
                after = None
            case _:
                continue
        if catalogue.active(name) != after:
            raise UsageError(
                f"{name!r} was changed again after transaction {target.id}",
                fix="undo the later change first, or activate the version you want",
            )
