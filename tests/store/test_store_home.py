"""Where a store lies, how it is made, and what is refused."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from store_runs import Opened, registering, write

from babyagi_nb.errors import StoreDamaged, StoreTooNew, StoreUnwritable
from babyagi_nb.store.home import FORMAT, Home, find_home


def test_making_the_object_touches_no_disk(tmp_path: Path) -> None:
    home = Home(tmp_path / ".babyagi")
    assert not home.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_new_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / ".babyagi").create()
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert home.journal.is_dir()
    assert home.exists()
    assert home.check() == FORMAT


@pytest.mark.skipif(os.name == "nt", reason="names of files cannot be made durable there")
def test_what_makes_a_name_also_makes_it_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was synced is lost with the power all the same if its directory was not."""
    synced: list[Path] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    opened = Opened(tmp_path / ".babyagi")
    store = opened()
    home = tmp_path / ".babyagi"
    assert [each for each in synced if each.is_dir()] == [home, tmp_path]
    synced.clear()
    store.definitions.transact(registering("hello"))
    assert synced == [home]
    write(store, 1)
    synced.clear()
    store.maintenance.fold()
    store.maintenance._tend()  # type: ignore[attr-defined]
    # The guard before a checkpoint, and the database file after it.
    assert [each.name for each in synced if ".guard" in each.name] == ["store.duckdb.guard.draft"]
    assert synced.count(home) >= 2
    assert synced[-1] == home
    opened.close()


def test_creating_again_changes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / ".babyagi").create()
    (home.path / ".gitignore").write_text("mine")
    home.create()
    assert (home.path / ".gitignore").read_text() == "mine"


def test_git_sees_the_functions_and_nothing_else(tmp_path: Path) -> None:
    home = Home(tmp_path / ".babyagi").create()
    (home.mirror / "hello").mkdir()
    (home.mirror / "hello" / "v1.py").write_text("")
    home.definitions.write_text("")
    (home.journal / "K.1.ndjson").write_text("")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, env=clean)
    shown = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=tmp_path,
        check=True,
        env=clean,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    assert sorted(filter(None, shown)) == [
        "?? .babyagi/.gitignore",
        "?? .babyagi/functions/hello/v1.py",
    ]


def test_a_newer_format_is_refused_with_the_mend(tmp_path: Path) -> None:
    home = Home(tmp_path / ".babyagi").create()
    home.format.write_text(f"{FORMAT + 1}\n")
    with pytest.raises(StoreTooNew, match="upgrade babyagi_nb"):
        home.create()


def test_an_unreadable_format_is_damage(tmp_path: Path) -> None:
    home = Home(tmp_path / ".babyagi").create()
    home.format.write_text("one")
    with pytest.raises(StoreDamaged, match="format"):
        home.create()


def test_a_place_that_cannot_hold_a_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnwritable, match="file"):
        Home(tmp_path / "file" / ".babyagi").create()


@pytest.mark.parametrize("marker", [".babyagi", ".git", "pyproject.toml"])
def test_the_nearest_project_above_holds_the_store(tmp_path: Path, marker: str) -> None:
    deep = tmp_path / "project" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "project" / marker).mkdir()
    assert find_home(deep) == tmp_path / "project" / ".babyagi"


def test_the_innermost_project_wins(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / ".git").mkdir()
    (inner / "pyproject.toml").write_text("")
    assert find_home(inner) == inner / ".babyagi"


def test_the_search_stops_below_the_users_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "people" / "ann"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "people" / "ann"))
    work = tmp_path / "people" / "ann" / "work"
    work.mkdir(parents=True)
    (tmp_path / "people" / ".git").mkdir()
    (tmp_path / "people" / "ann" / ".git").mkdir()
    assert find_home(work) == work / ".babyagi"
    assert find_home(work.parent) == work.parent / ".babyagi"


def test_the_root_of_the_disk_is_never_a_project() -> None:
    root = Path(Path.cwd().anchor)
    assert find_home(root / "no such directory") == root / "no such directory" / ".babyagi"
