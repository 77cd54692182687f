"""What every definition log does, whether it lies in a file or in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import (
    Event,
    FunctionRegistered,
    FunctionRemoved,
    KeyDeclared,
    KeyForgotten,
    TriggerAdded,
    VersionActivated,
    inverse,
)
from babyagi_nb.core.ports import Decision, Definitions
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.errors import NotFound, RegistrationError
from babyagi_nb.ids import Digest, FunctionName, KernelId, VersionNumber
from babyagi_nb.store.definitions import FileDefinitions
from babyagi_nb.store.home import Home
from babyagi_nb.store.memory import MemoryDefinitions


@pytest.fixture(params=["file", "memory"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Definitions:
    if request.param == "memory":
        return MemoryDefinitions(KernelId("K"), clock=lambda: 7)
    home = Home(tmp_path / ".babyagi").create()
    return FileDefinitions(home, KernelId("K"), clock=lambda: 7)


def registering(name: str, **members: object) -> Callable[[Catalogue], Decision]:
    def decide(catalogue: Catalogue) -> Decision:
        version = FunctionVersion(
            spec=FunctionSpec(name=FunctionName(name), code=f"def {name}(): ...", **members),  # type: ignore[arg-type]
            number=catalogue.next_number(name),
            digest=Digest("b1:0"),
            created_at=7,
        )
        event = FunctionRegistered.of(version, catalogue.active(name))
        return Decision(events=[event], summary=f"register {name}")

    return decide


def doing(*events: Event) -> Callable[[Catalogue], Decision]:
    return lambda catalogue: Decision(events=events, summary="do")


def test_what_was_transacted_is_in_the_catalogue(log: Definitions) -> None:
    done = log.transact(registering("hello"))
    assert done is not None
    assert (done.id, done.at, done.kernel, done.summary) == (1, 7, "K", "register hello")
    assert log.catalogue.active("hello") == 1
    assert log.catalogue.version("hello").spec.code == "def hello(): ..."
    assert log.catalogue.history == [done]


def test_transactions_are_numbered_without_gaps(log: Definitions) -> None:
    ids = [log.transact(registering("hello")) for _ in range(4)]
    assert [each.id for each in ids if each] == [1, 2, 3, 4]
    assert log.catalogue.numbers("hello") == (1, 2, 3, 4)


def test_a_decision_without_events_writes_nothing(log: Definitions) -> None:
    generation = log.catalogue.generation
    assert log.transact(doing()) is None
    assert log.catalogue.generation == generation


def test_what_decide_raises_passes_through_and_nothing_changed(log: Definitions) -> None:
    def fail(catalogue: Catalogue) -> Decision:
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        log.transact(fail)
    assert log.catalogue.generation == 0
    done = log.transact(registering("hello"))
    assert done is not None
    assert done.id == 1


def test_events_about_what_is_not_there_are_refused(log: Definitions) -> None:
    name = FunctionName("nobody")
    with pytest.raises(NotFound, match="nobody"):
        log.transact(doing(FunctionRemoved(name=name, previous=VersionNumber(1))))
    with pytest.raises(NotFound, match="nobody"):
        log.transact(doing(VersionActivated(name=name, number=VersionNumber(2), previous=None)))
    log.transact(registering("nobody"))
    with pytest.raises(NotFound, match="2"):
        log.transact(doing(VersionActivated(name=name, number=VersionNumber(2), previous=None)))
    assert len(log.catalogue.history) == 1


def test_a_transaction_is_taken_back_by_its_inverse(log: Definitions) -> None:
    log.transact(registering("hello"))
    second = log.transact(registering("hello"))
    assert second is not None
    undone = log.transact(
        lambda _: Decision(
            events=[inverse(each) for each in second.events], summary="undo", undoes=second.id
        )
    )
    assert undone is not None
    assert undone.undoes == second.id
    assert log.catalogue.active("hello") == 1


def test_several_events_are_one_transaction(log: Definitions) -> None:
    trigger = TriggerAdded(triggered=FunctionName("b"), triggering=FunctionName("a"))

    def decide(catalogue: Catalogue) -> Decision:
        events = [event for name in "ab" for event in registering(name)(catalogue).events]
        return Decision(events=[*events, trigger], summary="both")

    log.transact(decide)
    assert log.catalogue.listeners("a") == ("b",)
    assert log.catalogue.generation == 1


def test_refreshing_without_news_touches_nothing(log: Definitions) -> None:
    log.transact(registering("hello"))
    generation = log.catalogue.generation
    assert log.refresh() == set()
    assert log.catalogue.generation == generation


def test_a_key_is_known_by_name_and_source(log: Definitions) -> None:
    log.transact(doing(KeyDeclared(name="openai", source="env:OPENAI")))
    assert log.catalogue.keys() == {"openai": ("env:OPENAI",)}
    log.transact(doing(KeyForgotten(name="openai", source="env:OPENAI")))
    assert log.catalogue.keys() == {}


def test_metadata_that_is_no_json_is_refused_where_it_would_be_written(tmp_path: Path) -> None:
    log = FileDefinitions(Home(tmp_path / ".babyagi").create(), KernelId("K"))
    with pytest.raises(RegistrationError, match="'hello'"):
        log.transact(registering("hello", metadata={"x": object()}))
    assert "hello" not in log.catalogue
