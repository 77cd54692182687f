"""What every store answers, in a file or in memory, from board, journal and index alike."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from babyagi_nb.core.runs import STATUSES, Run, RunFilter
from babyagi_nb.errors import NotFound
from babyagi_nb.store.filters import predicate
from babyagi_nb.store.store import Store, open_store

NOON = 1_800_000_000_000_000_000
KERNELS = ("01AAAAAAAAAAAA", "01BBBBBBBBBBBB")


def record(number: int, kernel: str = KERNELS[0], **members: Any) -> bytes:
    run = f"{kernel}.{number:08d}"
    whole = {
        "id": run, "root": run, "function": "hello", "version": 1, "started": NOON + number,
        "params": {"x": number}, "duration": 1000, "status": "success", "output": None,
    } | members  # fmt: skip
    return orjson.dumps({name: value for name, value in whole.items() if value is not None}) + b"\n"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / ".babyagi" if request.param == "file" else None
    store = open_store(path, notify=print)
    store.journal.on_write = None
    yield store
    store.close()


@pytest.fixture(params=["tail", "folded", "both"])
def put(request: pytest.FixtureRequest, store: Store) -> Any:
    """Append records; afterwards they are in the journal, in the index, or half and half."""
    written = 0

    def put(*records: bytes) -> None:
        nonlocal written
        for each in records:
            store.journal.append(each)
            written += 1
            if request.param == "both" and written % 2:
                store.maintenance.fold()
        if request.param == "folded":
            store.maintenance.fold()

    return put


def numbers(runs: list[Run]) -> list[int]:
    return [int(run.id.rpartition(".")[2]) for run in runs]


def test_runs_come_newest_first_and_no_more_than_asked_for(store: Store, put: Any) -> None:
    put(*(record(number) for number in (3, 1, 4, 2)))
    assert numbers(store.queries.runs(RunFilter())) == [4, 3, 2, 1]
    assert numbers(store.queries.runs(RunFilter(limit=2))) == [4, 3]
    assert store.queries.runs(RunFilter(limit=0)) == []


def test_paging_by_the_last_row_seen_meets_every_run_once(store: Store, put: Any) -> None:
    put(*(record(number, started=NOON + number // 3) for number in range(10)))
    seen: list[Run] = []
    page = store.queries.runs(RunFilter(limit=3))
    while page:
        seen += page
        last = (page[-1].started, str(page[-1].id))
        page = store.queries.runs(RunFilter(limit=3, before=last))
    assert numbers(seen) == list(range(9, -1, -1))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RunFilter(function="other"), [2]),
        (RunFilter(status=("error", "lost")), [3]),
        (RunFilter(since=NOON + 3), [4, 3]),
        (RunFilter(until=NOON + 2), [2, 1]),
        (RunFilter(text="NEEDLE"), [4]),
        (RunFilter(text='say "hi"'), [2]),
        (RunFilter(text="100%_"), [3]),
        (RunFilter(text="Ünïcode"), [1]),
        (RunFilter(roots_only=True), [4, 3, 1]),
        (RunFilter(parent=f"{KERNELS[0]}.00000001"), [2]),
        (RunFilter(root=f"{KERNELS[0]}.00000001"), [2, 1]),
        (RunFilter(trigger="t.1"), [4]),
        (RunFilter(kernel=KERNELS[1]), [4]),
        (RunFilter(cell="In[9]"), [3]),
        (RunFilter(version=7), [1]),
        (RunFilter(slower_than=1000), [2]),
        (RunFilter(function="nobody"), []),
    ],
)
def test_each_part_of_a_filter_narrows(
    store: Store, put: Any, wanted: RunFilter, expected: list[int]
) -> None:
    first = f"{KERNELS[0]}.00000001"
    put(
        record(1, version=7, params={"word": "ünïcode"}),
        record(2, function="other", root=first, parent=first, duration=5000, output='Say "Hi"'),
        record(3, status="error", cell="In[9]", message="100%_sure"),
        record(4, KERNELS[1], trigger="t.1", stdout="a needle\n"),
    )
    assert numbers(store.queries.runs(wanted)) == expected
    assert store.queries.count(wanted) == len(expected)


def test_open_runs_are_seen_as_started(store: Store) -> None:
    line = record(5, store.kernel, duration=None, status=None).rstrip()
    slot = store.journal.begin(line)
    (run,) = store.queries.runs(RunFilter(status=("started",)))
    assert (run.status, run.duration, run.params) == ("started", None, {"x": 5})
    assert store.queries.count(RunFilter()) == 1
    store.journal.end(slot, record(5, store.kernel))
    assert store.queries.runs(RunFilter(status=("started",))) == []
    assert store.queries.count(RunFilter()) == 1


def test_a_run_that_ended_is_not_open_even_while_its_slot_is(store: Store) -> None:
    store.journal.begin(record(5, store.kernel, duration=None, status=None).rstrip())
    store.journal.append(record(5, store.kernel))
    assert [run.status for run in store.queries.runs(RunFilter())] == ["success"]
    store.maintenance.fold()
    assert [run.status for run in store.queries.runs(RunFilter())] == ["success"]


def test_a_run_is_found_by_its_id_or_a_part_that_fits_no_other(store: Store, put: Any) -> None:
    put(record(1), record(21), record(22, KERNELS[1]))
    queries = store.queries
    for part in (f"{KERNELS[0]}.00000001", "01", ".00000021", "1BBBBBBBBBBBB.00000022", "01B"):
        if part == "01":
            with pytest.raises(NotFound, match="several runs fit"):
                queries.run(part)
        else:
            assert queries.run(part).id.endswith(part) or queries.run(part).id.startswith(part)
    for missing in ("nothing", "", "%"):
        with pytest.raises(NotFound, match="no run"):
            queries.run(missing)


def test_a_tree_holds_every_run_of_its_root_oldest_first(store: Store, put: Any) -> None:
    root = f"{KERNELS[0]}.00000001"
    put(
        record(2, root=root, parent=root),
        record(1),
        record(9),
        record(3, root=root, parent=f"{KERNELS[0]}.00000002"),
        record(4, KERNELS[1], root=root, trigger=root),
    )
    for start in (root, f"{KERNELS[1]}.00000004"):
        assert numbers(store.queries.tree(start)) == [1, 2, 3, 4]
    assert numbers(store.queries.tree(f"{KERNELS[0]}.00000009")) == [9]


def test_statistics_count_and_rank_the_runs_of_each_version(store: Store, put: Any) -> None:
    put(
        *(record(number, duration=number * 10) for number in range(1, 101)),
        record(101, version=2, status="error", duration=7),
        record(102, version=2, status="lost", duration=None),
    )
    first, second = store.queries.statistics()
    assert (first.function, first.version, first.runs, first.errors) == ("hello", 1, 100, 0)
    assert (first.p50, first.p95, first.longest) == (500, 950, 1000)
    assert (second.version, second.runs, second.errors, second.p95) == (2, 2, 1, 7)
    assert second.last_started == NOON + 102
    assert [each.version for each in store.queries.statistics(since=NOON + 101)] == [2]


def test_sql_sees_every_run_at_once(store: Store, put: Any) -> None:
    put(record(1), record(2, status="error", error="ValueError", message="bad"))
    store.journal.begin(record(3, store.kernel, duration=None, status=None).rstrip())
    table = store.queries.sql(
        "SELECT log_type, error_type, message, params->>'x' AS x FROM logs ORDER BY id"
    )
    assert table.columns == ("log_type", "error_type", "message", "x")
    assert table.rows == (
        ("success", None, None, "1"),
        ("error", "ValueError", "bad", "2"),
        ("started", None, None, "3"),
    )


# -- the two wordings of a filter mean the same ------------------------------------------------

WORDS = st.sampled_from(["a", "B", 'q"x', "back\\slash", "ß", "é", "%", "_", "new\nline", "x y"])
RECORDS = st.fixed_dictionaries(
    {
        "function": st.sampled_from(["hello", "World"]),
        "version": st.integers(1, 3),
        "status": st.sampled_from([status for status in STATUSES if status != "started"]),
        "started": st.integers(NOON, NOON + 5),
        "duration": st.none() | st.integers(0, 5),
        "params": st.dictionaries(WORDS, WORDS | st.integers(-5, 5), max_size=2),
        "output": st.none() | WORDS | st.lists(WORDS, max_size=2),
        "stdout": st.none() | WORDS,
        "message": st.none() | WORDS,
        "cell": st.none() | st.sampled_from(["In[1]", "In[2]"]),
        "trigger": st.none() | st.just("t.1"),
    }
)
FILTERS = st.builds(
    RunFilter,
    function=st.none() | st.sampled_from(["hello", "World"]),
    status=st.lists(st.sampled_from(STATUSES), max_size=3).map(tuple),
    since=st.none() | st.integers(NOON, NOON + 5),
    until=st.none() | st.integers(NOON, NOON + 5),
    text=st.none() | WORDS | st.text(string.printable, max_size=2),
    roots_only=st.booleans(),
    cell=st.none() | st.just("In[1]"),
    trigger=st.none() | st.just("t.1"),
    version=st.none() | st.integers(1, 3),
    slower_than=st.none() | st.integers(0, 5),
    before=st.none() | st.tuples(st.integers(NOON, NOON + 5), st.just(f"{KERNELS[0]}.00000003")),
    limit=st.integers(1, 8),
)


@pytest.fixture(scope="module")
def large() -> Iterator[Store]:
    store = open_store(None, notify=print)
    store.journal.on_write = None
    yield store
    store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(RECORDS, max_size=8), wanted=FILTERS, folded=st.integers(0, 8))
def test_sql_and_predicate_choose_the_same_runs(
    large: Store, records: list[dict[str, Any]], wanted: RunFilter, folded: int
) -> None:
    kernel = f"K{large.journal.written}"
    for number, members in enumerate(records):
        large.journal.append(record(number, kernel, **members))
        if number == folded:
            large.maintenance.fold()
    only = {"kernel": kernel}
    everything = large.queries.runs(RunFilter(limit=1000, **only))
    ours = RunFilter(**{**_members(wanted), **only})
    fits = predicate(ours)
    expected = [run for run in everything if fits(run)]
    assert large.queries.runs(ours) == expected[: wanted.limit]
    assert large.queries.count(ours) == len(expected)
    large.maintenance.fold()
    assert large.queries.runs(ours) == expected[: wanted.limit]


def _members(wanted: RunFilter) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in RunFilter.__slots__}
