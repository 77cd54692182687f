"""What every keeper of builds does, whether their journals lie in files or in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from babyagi_nb.core import scrubbing
from babyagi_nb.core.builds import Builds
from babyagi_nb.errors import BuildError, NotFound, StoreLocked, UsageError
from babyagi_nb.keys.redaction import Redaction
from babyagi_nb.store import builds as room
from babyagi_nb.store.builds import FileBuilds, MemoryBuilds
from babyagi_nb.store.home import Home

KINDS = ["file", "memory"]


@pytest.fixture(params=KINDS)
def builds(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Builds:
    monkeypatch.setattr(room, "_PATIENCE", 0.01)
    if request.param == "file":
        return FileBuilds(Home(tmp_path / ".babyagi").create())
    return MemoryBuilds()


def test_a_finished_step_is_known_by_its_input(builds: Builds) -> None:
    steps = builds.begin({"task": "add"})
    steps.record("plan", "a1", {"functions": ["add"]})
    assert steps.known("plan", "a1") == {"functions": ["add"]}
    assert steps.known("plan", "a2") is None
    assert steps.known("code", "a1") is None


def test_another_sitting_knows_what_was_done_and_noted(builds: Builds) -> None:
    first = builds.begin({"task": "add", "calls": 7})
    first.record("plan", "a1", [1, 2])
    first.record("plan", "a1", [1, 2, 3])
    first.note(state="stopped", message="out of calls")
    first.note(message="out of tokens")
    first.close()
    again = builds.open(first.id)
    assert again.header == {"task": "add", "calls": 7}
    assert again.known("plan", "a1") == [1, 2, 3]
    assert again.facts() == {"state": "stopped", "message": "out of tokens"}


def test_what_is_known_cannot_be_changed_by_who_asked(builds: Builds) -> None:
    steps = builds.begin({})
    given = {"list": [1]}
    steps.record("plan", "a", given)
    given["list"].append(2)
    found = steps.known("plan", "a")
    assert found is not None
    found["list"].append(3)
    assert steps.known("plan", "a") == {"list": [1]}


def test_one_holds_a_build_until_it_lets_go(builds: Builds) -> None:
    first = builds.begin({"task": "add"})
    with pytest.raises(StoreLocked, match=first.id):
        builds.open(first.id)
    first.close()
    first.close()
    builds.open(first.id).close()
    with pytest.raises(BuildError, match="closed"):
        first.record("plan", "a", 1)
    with pytest.raises(BuildError, match="closed"):
        first.note(state="done")


def test_a_holder_that_was_dropped_holds_nothing(builds: Builds) -> None:
    first = builds.begin({"task": "add"})
    id = first.id
    del first
    assert [each["held"] for each in builds.all()] == [False]
    builds.open(id).close()


def test_builds_are_listed_newest_first_with_what_is_known_of_them(builds: Builds) -> None:
    one, two = builds.begin({"task": "one"}), builds.begin({"task": "two"})
    one.note(state="done", main="add")
    one.close()
    newest, oldest = builds.all()
    assert (newest["task"], newest["state"], newest["held"]) == ("two", "running", True)
    assert (oldest["task"], oldest["state"], oldest["held"]) == ("one", "done", False)
    assert oldest["main"] == "add"
    assert [newest["id"], oldest["id"]] == [two.id, one.id]
    assert 0 < oldest["started"] <= newest["started"]


def test_a_build_that_says_it_runs_and_is_held_by_nobody_has_stopped(builds: Builds) -> None:
    steps = builds.begin({"task": "one"})
    steps.note(state="running")
    assert builds.all()[0]["state"] == "running"
    steps.close()
    assert builds.all()[0]["state"] == "stopped"


def test_facts_do_not_pass_for_the_id_or_the_holder(builds: Builds) -> None:
    steps = builds.begin({"id": "x", "held": "x"})
    steps.note(id="y", held="y")
    assert (builds.all()[0]["id"], builds.all()[0]["held"]) == (steps.id, True)


def test_ids_sort_by_time_even_within_a_millisecond(builds: Builds) -> None:
    ids = [builds.begin({}).id for _ in range(20)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 20


def test_a_unique_beginning_or_end_of_an_id_is_enough(builds: Builds) -> None:
    ids = [builds.begin({"task": str(number)}).id for number in range(3)]
    builds.open(ids[0][-4:].lower()).close()
    with pytest.raises(NotFound, match="several"):
        builds.open(ids[0][:3])
    for wrong in ("nowhere", "", " "):
        with pytest.raises(NotFound, match="no build"):
            builds.open(wrong)


def test_values_of_keys_are_never_kept(builds: Builds, tmp_path: Path) -> None:
    redaction = Redaction()
    redaction.learn("service", "s3cret-value")
    scrubbing.enlist(redaction)
    steps = builds.begin({"task": "use s3cret-value"})
    steps.record("code s3cret-value", "a", {"text": ['f("s3cret-value")']})
    steps.note(message="wrong key s3cret-value")
    assert steps.known("code s3cret-value", "a") == {"text": ['f("[key service]")']}
    steps.close()
    again = builds.open(steps.id)
    assert again.header["task"] == "use [key service]"
    assert again.known("code s3cret-value", "a") == {"text": ['f("[key service]")']}
    assert "s3cret" not in str(builds.all())
    assert not any(b"s3cret" in each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())


def test_what_json_cannot_say_is_refused_before_anything_is_written(builds: Builds) -> None:
    with pytest.raises(UsageError, match="set is no JSON"):
        builds.begin({"task": {1}})
    steps = builds.begin({})
    with pytest.raises(UsageError, match="object is no JSON"):
        steps.record("plan", "a", object())
    assert steps.known("plan", "a") is None
    assert len(builds.all()) == 1


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 53), 1 << 53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
NAMES = st.text("ab\n\"'\\", max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=6,
)


@pytest.mark.parametrize("kind", KINDS)
@given(done=st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("123"), VALUES), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_value_comes_back_as_it_was(
    kind: str, done: list[tuple[str, str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("builds")
    builds: Builds = FileBuilds(Home(place)) if kind == "file" else MemoryBuilds()
    steps = builds.begin({})
    for step, key, value in done:
        steps.record(step, key, value)
    steps.close()
    again = builds.open(steps.id)
    newest = {(step, key): value for step, key, value in done}
    for (step, key), value in newest.items():
        assert again.known(step, key) == steps.known(step, key) == value
    again.close()
