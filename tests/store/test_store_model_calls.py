"""Questions to models in the log: a view of their own, and no part of what functions did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_runs import NOON, Opened, registering, start, write

from babyagi_nb.core.runs import RunFilter
from babyagi_nb.store.store import Store

ASKED = {
    "function": "model", "version": 0,
    "params": {"model": "m-1", "purpose": "plan", "prompt_hash": "ab12", "host": "localhost"},
    "output": {
        "prompt_tokens": 120, "completion_tokens": 30, "cost": 0.0015, "estimated": False,
        "finish": "stop", "attempts": 2,
    },
}  # fmt: skip

COLUMNS = (
    "id", "root", "started", "purpose", "model", "host", "prompt_hash", "prompt_tokens",
    "completion_tokens", "cost", "estimated", "finish", "attempts", "status", "duration",
)  # fmt: skip


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = Opened(tmp_path / ".babyagi" if request.param == "file" else None)
    yield opened()
    opened.close()


def ask(store: Store, number: int, **members: Any) -> None:
    write(store, number, **{**ASKED, **members})


@pytest.mark.parametrize("folded", [False, True])
def test_every_question_is_a_row_with_what_it_took(store: Store, folded: bool) -> None:
    ask(store, 1)
    write(store, 2)
    if folded:
        store.maintenance.fold()
    table = store.queries.sql("SELECT * FROM model_calls")
    assert table.columns == COLUMNS
    (row,) = table.rows
    found = dict(zip(COLUMNS, row, strict=True))
    assert found["id"] == found["root"] == f"{store.kernel}.00000001"
    assert found["started"].timestamp() == pytest.approx(NOON / 1e9 - _offset(found["started"]))
    assert row[3:] == (
        "plan", "m-1", "localhost", "ab12", 120, 30, 0.0015, False, "stop", 2, "success", 1e-6,
    )  # fmt: skip


def _offset(when: Any) -> float:
    return float(when.astimezone().utcoffset().total_seconds())


def test_an_open_question_and_one_that_failed_have_no_tokens(store: Store) -> None:
    ask(store, 1, status="error", output=None)
    store.journal.begin(start(store.kernel, 2, **{**ASKED, "output": None}))
    rows = store.queries.sql(
        "SELECT status, model, prompt_tokens, cost, duration FROM model_calls ORDER BY id"
    ).rows
    assert rows == (("error", "m-1", None, None, 1e-6), ("started", "m-1", None, None, None))


def test_what_a_server_made_up_does_not_break_the_view(store: Store) -> None:
    for number, output in enumerate(
        ["…", {"cost": "much", "prompt_tokens": [1], "attempts": 1e300}, [1], {"finish": {"a": 1}}]
    ):
        ask(store, number, output=output, params={"model": number})
    rows = store.queries.sql("SELECT model, prompt_tokens, cost, attempts FROM model_calls").rows
    assert sorted(rows) == [(str(number), None, None, None) for number in range(4)]


def test_cost_can_be_summed_by_model(store: Store) -> None:
    ask(store, 1)
    ask(store, 2)
    ask(store, 3, params={**ASKED["params"], "model": "m-2"}, output={"cost": None})  # type: ignore[dict-item]
    rows = store.queries.sql(
        "SELECT model, count(*), sum(cost) FROM model_calls GROUP BY ALL ORDER BY ALL"
    ).rows
    assert rows == (("m-1", 2, 0.003), ("m-2", 1, None))


def test_a_function_of_the_same_name_is_not_confused_with_it(store: Store) -> None:
    store.definitions.transact(registering("model"))
    ask(store, 1)
    ask(store, 2)
    write(store, 3, function="model", version=1)
    assert store.queries.sql("SELECT count(*) FROM model_calls").rows == ((2,),)
    (counted,) = store.queries.statistics()
    assert (counted.function, counted.version, counted.runs) == ("model", 1, 1)
    assert len(store.queries.runs(RunFilter(function="model"))) == 3
    assert len(store.queries.runs(RunFilter(function="model", version=1))) == 1


def test_questions_builds_and_chats_are_no_functions(store: Store) -> None:
    for number, name in enumerate(("model", "build", "chat")):
        ask(store, number, function=name)
    assert store.queries.statistics() == []
    assert store.queries.sql("SELECT count(*) FROM functions").rows == ((0,),)
    assert {each.level for each in store.maintenance.doctor()} <= {"ok", "note"}
    assert {run.function for run in store.queries.runs(RunFilter())} == {"model", "build", "chat"}
