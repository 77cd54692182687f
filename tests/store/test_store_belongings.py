"""Documents, builds and vectors of a store: backed up, restored, examined, and only looked at."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_runs import Opened, write

from babyagi_nb.core.ports import Finding
from babyagi_nb.errors import NotFound, StoreUnwritable
from babyagi_nb.store.backup import verify
from babyagi_nb.store.belongings import is_belonging, present
from babyagi_nb.store.home import Home
from babyagi_nb.store.store import Store, open_store


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "one" / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    """With two documents, a build that ended, and one vector."""
    store = opened()
    store.shelf.put("prices", {"m": 1.5})
    store.shelf.put("chats/a", ["hello"])
    steps = store.builds.begin({"task": "add"})
    steps.record("plan", "a", 1)
    steps.note(state="done")
    steps.close()
    store.vectors.put("m", {"a": [1.0, 0.0]})
    return store


def home_of(store: Store) -> Home:
    assert store.maintenance.path is not None
    return Home(store.maintenance.path)


def said(store: Store, *, repair: bool = False) -> list[Finding]:
    subjects = ("shelf", "builds", "vectors", "repair")
    return [each for each in store.maintenance.doctor(repair=repair) if each.subject in subjects]


def everything(store: Store) -> tuple[object, ...]:
    (build,) = store.builds.all()
    names = store.shelf.names()
    return build, [store.shelf.get(each) for each in names], names, store.vectors.have("m")


# -- backup and restore ------------------------------------------------------------------------


def test_another_store_gets_all_of_it_from_a_backup(store: Store, tmp_path: Path) -> None:
    write(store, 1)
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    contents = verify(copy)
    assert contents.lines == 1
    assert {each.partition("/")[0] for each in contents.files} >= {"shelf", "builds", "vectors"}
    elsewhere = Opened(tmp_path / "two" / ".babyagi")
    other = elsewhere()
    other.maintenance.restore(copy)
    assert everything(other) == everything(store)
    assert other.vectors.nearest("m", [1.0, 0.0], 1)[0][0] == "a"
    steps = other.builds.open(str(other.builds.all()[0]["id"]))
    assert steps.known("plan", "a") == 1
    elsewhere.close()


def test_what_came_later_lies_aside_after_a_restore(store: Store, tmp_path: Path) -> None:
    before = everything(store)
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    store.shelf.put("prices", {"m": 99})
    store.shelf.put("later", 1)
    store.builds.begin({"task": "later"}).close()
    store.vectors.put("m", {"later": [0.0, 1.0]})
    store.maintenance.restore(copy)
    assert everything(store) == before
    aside = home_of(store).path / "aside-1"
    assert json.loads((aside / "shelf" / "prices.json").read_bytes()) == {"m": 99}
    assert len(list((aside / "builds").glob("*.ndjson"))) == 2
    assert b'"later"' in next((aside / "vectors").iterdir()).read_bytes()


def test_a_build_under_way_goes_on_through_a_restore(store: Store, tmp_path: Path) -> None:
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    steps = store.builds.begin({"task": "under way"})
    steps.record("plan", "a", 1)
    store.maintenance.restore(copy)
    steps.record("code", "b", 2)
    steps.close()
    again = store.builds.open(steps.id)
    assert (again.known("plan", "a"), again.known("code", "b")) == (1, 2)
    assert [each["task"] for each in store.builds.all()] == ["under way", "add"]


def test_a_restore_that_was_interrupted_is_finished_with_all_of_it(
    opened: Opened, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(store)
    copy = store.maintenance.backup(tmp_path / "copy.zip")
    replace = os.replace
    for stop in range(1, 40):
        store.shelf.put("later", 1)
        old = everything(store)
        moves = iter(range(stop))

        def some(source: Path, target: Path, moves: Iterator[int] = moves) -> None:
            if next(moves, None) is None:
                raise OSError(5, "the disk is gone")
            replace(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", some)
            try:
                store.maintenance.restore(copy)
            except StoreUnwritable:
                pass
            else:
                break
        assert everything(opened()) in (old, before)
    assert 5 < stop < 39
    assert everything(store) == before


def test_a_backup_without_any_of_it_restores_as_before(tmp_path: Path) -> None:
    plain = Opened(tmp_path / "plain" / ".babyagi")
    first = plain()
    write(first, 1, 2)
    copy = first.maintenance.backup(tmp_path / "copy.zip")
    assert not any(is_belonging(each) for each in verify(copy).files)
    first.maintenance.restore(copy)
    assert present(home_of(first)) == []
    plain.close()


def test_names_in_a_backup_lead_nowhere_else(store: Store, tmp_path: Path) -> None:
    import hashlib

    copy = store.maintenance.backup(tmp_path / "copy.zip")
    with zipfile.ZipFile(copy) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    evil = ["shelf/../../evil.json", "shelf/a/b/evil.json", "builds/evil.ndjson", "builds/E.lock",
            "vectors/../evil.ndjson", "shelf/.evil.json", "vectors/evil.json"]  # fmt: skip
    for name in evil:
        files[name] = b"{}"
        manifest["files"][name] = hashlib.sha256(b"{}").hexdigest()
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as changed:
        for name, data in files.items():
            changed.writestr(name, data)
        changed.writestr("manifest.json", json.dumps(manifest))
    store.maintenance.restore(bad)
    assert not [
        each for each in tmp_path.rglob("*") if "evil" in each.name or each.name == "E.lock"
    ]


# -- the doctor --------------------------------------------------------------------------------


def test_a_healthy_store_is_counted(store: Store) -> None:
    found = said(store)
    assert {each.level for each in found} == {"ok"}
    assert [each.message for each in found] == ["2 documents", "1 builds", "1 models"]


def test_a_step_that_was_cut_is_no_trouble(store: Store) -> None:
    (path,) = home_of(store).builds.glob("*.ndjson")
    path.write_bytes(path.read_bytes() + b'nonsense\n{"step":')
    notes = [each for each in said(store) if each.level != "ok"]
    assert [each.level for each in notes] == ["note", "note"]
    assert "middle of a step" in notes[0].message
    assert "1 lines that are no steps" in notes[1].message


def test_a_build_under_way_may_have_half_a_line(store: Store) -> None:
    steps = store.builds.begin({"task": "under way"})
    with open(home_of(store).builds / f"{steps.id}.ndjson", "ab") as file:
        file.write(b'{"step":')
    assert {each.level for each in said(store)} == {"ok"}


def test_vectors_that_cannot_be_read_are_counted(store: Store) -> None:
    (path,) = home_of(store).vectors.glob("*.ndjson")
    path.write_bytes(path.read_bytes() + b'nonsense\n{"key":"b","vector":[1,')
    (note,) = [each for each in said(store) if each.level != "ok"]
    assert (note.level, note.subject) == ("note", "vectors")
    assert "2 lines" in note.message


def test_what_cannot_be_read_is_named_and_put_aside_when_told(store: Store) -> None:
    home = home_of(store)
    (home.shelf / "prices.json").write_bytes(b'{"m":')
    (build,) = home.builds.glob("*.ndjson")
    build.write_bytes(b"nonsense")
    warnings = [each for each in said(store) if each.level == "warning"]
    assert [each.subject for each in warnings] == ["shelf", "builds"]
    assert "'shelf/prices.json' cannot be read" in warnings[0].message
    assert "--repair" in warnings[0].fix
    repaired = [each.message for each in said(store, repair=True) if "aside" in each.message]
    assert len(repaired) == 2
    assert (home.path / "aside-1" / "shelf" / "prices.json").read_bytes() == b'{"m":'
    assert {each.level for each in said(store)} == {"ok"}
    assert store.shelf.names() == ["chats/a"]
    assert store.builds.all() == []


# -- only looked at ----------------------------------------------------------------------------


def test_a_store_that_is_only_looked_at_shows_all_of_it_and_changes_nothing(
    store: Store, tmp_path: Path
) -> None:
    wanted = everything(store)
    path = home_of(store).path
    before = {each: each.stat().st_mtime_ns for each in path.rglob("*")}
    looking = open_store(path, notify=pytest.fail, read_only=True)
    assert everything(looking) == wanted
    assert looking.vectors.nearest("m", [1.0, 0.0], 1)[0][0] == "a"
    for attempt in (
        lambda: looking.shelf.put("a", 1),
        lambda: looking.shelf.remove("prices"),
        lambda: looking.builds.begin({}),
        lambda: looking.builds.open(str(looking.builds.all()[0]["id"])),
        lambda: looking.vectors.put("m", {"b": [1.0, 0.0]}),
        lambda: looking.vectors.forget("m"),
    ):
        with pytest.raises(StoreUnwritable, match="reading only"):
            attempt()
    assert {"2 documents", "1 builds"} <= {each.message for each in looking.maintenance.doctor()}
    copy = looking.maintenance.backup(tmp_path / "copy.zip")
    assert any(is_belonging(each) for each in verify(copy).files)
    assert {each: each.stat().st_mtime_ns for each in path.rglob("*")} == before
    looking.close()


def test_a_store_in_memory_has_all_of_it_too() -> None:
    memory = Opened(None)
    store = memory()
    store.shelf.put("prices", 1)
    store.vectors.put("m", {"a": [1.0]})
    steps = store.builds.begin({"task": "add"})
    assert [each["id"] for each in store.builds.all()] == [steps.id]
    with pytest.raises(NotFound):
        store.builds.open("nowhere")
    assert memory().shelf.names() == []
    memory.close()


def test_git_sees_none_of_it(store: Store) -> None:
    rules = (home_of(store).path / ".gitignore").read_text().splitlines()
    assert [each for each in rules if each and each[0] not in "#"] == [
        "*", "!.gitignore", "!functions/", "!functions/**",
    ]  # fmt: skip
