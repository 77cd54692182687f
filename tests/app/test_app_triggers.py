"""What runs after a run, and what keeps it from running for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import DependencyError, NotFound, UsageError


def rows(app: BabyAGI, **wanted: Any) -> list[dict[str, Any]]:
    """Log rows of runs that happened, oldest first."""
    return [row for row in reversed(app.get_logs(**wanted)) if row["log_type"] != "refused"]


def names(app: BabyAGI) -> list[str]:
    return [row["function_name"] for row in rows(app)]


def refused(app: BabyAGI) -> list[str]:
    return [row["function_name"] for row in app.get_logs(status="refused")]


def listen(app: BabyAGI, name: str, *sources: str, body: str = "return 0") -> None:
    app.add_function(name, f"def {name}(given=None):\n    {body}", triggers=sources)


def test_a_listener_gets_the_output_as_its_first_argument(app: BabyAGI) -> None:
    app.add_function("source", "def source(x):\n    return x * 2")
    app.add_function(
        "hear", "def hear(value, other=1):\n    return value + other", triggers=["source"]
    )
    app.add_function("nothing", "def nothing():\n    return 'ran'", triggers=["source"])
    app.add_function("named", "def named(*, value=None):\n    return value", triggers=["source"])
    assert app.source(4) == 8
    source, hear, nothing, named = rows(app)
    assert hear["params"] == {"value": 8}
    assert hear["output"] == 9
    assert nothing["output"] == "ran"
    assert named["output"] is None
    assert hear["triggered_by_log_id"] == hear["parent_log_id"] == source["id"]
    assert hear["root_log_id"] == source["id"]


def test_triggers_chain_and_fan_out(app: BabyAGI) -> None:
    listen(app, "a")
    listen(app, "b", "a")
    listen(app, "c", "b")
    listen(app, "d", "a")
    app.a()
    assert names(app) == ["a", "b", "c", "d"]


def test_both_sides_of_a_diamond_reach_its_tip(app: BabyAGI) -> None:
    listen(app, "a")
    listen(app, "b", "a")
    listen(app, "c", "a")
    listen(app, "d", "b", "c")
    app.a()
    assert names(app) == ["a", "b", "d", "c", "d"]


@pytest.mark.parametrize("count", [2, 3, 6])
def test_functions_that_all_trigger_one_another_run_once_each(app: BabyAGI, count: int) -> None:
    members = [f"f{n}" for n in range(count)]
    for name in members:
        listen(app, name)
    for name in members:
        for other in members:
            if name != other:
                app.add_trigger(name, other)
    app.f0()
    assert sorted(names(app)) == members
    assert refused(app)


def test_a_dependency_does_not_keep_a_function_from_being_triggered(app: BabyAGI) -> None:
    app.add_function("helper", "def helper(x=None):\n    return 1")
    app.add_function("work", "def work():\n    return helper()")
    app.add_trigger("helper", "work")
    app.work()
    assert names(app) == ["work", "helper", "helper"]


def test_a_trigger_that_calls_its_source_does_not_loop(app: BabyAGI) -> None:
    app.add_function("a", "def a():\n    return 1")
    app.add_function("b", "def b(x):\n    return a()", triggers=["a"])
    app.a()
    assert names(app) == ["a", "b", "a"]
    assert refused(app) == ["b"]


def test_a_listener_that_fails_is_recorded_and_told_and_harms_nobody(app: BabyAGI) -> None:
    app.add_function("source", "def source():\n    return 1")
    listen(app, "bad", "source", body="raise ValueError('broken')")
    listen(app, "good", "source")
    assert app.source() == 1
    assert [(row["function_name"], row["log_type"]) for row in rows(app)] == [
        ("source", "success"),
        ("bad", "error"),
        ("good", "success"),
    ]
    (told,) = app.told  # type: ignore[attr-defined]
    assert "trigger 'bad' after 'source' failed: ValueError: broken" in told


def test_nothing_follows_a_run_that_failed(app: BabyAGI) -> None:
    app.add_function("source", "def source():\n    raise KeyError('x')")
    listen(app, "hear", "source")
    with pytest.raises(KeyError):
        app.source()
    assert names(app) == ["source"]


def test_sync_and_async_listeners_follow_both_kinds_of_runs(app: BabyAGI) -> None:
    app.add_function("now", "def now():\n    return 1")
    app.add_function("later", "async def later():\n    return 2")
    app.add_function("hear", "def hear(x):\n    return x", triggers=["now", "later"])
    app.add_function(
        "hear_later", "async def hear_later(x):\n    return x", triggers=["now", "later"]
    )
    app.now()
    asyncio.run(app.later())
    assert [(row["function_name"], row["output"]) for row in rows(app)] == [
        ("now", 1), ("hear", 1), ("hear_later", 1),
        ("later", 2), ("hear", 2), ("hear_later", 2),
    ]  # fmt: skip


def test_depth_and_number_of_triggered_runs_are_limited(app: BabyAGI) -> None:
    listen(app, "f0")
    for n in range(1, 20):
        listen(app, f"f{n}", f"f{n - 1}")
    app.f0()
    assert names(app) == [f"f{n}" for n in range(17)]
    assert refused(app) == ["f17"]
    assert "16 deep" in app.get_logs(status="refused")[0]["message"]


def test_a_wide_cascade_stops_at_256_runs(app: BabyAGI) -> None:
    listen(app, "root")
    for n in range(17):
        listen(app, f"a{n}", "root")
        listen(app, f"b{n}", *(f"a{m}" for m in range(n)))
    for n in range(17):
        for m in range(n, 17):
            app.add_trigger(f"b{n}", f"a{m}")
    app.root()
    assert len(names(app)) == 257
    assert "256 runs" in app.get_logs(status="refused")[0]["message"]


def test_triggers_are_added_listed_and_removed(app: BabyAGI) -> None:
    listen(app, "a")
    listen(app, "b", "a")
    listen(app, "c")
    app.add_trigger("c", "a")
    assert app.get_triggers_for_function("a") == ["b", "c"]
    assert {"triggered": "c", "triggering": "a"} in app.get_triggers()
    app.remove_trigger("b", "a")
    app.a()
    assert names(app) == ["a", "c"]
    with pytest.raises(NotFound, match="'b' does not run after 'a'"):
        app.remove_trigger("b", "a")


def test_a_trigger_to_or_from_nothing_is_refused(app: BabyAGI) -> None:
    listen(app, "alpha")
    with pytest.raises(NotFound, match="did you mean 'alpha'"):
        app.add_trigger("alpha", "alpa")
    with pytest.raises(NotFound):
        app.add_trigger("beta", "alpha")
    with pytest.raises(UsageError, match="cannot run after itself"):
        app.add_trigger("alpha", "alpha")
    with pytest.raises(DependencyError, match="unknown function 'alpa'"):
        listen(app, "gamma", "alpa")


def test_a_new_version_keeps_the_triggers_that_were_added(app: BabyAGI) -> None:
    listen(app, "a")
    listen(app, "b")
    app.add_trigger("b", "a")
    app.update_function("b", code="def b(given=None):\n    return 'new'")
    app.a()
    assert rows(app)[-1]["output"] == "new"


def test_listeners_of_the_event_hear_of_every_registration(app: BabyAGI) -> None:
    listen(app, "hear", "function_added_or_updated", body="return given")
    app.add_function("first", "def first():\n    return 1")
    app.add_function("first", "def first():\n    return 2")
    app.add_function("first", "def first():\n    return 2")
    assert [row["output"] for row in rows(app, function_name="hear")] == ["hear", "first", "first"]
    assert list(app.catalogue) == ["hear", "first"]


def test_the_events_own_function_is_called_with_what_happened(app: BabyAGI) -> None:
    app.add_function(
        "function_added_or_updated",
        "def function_added_or_updated(action=None, triggered_function_name=None):\n"
        "    return f'{action} {triggered_function_name}'",
    )
    app.add_function(
        "hear", "def hear(said):\n    return said", triggers=["function_added_or_updated"]
    )
    app.add_function("one", "def one():\n    return 1")
    app.add_function("one", "def one():\n    return 2")
    assert [row["output"] for row in rows(app, function_name="hear")][-2:] == [
        "added one",
        "updated one",
    ]


def test_a_listener_that_registers_functions_does_not_hear_of_its_own(app: BabyAGI) -> None:
    app.namespace["app"] = app
    listen(
        app, "describe", "function_added_or_updated",
        body="return app.update_function(given, description='described')['version']",
    )  # fmt: skip
    app.add_function("one", "def one():\n    return 1")
    assert app.get_function("one")["description"] == "described"
    assert app.get_function("one")["version"] == 2
