"""Large, deep and tangled trees of runs: complete, right and finite."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import Run, RunFilter
from babyagi_nb.widgets.runtree import RunTree
from babyagi_nb.widgets.waterfall import Waterfall


def runs(app: BabyAGI, **wanted: Any) -> list[Run]:
    return app.queries.runs(RunFilter(limit=1_000_000, **wanted))


# -- trees -----------------------------------------------------------------------------------


def test_a_tree_of_ten_thousand_runs_is_asked_for_and_shown(app: BabyAGI) -> None:
    app.add_function("leaf", "def leaf(n):\n    return n")
    app.add_function("branch", "def branch(n):\n    return sum(leaf(i) for i in range(n))")
    app.add_function("root", "def root(n, m):\n    return [branch(m) for _ in range(n)][0]")
    app.root(100, 99)
    (root,) = runs(app, roots_only=True)
    tree = app.queries.tree(root.id)
    assert len(tree) == 10_001
    assert app.queries.tree(tree[-1].id) == tree
    for view in (RunTree(tree), Waterfall(tree)):
        shown = view._repr_mimebundle_()
        assert "root" in shown["text/plain"]
        assert "root" in shown["text/html"]
    app._store.maintenance.fold()
    assert app.queries.tree(root.id) == tree


def test_a_chain_of_ten_thousand_runs_is_shown_without_recursion() -> None:
    def link(n: int) -> Run:
        return Run(
            id=f"K.{n:08}", root="K.00000000", parent=f"K.{n - 1:08}" if n else None, trigger=None,
            function="link", version=1, kernel="K", cell=None, started=n, duration=20_000 - n,
            status="success", params={}, output=n,
        )  # type: ignore[arg-type]  # fmt: skip

    chain = [link(n) for n in range(10_000)]
    for view in (RunTree(chain), Waterfall(chain)):
        shown = view._repr_mimebundle_()
        assert "link" in shown["text/plain"]
        assert "link" in shown["text/html"]


def test_recursion_four_hundred_levels_deep_is_logged_at_every_level(app: BabyAGI) -> None:
    app.add_function("down", "def down(n):\n    return down(n - 1) + 1 if n else 0")
    assert app.down(399) == 399
    found = sorted(runs(app), key=lambda run: run.id)
    assert len(found) == 400
    assert [run.parent for run in found[1:]] == [run.id for run in found[:-1]]
    assert {run.root for run in found} == {found[0].id}
    assert len(app.get_log_bundle(found[200].id)) == 400


def test_recursion_without_end_is_the_users_own_error_and_leaves_nothing_open(
    app: BabyAGI,
) -> None:
    app.add_function("down", "def down(n):\n    return down(n + 1)")
    app.add_function("one", "def one():\n    return 1")
    with pytest.raises(RecursionError):
        app.down(0)
    assert {run.status for run in runs(app)} == {"error"}
    assert app.one() == 1
    assert runs(app)[0].parent is None


# -- triggers --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(2, 9))
def test_n_functions_that_all_trigger_one_another_make_n_runs(app: BabyAGI, count: int) -> None:
    names = [f"f{n}" for n in range(count)]
    for name in names:
        app.add_function(name, f"def {name}(x=None):\n    return x")
    for name in names:
        for other in names:
            if other != name:
                app.add_trigger(name, other)
    app.f0(1)
    happened = [run for run in runs(app) if run.status != "refused"]
    assert sorted(run.function for run in happened) == names
    assert sum(run.trigger is not None for run in happened) == count - 1
    assert all(run.message for run in runs(app, status=("refused",)))


def test_a_storm_of_triggers_ends_and_every_stop_is_logged(app: BabyAGI) -> None:
    app.add_function("f0", "def f0(x=None):\n    return x")
    for level in range(1, 4):
        for place in range(12):
            above = [f"g{level - 1}_{n}" for n in range(12)] if level > 1 else ["f0"]
            name = f"g{level}_{place}"
            app.add_function(name, f"def {name}(x=None):\n    return x", triggers=above)
    app.f0(1)
    found = runs(app)
    assert len([run for run in found if run.trigger and run.status == "success"]) == 256
    refused = [run for run in found if run.status == "refused"]
    assert refused
    assert all("256 runs" in str(run.message) for run in refused)
    assert app.f0(2) == 2


def test_three_hundred_listeners_make_256_runs_and_one_logged_stop(app: BabyAGI) -> None:
    app.add_function("source", "def source():\n    return 1")
    for n in range(300):
        app.add_function(f"heard_{n}", f"def heard_{n}():\n    return {n}", triggers=["source"])
    assert app.source() == 1
    found = runs(app)
    triggered = [run for run in found if run.trigger]
    assert len([run for run in triggered if run.status == "success"]) == 256
    refused = [run for run in found if run.status == "refused"]
    assert refused
    assert all("256" in str(run.message) for run in refused)
    assert {run.root for run in found} == {found[-1].root}
    assert app.source() == 1


def test_a_listener_that_raises_anything_but_an_interrupt_harms_nobody(
    app: BabyAGI, told: list[str]
) -> None:
    app.add_function("source", "def source():\n    return 1")
    kinds = ("SystemExit", "GeneratorExit", "StopIteration", "MemoryError", "RecursionError")
    for kind in kinds:
        app.add_function(
            f"bad_{kind}", f"def bad_{kind}():\n    raise {kind}('a\\nb')", triggers=["source"]
        )
    app.add_function("last", "def last():\n    return 2", triggers=["source"])
    assert app.source() == 1
    assert [run.status for run in runs(app, function="last")] == ["success"]
    assert len(told) == len(kinds)
    assert not any("\n" in each for each in told)
    app.add_function("stop", "def stop():\n    raise KeyboardInterrupt", triggers=["last"])
    with pytest.raises(KeyboardInterrupt):
        app.source()


def test_a_person_who_cannot_be_told_is_no_reason_to_fail(app: BabyAGI) -> None:
    def broken(message: str) -> None:
        raise OSError("no terminal")

    app.notify = broken
    app.add_function("source", "def source():\n    return 1")
    app.add_function("bad", "def bad():\n    raise ValueError", triggers=["source"])
    assert app.source() == 1


# -- parents ---------------------------------------------------------------------------------

_MIXED = {
    "leaf": "def leaf(tag):\n    return tag",
    "sync": "def sync(tag):\n    return leaf(tag)",
    "steps": "def steps(tag):\n    yield leaf(tag)\n    yield leaf(tag)",
    "walk": "def walk(tag):\n    return [sync(tag) for _ in steps(tag)]",
    "later": (
        "import asyncio\n\nasync def later(tag):\n"
        "    await asyncio.sleep(0)\n    found = leaf(tag)\n    await asyncio.sleep(0)\n"
        "    return [found, sync(tag)]"
    ),
    "flow": (
        "import asyncio\n\nasync def flow(tag):\n    for _ in range(2):\n"
        "        await asyncio.sleep(0)\n        yield leaf(tag)"
    ),
    "gathered": (
        "import asyncio\n\nasync def gathered(tag):\n"
        "    async def drain():\n        return [await later(tag) async for _ in flow(tag)]\n"
        "    return await asyncio.gather(later(tag), drain(), asyncio.to_thread(walk, tag))"
    ),
    "pooled": (
        "from concurrent.futures import ThreadPoolExecutor\n\ndef pooled(tag):\n"
        "    with ThreadPoolExecutor(3) as pool:\n"
        "        return list(pool.map(sync, [tag] * 3)) + [later(tag)]"
    ),
    "threaded": (
        "import threading\n\ndef threaded(tag):\n"
        "    one = threading.Thread(target=walk, args=(tag,))\n"
        "    one.start()\n    walk(tag)\n    one.join()\n    return tag"
    ),
    "again": "def again(tag, n=2):\n    return again(tag, n - 1) if n else pooled(tag)",
}
_UNDER = {
    "sync": Counter(leaf=1),
    "steps": Counter(leaf=2),
    "walk": Counter(steps=1, sync=2),
    "later": Counter(leaf=1, sync=1),
    "flow": Counter(leaf=2),
    "gathered": Counter(later=3, flow=1, walk=1),
    "pooled": Counter(sync=3, later=1),
    "threaded": Counter(walk=2),
    "leaf": Counter(),
}


def test_a_thousand_mixed_calls_all_know_their_parent(app: BabyAGI) -> None:
    """Every run carries the tag of its root; a run under a wrong parent has another tag."""
    for name, code in _MIXED.items():
        app.add_function(name, code)
    failures: list[BaseException] = []

    def synchronous(first: int) -> None:
        try:
            for n in range(first, first + 8):
                app.threaded(f"t{n}")
                app.again(f"a{n}")
                list(app.steps(f"s{n}"))
        except BaseException as error:
            failures.append(error)

    async def asynchronous() -> None:
        await asyncio.gather(*(app.gathered(f"g{n}") for n in range(10)))

    threads = [threading.Thread(target=synchronous, args=(n * 8,)) for n in range(3)]
    for each in threads:
        each.start()
    asyncio.run(asynchronous())
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(app.function("walk"), [f"w{n}" for n in range(10)]))
    # Two generators of one caller, resumed in turns, with calls between their steps.
    one, two = app.steps("x1"), app.steps("x2")
    for _ in range(2):
        next(one), app.sync("x3"), next(two)
    list(one), list(two)
    for each in threads:
        each.join()
    assert failures == []
    found = runs(app)
    assert len(found) > 1000
    by_id = {run.id: run for run in found}
    below: dict[str, Counter[str]] = {run.id: Counter() for run in found}
    for run in found:
        assert run.status == "success"
        if run.parent is None:
            assert run.root == run.id
        else:
            parent = by_id[run.parent]
            assert parent.params["tag"] == run.params["tag"]
            assert parent.root == run.root
            below[parent.id][run.function] += 1
    for run in found:
        if run.function == "again":
            assert below[run.id] in (Counter(again=1), Counter(pooled=1))
        else:
            assert below[run.id] == _UNDER[run.function], run


# -- answers ---------------------------------------------------------------------------------


def test_a_question_sees_everything_however_much_was_not_folded_yet(app: BabyAGI) -> None:
    app.add_function("leaf", "def leaf(n, fill):\n    return n")
    journal: Any = app._store.journal
    for size in (500, 3000, 3000, 3000):
        journal.on_write = None  # nobody folds in the background
        before = app.queries.count(RunFilter())
        for n in range(size):
            app.leaf(n, "x" * 200)
        assert app.queries.count(RunFilter()) == before + size
        assert [run.output for run in app.queries.runs(RunFilter(limit=2))] == [size - 1, size - 2]
