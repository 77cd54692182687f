"""A store that is only looked at: everything is seen, nothing in its directory changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_runs import NOON, Opened, line, registering, start, write

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.errors import NotFound, StoreError, StoreTooNew, StoreUnwritable
from babyagi_nb.store.board import Board
from babyagi_nb.store.home import FORMAT, Home
from babyagi_nb.store.readonly import Looker
from babyagi_nb.store.store import Store, open_store

EVERYTHING = RunFilter(limit=100_000)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def home(opened: Opened) -> Home:
    """An archive, a folded and an unfolded journal, and a kernel that died in the middle."""
    first = opened()
    first.definitions.transact(registering("hello", "world"))
    write(first, *range(50))
    first.close()
    second = opened()
    second.maintenance.fold()
    second.maintenance._tend()  # type: ignore[attr-defined]
    write(second, *range(50, 70))
    second.maintenance.fold()
    write(second, *range(70, 80))
    second.journal.close()
    assert opened.path is not None
    home = Home(opened.path)
    board = Board(home.journal / "00DEADDEADDEAD.board")
    board.put(start("00DEADDEADDEAD", 99))
    board.abandon()
    return home


@pytest.fixture
def looked(home: Home) -> Iterator[Store]:
    store = open_store(home.path, notify=print, read_only=True)
    yield store
    store.close()


def content(home: Home) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(home.path)): (
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mtime_ns,
        )
        for path in home.path.rglob("*")
    }


def numbers(store: Store, status: str = "success") -> list[int]:
    runs = store.queries.runs(RunFilter(limit=100_000, status=(status,)))  # type: ignore[arg-type]
    return sorted(int(run.id.rpartition(".")[2]) for run in runs)


def test_everything_is_seen(looked: Store) -> None:
    assert numbers(looked) == list(range(80))
    assert numbers(looked, "lost") == [99]
    assert sorted(looked.definitions.catalogue) == ["hello", "world"]
    rows = looked.queries.sql("SELECT name FROM functions ORDER BY 1").rows
    assert rows == (("hello",), ("world",))
    (statistics,) = looked.queries.statistics()
    assert statistics.runs == 81
    assert looked.queries.count(EVERYTHING) == 81


def test_looking_changes_no_file_and_makes_none(home: Home) -> None:
    before = content(home)
    store = open_store(home.path, notify=print, read_only=True)
    store.queries.count(EVERYTHING)
    store.maintenance.fold()
    store.maintenance.doctor()
    store.journal.begin(start(store.kernel, 1))
    store.journal.end(-1, line(store.kernel, 1))
    store.close()
    assert content(home) == before


def test_what_a_living_kernel_writes_meanwhile_is_seen(opened: Opened, looked: Store) -> None:
    assert looked.queries.count(EVERYTHING) == 81
    other = opened()
    write(other, 200, started=NOON + 10**9)
    slot = other.journal.begin(start(other.kernel, 201))
    other.definitions.transact(registering("later"))
    assert numbers(looked)[-1] == 200
    assert numbers(looked, "started") == [201]
    assert looked.definitions.refresh() == {"later"}
    other.journal.release(slot)


def test_a_store_of_a_newer_format_is_refused_but_for_looking(home: Home) -> None:
    home.format.write_text(f"{FORMAT + 1}\n")
    with pytest.raises(StoreTooNew, match="read_only=True"):
        open_store(home.path, notify=print)
    home.index.write_bytes(b"of a database that nobody knows yet" * 1000)
    before = content(home)
    store = open_store(home.path, notify=print, read_only=True)
    assert numbers(store) == list(range(80))
    with pytest.raises(StoreTooNew, match="upgrade"):
        store.definitions.transact(registering("more"))
    notes = [each for each in store.maintenance.doctor() if each.level == "note"]
    assert [each.subject for each in notes] == ["format"]
    store.close()
    assert content(home) == before


def test_every_change_is_refused_with_the_mend(looked: Store, tmp_path: Path) -> None:
    for change in (
        lambda: looked.definitions.transact(registering("more")),
        lambda: looked.maintenance.restore(tmp_path / "backup.zip"),
        lambda: looked.maintenance.doctor(repair=True),
    ):
        with pytest.raises(StoreUnwritable, match="reading only") as refused:
            change()
        assert "read_only" in refused.value.fix


def test_a_backup_of_it_can_be_restored_elsewhere(looked: Store, tmp_path: Path) -> None:
    backup = looked.maintenance.backup(tmp_path / "copy.zip")
    elsewhere = Opened(tmp_path / "elsewhere" / ".babyagi")
    store = elsewhere()
    store.maintenance.restore(backup)
    assert numbers(store) == list(range(80))
    assert sorted(store.definitions.catalogue) == ["hello", "world"]
    elsewhere.close()


def test_a_backup_of_a_newer_store_is_for_the_newer_version(home: Home, tmp_path: Path) -> None:
    home.format.write_text(f"{FORMAT + 1}\n")
    store = open_store(home.path, notify=print, read_only=True)
    backup = store.maintenance.backup(tmp_path / "copy.zip")
    store.close()
    elsewhere = Opened(tmp_path / "elsewhere" / ".babyagi")
    other = elsewhere()
    with pytest.raises(StoreTooNew, match="upgrade"):
        other.maintenance.restore(backup)
    assert other.queries.count(EVERYTHING) == 0
    elsewhere.close()


def test_its_functions_can_be_exported_as_text(home: Home, tmp_path: Path) -> None:
    looker = Looker(home)
    place = tmp_path / "exported"
    assert looker.export(place) == 2
    assert {path.name for path in place.iterdir()} == {
        "hello.py", "world.py", "_versions", "catalogue.json",
    }  # fmt: skip
    looker.close()
    elsewhere = Opened(tmp_path / "elsewhere" / ".babyagi")
    assert elsewhere.path is not None
    elsewhere.path.mkdir(parents=True)
    place.rename(elsewhere.path / "functions")
    assert sorted(elsewhere().definitions.catalogue) == ["hello", "world"]
    elsewhere.close()


def test_a_place_without_a_store_is_named_and_stays_without_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no store at"):
        open_store(tmp_path / ".babyagi", notify=print, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_costs_its_own_runs_and_is_named(home: Home) -> None:
    (archived,) = home.archive.glob("*.gz")
    archived.write_bytes(archived.read_bytes()[:-12])
    store = open_store(home.path, notify=print, read_only=True)
    assert numbers(store) == list(range(50, 80))
    problems = [each for each in store.maintenance.doctor() if each.level == "problem"]
    assert [each.subject for each in problems] == ["archive"]
    store.close()


def test_an_interrupted_restore_is_finished_before_anybody_looks(home: Home) -> None:
    home.incoming.mkdir()
    with pytest.raises(StoreError, match="interrupted"):
        open_store(home.path, notify=print, read_only=True)
    open_store(home.path, notify=print).close()
    assert not home.incoming.exists()
    open_store(home.path, notify=print, read_only=True).close()


@pytest.mark.skipif(os.name == "nt", reason="other permissions there")
def test_a_directory_without_any_right_to_write_is_looked_at(home: Home) -> None:
    everything = [home.path, *home.path.rglob("*")]
    for path in everything:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        store = open_store(home.path, notify=print, read_only=True)
        assert numbers(store) == list(range(80))
        store.close()
    finally:
        for path in everything:
            path.chmod(0o700 if path.is_dir() else 0o600)
