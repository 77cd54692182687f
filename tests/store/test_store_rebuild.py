"""An index that is damaged or gone: guarded, mended or made anew, with every run in it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_runs import Opened, registering, write

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.store import guard
from babyagi_nb.store.connection import Connection
from babyagi_nb.store.home import Home
from babyagi_nb.store.lock import Turnstile
from babyagi_nb.store.migrations import migrate
from babyagi_nb.store.store import Store

EVERYTHING = RunFilter(limit=100_000)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    yield opened
    opened.close()


@pytest.fixture
def home(opened: Opened) -> Home:
    assert opened.path is not None
    return Home(opened.path)


@pytest.fixture
def filled(opened: Opened) -> Opened:
    """Two ended kernels: one in the archive, one still in the journal; all of it folded."""
    first = opened()
    first.definitions.transact(registering("hello", "world"))
    write(first, *range(50))
    first.close()
    second = opened()
    second.maintenance.fold()
    second.maintenance._tend()  # type: ignore[attr-defined]
    write(second, *range(50, 80))
    second.close()
    return opened


def count(store: Store) -> int:
    return store.queries.count(EVERYTHING)


def everything_is_there(store: Store) -> bool:
    numbers = sorted(int(run.id.rpartition(".")[2]) for run in store.queries.runs(EVERYTHING))
    functions = store.queries.sql("SELECT name FROM functions ORDER BY 1").rows
    return numbers == list(range(80)) and functions == (("hello",), ("world",))


def test_a_missing_index_is_made_again_at_the_next_question(filled: Opened, home: Home) -> None:
    for path in home.path.glob("store.duckdb*"):
        path.unlink()
    assert everything_is_there(filled())


def test_an_index_that_vanishes_under_an_open_store_is_made_again(
    filled: Opened, home: Home
) -> None:
    store = filled()
    assert count(store) == 80
    for path in home.path.glob("store.duckdb*"):
        path.unlink()
    assert everything_is_there(store)


def test_an_index_full_of_nonsense_is_kept_aside_and_made_again(filled: Opened, home: Home) -> None:
    nonsense = b"nothing of the kind" * 5000
    home.index.write_bytes(nonsense)
    store = filled()
    assert everything_is_there(store)
    assert (home.path / "store.duckdb.damaged-1").read_bytes() == nonsense
    assert any("made anew" in said for said in filled.said)


def test_a_second_damaged_index_does_not_replace_the_first(filled: Opened, home: Home) -> None:
    for number in (1, 2):
        home.index.write_bytes(b"%d" % number * 50_000)
        store = filled()
        assert everything_is_there(store)
        store.close()
    assert (home.path / "store.duckdb.damaged-1").read_bytes()[:1] == b"1"
    assert (home.path / "store.duckdb.damaged-2").read_bytes()[:1] == b"2"


def test_a_damaged_log_of_the_database_costs_no_run(filled: Opened, home: Home) -> None:
    log = home.path / "store.duckdb.wal"
    store = filled()
    write(store, *range(80, 90))
    store.maintenance.fold()
    assert log.exists()
    data = bytearray(log.read_bytes())
    for at in range(20, len(data), 50):
        data[at] ^= 0xFF
    log.write_bytes(data)
    again = filled()
    assert count(again) == 90


def test_a_log_that_vanished_costs_no_run(filled: Opened, home: Home) -> None:
    store = filled()
    write(store, *range(80, 90))
    store.maintenance.fold()
    (home.path / "store.duckdb.wal").unlink()
    assert count(filled()) == 90


@pytest.mark.parametrize("seed", range(12))
def test_no_damage_loses_doubles_or_changes_a_run(filled: Opened, home: Home, seed: int) -> None:
    """Flipped, zeroed and cut files: whatever the index looks like, the answers are right."""
    chance = random.Random(seed)
    victims = [path for path in home.path.glob("store.duckdb*") if path.suffix != ".guard"]
    victim = chance.choice(victims)
    data = bytearray(victim.read_bytes())
    kind = chance.choice(["flip", "zero", "cut"])
    at = chance.choice([chance.randrange(len(data)), chance.randrange(min(len(data), 20_000))])
    if kind == "cut":
        data = data[:at]
    else:
        length = 1 if kind == "flip" else min(4096, len(data) - at)
        for position in range(at, at + length):
            data[position] = data[position] ^ 0x10 if kind == "flip" else 0
    victim.write_bytes(data)
    store = filled()
    store.queries._index.examine()  # type: ignore[attr-defined]
    assert everything_is_there(store)


def test_definitions_of_another_log_replace_those_in_the_index(
    filled: Opened, home: Home, tmp_path: Path
) -> None:
    elsewhere = Opened(tmp_path / "other" / ".babyagi")
    elsewhere().definitions.transact(registering("stranger", "second", "third"))
    elsewhere.close()
    assert elsewhere.path is not None
    shutil.copy(elsewhere.path / "definitions.ndjson", home.definitions)
    rows = filled().queries.sql("SELECT name FROM functions ORDER BY 1").rows
    assert rows == (("second",), ("stranger",), ("third",))


# -- the guard ---------------------------------------------------------------------------------


@pytest.fixture
def guarded(home: Home) -> Home:
    """An index with a side file, as it is just before a checkpoint flips the header."""
    home.create()
    connection = Connection(home, Turnstile(home))

    def fill(hold: object) -> None:
        migrate(hold)  # type: ignore[arg-type]
        hold.execute("CHECKPOINT store")  # type: ignore[attr-defined]
        guard.save(hold, home.index)  # type: ignore[arg-type]

    connection.write(fill)
    connection.close()
    return home


def blocks_of(home: Home) -> list[tuple[int, bytes]]:
    return guard._unpack(guard.guard_path(home.index).read_bytes())


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with open(path, "rb+") as file:
        file.seek(offset)
        file.write(data)


def test_metadata_torn_by_a_checkpoint_is_put_back(guarded: Home, opened: Opened) -> None:
    whole = guarded.index.read_bytes()
    offset, saved = blocks_of(guarded)[1]
    overwrite(guarded.index, offset, os.urandom(len(saved) // 2))
    assert opened().queries.count(EVERYTHING) == 0
    assert any("interrupted checkpoint" in said for said in opened.said)
    assert not list(guarded.path.glob("*damaged*"))
    assert guarded.index.read_bytes() == whole


def test_a_side_file_from_before_a_finished_checkpoint_is_inert(guarded: Home) -> None:
    header, _ = blocks_of(guarded)[0]
    overwrite(guarded.index, header + 4096 + 16, b"\x77")
    offset, saved = blocks_of(guarded)[1]
    overwrite(guarded.index, offset, b"\x00" * len(saved))
    before = guarded.index.read_bytes()
    assert not guard.restore(guarded.index)
    assert guarded.index.read_bytes() == before


def test_a_damaged_side_file_is_not_used(guarded: Home) -> None:
    side = guard.guard_path(guarded.index)
    data = bytearray(side.read_bytes())
    data[-5] ^= 1
    side.write_bytes(data)
    offset, saved = blocks_before(guarded, data)
    overwrite(guarded.index, offset, b"\x00" * len(saved))
    before = guarded.index.read_bytes()
    assert not guard.restore(guarded.index)
    assert guarded.index.read_bytes() == before


def blocks_before(home: Home, data: bytearray) -> tuple[int, bytes]:
    data[-5] ^= 1
    packed = bytes(data)
    return guard._unpack(packed)[1]


def test_without_a_side_file_nothing_is_put_back(guarded: Home) -> None:
    guard.guard_path(guarded.index).unlink()
    assert not guard.restore(guarded.index)


def test_an_index_that_is_whole_is_not_touched(guarded: Home) -> None:
    before = guarded.index.read_bytes()
    assert not guard.restore(guarded.index)
    assert guarded.index.read_bytes() == before
