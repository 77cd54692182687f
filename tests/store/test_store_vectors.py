"""Vectors as files: other processes, cuts, damage, and a table that is made when asked."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.errors import StoreUnwritable, UsageError
from babyagi_nb.store.home import Home
from babyagi_nb.store.nearness import Table
from babyagi_nb.store.vectors import FileVectors


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


@pytest.fixture
def vectors(home: Home) -> FileVectors:
    return FileVectors(home)


def file_of(home: Home) -> Path:
    (path,) = home.vectors.glob("*.ndjson")
    return path


def nearest(vectors: FileVectors, *wanted: float) -> str:
    ((key, _),) = vectors.nearest("m", wanted, 1)
    return key


def test_looking_makes_no_directory(home: Home, vectors: FileVectors) -> None:
    assert vectors.have("m") == set()
    assert vectors.nearest("m", [1.0], 3) == []
    vectors.put("m", {})
    vectors.forget("m")
    vectors.forget("m", ["a"])
    assert not home.vectors.exists()


def test_the_file_says_which_model_it_is_of(home: Home, vectors: FileVectors) -> None:
    vectors.put('odd "name"/..', {"a": [3.0, 4.0]})
    first, second = file_of(home).read_text("utf-8").splitlines()
    assert first == r'{"model":"odd \"name\"/.."}'
    assert second == '{"key":"a","vector":[0.6,0.8]}'


def test_what_another_one_writes_is_found_at_once(home: Home, vectors: FileVectors) -> None:
    other = FileVectors(home)
    vectors.put("m", {"a": [1.0, 0.0]})
    assert nearest(other, 0.0, 1.0) == "a"
    vectors.put("m", {"b": [0.0, 1.0]})
    assert nearest(other, 0.0, 1.0) == "b"
    other.forget("m", ["b"])
    assert nearest(vectors, 0.0, 1.0) == "a"
    other.put("m", {"a": [0.0, -1.0], "b": [1.0, 0.0]})
    assert nearest(vectors, 1.0, 0.0) == "b"
    other.forget("m")
    other.put("m", {"c": [1.0, 0.0, 0.0]})
    assert vectors.have("m") == {"c"}
    assert nearest(vectors, 1.0, 1.0, 0.0) == "c"


def test_wherever_the_file_is_cut_whole_vectors_count_and_more_can_follow(home: Home) -> None:
    FileVectors(home).put("m", {"a": [1.0, 0.0], "b": [0.0, 1.0]})
    path = file_of(home)
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")]
    for size in range(ends[0], len(whole) + 1):
        path.write_bytes(whole[:size])
        vectors = FileVectors(home)
        there = {key for key, end in zip("ab", ends[1:], strict=True) if size >= end}
        assert vectors.have("m") == there
        vectors.put("m", {"c": [1.0, 1.0]})
        # A line that lacked nothing but its end has got it now.
        assert there | {"c"} <= vectors.have("m") <= {"a", "b", "c"}
        if size % 10 == 0:
            assert nearest(vectors, 1.0, 1.01) == "c"


def test_a_damaged_line_costs_no_other(home: Home, vectors: FileVectors) -> None:
    vectors.put("m", {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [-1.0, 0.0], "d": [0.0, -1.0]})
    path = file_of(home)
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b"[1,0]", b"[1,}]")
    lines[2] = b"\xff\xfe nonsense"
    lines[3] = lines[3].replace(b"[-1,0]", b"[-1,0,0]")
    path.write_bytes(b"\n".join(lines))
    again = FileVectors(home)
    assert again.nearest("m", [0.1, -1.0], 4)[0][0] == "d"
    assert "b" not in again.have("m")
    assert "c" not in again.have("m")
    assert "a" not in dict(again.nearest("m", [1.0, 0.0], 4))


def test_a_search_that_was_interrupted_leaves_no_vector_twice(
    vectors: FileVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors.put("m", {str(at): [1.0, float(at)] for at in range(600)})
    insert, calls = Table._insert, iter([None])

    def interrupted(table: Table, batch: Any) -> None:
        insert(table, batch)
        if next(calls, batch) is None:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Table, "_insert", interrupted)
        with pytest.raises(KeyboardInterrupt):
            vectors.nearest("m", [1.0, 0.0], 1)
    found = [key for key, _ in vectors.nearest("m", [1.0, 0.0], 600)]
    assert len(found) == len(set(found)) == 600


def test_the_mend_for_vectors_of_another_length_works(home: Home, vectors: FileVectors) -> None:
    vectors.put("m", {"a": [1.0, 0.0]})
    with pytest.raises(UsageError) as caught:
        vectors.put("m", {"a": [1.0, 0.0, 0.0]})
    assert caught.value.fix.startswith(f"remove {str(file_of(home))!r}")
    file_of(home).unlink()
    vectors.put("m", {"a": [1.0, 0.0, 0.0]})
    assert nearest(vectors, 1.0, 1.0, 1.0) == "a"


def test_a_disk_that_takes_a_part_is_said_and_the_rest_can_follow(
    home: Home, vectors: FileVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    vectors.put("m", {"a": [1.0, 0.0]})
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[:-9]))
        with pytest.raises(StoreUnwritable, match="only a part"):
            vectors.put("m", {"b": [0.0, 1.0]})
    assert vectors.have("m") == {"a"}
    vectors.put("m", {"b": [0.0, 1.0]})
    assert nearest(vectors, 0.0, 1.0) == "b"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("")
    with pytest.raises(StoreUnwritable):
        FileVectors(Home(tmp_path)).put("m", {"a": [1.0]})


def test_a_refused_vector_writes_nothing_of_the_others(home: Home, vectors: FileVectors) -> None:
    with pytest.raises(UsageError):
        vectors.put("m", {"a": [1.0, 0.0], "b": [0.0]})
    assert not home.vectors.exists()


ASKED = """
import sys
from pathlib import Path
from babyagi_nb.store.home import Home
from babyagi_nb.store.vectors import FileVectors
vectors = FileVectors(Home(Path(sys.argv[1])))
assert vectors.have("m") == {"a"}
assert "duckdb" not in sys.modules
print(vectors.nearest("m", [1.0, 0.0], 1)[0][0])
assert "duckdb" in sys.modules
"""


def test_duckdb_is_imported_by_the_first_search(home: Home, vectors: FileVectors) -> None:
    vectors.put("m", {"a": [1.0, 0.0]})
    result = subprocess.run(
        [sys.executable, "-c", ASKED, str(home.path)], capture_output=True, text=True, timeout=60
    )
    assert (result.stdout, result.stderr) == ("a\n", "")


def test_many_vectors_are_taken_in_by_batches(vectors: FileVectors) -> None:
    turns = {str(at): (math.cos(at / 200), math.sin(at / 200)) for at in range(1203)}
    vectors.put("m", turns)
    for key in ("0", "499", "500", "1202"):
        assert nearest(vectors, *turns[key]) == key
