"""What every keeper of vectors does, whether they lie in files or in memory."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.core.ports import Vectors
from babyagi_nb.errors import UsageError
from babyagi_nb.store.home import Home
from babyagi_nb.store.vectors import FileVectors, MemoryVectors

ROWS = {"east": [1.0, 0.0], "north": [0.0, 2.0], "west": [-3.0, 0.0], "north-east": [5.0, 5.0]}


@pytest.fixture(params=["file", "memory"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Vectors:
    if request.param == "file":
        return FileVectors(Home(tmp_path / ".babyagi").create())
    return MemoryVectors()


def test_the_nearest_come_first_with_their_cosine(vectors: Vectors) -> None:
    vectors.put("m", ROWS)
    found = vectors.nearest("m", [2.0, 0.2], 3)
    assert [key for key, _ in found] == ["east", "north-east", "north"]
    assert found[0][1] == pytest.approx(2 / math.hypot(2, 0.2), abs=1e-6)
    assert dict(vectors.nearest("m", [-7.0, 0.0], 1)) == pytest.approx({"west": 1.0})
    assert len(vectors.nearest("m", [1.0, 1.0], 99)) == 4
    assert vectors.nearest("m", [1.0, 1.0], 0) == []


def test_who_has_a_vector_is_known_by_model(vectors: Vectors) -> None:
    assert vectors.have("m") == set()
    assert vectors.nearest("m", [1.0], 3) == []
    vectors.put("m", ROWS)
    vectors.put("other", {"east": [1.0, 0.0, 0.0]})
    assert vectors.have("m") == set(ROWS)
    assert vectors.have("other") == {"east"}


def test_a_later_vector_replaces_an_earlier_one(vectors: Vectors) -> None:
    vectors.put("m", ROWS)
    assert vectors.nearest("m", [1.0, 0.0], 1)[0][0] == "east"
    vectors.put("m", {"east": [0.0, -1.0]})
    assert vectors.nearest("m", [1.0, 0.0], 1)[0][0] == "north-east"
    assert vectors.nearest("m", [0.0, -1.0], 1)[0][0] == "east"
    assert vectors.have("m") == set(ROWS)


def test_a_search_can_be_confined_to_some_keys(vectors: Vectors) -> None:
    vectors.put("m", ROWS)
    found = vectors.nearest("m", [1.0, 0.0], 5, among=["west", "north", "unknown"])
    assert [key for key, _ in found] == ["north", "west"]
    assert vectors.nearest("m", [1.0, 0.0], 5, among=[]) == []


def test_what_is_forgotten_is_not_found_and_may_come_back(vectors: Vectors) -> None:
    vectors.put("m", ROWS)
    vectors.forget("m", ["east", "unknown"])
    assert vectors.have("m") == set(ROWS) - {"east"}
    assert vectors.nearest("m", [1.0, 0.0], 1)[0][0] == "north-east"
    vectors.put("m", {"east": [1.0, 0.0]})
    assert vectors.nearest("m", [1.0, 0.0], 1)[0][0] == "east"


def test_another_length_is_refused_until_the_model_is_forgotten(vectors: Vectors) -> None:
    vectors.put("m", ROWS)
    with pytest.raises(UsageError, match="'m' have 2 numbers, this one has 3"):
        vectors.put("m", {"up": [0.0, 0.0, 1.0]})
    with pytest.raises(UsageError, match="have 2 numbers"):
        vectors.nearest("m", [0.0, 0.0, 1.0], 1)
    with pytest.raises(UsageError, match="have 1 numbers"):
        vectors.put("new", {"a": [1.0], "b": [1.0, 0.0]})
    assert vectors.have("new") == set()
    vectors.forget("m")
    assert vectors.have("m") == set()
    vectors.put("m", {"up": [0.0, 0.0, 1.0]})
    assert dict(vectors.nearest("m", [0.0, 0.0, 1.0], 1)) == pytest.approx({"up": 1.0})


@pytest.mark.parametrize("bad", [[], [0.0, 0.0], [math.nan, 1.0], [math.inf, 1.0], ["x", 1.0]])
def test_a_vector_without_a_direction_is_refused(vectors: Vectors, bad: list[float]) -> None:
    with pytest.raises(UsageError, match="a vector of"):
        vectors.put("m", {"good": [1.0, 0.0], "bad": bad})
    with pytest.raises(UsageError, match="a vector of"):
        vectors.nearest("m", bad, 1)
    assert vectors.have("m") == set()


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_only_the_direction_matters(vectors: Vectors, size: float) -> None:
    vectors.put("m", {"a": [size, size], "b": [size, -size]})
    assert dict(vectors.nearest("m", [3.0, 3.0], 1)) == pytest.approx({"a": 1.0})


def test_keys_may_be_any_text(vectors: Vectors) -> None:
    keys = ['"', "\\", "a\nb", ',"vector":[1,2]}', ',"gone":true}', "ü" * 50, ""]
    vectors.put("m", {key: [1.0, float(at)] for at, key in enumerate(keys)})
    assert vectors.have("m") == set(keys)
    for at, key in enumerate(keys):
        assert vectors.nearest("m", [1.0, float(at)], 1)[0][0] == key
    vectors.forget("m", keys[:5])
    assert vectors.have("m") == set(keys[5:])


@given(
    st.lists(
        st.lists(st.integers(-9, 9).map(float), min_size=3, max_size=3).filter(any),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=15, deadline=None)
def test_files_and_memory_find_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]
) -> None:
    file = FileVectors(Home(tmp_path_factory.mktemp("vectors")))
    memory = MemoryVectors()
    for each in (file, memory):
        each.put("m", {str(at): row for at, row in enumerate(rows)})
    mine, other = (dict(each.nearest("m", [1.0, 2.0, 3.0], len(rows))) for each in (file, memory))
    assert mine == pytest.approx(other, abs=1e-5)
