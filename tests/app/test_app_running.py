"""Calling stored functions: one logged path, whatever the kind of function and caller."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import ArgumentError, MissingName, NotFound, RunTimeout


def rows(app: BabyAGI, **wanted: Any) -> list[dict[str, Any]]:
    """Log rows, oldest first."""
    return list(reversed(app.get_logs(**wanted)))


def names(app: BabyAGI) -> list[str]:
    return [row["function_name"] for row in rows(app)]


def test_a_call_returns_the_result_and_leaves_one_row(app: BabyAGI) -> None:
    app.add_function("double", "def double(x, by=2):\n    return x * by")
    assert app.double(21) == 42
    (row,) = rows(app)
    assert row["function_name"] == "double"
    assert row["params"] == {"x": 21}
    assert row["output"] == 42
    assert row["log_type"] == "success"
    assert row["version"] == 1
    assert row["time_spent"] >= 0
    assert row["parent_log_id"] is None
    assert row["triggered_by_log_id"] is None
    assert row["timestamp"].tzinfo is not None


def test_attribute_name_and_callable_are_one_logged_path(app: BabyAGI) -> None:
    app.add_function("one", "def one():\n    return 1")
    assert app.one() == app.execute_function("one") == app.function("one")() == app.call("one") == 1
    assert names(app) == ["one"] * 4


def test_keyword_and_extra_arguments_are_logged_by_name(app: BabyAGI) -> None:
    app.add_function("f", "def f(a, /, b, *rest, c=3, **more):\n    return a")
    app.f(1, 2, 3, 4, c=5, d=6)
    assert rows(app)[0]["params"] == {"a": 1, "b": 2, "*rest": [3, 4], "c": 5, "d": 6}


def test_a_dependency_is_a_run_under_its_caller(app: BabyAGI) -> None:
    app.add_function("world", "def world():\n    return 'world'")
    app.add_function("hello", "def hello():\n    return f'Hello {world()}!'")
    assert app.hello() == "Hello world!"
    hello, world = rows(app)
    assert (hello["function_name"], world["function_name"]) == ("hello", "world")
    assert world["parent_log_id"] == hello["id"] == world["root_log_id"]


def test_the_bundle_of_any_run_is_the_whole_tree(app: BabyAGI) -> None:
    app.add_function("a", "def a():\n    return 1")
    app.add_function("b", "def b():\n    return a() + a()")
    app.add_function("c", "def c():\n    return b()")
    app.c()
    app.a()
    bundle = app.get_log_bundle(rows(app)[2]["id"])
    assert [row["function_name"] for row in bundle] == ["c", "b", "a", "a"]


def test_recursion_is_logged_at_every_level(app: BabyAGI) -> None:
    app.add_function("fact", "def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)")
    assert app.fact(4) == 24
    found = rows(app)
    assert [row["params"]["n"] for row in found] == [4, 3, 2, 1]
    assert [row["parent_log_id"] for row in found[1:]] == [row["id"] for row in found[:-1]]


def test_functions_of_one_cell_may_call_one_another_in_a_circle(app: BabyAGI) -> None:
    code = (
        "def even(n):\n    return n == 0 or odd(n - 1)\n\n"
        "def odd(n):\n    return n != 0 and even(n - 1)\n"
    )
    from babyagi_nb.core.source import CellSource

    app.register_cell(CellSource(text=code))
    assert app.even(4) is True
    assert names(app) == ["even", "odd", "even", "odd", "even"]


def test_the_users_exception_passes_unchanged_with_one_note(app: BabyAGI) -> None:
    app.add_function("inner", "def inner():\n    raise ValueError('no')")
    app.add_function("outer", "def outer():\n    return inner()")
    with pytest.raises(ValueError, match="no") as caught:
        app.outer()
    assert str(caught.value) == "no"
    assert len(caught.value.__notes__) == 1
    outer, inner = rows(app)
    assert outer["log_type"] == inner["log_type"] == "error"
    assert inner["id"] in caught.value.__notes__[0]
    assert inner["error_type"] == "ValueError"
    assert inner["message"] == "Execution failed. Error: no"
    assert "raise ValueError('no')" in inner["traceback"]
    assert "executor.py" not in inner["traceback"]


def test_what_is_printed_is_shown_and_kept(
    app: BabyAGI, capsys: pytest.CaptureFixture[str]
) -> None:
    app.add_function("say", "def say(word):\n    print(word)")
    app.add_function(
        "talk", "def talk():\n    print('first')\n    say('second')\n    print('third')"
    )
    app.talk()
    assert capsys.readouterr().out == "first\nsecond\nthird\n"
    talk, say = rows(app)
    assert talk["stdout"] == "first\nthird\n"
    assert say["stdout"] == "second\n"


def test_a_coroutine_is_logged_when_it_is_awaited(app: BabyAGI) -> None:
    app.add_function(
        "later", "import asyncio\n\nasync def later(x):\n    await asyncio.sleep(0)\n    return x"
    )
    coroutine = app.later(3)
    assert inspect.iscoroutine(coroutine)
    assert asyncio.run(coroutine) == 3
    assert [row["output"] for row in rows(app)] == [3]


def test_tasks_that_run_at_once_know_their_parent(app: BabyAGI) -> None:
    app.add_function(
        "leaf", "import asyncio\n\nasync def leaf(n):\n    await asyncio.sleep(0)\n    return n"
    )
    app.add_function(
        "fan",
        "import asyncio\n\nasync def fan(n):\n"
        "    return await asyncio.gather(*(leaf(i) for i in range(n)))",
    )

    async def both() -> list[Any]:
        return await asyncio.gather(app.fan(3), app.fan(2))

    assert asyncio.run(both()) == [[0, 1, 2], [0, 1]]
    found = rows(app)
    fans = {row["id"] for row in found if row["function_name"] == "fan"}
    leaves = [row for row in found if row["function_name"] == "leaf"]
    assert len(fans) == 2
    assert sorted(sum(row["parent_log_id"] == each for row in leaves) for each in fans) == [2, 3]


def test_synchronous_code_gets_the_value_of_an_async_dependency(app: BabyAGI) -> None:
    app.add_function("later", "async def later(x):\n    return x + 1")
    app.add_function("now", "def now(x):\n    return later(x) * 2")
    assert app.now(1) == 4
    now, later = rows(app)
    assert later["parent_log_id"] == now["id"]


def test_synchronous_code_under_async_code_under_synchronous_code_does_not_hang(
    app: BabyAGI,
) -> None:
    app.add_function("bottom", "async def bottom():\n    return 1")
    app.add_function("middle", "def middle():\n    return bottom()")
    app.add_function("upper", "async def upper():\n    return middle()")
    app.add_function("top", "def top():\n    return upper()")
    assert app.top() == 1
    assert names(app) == ["top", "upper", "middle", "bottom"]


def test_threads_and_pools_know_their_parent(app: BabyAGI) -> None:
    app.add_function("leaf", "def leaf(n):\n    return n")
    app.add_function(
        "spread",
        "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n\n"
        "def spread():\n"
        "    with ThreadPoolExecutor(2) as pool:\n"
        "        found = list(pool.map(leaf, range(4)))\n"
        "    one = threading.Thread(target=leaf, args=(9,))\n"
        "    one.start()\n"
        "    one.join()\n"
        "    return found",
    )
    assert app.spread() == [0, 1, 2, 3]
    root, *leaves = rows(app)
    assert len(leaves) == 5
    assert {row["parent_log_id"] for row in leaves} == {root["id"]}


def test_a_thread_outside_every_run_starts_its_own_tree(app: BabyAGI) -> None:
    app.add_function("leaf", "def leaf(n):\n    return n")
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(app.function("leaf"), range(20))) == list(range(20))
    assert all(row["parent_log_id"] is None for row in rows(app))
    assert len({row["id"] for row in rows(app)}) == 20


def test_a_generator_is_one_run_from_first_to_last_step(app: BabyAGI) -> None:
    app.add_function("leaf", "def leaf():\n    return 0")
    app.add_function(
        "steps", "def steps(n):\n    for i in range(n):\n        yield i + leaf()\n    return 'end'"
    )
    found = app.steps(2)
    assert inspect.isgenerator(found)
    assert next(found) == 0
    app.leaf()
    assert list(found) == [1]
    assert [(row["function_name"], row["parent_log_id"] is None) for row in rows(app)] == [
        ("steps", True),
        ("leaf", False),
        ("leaf", True),
        ("leaf", False),
    ]
    assert rows(app)[0]["output"] == {"items": 2, "first": [0, 1], "returned": "end"}


def test_a_generator_that_is_left_early_is_cancelled(app: BabyAGI) -> None:
    app.add_function("steps", "def steps():\n    yield 1\n    yield 2")
    found = app.steps()
    next(found)
    found.close()
    assert rows(app)[0]["log_type"] == "cancelled"


def test_what_is_sent_and_thrown_into_a_generator_arrives(app: BabyAGI) -> None:
    app.add_function(
        "echo",
        "def echo():\n"
        "    got = yield 'ready'\n"
        "    while True:\n"
        "        try:\n"
        "            got = yield got\n"
        "        except KeyError as error:\n"
        "            got = f'caught {error}'\n",
    )
    found = app.echo()
    assert next(found) == "ready"
    assert found.send("a") == "a"
    assert found.throw(KeyError("k")) == "caught 'k'"


def test_an_async_generator_is_one_run(app: BabyAGI) -> None:
    app.add_function("steps", "async def steps(n):\n    for i in range(n):\n        yield i")

    async def collect() -> list[int]:
        return [item async for item in app.steps(3)]

    assert asyncio.run(collect()) == [0, 1, 2]
    assert rows(app)[0]["output"] == {"items": 3, "first": [0, 1, 2]}


def test_arguments_are_checked_against_hints_and_never_converted(app: BabyAGI) -> None:
    app.add_function(
        "f",
        "from typing import Annotated, Literal\nfrom pydantic import Field\n\n"
        "def f(n: int, mode: Literal['a', 'b'] = 'a', share: Annotated[float, Field(le=1)] = 0,\n"
        "      xs: list[int] | None = None, late: str = None):\n"
        "    return n",
    )
    given = [1, 2]
    assert app.f(1, "b", 1, given, None) == 1
    for args in (("1",), (True,), (1, "c"), (1, "a", 2.0), (1, "a", 0.5, ["x"])):
        with pytest.raises(ArgumentError, match="argument"):
            app.f(*args)
    with pytest.raises(TypeError):
        app.f(None)
    assert {row["log_type"] for row in rows(app)[1:]} == {"error"}


def test_number_types_of_arrays_fit_number_hints(app: BabyAGI) -> None:
    numpy = pytest.importorskip("numpy")
    app.add_function("f", "def f(n: int, x: float):\n    return n * x")
    assert app.f(numpy.int64(2), numpy.float32(1.5)) == 3


def test_checking_can_be_switched_off(app: BabyAGI) -> None:
    app.add_function("f", "def f(n: int):\n    return n", validate=False)
    assert app.f("text") == "text"


def test_a_hint_that_cannot_be_resolved_checks_nothing(app: BabyAGI) -> None:
    app.add_function("f", "def f(n: 'Nowhere', m: int = 1):\n    return n")
    assert app.f("x") == "x"
    with pytest.raises(ArgumentError):
        app.f("x", "y")


def test_a_run_that_takes_too_long_ends_and_is_logged_as_timeout(app: BabyAGI) -> None:
    app.add_function("slow", "import time\n\ndef slow():\n    time.sleep(30)", timeout=0.05)
    began = time.monotonic()
    with pytest.raises(RunTimeout, match=r"slow@1 took longer than 0.05 s"):
        app.slow()
    assert time.monotonic() - began < 20
    assert rows(app)[0]["log_type"] == "timeout"


def test_a_call_can_set_its_own_limit_in_any_thread_and_for_coroutines(app: BabyAGI) -> None:
    app.add_function("spin", "def spin():\n    while True:\n        pass")
    app.add_function("nap", "import asyncio\n\nasync def nap():\n    await asyncio.sleep(30)")
    with pytest.raises(RunTimeout):
        app.call("spin", timeout=0.05)
    with ThreadPoolExecutor(1) as pool, pytest.raises(RunTimeout, match=r"longer than 0.05 s"):
        pool.submit(app.call, "spin", timeout=0.05).result()
    with pytest.raises(RunTimeout):
        asyncio.run(app.call("nap", timeout=0.05))
    assert [row["log_type"] for row in rows(app)] == ["timeout"] * 3


def test_the_log_policy_drops_runs_and_keeps_the_tree_together(app: BabyAGI) -> None:
    app.add_function("leaf", "def leaf():\n    return 1")
    app.add_function("silent", "def silent():\n    return leaf()", log="none")
    app.add_function("picky", "def picky(fail):\n    return 1 / (not fail)", log="errors")
    app.add_function("top", "def top():\n    return silent()")
    app.top()
    top, leaf = rows(app)
    assert leaf["parent_log_id"] == top["id"]
    app.silent()
    alone = rows(app)[-1]
    assert alone["parent_log_id"] is None
    assert alone["root_log_id"] == alone["id"]
    app.picky(False)
    with pytest.raises(ZeroDivisionError):
        app.picky(True)
    assert [row["log_type"] for row in rows(app, function_name="picky")] == ["error"]


def test_notebook_names_are_read_live(app: BabyAGI) -> None:
    app.namespace["rate"] = 2
    app.add_function("scale", "def scale(x):\n    return x * rate")
    assert app.get_function("scale")["uses"] == ["rate"]
    assert app.scale(3) == 6
    app.namespace["rate"] = 10
    assert app.scale(3) == 30
    del app.namespace["rate"]
    with pytest.raises(MissingName, match="'scale' uses the notebook's name 'rate'"):
        app.scale(3)


def test_a_module_of_the_notebook_becomes_an_import(app: BabyAGI) -> None:
    import math

    app.namespace["m"] = math
    app.namespace["root"] = math.sqrt
    app.add_function("f", "def f(x):\n    return m.floor(root(x))")
    app.namespace.clear()
    assert app.f(17) == 4
    assert [each["statement"] for each in app.get_function_imports("f")] == [
        "import math as m",
        "from math import sqrt as root",
    ]


def test_a_missing_import_names_function_and_mend(app: BabyAGI) -> None:
    app.add_function(
        "f", "def f():\n    return nowhere_to_be_found.x", imports=["nowhere_to_be_found"]
    )
    with pytest.raises(MissingName, match=r"'f' needs 'import nowhere_to_be_found'.*%pip install"):
        app.f()


def test_imports_in_the_form_of_the_original(app: BabyAGI) -> None:
    app.add_function(
        "f",
        "def f():\n    return json.dumps(OrderedDict(a=clock.date(2020, 1, 1).year))",
        imports=["json", {"name": "OrderedDict", "lib": "collections"}, "datetime as clock"],
    )
    assert app.f() == '{"a": 2020}'


def test_a_key_is_injected_only_where_it_is_declared(app: BabyAGI) -> None:
    app.add_key("service_key", "canary-value-123456")
    app.add_function(
        "with_key", "def with_key():\n    return len(service_key)", key_dependencies=["service_key"]
    )
    assert app.with_key() == 19
    app.add_function("without", "def without():\n    return 'service_key' in globals()")
    assert app.without() is False


def test_a_declared_key_without_a_value_is_a_clear_error(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return no_such_key", key_dependencies=["no_such_key"])
    with pytest.raises(MissingName, match=r"'f' needs the key 'no_such_key'.*key set no_such_key"):
        app.f()


def test_the_value_of_a_key_is_in_no_record(app: BabyAGI) -> None:
    canary = 'canary "quoted" value\n42'
    app.add_key("k", canary)
    app.add_function(
        "leak",
        "def leak(given):\n    print(k)\n    print(repr(k))\n    raise ValueError(k + given)",
        key_dependencies=["k"],
    )
    with pytest.raises(ValueError, match="canary"):
        app.leak(canary)
    text = repr(app.get_logs())
    assert "quoted" not in text
    assert "[key k]" in text
    if app.path is not None:
        for file in app.path.rglob("*"):
            if file.is_file():
                assert b"quoted" not in file.read_bytes(), file


def test_an_unknown_function_is_named_with_near_misses(app: BabyAGI) -> None:
    app.add_function("hello_world", "def hello_world():\n    return 1")
    with pytest.raises(NotFound, match="no function 'hello_wrld'; did you mean 'hello_world'"):
        app.execute_function("hello_wrld")
    with pytest.raises(AttributeError, match="did you mean 'hello_world'"):
        app.hello_wrld()


def test_an_interrupt_leaves_the_run_interrupted_and_nothing_open(app: BabyAGI) -> None:
    import _thread

    app.add_function("wait", "def wait(event, started):\n    started()\n    event.wait(30)")
    event = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        app.wait(event, _thread.interrupt_main)
    assert [row["log_type"] for row in rows(app)] == ["interrupted"]
    app.add_function("one", "def one():\n    return 1")
    assert app.one() == 1


def test_an_open_run_is_seen_as_started(app: BabyAGI) -> None:
    app.add_function("look", "def look(see):\n    return see()")
    seen: list[dict[str, Any]] = []
    app.look(lambda: seen.extend(app.get_logs()) or 1)
    assert [(row["function_name"], row["log_type"]) for row in seen] == [("look", "started")]
    assert [row["log_type"] for row in rows(app)] == ["success"]


def test_decorators_defaults_and_helpers_travel_with_the_function(app: BabyAGI) -> None:
    app.add_function(
        "f",
        "from functools import lru_cache\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass _Point:\n    x: int\n\n"
        "def _helper(n):\n    return _Point(n)\n\n"
        "@lru_cache\ndef f(n=3):\n    return _helper(n).x\n",
    )
    assert app.f() == 3
    assert app.f(4) == 4


def test_the_schema_of_a_function_is_what_tools_want(app: BabyAGI) -> None:
    app.add_function(
        "f",
        "from typing import Literal\n\n"
        "def f(n: int, mode: Literal['a', 'b'] = 'a', *xs: int):\n    return n",
    )
    schema = app.schema("f")
    assert schema["type"] == "object"
    assert schema["properties"]["n"] == {"type": "integer"}
    assert schema["properties"]["mode"]["enum"] == ["a", "b"]
    assert schema["properties"]["mode"]["default"] == "a"
    assert schema["properties"]["xs"] == {"type": "array", "items": {"type": "integer"}}
    assert schema["required"] == ["n"]
    assert schema["additionalProperties"] is False


def test_a_burst_of_calls_is_counted_to_the_last(app: BabyAGI) -> None:
    """More than a query reads of unfolded lines: it must fold first, and not stop half-way."""
    app.add_function("one", "def one():\n    return 1")
    call = app.function("one")
    for _ in range(80_000):
        call()
    assert app.sql("SELECT count(*) FROM logs").rows == ((80_000,),)
