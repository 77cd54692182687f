"""The doctor names what is wrong with its mend, and is quiet about what is right."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_runs import Opened, registering, write

from babyagi_nb.core.ports import Finding
from babyagi_nb.store.home import Home
from babyagi_nb.store.store import Store


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    store = opened()
    write(store, 1, 2)
    return store


def troubles(store: Store) -> list[Finding]:
    return [each for each in store.maintenance.doctor() if each.level in ("warning", "problem")]


def home_of(store: Store) -> Home:
    assert store.maintenance.path is not None
    return Home(store.maintenance.path)


def test_a_healthy_store_has_nothing_but_good_news(store: Store) -> None:
    found = store.maintenance.doctor()
    assert {each.level for each in found} <= {"ok", "note"}
    subjects = {each.subject for each in found}
    assert subjects >= {"versions", "store", "disk", "lock", "definitions", "index", "archive"}


def test_looking_changes_nothing(store: Store) -> None:
    store.maintenance.doctor()
    index = store.queries._index  # type: ignore[attr-defined]
    assert index.read(lambda hold: hold.rows("SELECT count(*) FROM store.data.runs")) == [(0,)]


def test_repairing_takes_in_what_waits(store: Store) -> None:
    (repair,) = [each for each in store.maintenance.doctor(repair=True) if each.subject == "repair"]
    assert repair.message.startswith("2 lines")


@pytest.mark.skipif(os.name == "nt", reason="other permissions there")
def test_a_directory_that_others_may_read_is_named(store: Store) -> None:
    home_of(store).path.chmod(0o755)
    (found,) = troubles(store)
    assert found.subject == "permissions"
    assert "chmod 700" in found.fix


def test_lines_that_were_no_records_are_counted(store: Store) -> None:
    store.journal.append(b"nothing\n")
    store.maintenance.fold()
    notes = [each for each in store.maintenance.doctor() if each.level == "note"]
    assert any("1 lines were no records" in each.message for each in notes)


def test_a_damaged_archive_is_named(opened: Opened, store: Store) -> None:
    store.close()
    again = opened()
    again.maintenance.fold()
    again.maintenance._tend()  # type: ignore[attr-defined]
    (archived,) = home_of(again).archive.glob("*.gz")
    archived.write_bytes(archived.read_bytes()[:-12])
    (found,) = troubles(again)
    assert (found.subject, found.level) == ("archive", "problem")


def test_a_journal_that_lost_lines_is_named(store: Store) -> None:
    store.maintenance.fold()
    (segment,) = home_of(store).journal.glob("*.ndjson")
    os.truncate(segment, 10)
    (found,) = troubles(store)
    assert "shorter" in found.message


def test_a_damaged_record_in_the_definition_log_is_named(opened: Opened, store: Store) -> None:
    store.definitions.transact(registering("hello"))
    path = home_of(store).definitions
    path.write_bytes(path.read_bytes().replace(b'"spec"', b'"spec_"'))
    again = opened()
    assert any("hello@1" in each.message for each in troubles(again))


def test_dead_kernels_are_mentioned_until_a_fold(opened: Opened, store: Store) -> None:
    store.journal.close()
    again = opened()
    notes = [each for each in again.maintenance.doctor() if each.subject == "kernels"]
    assert notes[0].level == "note"
    assert "1 ended" in notes[0].message


def test_a_store_in_memory_can_be_examined_too() -> None:
    memory = Opened(None)
    assert {each.level for each in memory().maintenance.doctor()} == {"ok"}
    memory.close()
