"""What every tier owes the runtime: results, errors, text, runs, host functions, keys, steps."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sandbox_jobs import (  # noqa: F401
    Notes,
    eventually,
    job,
    member,
    run,
    sandbox_fixture,
)

from babyagi_nb.core.isolation import Limits, Raised
from babyagi_nb.errors import SandboxRefused
from babyagi_nb.sandbox.server import Server

# -- results -----------------------------------------------------------------------------------


def test_plain_values_come_back_equal(sandbox: Server) -> None:
    value = {"a": [1, 2.5, None, True, "ä\u2028"], "b": {"c": "x" * 10_000}, "n": 2**70}

    assert run(sandbox, "def f(x): return x", value) == value


def test_what_json_cannot_say_comes_back_as_near_as_can_be(sandbox: Server) -> None:
    made = run(
        sandbox,
        """
        def f():
            import datetime, decimal, enum, pathlib, uuid, dataclasses
            class Color(enum.Enum):
                RED = "red"
            @dataclasses.dataclass
            class Point:
                x: int
            return {
                "bytes": b"\\x89PNG", "nan": float("nan"), "inf": float("-inf"),
                "pair": (1, 2), "set": {2, 1}, "when": datetime.date(2020, 1, 2),
                "price": decimal.Decimal("1.50"), "id": uuid.UUID(int=1),
                "path": pathlib.PurePosixPath("/a"), "color": Color.RED, "point": Point(1),
                3: "three", "tag": {"$": "bytes", "v": "no"}, "big": 10**3000,
            }
        """,
    )

    assert math.isnan(made.pop("nan"))
    assert made == {
        "bytes": b"\x89PNG", "inf": -math.inf, "pair": [1, 2], "set": [1, 2],
        "when": "2020-01-02", "price": "1.50", "id": "00000000-0000-0000-0000-000000000001",
        "path": "/a", "color": "red", "point": {"x": 1}, "3": "three",
        "tag": {"$": "bytes", "v": "no"}, "big": 10**3000,
    }  # fmt: skip


def test_an_unknown_object_is_described_in_the_sandbox(sandbox: Server) -> None:
    made = run(
        sandbox,
        """
        class Evil:
            def __repr__(self): raise SystemExit
            def _repr_html_(self): return "<script>"
        class Long:
            def __repr__(self): return "x" * 10**6
        def f():
            loop = []
            loop.append(loop)
            return [Evil(), Long(), loop]
        """,
    )

    assert made[0] == {"__type__": "babyagi_functions.f.Evil", "__repr__": "<unreadable>"}
    assert len(made[1]["__repr__"]) < 5_000
    assert made[2] == [{"__type__": "builtins.list", "__repr__": "<cycle>"}]


def test_arguments_arrive_as_objects(sandbox: Server) -> None:
    given = {"when": __import__("datetime").date(2020, 1, 2), "ids": {1, 2}}

    made = sandbox.run(
        replace(
            job("def f(a, *, b): return [a['when'].year, a['ids'] == {1, 2}, b]", given),
            kwargs={"b": 3},
        ),
        Notes(),
    )

    assert made == [2020, True, 3]


class OnlyHere:
    """The sandbox cannot import the module of a test."""


@pytest.mark.parametrize("value", [threading.Lock(), OnlyHere()], ids=["lock", "own class"])
def test_an_argument_that_cannot_travel_is_named(sandbox: Server, value: object) -> None:
    with pytest.raises(SandboxRefused, match="argument 2"):
        run(sandbox, "def f(a, b): return a", 1, value)


def test_a_result_above_the_limit_is_refused(sandbox: Server) -> None:
    with pytest.raises(SandboxRefused, match="bytes as JSON"):
        run(sandbox, "def f(): return 'x' * 5000", limits=Limits(result=1000))


# -- errors ------------------------------------------------------------------------------------


def test_an_error_tells_class_arguments_and_its_own_lines(sandbox: Server) -> None:
    with pytest.raises(Raised) as caught:
        run(
            sandbox,
            """
            def f(x):
                return helper(x)

            def helper(x):
                raise ValueError("bad", x)
            """,
            3,
        )

    assert (caught.value.kind, caught.value.arguments) == ("ValueError", ("bad", 3))
    assert 'File "<babyagi f@1>", line 5, in helper' in caught.value.traceback
    assert 'raise ValueError("bad", x)' in caught.value.traceback
    assert "inside" not in caught.value.traceback


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("def f(): raise SystemExit(3)", "SystemExit"),
        ("def f(): raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class Mine(Exception): ...\ndef f(): raise Mine({1})", "babyagi_functions.f.Mine"),
        ("def f(): return f()", "RecursionError"),
        ("import nowhere_at_all\ndef f(): ...", "ModuleNotFoundError"),
        ("def g(): ...", "NameError"),
        ("def f(:", "SyntaxError"),
    ],
)
def test_whatever_is_raised_comes_back_as_raised(sandbox: Server, code: str, kind: str) -> None:
    limits = Limits(runs=100_000)

    with pytest.raises(Raised) as caught:
        run(sandbox, code, limits=limits)

    assert caught.value.kind == kind


def test_an_exception_that_cannot_be_shown_is_still_an_exception(sandbox: Server) -> None:
    with pytest.raises(Raised) as caught:
        run(
            sandbox,
            """
            class Evil(Exception):
                def __str__(self): raise SystemExit
                args = property(lambda self: 1 / 0)
            def f(): raise Evil
            """,
        )

    assert caught.value.message == "<no message>"
    assert caught.value.arguments is None


def test_a_process_that_ends_without_a_word_is_refused(sandbox: Server) -> None:
    with pytest.raises(SandboxRefused, match="ended with status 3"):
        run(sandbox, "import os\ndef f(): os._exit(3)")


def test_a_crash_is_refused_and_the_next_job_runs(sandbox: Server) -> None:
    with pytest.raises(SandboxRefused, match="SIGSEGV"):
        run(sandbox, "import ctypes\ndef f(): ctypes.string_at(1)")

    assert run(sandbox, "def f(): return 1") == 1


# -- text --------------------------------------------------------------------------------------


def test_text_is_told_in_order_and_with_its_run(sandbox: Server) -> None:
    notes = Notes()
    run(
        sandbox,
        """
        import sys
        def f():
            print("one")
            g()
            print("three", file=sys.stderr)
            sys.stdout.buffer.write(b"four")
        """,
        also=(member("def g(): print('two', end='')", "g"),),
        notes=notes,
    )

    assert notes.all_text() == "one\ntwothree\nfour"
    assert notes.by_run(1) == "two"


def test_text_of_c_libraries_is_told_as_well(sandbox: Server) -> None:
    notes = Notes()
    run(
        sandbox,
        """
        import ctypes, os
        def f():
            ctypes.CDLL(None).puts(b"from C")
            ctypes.CDLL(None).fflush(None)
            os.write(2, b"raw\\n")
        """,
        notes=notes,
    )

    assert notes.all_text() == "from C\nraw\n"


def test_text_without_a_line_end_is_told_before_the_job_is_over(sandbox: Server) -> None:
    seen: list[str] = []
    notes = Notes(wait=lambda: seen.append(notes.all_text()))

    run(
        sandbox,
        """
        def f():
            print("no end", end="")
            wait()
        """,
        calls=("wait",),
        notes=notes,
    )

    assert seen == ["no end"]


def test_what_acts_on_a_terminal_is_dropped_and_colours_stay(sandbox: Server) -> None:
    notes = Notes()
    text = "\x1b[31mred\x1b[0m\x1b[2J\x1b]0;title\x07\u202eback\x9b1m\x08."

    run(sandbox, "def f(x): print(x, end='')", text, notes=notes)

    assert notes.all_text() == "\x1b[31mred\x1b[0mback."


def test_more_text_than_the_limit_is_counted(sandbox: Server) -> None:
    notes = Notes()

    run(
        sandbox,
        "def f():\n    for n in range(300): print('x' * 999)",
        limits=Limits(printed=5_000),
        notes=notes,
    )

    assert len(notes.all_text()) < 5_100
    assert notes.all_text().endswith("\n[… 295,000 more characters were printed]\n")


def test_standard_input_is_empty(sandbox: Server) -> None:
    assert run(sandbox, "import sys\ndef f(): return sys.stdin.read()") == ""


# -- runs --------------------------------------------------------------------------------------


def test_runs_of_members_are_told_with_their_parents(sandbox: Server) -> None:
    notes = Notes()
    also = (
        member("def g(x): return h(x, more=[1]) + 1", "g", dependencies=("h",)),
        member("def h(x, more): return x * 10", "h"),
    )

    assert run(sandbox, "def f(): return g(1) + h(2, [])", also=also, notes=notes) == 31
    assert notes.events == [
        ("began", 1, 0, "g", {"x": 1}),
        ("began", 2, 1, "h", {"x": 1, "more": [1]}),
        ("returned", 2, 10),
        ("returned", 1, 11),
        ("began", 3, 0, "h", {"x": 2, "more": []}),
        ("returned", 3, 20),
    ]


def test_recursion_is_a_run_like_any_other(sandbox: Server) -> None:
    notes = Notes()

    assert run(sandbox, "def f(n): return n and f(n - 1) + 1", 3, notes=notes) == 3
    assert [event[:3] for event in notes.events if event[0] == "began"] == [
        ("began", 1, 0), ("began", 2, 1), ("began", 3, 2),
    ]  # fmt: skip


def test_a_member_that_raises_is_told_and_can_be_caught(sandbox: Server) -> None:
    notes = Notes()
    code = """
    def f():
        try:
            g()
        except KeyError as error:
            return str(error)
    """

    assert run(sandbox, code, also=(member("def g(): {}[1]", "g"),), notes=notes) == "1"
    assert [event[:2] for event in notes.events] == [("began", 1), ("raised", 1)]
    assert 'File "<babyagi g@1>", line 1' in notes.errors[0].traceback


def test_threads_and_tasks_have_the_right_parent(sandbox: Server) -> None:
    notes = Notes()
    also = (
        member(
            "async def one(x): return await two(x)", "one", dependencies=("two",), is_async=True
        ),
        member("async def two(x): return x", "two", is_async=True),
        member("def three(): return four()", "three", dependencies=("four",)),
        member("def four(): return 4", "four"),
    )
    code = """
    import asyncio, threading
    from concurrent.futures import ThreadPoolExecutor
    async def f():
        found = await asyncio.gather(*(one(n) for n in range(5)))
        with ThreadPoolExecutor(2) as pool:
            found += pool.map(lambda n: three(), range(4))
        return found
    """

    assert run(sandbox, code, also=also, notes=notes, is_async=True) == [0, 1, 2, 3, 4, 4, 4, 4, 4]
    began = {event[1]: event for event in notes.events if event[0] == "began"}
    for _, _, parent, name, params in began.values():
        if name == "two":
            assert began[parent][3:] == ("one", params)
        elif name == "four":
            assert began[parent][3] == "three"
        else:
            assert parent == 0


def test_a_sync_member_waits_for_an_async_one(sandbox: Server) -> None:
    also = (member("import asyncio\nasync def g():\n    await asyncio.sleep(0)\n    return 5", "g",
                   is_async=True),)  # fmt: skip

    assert run(sandbox, "def f(): return g() + 1", also=also) == 6


def test_members_that_are_generators_are_runs(sandbox: Server) -> None:
    notes = Notes()
    also = (
        member("def g(n):\n    yield from range(n)\n    return 'done'", "g", is_generator=True),
    )

    assert run(sandbox, "def f(): return list(g(3))", also=also, notes=notes) == [0, 1, 2]
    assert notes.events[-1] == ("returned", 1, {"items": 3})


def test_too_many_runs_end_the_job(sandbox: Server) -> None:
    with pytest.raises(SandboxRefused, match="more than 20 functions"):
        run(
            sandbox,
            "def f():\n    while True: g()",
            also=(member("def g(): ...", "g"),),
            limits=Limits(runs=20),
        )


# -- host functions ----------------------------------------------------------------------------


def test_a_host_function_runs_in_the_kernel(sandbox: Server) -> None:
    notes = Notes(add=lambda a, b: {a + b})

    made = run(
        sandbox,
        "def f(): return [type(add(1, b=2)).__name__, add(1, 2)]",
        calls=("add",),
        notes=notes,
    )

    assert made == ["set", [3]]
    assert notes.events == [("call", 0, "add"), ("call", 0, "add")]


def test_what_a_host_function_raises_goes_back_in(sandbox: Server) -> None:
    class Special(Exception):
        pass

    def fail(kind: str) -> None:
        raise LookupError("not here") if kind == "builtin" else Special("odd")

    code = """
    def f():
        try:
            fail("builtin")
        except LookupError as error:
            first = str(error)
        try:
            fail("own")
        except RuntimeError as error:
            return [first, str(error)]
    """

    assert run(sandbox, code, calls=("fail",), notes=Notes(fail=fail)) == [
        "not here",
        "Special: odd",
    ]


def test_a_host_function_that_was_not_granted_raises_in_the_sandbox(sandbox: Server) -> None:
    lone = replace(job("def f(): return other()"), members=(
        member("def f(): return other()", dependencies=("other",)),
    ))  # fmt: skip

    with pytest.raises(Raised, match="approve it with calls=other") as caught:
        sandbox.run(lone, Notes())

    assert caught.value.kind == "PermissionError"


def test_a_host_result_that_cannot_travel_is_an_error_inside(sandbox: Server) -> None:
    with pytest.raises(Raised, match="cannot travel into the sandbox"):
        run(sandbox, "def f(): return lock()", calls=("lock",), notes=Notes(lock=threading.Lock))


def test_async_code_awaits_host_functions(sandbox: Server) -> None:
    code = """
    import asyncio
    async def f():
        return [await fetch(1), *await asyncio.gather(fetch(2), fetch(3))]
    """

    made = run(sandbox, code, calls=("fetch",), is_async=True, notes=Notes(fetch=lambda n: n * 2))

    assert made == [2, 4, 6]


def test_threads_may_call_host_functions_at_the_same_time(sandbox: Server) -> None:
    code = """
    from concurrent.futures import ThreadPoolExecutor
    def f():
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(double, range(100)))
    """

    made = run(sandbox, code, calls=("double",), notes=Notes(double=lambda n: n * 2))

    assert made == [n * 2 for n in range(100)]


def test_what_a_host_function_interrupts_ends_the_job(sandbox: Server) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(sandbox, "def f(): stop()", calls=("stop",), notes=Notes(stop=interrupt))


# -- keys --------------------------------------------------------------------------------------


def test_granted_keys_are_names(sandbox: Server) -> None:
    assert run(sandbox, "def f(): return secret[::-1]", keys={"secret": "abc"}) == "cba"


def test_a_key_that_was_not_given_says_how_to_grant_it(sandbox: Server) -> None:
    with pytest.raises(Raised, match="approve it with keys=secret") as caught:
        run(sandbox, "def f(): return secret", keys_of=("secret",))

    assert caught.value.kind == "NameError"


def test_the_environment_of_the_kernel_stays_outside(
    sandbox: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_KEY", "canary")

    assert "canary" not in str(run(sandbox, "import os\ndef f(): return dict(os.environ)"))


# -- steps -------------------------------------------------------------------------------------

COUNTING = """
def f(n):
    try:
        for number in range(n):
            print("making", number)
            yield number
        return "over"
    finally:
        print("closed")
"""
ASYNC_COUNTING = """
import asyncio
async def f(n):
    for number in range(n):
        await asyncio.sleep(0)
        yield number
"""


def test_a_generator_is_stepped_when_it_is_asked(sandbox: Server) -> None:
    notes = Notes()
    steps = sandbox.steps(job(COUNTING, 3, is_generator=True), notes)

    assert next(steps) == 0
    assert notes.all_text() == "making 0\n"
    assert list(steps) == [1, 2]
    assert notes.all_text().endswith("closed\n")


def test_what_a_generator_returns_ends_the_steps(sandbox: Server) -> None:
    steps = sandbox.steps(job(COUNTING, 0, is_generator=True), Notes())

    with pytest.raises(StopIteration) as caught:
        next(steps)

    assert caught.value.value == "over"


def test_closing_the_steps_closes_the_generator(sandbox: Server) -> None:
    notes = Notes()
    steps: Any = sandbox.steps(job(COUNTING, 3, is_generator=True), notes)
    next(steps)

    steps.close()

    assert notes.all_text() == "making 0\nclosed\n"


def test_an_async_generator_is_stepped_as_well(sandbox: Server) -> None:
    steps = sandbox.steps(job(ASYNC_COUNTING, 3, is_async=True, is_generator=True), Notes())

    assert list(steps) == [0, 1, 2]


def test_an_error_comes_at_its_step(sandbox: Server) -> None:
    steps = sandbox.steps(job("def f():\n    yield 1\n    1 / 0", is_generator=True), Notes())

    assert next(steps) == 1
    with pytest.raises(Raised, match="ZeroDivisionError"):
        next(steps)


# -- tests that travel -------------------------------------------------------------------------


def test_travelling_tests_are_counted(sandbox: Server) -> None:
    texts = (
        "assert f(1) == 2",
        "def test_a(): assert f(2) == 3\nasync def test_b(): assert f(3) == 4",
    )

    assert run(sandbox, "def f(x): return x + 1", tests=texts) == 3


def test_a_failing_test_is_named_with_its_line(sandbox: Server) -> None:
    with pytest.raises(Raised, match="test_a") as caught:
        run(sandbox, "def f(x): return x", tests=("def test_a():\n    assert f(1) == 2",))

    assert caught.value.kind == "AssertionError"
    assert "assert f(1) == 2" in caught.value.traceback


# -- scratch and sharing -----------------------------------------------------------------------


def test_the_scratch_directory_is_the_home_of_the_job_and_gone_afterwards(sandbox: Server) -> None:
    code = """
    import os, tempfile
    def f():
        os.makedirs("a/b")
        with open("a/b/note", "w") as file:
            file.write("x")
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write("y")
        return [os.getcwd(), os.path.expanduser("~"), tempfile.gettempdir()]
    """

    where, home, temporary = run(sandbox, code)

    assert where == home == temporary
    assert eventually(lambda: not Path(where).exists())


def test_a_tree_that_is_deeper_than_a_path_is_removed(sandbox: Server) -> None:
    where: list[str] = []
    code = """
    import os
    def f():
        note(os.getcwd())
        for n in range(200):
            os.mkdir("d" * 50)
            os.chdir("d" * 50)
        open("file", "w").close()
    """

    # It is refused when the watch comes by, and runs to its end otherwise.
    with suppress(SandboxRefused):
        run(sandbox, code, calls=("note",), notes=Notes(note=where.append))

    assert where
    assert eventually(lambda: not Path(where[0]).exists())


def test_two_jobs_know_nothing_of_each_other(sandbox: Server) -> None:
    leave = "import builtins, json\ndef f():\n    json.left = builtins.left = 1"
    look = (
        "import builtins, json\ndef f(): return [hasattr(json, 'left'), hasattr(builtins, 'left')]"
    )

    run(sandbox, leave)

    assert run(sandbox, look) == [False, False]


def test_jobs_run_at_the_same_time_from_any_thread(sandbox: Server) -> None:
    code = "def f(n):\n    for _ in range(20): print(n)\n    return [n, echo(n)]"

    def one(n: int) -> Any:
        notes = Notes(echo=lambda value: value)
        return run(sandbox, code, n, calls=("echo",), notes=notes), notes.all_text()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(12)))

    assert found == [([n, n], f"{n}\n" * 20) for n in range(12)]
