"""A store that is only looked at, as people use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import NotFound, StoreTooNew, StoreUnwritable, UsageError


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    app = BabyAGI(tmp_path / "store", namespace={})
    app.add_function("world", "def world():\n    return 'World'")
    app.world()
    app.close()
    return tmp_path / "store"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def look(path: Path) -> BabyAGI:
    return BabyAGI(path, namespace={}, read_only=True, notify=lambda line: None)


def test_functions_and_logs_are_seen_and_run_and_no_file_changes(filled: Path) -> None:
    before = contents(filled)
    app = look(filled)
    assert app.world() == "World"
    assert [row["function_name"] for row in app.get_logs()] == ["world"]
    app.close()
    assert contents(filled) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda app: app.add_function("f", "def f(): ..."),
        lambda app: app.remove_function("world"),
        lambda app: app.propose("def f(): ...", origin="model:m"),
        lambda app: app.add_key("token", "canary-123456"),
        lambda app: app.load_functions("default_functions"),
    ],
    ids=["register", "remove", "propose", "key", "pack"],
)
def test_every_change_is_refused(filled: Path, change: Any) -> None:
    before = contents(filled)
    app = look(filled)
    with pytest.raises(StoreUnwritable, match="reading"):
        change(app)
    assert app.keys.get("token") is None
    app.close()
    assert contents(filled) == before


def test_a_name_that_is_not_there_is_not_looked_for_in_packs(filled: Path) -> None:
    app = look(filled)
    with pytest.raises(NotFound):
        app.function("get_function_wrapper")
    app.close()


def test_a_newer_store_is_opened_for_reading_and_exported(filled: Path, tmp_path: Path) -> None:
    for file in filled.iterdir():
        if file.name.startswith("format"):
            file.write_text("999")
    with pytest.raises(StoreTooNew, match="read_only"):
        BabyAGI(filled, namespace={})
    app = look(filled)
    assert app.world() == "World"
    assert app.export(tmp_path / "text") == 1
    assert "World" in (tmp_path / "text" / "world.py").read_text()
    with pytest.raises(StoreTooNew):
        app.add_function("f", "def f(): ...")
    app.close()


def test_an_ordinary_store_has_its_text_in_it(filled: Path) -> None:
    app = BabyAGI(filled, namespace={})
    with pytest.raises(UsageError, match="functions"):
        app.export(filled.parent / "text")
    app.close()
