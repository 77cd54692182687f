"""The public names, at module level and on the application."""

from __future__ import annotations

import inspect

import babyagi_nb
from babyagi_nb import kernel_app
from babyagi_nb.app import BabyAGI


def test_the_public_names_are_a_decision() -> None:
    assert sorted(babyagi_nb.__all__) == [
            "BabyAGI", "BabyAGIError", "BuildError", "Functionz", "ModelError",
            "activate_function_version", "add_function", "add_key", "add_trigger", "ask_model",
            "backup", "build", "build_and_run", "build_role", "builds", "close", "converse",
            "diff", "display", "doctor", "embed_texts", "execute_function", "find_functions",
            "get_all_functions", "get_all_imports", "get_all_secret_keys", "get_func_instance",
            "get_function", "get_function_imports", "get_function_versions", "get_log",
            "get_log_bundle", "get_logs", "get_triggers", "get_triggers_for_function", "improve",
            "load_functions", "models", "outcomes", "panel", "react", "register_function",
            "remove_function", "remove_trigger", "restore", "resume_build", "revise_function",
            "schema", "similar_functions", "sql", "undo", "update_function", "upkeep",
            "use_model",
        ]  # fmt: skip


def test_every_public_name_can_be_had(app: BabyAGI) -> None:
    kernel_app.use(app)
    try:
        for name in babyagi_nb.__all__:
            assert callable(getattr(babyagi_nb, name)), name
        assert babyagi_nb.Functionz is babyagi_nb.BabyAGI is BabyAGI
        assert babyagi_nb.get_func_instance() is app
    finally:
        kernel_app.use(None)


def test_the_module_works_on_the_kernels_application(app: BabyAGI) -> None:
    kernel_app.use(app)
    try:

        @babyagi_nb.register_function()
        def hello() -> str:
            return "hello"

        assert babyagi_nb.hello() == "hello"
        assert babyagi_nb.get_logs("hello")[0]["output"] == "hello"
        assert app.hello() == "hello"
    finally:
        kernel_app.use(None)


def test_a_closed_application_is_replaced_by_a_new_one(app: BabyAGI) -> None:
    kernel_app.prepare(path=":memory:")
    try:
        kernel_app.use(app)
        app.close()
        other = babyagi_nb.get_func_instance()
        assert other is not app
        assert kernel_app.opened() is other
    finally:
        kernel_app.use(None)
        kernel_app.prepare(path=None)


def test_every_public_method_says_what_it_does() -> None:
    for name, member in inspect.getmembers(BabyAGI, inspect.isfunction):
        if not name.startswith("_"):
            assert member.__doc__, name
