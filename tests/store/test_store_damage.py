"""Every file of a store, damaged in every way: no crash, and nothing wrong that nobody mentions.

What the index holds can be made again, so damage to it costs nothing at all. What the other files
hold is either there, exactly as it was, or the doctor says that something is missing.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from store_runs import Opened, registering, start, write

from babyagi_nb.core.ports import Finding
from babyagi_nb.core.runs import Run, RunFilter
from babyagi_nb.errors import StoreDamaged
from babyagi_nb.store.board import Board
from babyagi_nb.store.store import Store

EVERYTHING = RunFilter(limit=100_000)
NAMES = ("hello", "world", "third", "fourth")

VICTIMS = {
    "store.duckdb": 40,
    "store.duckdb.wal": 30,
    "store.duckdb.guard": 6,
    "definitions.ndjson": 36,
    "journal/*.1.ndjson": 30,
    "journal/*.board": 14,
    "archive/*.gz": 14,
    "functions/catalogue.json": 6,
    "functions/_versions/*/1.json": 8,
}
"""Which files are damaged, and in how many ways each."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A store without damage, and what is in it."""

    path: Path
    runs: dict[str, Run]
    codes: dict[str, str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Archived, folded and unfolded runs; a checkpoint with its guard, and a log behind it."""
    opened = Opened(tmp_path_factory.mktemp("whole") / ".babyagi")
    first = opened()
    first.definitions.transact(registering(*NAMES[:2]))
    write(first, *range(50))
    first.close()
    second = opened()
    second.maintenance.fold()
    second.maintenance._tend()  # type: ignore[attr-defined]
    second.definitions.transact(registering(*NAMES))
    write(second, *range(50, 70))
    second.maintenance.fold()
    write(second, *range(70, 80))
    # As if killed: what waits is not folded, nothing is tidied.
    for each in (first, second):
        each.maintenance._background.close()  # type: ignore[attr-defined]
    second.journal.close()
    second.queries._index.close()  # type: ignore[attr-defined]
    assert opened.path is not None
    board = Board(opened.path / "journal" / "00DEADDEADDEAD.board")
    board.put(start("00DEADDEADDEAD", 99))
    board.abandon()
    reading = Opened(tmp_path_factory.mktemp("read") / ".babyagi")
    assert reading.path is not None
    shutil.copytree(opened.path, reading.path)
    store = reading()
    found = Whole(
        opened.path,
        {run.id: run for run in store.queries.runs(EVERYTHING)},
        {name: store.definitions.catalogue.version(name).spec.code for name in NAMES},
    )
    reading.close()
    assert len(found.runs) == 81
    return found


@pytest.fixture
def copied(whole: Whole, tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / ".babyagi")
    assert opened.path is not None
    shutil.copytree(whole.path, opened.path)
    yield opened
    opened.close()


# -- damage ------------------------------------------------------------------------------------


def _flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _zero(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    length = min(chance.choice([16, 512, 4096]), len(data) - at)
    data[at : at + length] = bytes(length)


def _cut(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    # Exactly between two lines is a loss that no reader can see.
    while at and data[at - 1 : at] == b"\n":
        at -= 1
    del data[at:]


def _noise(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + 64] = chance.randbytes(len(data[at : at + 64]))


def _repeat(data: bytearray, chance: random.Random) -> None:
    """A page that was written to the wrong place as well."""
    size = min(4096, len(data) // 2)
    there = chance.randrange(len(data) - size + 1)
    here = chance.randrange(len(data) - size + 1)
    data[here : here + size] = data[there : there + size]


def _empty(data: bytearray, chance: random.Random) -> None:
    data.clear()


KINDS: list[Callable[[bytearray, random.Random], None]] = [
    _flip, _zero, _cut, _flip, _noise, _repeat, _flip, _empty,
]  # fmt: skip


def damage(path: Path, pattern: str, number: int) -> str:
    """Damage the file that fits *pattern*; return the kind of damage, ``gone`` included."""
    chance = random.Random(f"{pattern} {number}")
    victim = chance.choice(sorted(path.glob(pattern)))
    if number == 0:
        victim.unlink()
        return "gone"
    data = bytearray(victim.read_bytes())
    kind = KINDS[number % len(KINDS)]
    kind(data, chance)
    victim.write_bytes(data)
    return kind.__name__.strip("_")


def complaints(store: Store) -> list[Finding]:
    found = store.maintenance.doctor()
    return [each for each in found if each.level != "ok" and each.subject != "kernels"]


def readable(store: Store) -> dict[str, str]:
    """Code by name, of the functions whose record can be read; others say so when used."""
    catalogue, found = store.definitions.catalogue, {}
    for name in catalogue:
        with suppress(StoreDamaged):
            found[str(name)] = catalogue.version(name).spec.code
    return found


@pytest.mark.parametrize(
    ("pattern", "number"),
    [(pattern, number) for pattern, count in VICTIMS.items() for number in range(count)],
)
def test_damage_is_mended_or_mentioned(
    whole: Whole, copied: Opened, pattern: str, number: int
) -> None:
    assert copied.path is not None
    kind = damage(copied.path, pattern, number)
    store = copied()
    runs = {run.id: run for run in store.queries.runs(EVERYTHING)}
    codes = readable(store)
    said = complaints(store)
    if pattern.startswith(("store.", "functions", "archive")):
        # The index is made anew, the mirror written again, and an archive is in the index.
        assert runs == whole.runs
        assert codes == whole.codes
        index = ("index", "migrations", "read")
        assert [each for each in said if each.level == "problem" and each.subject in index] == []
    if pattern.startswith("definitions"):
        assert runs == whole.runs
        assert codes == whole.codes or any(each.level == "problem" for each in said) or copied.said
    if pattern.startswith("journal"):
        assert codes == whole.codes
        assert_runs_are_right(whole.runs, runs, kind)
        assert runs == whole.runs or said or kind in ("flip", "noise") or "board" in pattern
    if number % 5 == 0:
        goes_on(copied)


def assert_runs_are_right(before: dict[str, Run], after: dict[str, Run], kind: str) -> None:
    """Nothing is there that was not, but for the one line that a changed byte may have changed."""
    changed = [id for id, run in after.items() if before.get(id) != run]
    assert len(changed) <= (1 if kind in ("flip", "noise", "repeat") else 0)


def goes_on(copied: Opened) -> None:
    """The damaged store takes in new things, and another kernel finds them."""
    store = copied.stores[-1]
    store.definitions.transact(registering("newcomer"))
    write(store, 1_000)
    store.maintenance.fold()
    again = copied()
    assert "newcomer" in again.definitions.catalogue
    assert again.queries.run(f"{store.kernel}.{1_000:08d}").output == 1_000


def test_there_are_enough_ways() -> None:
    assert sum(VICTIMS.values()) >= 176


@pytest.mark.parametrize("number", range(8))
def test_a_damaged_archive_that_is_needed_is_a_loss_that_is_named(
    whole: Whole, copied: Opened, number: int
) -> None:
    assert copied.path is not None
    for path in copied.path.glob("store.duckdb*"):
        path.unlink()
    damage(copied.path, "archive/*.gz", number)
    store = copied()
    runs = {run.id: run for run in store.queries.runs(EVERYTHING)}
    assert runs.items() <= whole.runs.items()
    gone = number == 0
    assert (
        runs == whole.runs or gone or any(each.subject == "archive" for each in complaints(store))
    )


def test_functions_come_back_from_the_mirror_when_their_log_is_gone(
    whole: Whole, copied: Opened
) -> None:
    assert copied.path is not None
    mirrored = copied()
    mirrored.maintenance.fold()
    mirrored.close()
    (copied.path / "definitions.ndjson").unlink()
    assert readable(copied()) == whole.codes
    assert any("mirror" in each for each in copied.said)
