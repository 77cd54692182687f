"""From source to stored versions: every way in, and everything that is refused."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.errors import (
    BabyAGIError,
    DependencyError,
    NameSettlementError,
    NotFound,
    RegistrationError,
    SourceError,
    TestFailure,
    UsageError,
)


def test_the_decorator_binds_the_logged_callable(app: BabyAGI) -> None:
    @app.register_function(metadata={"description": "Adds one."}, tags=["math"])
    def plus_one(x: int) -> int:
        return x + 1

    assert plus_one(1) == 2
    assert plus_one.__name__ == "plus_one"
    stored = app.get_function("plus_one")
    assert stored["description"] == "Adds one."
    assert stored["tags"] == ["math"]
    assert stored["code"] == "def plus_one(x: int) -> int:\n    return x + 1\n"
    assert stored["input_parameters"] == [{"name": "x", "type": "int"}]
    assert [row["function_name"] for row in app.get_logs()] == ["plus_one"]


def test_the_bare_decorator_works_too(app: BabyAGI) -> None:
    @app.register_function
    def two() -> int:
        return 2

    assert two() == 2


def test_a_decorated_function_sees_the_module_it_was_written_in(app: BabyAGI) -> None:
    @app.register_function()
    def where() -> str:
        return Path("a").name

    assert where() == "a"
    assert app.get_function_imports("where")[0]["statement"] == "from pathlib import Path"


def test_every_field_is_kept_and_given_back(app: BabyAGI) -> None:
    app.add_function("dep", "def dep():\n    return 1")
    row = app.add_function(
        "f",
        "def f(x):\n    return [dep(), math.pi, api_key]",
        metadata={"description": "d", "owner": "me"},
        imports=["math", {"name": "json", "lib": "json"}],
        dependencies=["dep"],
        key_dependencies=["api_key"],
        triggers=["dep"],
        input_parameters=[{"name": "x", "type": "number"}],
        output_parameters=[{"name": "all", "type": "list"}],
        effects="pure",
        log="errors",
        timeout=3,
        tags="a, b",
    )
    assert row["metadata"] == {
        "description": "d", "owner": "me", "tags": ["a", "b"], "key_dependencies": ["api_key"],
    }  # fmt: skip
    assert row["dependencies"] == ["dep"]
    assert row["imports"] == ["math", "json"]
    assert row["triggers"] == ["dep"]
    assert row["input_parameters"] == [{"name": "x", "type": "number"}]
    assert row["output_parameters"] == [{"name": "all", "type": "list"}]
    assert (row["effects"], row["log"], row["timeout"]) == ("pure", "errors", 3.0)
    assert app.get_function("f") == row


def test_nothing_changed_means_no_new_version(app: BabyAGI) -> None:
    app.add_function("f", "def f(x):\n    return x")
    row = app.add_function("f", "def f( x ):  # a remark\n\n    return (x)\n")
    assert row["version"] == 1
    row = app.add_function("f", "def f(x):\n    return x", metadata={"owner": "me"})
    assert row["version"] == 2


def test_going_back_to_an_earlier_text_activates_its_version(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 1")
    app.add_function("f", "def f():\n    return 2")
    row = app.add_function("f", "def f():\n    return 1")
    assert row["version"] == 1
    assert app.f() == 1
    assert [each["is_active"] for each in app.get_function_versions("f")] == [True, False]


def test_dependencies_are_found_from_the_code(app: BabyAGI) -> None:
    app.add_function("world", "def world():\n    return 1")
    row = app.add_function("hello", "def hello():\n    return [world() for _ in range(2)]")
    assert row["dependencies"] == ["world"]


def test_an_explicit_list_of_dependencies_is_a_contract(app: BabyAGI) -> None:
    app.add_function("a", "def a():\n    return 1")
    app.add_function("b", "def b():\n    return 2")
    app.add_function("c", "def c():\n    return a()", dependencies=["b"])
    told = "\n".join(app.told)  # type: ignore[attr-defined]
    assert "also calls 'a'" in told
    assert "declares 'b' but does not call it" in told
    assert app.c() == 1


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("def f(:\n    pass", SourceError, "line 1"),
        ("x = 1", SourceError, "no function in the cell"),
        ("def f():\n    return nowhere", NameSettlementError, "unknown name 'nowhere'"),
        ("def f():\n    return wrld()", NameSettlementError, "did you mean 'world'"),
        ("def f():\n    !ls", SourceError, "line 2.*subprocess"),
        ("%time\ndef f():\n    return 1", SourceError, "line 1.*magic"),
        ("await g()\ndef f():\n    return 1", SourceError, "line 1.*await"),
        ("from os import *\ndef f():\n    return 1", SourceError, "star import"),
        ("def print():\n    return 1", RegistrationError, "shadow"),
        ("def babyagi():\n    return 1", RegistrationError, "reserved"),
        ("def __dunder__():\n    return 1", RegistrationError, "private"),
    ],
)
def test_what_is_no_function_is_refused_and_nothing_is_stored(
    app: BabyAGI, code: str, error: type[BabyAGIError], words: str
) -> None:
    app.add_function("world", "def world():\n    return 1")
    with pytest.raises(error, match=words):
        app.register_cell(CellSource(text=code))
    assert list(app.catalogue) == ["world"]


def test_an_unknown_dependency_is_refused_with_near_misses(app: BabyAGI) -> None:
    app.add_function("world", "def world():\n    return 1")
    with pytest.raises(DependencyError, match=r"unknown dependency 'wrld'.*'world'"):
        app.add_function("f", "def f():\n    return 1", dependencies=["wrld"])


def test_an_unknown_field_is_refused(app: BabyAGI) -> None:
    with pytest.raises(UsageError, match="unknown field 'dependancies'; did you mean"):
        app.add_function("f", "def f():\n    return 1", dependancies=["x"])


def test_a_circle_of_dependencies_is_refused_and_named(app: BabyAGI) -> None:
    app.add_function("a", "def a():\n    return 1")
    app.add_function("b", "def b():\n    return a()")
    app.add_function("c", "def c():\n    return b()")
    with pytest.raises(DependencyError, match="a → c → b → a"):
        app.add_function("a", "def a():\n    return c()")
    assert app.c() == 1


def test_a_cell_with_several_functions_is_stored_as_a_whole_or_not(app: BabyAGI) -> None:
    with pytest.raises(NameSettlementError):
        app.register_cell(
            CellSource(text="def good():\n    return 1\n\ndef bad():\n    return nowhere")
        )
    assert list(app.catalogue) == []
    done = app.register_cell(
        CellSource(text="def one():\n    return 1\n\ndef two():\n    return one() + 1")
    )
    assert [(each.version.name, each.change) for each in done.functions] == [
        ("one", "added"), ("two", "added"),
    ]  # fmt: skip
    assert app.two() == 2


def test_a_name_picks_one_function_and_makes_the_others_helpers(app: BabyAGI) -> None:
    text = "def helper():\n    return 1\n\ndef main():\n    return helper()"
    app.register_cell(CellSource(text=text, declared=Declared(name="main")))
    assert list(app.catalogue) == ["main"]
    assert app.main() == 1


def test_tests_of_the_cell_run_before_anything_is_stored(app: BabyAGI) -> None:
    good = (
        "def f(x):\n    return x * 2\n\nassert f(2) == 4\n\ndef test_zero():\n    assert f(0) == 0"
    )
    done = app.register_cell(CellSource(text=good))
    assert done.tests == 2
    assert len(app.get_function("f")["tests"]) == 2
    with pytest.raises(TestFailure, match="test_zero"):
        app.register_cell(CellSource(text=good.replace("x * 2", "x * 2 if x else 1")))
    assert app.get_function("f")["version"] == 1
    assert "test_zero" not in app.get_function("f")["code"]


def test_tests_see_stored_functions_and_peers(app: BabyAGI) -> None:
    app.add_function("base", "def base():\n    return 10")
    app.register_cell(
        CellSource(
            text="def one():\n    return base() + 1\n\ndef two():\n    return one() + 1\n\n"
            "assert two() == 12"
        )
    )
    assert app.get_logs() == []
    assert app.two() == 12


def test_async_tests_and_functions_are_tried_too(app: BabyAGI) -> None:
    app.add_function("later", "async def later(x):\n    return x + 1")
    done = app.register_cell(
        CellSource(
            text="def now(x):\n    return later(x)\n\n"
            "async def soon(x):\n    return await later(now(x))\n\n"
            "assert now(1) == 2\n\n"
            "async def test_soon():\n    assert await soon(1) == 3\n"
        )
    )
    assert done.tests == 2
    assert app.get_logs() == []


def test_updating_changes_what_is_given_and_keeps_the_rest(app: BabyAGI) -> None:
    app.add_function("dep", "def dep():\n    return 1")
    app.add_function(
        "f", "def f(x):\n    return x + dep()", dependencies=["dep"], triggers=["dep"],
        metadata={"description": "d", "owner": "me"}, tags=["t"],
    )  # fmt: skip
    row = app.update_function("f", metadata={"description": "e"})
    assert row["version"] == 2
    assert row["dependencies"] == ["dep"]
    assert row["triggers"] == ["dep"]
    assert row["metadata"]["owner"] == "me"
    assert row["description"] == "e"
    row = app.update_function("f", code="def f(x):\n    return x")
    assert row["triggers"] == ["dep"]
    assert row["dependencies"] == []
    assert row["description"] == "e"
    with pytest.raises(NotFound):
        app.update_function("nowhere", description="x")


def test_activating_a_version_that_does_not_exist_changes_nothing(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 1")
    app.add_function("f", "def f():\n    return 2")
    with pytest.raises(NotFound, match="has no version 7; it has 1, 2"):
        app.activate_function_version("f", 7)
    assert app.f() == 2
    app.activate_function_version("f", 1)
    assert app.f() == 1


def test_dependents_use_the_version_that_is_active(app: BabyAGI) -> None:
    app.add_function("inner", "def inner():\n    return 'old'")
    app.add_function("outer", "def outer():\n    return inner()")
    assert app.outer() == "old"
    app.add_function("inner", "def inner():\n    return 'new'")
    assert app.outer() == "new"


def test_a_dependency_may_turn_async_and_back(app: BabyAGI) -> None:
    app.add_function("inner", "def inner():\n    return 1")
    app.add_function("outer", "def outer():\n    return inner()")
    assert app.outer() == 1
    app.add_function("inner", "async def inner():\n    return 2")
    assert app.outer() == 2


def test_removing_asks_about_dependents_and_can_be_undone(app: BabyAGI) -> None:
    app.add_function("inner", "def inner():\n    return 1")
    app.add_function("outer", "def outer():\n    return inner()")
    with pytest.raises(DependencyError, match="'inner' is needed by 'outer'"):
        app.remove_function("inner")
    app.remove_function("inner", force=True)
    assert app.get_function("inner") is None
    with pytest.raises(NotFound, match="was removed"):
        app.outer()
    app.undo()
    assert app.outer() == 1
    assert len(app.get_function_versions("inner")) == 1


def test_undo_takes_back_one_change_after_the_other(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 1")
    app.add_function("f", "def f():\n    return 2")
    app.add_function("g", "def g():\n    return 0")
    app.add_trigger("g", "f")
    assert app.undo().summary == "trigger g after f"
    assert app.get_triggers_for_function("f") == []
    app.undo()
    assert app.get_function("g") is None
    app.undo()
    assert app.f() == 1
    app.undo()
    assert app.get_function("f") is None
    assert app.undo() is None


def test_an_undo_does_not_take_back_a_later_change(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 1")
    app.add_function("f", "def f():\n    return 2")
    with pytest.raises(UsageError, match="changed again"):
        app.undo(1)
    assert app.f() == 2


def test_the_difference_of_two_versions_is_a_unified_diff(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 1")
    app.add_function("f", "def f():\n    return 2")
    text = app.diff("f")
    assert "--- f@1" in text
    assert "-    return 1" in text
    assert "+    return 2" in text


def test_two_applications_on_one_store_never_number_alike(tmp_path: Path) -> None:
    one, two = BabyAGI(tmp_path / "s"), BabyAGI(tmp_path / "s")
    try:
        failures: list[BaseException] = []

        def write(app: BabyAGI, first: int) -> None:
            try:
                for n in range(first, first + 40, 2):
                    app.add_function("f", f"def f():\n    return {n}")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=write, args=each) for each in ((one, 0), (two, 1))]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert failures == []
        assert [row["version"] for row in one.get_function_versions("f")] == list(range(1, 41))
        assert one.get_function_versions("f") == two.get_function_versions("f")
    finally:
        one.close()
        two.close()


def test_what_another_application_activates_is_used_after_a_refresh(tmp_path: Path) -> None:
    one, two = BabyAGI(tmp_path / "s"), BabyAGI(tmp_path / "s")
    try:
        one.add_function("f", "def f():\n    return 1")
        one.add_function("f", "def f():\n    return 2")
        call = two.function("f")
        assert call() == 2
        one.activate_function_version("f", 1)
        two.refresh()
        assert call() == 1
    finally:
        one.close()
        two.close()


def test_reopening_finds_everything_as_it_was(tmp_path: Path) -> None:
    app = BabyAGI(tmp_path / "s")
    app.add_function("f", "def f():\n    return 1")
    app.add_function("f", "def f():\n    return 2")
    app.f()
    before: tuple[Any, Any] = app.get_function_versions("f"), app.get_logs()
    app.close()
    again = BabyAGI(tmp_path / "s")
    try:
        assert (again.get_function_versions("f"), again.get_logs()) == before
        assert again.f() == 2
    finally:
        again.close()
