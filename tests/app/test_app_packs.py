"""Packs: our own, those of the original's form, and those that are broken."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import NotFound, PackError

DEFAULT = {
    "execute_function_wrapper", "add_new_function", "function_added_or_updated",
    "add_key_wrapper", "get_function_versions_wrapper", "get_function_wrapper",
    "get_all_functions_wrapper", "activate_function_version_wrapper",
    "display_functions_wrapper", "get_logs_wrapper", "add_trigger_wrapper",
    "get_all_secret_keys", "get_all_imports_wrapper", "get_triggers_for_function_wrapper",
}  # fmt: skip


def write(folder: Path, text: str, name: str = "pack.py") -> Path:
    file = folder / name
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def test_the_default_pack_manages_functions(app: BabyAGI) -> None:
    done = app.load_functions("default_functions")
    assert {each.version.name for each in done.functions} == DEFAULT
    assert app.add_new_function("double", "def double(x):\n    return 2 * x") is True
    assert app.execute_function_wrapper("double", 4) == 8
    assert app.execute_function_wrapper("double", x=4) == 8
    assert app.get_function_wrapper("double")["version"] == 1
    app.add_new_function("double", "def double(x):\n    return x + x")
    assert len(app.get_function_versions_wrapper("double")) == 2
    app.activate_function_version_wrapper("double", 1)
    assert app.get_function("double")["version"] == 1
    app.add_new_function("hear", "def hear(x):\n    return x")
    app.add_trigger_wrapper("hear", "double")
    assert app.get_triggers_for_function_wrapper("double") == ["hear"]
    assert "double" in app.display_functions_wrapper()
    assert {row["name"] for row in app.get_all_functions_wrapper()} == DEFAULT | {"double", "hear"}
    assert app.get_logs_wrapper("double")
    assert isinstance(app.get_all_imports_wrapper(), list)


def test_a_function_of_a_default_pack_is_there_when_first_asked_for(app: BabyAGI) -> None:
    assert list(app.catalogue) == []
    app.add_function("own", "def own():\n    return get_function_wrapper('own')['name']")
    assert app.own() == "own"
    assert app.get_function("own")["dependencies"] == ["get_function_wrapper"]


def test_the_default_pack_never_shows_a_key(app: BabyAGI) -> None:
    app.load_functions("default_functions")
    app.add_key_wrapper("service", "canary-98765")
    (found,) = [
        each for each in app.execute_function("get_all_secret_keys") if each["name"] == "service"
    ]
    assert found == {"name": "service", "available": True, "used_by": []}
    assert "canary-98765" not in repr(app.get_logs())
    if app.path is not None:
        for file in app.path.rglob("*"):
            assert not file.is_file() or b"canary-98765" not in file.read_bytes(), file


def test_a_pack_of_the_original_loads_unmodified(app: BabyAGI, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        # a pack as the original's users write them
        from functionz.core.framework import func
        import json
        from datetime import datetime

        FACTOR = 3

        @func.register_function(
            metadata={"description": "Triples."},
            imports=["json"],
        )
        def triple(x):
            return json.loads(json.dumps(x)) * FACTOR

        @func.register_function(
            metadata={"description": "Triples twice."},
            dependencies=["triple"],
            triggers=["triple"],
        )
        def nine_times(x):
            return triple(triple(x))

        @func.register_function(dependencies=["nowhere"], key_dependencies=["openai_api_key"])
        def ask(text):
            return nowhere(text)

        @func.register_function()
        def known():
            return sorted(f["name"] for f in func.get_all_functions())
        """,
    )
    app.load_functions(file, approve=True)
    assert app.triple(2) == 6
    assert app.get_function("nine_times")["dependencies"] == ["triple"]
    assert app.known() == ["ask", "known", "nine_times", "triple"]
    app.add_key("openai_api_key", "not-a-real-key")
    with pytest.raises(NotFound, match="no function 'nowhere'"):
        app.ask("hello")


@pytest.mark.parametrize(
    "header",
    [
        "from babyagi.functionz.core.framework import func\n",
        "from functionz import func\n",
        "from PythonFunc.core.framework import func\n",
        "import babyagi\nfunc = babyagi\n",
        "from babyagi import register_function\n"
        "class func:\n    register_function = staticmethod(register_function)\n",
        "",
    ],
)
def test_every_form_of_the_import_is_understood(app: BabyAGI, tmp_path: Path, header: str) -> None:
    file = write(tmp_path, header + "@func.register_function()\ndef one():\n    return 1\n")
    app.load_functions(file, approve=True)
    assert app.one() == 1


def test_decorators_by_every_name_are_understood(app: BabyAGI, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        import babyagi
        from babyagi import register_function

        @babyagi.register_function(metadata={"description": "a"})
        def one():
            import babyagi
            return babyagi.get_function("one")["name"]

        @register_function()
        def two():
            return one()
        """,
    )
    app.load_functions(str(file), approve=True)
    assert app.two() == "one"


def test_a_pack_may_compute_and_write_while_it_loads(app: BabyAGI, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        from functionz.core.framework import func

        facts = {"description": " ".join(["a", "computed", "text"])}

        @func.register_function(metadata=facts)
        def one(x=None):
            return 1

        func.add_function("two", code="def two():\\n    return one()")
        func.add_trigger("one", "two")
        """,
    )
    app.load_functions(file, approve=True)
    assert app.get_function("one")["description"] == "a computed text"
    assert app.two() == 1
    assert app.get_triggers_for_function("two") == ["one"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def broken(:\n    pass\n", "line 1"),
        (
            "from functionz.core.framework import func\n\nraise ValueError('no')\n",
            "line 3: ValueError: no",
        ),
        ("import nowhere_at_all\n", "line 1: ModuleNotFoundError"),
        ("x = 1\n", "no function"),
    ],
)
def test_a_broken_pack_says_where_and_leaves_the_store_as_it_was(
    app: BabyAGI, tmp_path: Path, text: str, words: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(PackError, match=words) as caught:
        app.load_functions(file, approve=True)
    assert str(file) in str(caught.value)
    assert list(app.catalogue) == []


def test_one_bad_function_keeps_the_whole_pack_out(app: BabyAGI, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        from functionz.core.framework import func

        @func.register_function()
        def good():
            return 1

        @func.register_function()
        def print():
            return 1
        """,
    )
    with pytest.raises(PackError, match=r"line 9.*shadow"):
        app.load_functions(file, approve=True)
    assert list(app.catalogue) == []


def test_an_unknown_pack_is_named_with_what_there_is(app: BabyAGI) -> None:
    with pytest.raises(NotFound, match="did you mean 'default_functions'"):
        app.load_functions("default_function")


def test_the_hosts_modules_are_not_left_behind(app: BabyAGI, tmp_path: Path) -> None:
    import sys

    file = write(
        tmp_path,
        "from functionz.core.framework import func\n"
        "@func.register_function()\ndef f():\n    return 1\n",
    )
    app.load_functions(file, approve=True)
    assert "functionz" not in sys.modules


def test_loading_again_changes_nothing(app: BabyAGI) -> None:
    app.load_functions("default_functions")
    done = app.load_functions("default_functions")
    assert {each.change for each in done.functions} == {"unchanged"}
    assert done.transaction is None
