"""Backup and restore: what was written comes back, and nothing that is there is deleted."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_runs import Opened, line, registering, write

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.errors import StoreDamaged, StoreError, StoreUnwritable
from babyagi_nb.store.backup import verify
from babyagi_nb.store.store import Store

EVERYTHING = RunFilter(limit=1000)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "one" / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    store = opened()
    store.definitions.transact(registering("hello", "world"))
    write(store, 1, 2, 3)
    return store


def ids(store: Store) -> list[str]:
    return [run.id for run in store.queries.runs(EVERYTHING)]


def test_a_backup_says_what_it_holds(store: Store, tmp_path: Path) -> None:
    target = store.maintenance.backup(tmp_path / "copy")
    assert target == tmp_path / "copy.zip"
    contents = verify(target)
    assert (contents.transactions, contents.lines) == (1, 3)
    assert "definitions.ndjson" in contents.files


def test_a_directory_gets_a_file_named_by_the_time(store: Store, tmp_path: Path) -> None:
    target = store.maintenance.backup(tmp_path)
    assert target.parent == tmp_path
    assert target.name.startswith("babyagi-")
    assert target.suffix == ".zip"


def test_another_store_becomes_what_was_backed_up(store: Store, tmp_path: Path) -> None:
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    elsewhere = Opened(tmp_path / "two" / ".babyagi")
    other = elsewhere()
    other.maintenance.restore(copy)
    assert list(other.definitions.catalogue) == ["hello", "world"]
    assert ids(other) == ids(store)
    assert other.queries.sql("SELECT count(*) FROM functions").rows == ((2,),)
    elsewhere.close()


def test_archived_journals_are_part_of_a_backup(opened: Opened, tmp_path: Path) -> None:
    first = opened()
    write(first, 1, 2)
    first.close()
    store = opened()
    store.maintenance.fold()
    store.maintenance._tend()  # type: ignore[attr-defined]
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    elsewhere = Opened(tmp_path / "two" / ".babyagi")
    other = elsewhere()
    other.maintenance.restore(copy)
    assert ids(other) == ids(store)
    assert len(ids(other)) == 2
    elsewhere.close()


def test_restoring_takes_back_what_came_later_and_keeps_it_aside(
    opened: Opened, tmp_path: Path
) -> None:
    first = opened()
    first.definitions.transact(registering("hello"))
    write(first, 1)
    first.close()
    copy = opened().maintenance.backup(tmp_path / "copy.zip")
    later = opened()
    later.definitions.transact(registering("hello", "newer"))
    write(later, 2)
    later.maintenance.fold()
    later.close()
    store = opened()
    store.maintenance.restore(copy)
    assert [run.id[-1] for run in store.queries.runs(EVERYTHING)] == ["1"]
    assert list(store.definitions.catalogue) == ["hello"]
    assert store.queries.sql("SELECT name, version FROM functions").rows == (("hello", 1),)
    assert opened.path is not None
    aside = opened.path / "aside-1"
    assert b"newer" in (aside / "definitions.ndjson").read_bytes()
    assert any(b'.00000002"' in path.read_bytes() for path in aside.rglob("*.ndjson"))
    front = {path.name for path in (opened.path / "functions").glob("*.py")}
    assert front == {"hello.py"}


def test_runs_of_living_kernels_stay_when_a_backup_is_restored(
    opened: Opened, tmp_path: Path
) -> None:
    store, living = opened(), opened()
    write(living, 1)
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    write(living, 2)
    store.maintenance.restore(copy)
    write(living, 3)
    assert [run.id[-1] for run in store.queries.runs(EVERYTHING)] == ["3", "2", "1"]


def test_an_open_kernel_notices_that_the_definitions_were_replaced(
    opened: Opened, tmp_path: Path
) -> None:
    store, other = opened(), opened()
    store.definitions.transact(registering("hello"))
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    store.definitions.transact(registering("newer"))
    other.definitions.refresh()
    assert "newer" in other.definitions.catalogue
    store.maintenance.restore(copy)
    other.definitions.refresh()
    assert list(other.definitions.catalogue) == ["hello"]


def test_every_changed_byte_of_a_backup_is_noticed(store: Store, tmp_path: Path) -> None:
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    whole = copy.read_bytes()
    damaged = tmp_path / "damaged.zip"
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            contents = verify(damaged)
        except StoreDamaged:
            continue
        # Bytes of the zip format that carry no content, times for example, may differ.
        assert contents.files == verify(copy).files


def test_a_bad_backup_leaves_the_store_as_it_is(store: Store, tmp_path: Path) -> None:
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    with zipfile.ZipFile(copy) as pack:
        manifest = json.loads(pack.read("manifest.json"))
    manifest["lines"] = 99
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(copy) as pack, zipfile.ZipFile(bad, "w") as changed:
        for name in pack.namelist():
            data = json.dumps(manifest) if name == "manifest.json" else pack.read(name)
            changed.writestr(name, data)
    before = ids(store)
    for source in (bad, tmp_path / "missing.zip", Path(__file__)):
        with pytest.raises(StoreDamaged):
            store.maintenance.restore(source)
    assert ids(store) == before
    assert not list(store.maintenance.path.glob("aside-*"))  # type: ignore[union-attr]


def test_a_hostile_backup_writes_nowhere_else(store: Store, tmp_path: Path) -> None:
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    with zipfile.ZipFile(copy) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    import hashlib

    manifest = json.loads(files.pop("manifest.json"))
    for name in ("../evil.ndjson", "journal/../../evil.ndjson", "/tmp/evil.ndjson", "lock"):
        files[name] = b"{}\n"
        manifest["files"][name] = hashlib.sha256(b"{}\n").hexdigest()
        manifest["lines"] += 1
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as changed:
        for name, data in files.items():
            changed.writestr(name, data)
        changed.writestr("manifest.json", json.dumps(manifest))
    store.maintenance.restore(bad)
    assert not list(tmp_path.rglob("evil*"))


def test_a_target_that_cannot_be_written_is_said_so(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritable):
        store.maintenance.backup(tmp_path / "file" / "copy.zip")


def test_half_a_line_at_the_end_of_a_journal_is_left_out(store: Store, tmp_path: Path) -> None:
    store.journal.append(line(store.kernel, 4)[:-9])
    contents = verify(store.maintenance.backup(tmp_path / "copy.zip"))
    assert contents.lines == 3


def test_a_store_in_memory_says_that_it_has_no_backup(tmp_path: Path) -> None:
    memory = Opened(None)
    with pytest.raises(StoreError, match="memory"):
        memory().maintenance.backup(tmp_path / "copy.zip")
    memory.close()
