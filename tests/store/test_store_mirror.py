"""The text mirror: readable, idempotent, safe on every disk, and enough to restore from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_runs import Opened, registering

from babyagi_nb.core.events import FunctionRemoved, KeyDeclared, TriggerAdded, VersionActivated
from babyagi_nb.core.ports import Decision
from babyagi_nb.store.mirror import file_name
from babyagi_nb.store.store import Store


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened()


def mirror(store: Store) -> Path:
    assert store.maintenance.path is not None
    return store.maintenance.path / "functions"


def transact(store: Store, *events: Any) -> None:
    store.definitions.transact(lambda catalogue: Decision(events=events, summary="a change"))


def test_the_active_version_is_a_file_that_reads_like_a_module(store: Store) -> None:
    store.definitions.transact(
        registering("hello", description="Greets.\nTwice.", tags=("a",), dependencies=("world",))
    )
    store.maintenance.fold()
    text = (mirror(store) / "hello.py").read_text()
    assert text.splitlines()[:5] == [
        "# hello, version 1",
        "# Greets.",
        "# Twice.",
        "# depends on: world",
        "# tags: a",
    ]
    assert text.endswith("def hello():\n    return 1\n")
    compile(text, "hello.py", "exec")


def test_every_version_keeps_its_record_and_its_code(store: Store) -> None:
    for _ in range(3):
        store.definitions.transact(registering("hello"))
    store.maintenance.fold()
    versions = mirror(store) / "_versions" / "hello"
    assert sorted(path.name for path in versions.iterdir()) == [
        "1.json", "1.py", "2.json", "2.py", "3.json", "3.py",
    ]  # fmt: skip
    assert (versions / "2.py").read_text() == "def hello():\n    return 2\n"
    assert "return 3" in (mirror(store) / "hello.py").read_text()


def test_writing_again_changes_no_file(store: Store) -> None:
    store.definitions.transact(registering("hello", "world"))
    store.maintenance.fold()
    before = {path: path.stat().st_mtime_ns for path in mirror(store).rglob("*.*")}
    store.maintenance._mirror._done = -1  # type: ignore[attr-defined]
    store.maintenance.fold()
    assert {path: path.stat().st_mtime_ns for path in mirror(store).rglob("*.*")} == before


def test_a_removed_function_leaves_the_front_but_not_the_history(store: Store) -> None:
    store.definitions.transact(registering("hello"))
    store.maintenance.fold()
    transact(store, FunctionRemoved(name="hello", previous=1))  # type: ignore[arg-type]
    store.maintenance.fold()
    assert not (mirror(store) / "hello.py").exists()
    assert (mirror(store) / "_versions" / "hello" / "1.py").exists()
    transact(store, VersionActivated(name="hello", number=1, previous=None))  # type: ignore[arg-type]
    store.maintenance.fold()
    assert (mirror(store) / "hello.py").exists()


def test_the_catalogue_file_has_a_line_for_each_fact(store: Store) -> None:
    store.definitions.transact(registering("hello", "world"))
    transact(store, TriggerAdded(triggered="hello", triggering="world"))  # type: ignore[arg-type]
    transact(store, KeyDeclared(name="openai", source="environment"))
    store.maintenance.fold()
    state = json.loads((mirror(store) / "catalogue.json").read_text())
    assert state["functions"] == {"hello": 1, "world": 1}
    assert state["triggers"] == [["hello", "world"]]
    assert state["keys"] == {"openai": ["environment"]}


def test_a_store_whose_definition_log_is_gone_is_restored_from_the_mirror(opened: Opened) -> None:
    store = opened()
    store.definitions.transact(registering("hello", "world", triggers=("start",)))
    store.definitions.transact(registering("hello", "gone"))
    transact(store, VersionActivated(name="hello", number=1, previous=2))  # type: ignore[arg-type]
    transact(store, FunctionRemoved(name="gone", previous=1))  # type: ignore[arg-type]
    transact(store, TriggerAdded(triggered="hello", triggering="world"))  # type: ignore[arg-type]
    transact(store, KeyDeclared(name="openai", source="environment"))
    before = store.definitions.catalogue
    store.close()
    assert opened.path is not None
    (opened.path / "definitions.ndjson").unlink()
    again = opened().definitions.catalogue
    assert list(again) == list(before)
    for name in ("hello", "world"):
        assert again.active(name) == before.active(name)
        assert again.versions(name) == before.versions(name)
    assert again.active("gone") is None
    assert again.numbers("gone") == (1,)
    assert set(again.triggers()) == set(before.triggers())
    assert again.keys() == before.keys()
    assert "text mirror" in opened.said[-1]


def test_a_broken_file_of_the_mirror_costs_its_version_alone(opened: Opened) -> None:
    store = opened()
    store.definitions.transact(registering("hello", "world"))
    store.close()
    assert opened.path is not None
    (opened.path / "functions" / "_versions" / "hello" / "1.json").write_text("{half")
    (opened.path / "definitions.ndjson").unlink()
    assert list(opened().definitions.catalogue) == ["world"]


def test_names_that_disks_confuse_get_files_of_their_own(store: Store) -> None:
    names = ["hello", "Hello", "HELLO", "con", "nul", "größe", "catalogue", "_versions"]
    store.definitions.transact(registering(*names))
    store.maintenance.fold()
    files = [file_name(name).lower() for name in names]
    assert len(set(files)) == len(names)
    assert not {"con", "nul", "catalogue", "_versions"} & set(files)
    for name in names:
        assert f"# {name}, version 1" in (mirror(store) / f"{file_name(name)}.py").read_text()


@given(st.text(min_size=1))
def test_no_name_leads_out_of_the_directory(name: str) -> None:
    made = file_name(name)
    assert "/" not in made
    assert "\\" not in made
    assert not made.startswith(".")
    assert len(made) < 90
    assert made.isascii()
