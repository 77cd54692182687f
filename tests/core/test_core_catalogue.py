"""The catalogue is the replay of its transactions, and inverses lead back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.digest import freeze
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
    inverse,
)
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.core.trust import Approval
from babyagi_nb.errors import NotFound
from babyagi_nb.ids import FunctionName, KernelId, TransactionId, VersionNumber

NAMES = tuple(map(FunctionName, ("a", "b", "c")))
KERNEL = KernelId("k")


def version(name: str, number: int, **given: Any) -> FunctionVersion:
    spec = FunctionSpec(name=FunctionName(name), code=f"def {name}(): return {number}", **given)
    return freeze(spec, VersionNumber(number), created_at=number)


def registered(catalogue: Catalogue, name: str, **given: Any) -> FunctionRegistered:
    made = version(name, catalogue.next_number(name), **given)
    return FunctionRegistered.of(made, catalogue.active(name))


def apply(catalogue: Catalogue, *events: Event, undoes: int | None = None) -> Transaction:
    transaction = Transaction(
        id=TransactionId(len(catalogue.history) + 1),
        at=0,
        kernel=KERNEL,
        summary="",
        events=events,
        undoes=None if undoes is None else TransactionId(undoes),
    )
    catalogue.apply(transaction)
    return transaction


def register(catalogue: Catalogue, name: str, **given: Any) -> None:
    apply(catalogue, registered(catalogue, name, **given))


@dataclass(frozen=True)
class Seen:
    """All that can be asked of a catalogue and should come back after an undo."""

    active: dict[str, int | None]
    listeners: dict[str, tuple[str, ...]]
    keys: dict[str, tuple[str, ...]]


def look(catalogue: Catalogue) -> Seen:
    return Seen(
        active={name: catalogue.active(name) for name in NAMES},
        listeners={name: tuple(sorted(catalogue.listeners(name))) for name in NAMES},
        keys=dict(catalogue.keys()),
    )


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["register", "activate", "remove", "trigger", "untrigger", "key", "forget"]
        ),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(0, 3),
    ),
    max_size=25,
)


def event_for(
    catalogue: Catalogue,
    kind: str,
    name: FunctionName,
    other: FunctionName,
    pick: int,
    declare: bool = False,
) -> Event | None:
    """The event a careful writer would make; ``None`` where nothing would change.

    Triggers are either declared by versions or added by hand here.
    """
    active, numbers = catalogue.active(name), catalogue.numbers(name)
    pair = (name, other) in set(catalogue.triggers())
    held = other in catalogue.keys().get(name, ())
    match kind:
        case "register":
            return registered(catalogue, name, triggers=(other,) if declare and pick else ())
        case "activate" if numbers and numbers[pick % len(numbers)] != active:
            number = numbers[pick % len(numbers)]
            return VersionActivated(name=name, number=number, previous=active)
        case "remove" if active is not None:
            return FunctionRemoved(name=name, previous=active)
        case "trigger" if active is not None and not pair and not declare:
            return TriggerAdded(triggered=name, triggering=other)
        case "untrigger" if pair and not declare:
            return TriggerRemoved(triggered=name, triggering=other)
        case "key" if not held:
            return KeyDeclared(name=name, source=other)
        case "forget" if held:
            return KeyForgotten(name=name, source=other)
    return None


@given(steps, st.integers(0, 25), st.booleans())
def test_inverses_in_reverse_order_lead_back_to_where_it_was(
    steps: list[tuple[str, FunctionName, FunctionName, int]], kept: int, declare: bool
) -> None:
    catalogue = Catalogue()
    before = look(catalogue)
    done: list[Event] = []
    for at, step in enumerate(steps):
        if at == kept:
            before, done = look(catalogue), []
        event = event_for(catalogue, *step, declare=declare)
        if event is not None:
            apply(catalogue, event)
            done.append(event)
    for event in reversed(done):
        back = inverse(event)
        assert back is not None
        apply(catalogue, back)
    assert look(catalogue) == before


@given(steps)
def test_a_replay_of_the_history_is_the_catalogue(
    steps: list[tuple[str, FunctionName, FunctionName, int]],
) -> None:
    catalogue, replayed = Catalogue(), Catalogue()
    for step in steps:
        event = event_for(catalogue, *step)
        if event is not None:
            apply(catalogue, event)
    for transaction in catalogue.history:
        replayed.apply(transaction)
    assert look(replayed) == look(catalogue)
    assert replayed.generation == catalogue.generation == len(catalogue.history)
    assert list(replayed) == list(catalogue)


def test_versions_count_up_and_numbers_are_never_reused() -> None:
    catalogue = Catalogue()
    register(catalogue, "a")
    register(catalogue, "a")
    apply(catalogue, FunctionRemoved(name=NAMES[0], previous=VersionNumber(2)))
    register(catalogue, "a")
    assert catalogue.numbers("a") == (1, 2, 3)
    assert catalogue.active("a") == 3
    assert [each.number for each in catalogue.versions("a")] == [1, 2, 3]


def test_a_version_is_loaded_once_and_only_when_asked() -> None:
    catalogue, loads = Catalogue(), []
    made = version("a", 1)

    def load() -> FunctionVersion:
        loads.append(1)
        return made

    event = FunctionRegistered(
        name=NAMES[0],
        number=VersionNumber(1),
        previous=None,
        dependencies=(),
        triggers=(),
        load=load,
    )
    apply(catalogue, event)
    assert (loads, "a" in catalogue, len(catalogue)) == ([], True, 1)
    assert catalogue.version("a") is catalogue.version("a", 1) is made
    assert loads == [1]


def test_what_is_not_there_is_named_with_a_mend() -> None:
    catalogue = Catalogue()
    register(catalogue, "a")
    register(catalogue, "abc")
    apply(catalogue, FunctionRemoved(name=NAMES[0], previous=VersionNumber(1)))
    with pytest.raises(NotFound, match=r"was removed; .*activate_function_version\('a', 1\)"):
        catalogue.version("a")
    with pytest.raises(NotFound, match="did you mean 'abc'"):
        catalogue.version("abd")
    with pytest.raises(NotFound, match="has no version 7; it has 1"):
        catalogue.version("abc", 7)
    assert catalogue.version("a", 1).number == 1
    assert "a" not in catalogue
    assert list(catalogue) == ["abc"]


def test_dependencies_and_dependents_follow_the_active_version() -> None:
    catalogue = Catalogue()
    register(catalogue, "a")
    register(catalogue, "b", dependencies=(NAMES[0],))
    assert catalogue.dependencies("b") == ("a",)
    assert catalogue.dependents("a") == ("b",)
    register(catalogue, "b")
    assert (catalogue.dependencies("b"), catalogue.dependents("a")) == ((), ())
    assert catalogue.dependencies("unknown") == ()


def test_declared_triggers_follow_the_active_version_and_added_ones_stay() -> None:
    catalogue = Catalogue()
    register(catalogue, "a")
    register(catalogue, "b", triggers=(NAMES[0],))
    register(catalogue, "c")
    apply(catalogue, TriggerAdded(triggered=NAMES[2], triggering=NAMES[0]))
    assert catalogue.listeners("a") == ("b", "c")
    register(catalogue, "b")
    assert catalogue.listeners("a") == ("c",)
    apply(catalogue, VersionActivated(name=NAMES[1], number=VersionNumber(1), previous=None))
    assert catalogue.listeners("a") == ("b", "c")


def test_a_removed_trigger_stays_away_until_it_is_added_again() -> None:
    catalogue = Catalogue()
    register(catalogue, "a")
    register(catalogue, "b", triggers=(NAMES[0],))
    apply(catalogue, TriggerRemoved(triggered=NAMES[1], triggering=NAMES[0]))
    assert catalogue.listeners("a") == ()
    register(catalogue, "b", triggers=(NAMES[0],))
    assert catalogue.listeners("a") == ()
    assert catalogue.is_muted(NAMES[1], NAMES[0])
    apply(catalogue, TriggerAdded(triggered=NAMES[1], triggering=NAMES[0]))
    assert catalogue.listeners("a") == ("b",)
    assert not catalogue.is_muted(NAMES[1], NAMES[0])


def test_a_removed_function_listens_to_nothing() -> None:
    catalogue = Catalogue()
    register(catalogue, "a")
    register(catalogue, "b", triggers=(NAMES[0],))
    apply(catalogue, FunctionRemoved(name=NAMES[1], previous=VersionNumber(1)))
    assert catalogue.listeners("a") == ()


def test_circles_of_triggers_are_known() -> None:
    catalogue = Catalogue()
    register(catalogue, "a", triggers=(NAMES[1],))
    register(catalogue, "b", triggers=(NAMES[0],))
    register(catalogue, "c", triggers=(NAMES[1],))
    assert catalogue.in_one_circle("a", "b")
    assert not catalogue.in_one_circle("a", "c")
    assert not catalogue.in_one_circle("c", "c")
    apply(catalogue, TriggerRemoved(triggered=NAMES[1], triggering=NAMES[0]))
    assert not catalogue.in_one_circle("a", "b")


def test_a_key_is_known_as_long_as_one_source_has_it() -> None:
    catalogue = Catalogue()
    apply(catalogue, KeyDeclared(name="k", source="env"), KeyDeclared(name="k", source="keyring"))
    assert catalogue.keys() == {"k": ("env", "keyring")}
    apply(catalogue, KeyForgotten(name="k", source="env"))
    assert catalogue.keys() == {"k": ("keyring",)}
    apply(catalogue, KeyForgotten(name="k", source="keyring"), KeyForgotten(name="z", source="env"))
    assert catalogue.keys() == {}


def test_applying_tells_which_functions_were_touched() -> None:
    catalogue = Catalogue()
    first = registered(catalogue, "a")
    added = TriggerAdded(triggered=NAMES[2], triggering=NAMES[1])
    transaction = Transaction(
        id=TransactionId(1), at=0, kernel=KERNEL, summary="", events=(first, added)
    )
    assert catalogue.apply(transaction) == {"a", "b"}


def test_the_newest_transaction_that_was_not_taken_back_can_be_undone() -> None:
    catalogue = Catalogue()
    assert catalogue.last_undoable() is None
    register(catalogue, "a")
    register(catalogue, "b")
    newest = catalogue.last_undoable()
    assert newest is not None
    assert newest.id == 2
    apply(catalogue, *map(inverse, newest.events), undoes=2)
    before = catalogue.last_undoable()
    assert before is not None
    assert before.id == 1
    assert catalogue.transaction(3).undoes == 2
    with pytest.raises(NotFound, match="no transaction 9"):
        catalogue.transaction(9)


def test_a_draft_is_a_version_that_is_not_active() -> None:
    catalogue = Catalogue()
    name = NAMES[0]
    made = registered(catalogue, name)
    apply(catalogue, replace(made, proposed=True))
    assert name not in catalogue
    assert catalogue.state(name, 1) == "draft"
    assert list(catalogue.drafts()) == [(name, 1)]
    assert catalogue.latest(name) == catalogue.version(name, 1)
    with pytest.raises(NotFound, match="only a draft"):
        catalogue.version(name)


def test_the_last_decision_about_a_version_holds() -> None:
    catalogue = Catalogue()
    name, number = NAMES[0], VersionNumber(1)
    apply(catalogue, replace(registered(catalogue, name), proposed=True))
    approval = Approval(name=name, number=number, binding="c1:0")
    apply(catalogue, VersionApproved(approval=approval))
    assert (catalogue.state(name, 1), catalogue.approval(name, 1)) == ("approved", approval)
    apply(catalogue, ApprovalRevoked(name=name, number=number))
    assert (catalogue.state(name, 1), catalogue.approval(name, 1)) == ("revoked", None)
    assert list(catalogue.drafts()) == []
    apply(catalogue, VersionApproved(approval=approval))
    apply(catalogue, VersionDenied(name=name, number=number))
    assert catalogue.state(name, 1) == "denied"


def test_no_inverse_ever_approves() -> None:
    name, number = NAMES[0], VersionNumber(1)
    approved = VersionApproved(approval=Approval(name=name, number=number, binding=""))
    assert inverse(approved) == ApprovalRevoked(name=name, number=number, reason="undone")
    for decision in (
        VersionDenied(name=name, number=number),
        ApprovalRevoked(name=name, number=number),
    ):
        assert inverse(decision) is None


def test_an_undo_passes_decisions_over() -> None:
    catalogue = Catalogue()
    apply(catalogue, registered(catalogue, NAMES[0]))
    apply(catalogue, replace(registered(catalogue, NAMES[1]), proposed=True))
    apply(catalogue, VersionDenied(name=NAMES[1], number=VersionNumber(1)))
    last = catalogue.last_undoable()
    assert last is not None
    assert last.id == 2
