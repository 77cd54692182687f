"""Every mistake that can be made with names, versions and sources is one line with its mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.source import CellSource
from babyagi_nb.errors import BabyAGIError

ONE = "def one():\n    return 1"

MISTAKES: dict[str, tuple[Callable[[BabyAGI], Any], str, str]] = {
    "unknown field": (
        lambda app: app.add_function("f", "def f():\n    return 1", dependancies=["one"]),
        "UsageError",
        "unknown field 'dependancies'; did you mean 'dependencies'",
    ),
    "unknown dependency": (
        lambda app: app.add_function("f", "def f():\n    return 1", dependencies=["oen"]),
        "DependencyError",
        "'oen'",
    ),
    "unknown name": (
        lambda app: app.add_function("f", "def f():\n    return oen()"),
        "NameSettlementError",
        "'one'",
    ),
    "circle": (
        lambda app: app.add_function("one", "def one():\n    return two()"),
        "DependencyError",
        "one → two → one",
    ),
    "syntax": (
        lambda app: app.add_function("f", "def f():\n    return (1"),
        "SourceError",
        "line 2",
    ),
    "no function": (lambda app: app.add_function("f", "x = 1"), "SourceError", "no function"),
    "empty": (lambda app: app.add_function("f", ""), "SourceError", "no function"),
    "another name": (
        lambda app: app.add_function("f", "def g():\n    return 1"), "SourceError", "'f'",
    ),
    "reserved": (
        lambda app: app.add_function("babyagi", "def babyagi():\n    return 1"),
        "RegistrationError",
        "reserved",
    ),
    "builtin": (
        lambda app: app.add_function("len", "def len():\n    return 1"),
        "RegistrationError",
        "shadow",
    ),
    "key": (
        lambda app: app.add_function("service", "def service():\n    return 1"),
        "RegistrationError",
        "key",
    ),
    "missing version": (
        lambda app: app.activate_function_version("one", 9), "NotFound", "it has 1",
    ),
    "version zero": (lambda app: app.activate_function_version("one", 0), "NotFound", "it has 1"),
    "missing function": (
        lambda app: app.execute_function("oen"), "NotFound", "did you mean 'one'?",
    ),
    "missing function of a version": (
        lambda app: app.get_function_versions("oen"), "NotFound", "did you mean 'one'?",
    ),
    "needed": (lambda app: app.remove_function("one"), "DependencyError", "'two'"),
    "missing run": (lambda app: app.get_log("nowhere"), "NotFound", "no run 'nowhere'"),
    "trigger of itself": (lambda app: app.add_trigger("one", "one"), "UsageError", "itself"),
    "trigger of nothing": (lambda app: app.add_trigger("oen", "one"), "NotFound", "'one'"),
    "no trigger": (lambda app: app.remove_trigger("one", "two"), "NotFound", "does not run"),
    "statement that writes": (
        lambda app: app.sql("DELETE FROM logs"), "QueryRefused", "",
    ),
    "statement that is none": (lambda app: app.sql("SELEKT 1"), "QueryRefused", ""),
    "no such table": (lambda app: app.sql("SELECT * FROM log"), "QueryRefused", "logs"),
    "missing pack": (lambda app: app.load_functions("nowhere"), "NotFound", "'nowhere'"),
    "missing transaction": (lambda app: app.undo(99), "NotFound", "99"),
    "syntax in a cell": (
        lambda app: app.register_cell(CellSource(text="def f(:\n  x")), "SourceError", "line 1",
    ),
    "wrong argument": (lambda app: app.typed("x"), "ArgumentError", "'n'"),
    "missing key": (lambda app: app.needs(), "MissingName", "%babyagi key set absent"),
    "missing name": (lambda app: app.uses(), "MissingName", "rate"),
    "too slow": (lambda app: app.call("slow", timeout=0.01), "RunTimeout", "longer than 0.01 s"),
    "backup on itself": (lambda app: app.restore("/nowhere/at/all"), "", "/nowhere/at/all"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_with_what_where_and_the_mend(app: BabyAGI, name: str) -> None:
    mistake, kind, words = MISTAKES[name]
    app.add_function("one", ONE)
    app.add_function("two", "def two():\n    return one()")
    app.add_key("service", "value-of-the-key")
    app.add_function("typed", "def typed(n: int):\n    return n")
    app.add_function("needs", "def needs():\n    return absent", key_dependencies=["absent"])
    app.namespace["rate"] = 2
    app.add_function("uses", "def uses():\n    return rate")
    del app.namespace["rate"]
    app.add_function("slow", "def slow():\n    while True:\n        pass")
    history = len(app.catalogue.history)
    with pytest.raises(BabyAGIError) as caught:
        mistake(app)
    error = caught.value
    assert type(error).__name__ == kind or not kind
    assert words in str(error)
    assert "\n" not in str(error)
    assert "Traceback" not in str(error)
    # Of broken syntax, Python's own words are all that can be said.
    assert error.fix or name.startswith("syntax")
    assert str(error).strip() == str(error)
    assert "  " not in str(error)
    assert error._render_traceback_()[0] == f"{type(error).__name__}: {error}"
    assert len(app.catalogue.history) == history
    assert app.two() == 1


def test_a_name_of_a_method_is_stored_with_a_warning(app: BabyAGI, told: list[str]) -> None:
    app.add_function("get_logs", "def get_logs():\n    return 'mine'")
    assert told == [
        "app.get_logs is BabyAGI's own method; call this function by its name or execute_function()"
    ]
    assert app.execute_function("get_logs") == "mine"
    assert app.get_logs()[0]["output"] == "mine"
