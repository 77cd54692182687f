"""What a cell may hold, what travels with a function, and what is refused with which mend."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import pytest

from babyagi_nb.core.digest import digest
from babyagi_nb.core.imports import import_of, imports_through, parse_imports
from babyagi_nb.core.parameters import input_parameters, output_parameters
from babyagi_nb.core.parsing import ParsedFunction, parse_cell, select_nodes
from babyagi_nb.core.records import FunctionSpec, Import
from babyagi_nb.errors import SourceError, UsageError
from babyagi_nb.ids import FunctionName


def only(text: str, name: str | None = None) -> ParsedFunction:
    (function,) = parse_cell(textwrap.dedent(text), name).functions
    return function


def run(code: str, name: str, **given: Any) -> Any:
    space: dict[str, Any] = dict(given)
    exec(compile(code, "<test>", "exec", dont_inherit=True), space)
    return space[name]


def spec(text: str) -> FunctionSpec:
    function = only(text)
    return FunctionSpec(
        name=FunctionName(function.name),
        code=function.code,
        parameters=function.parameters,
        returns=function.returns,
    )


WHOLE = '''
from __future__ import annotations

import json, math
import os

# how many
LIMIT = 10  # ten
_TABLE = {"a": 1}


class Box:
    size = LIMIT


def _help(x):
    return Box().size + math.floor(x) + _TABLE["a"]


# says hello
def hello(name, n=1.5):
    """Say hello.

    And more.
    """
    return _help(n), world(name)


def world(x):
    return json.dumps(x)  # quoted
'''


def test_each_public_function_stands_alone_with_what_it_needs() -> None:
    hello, world = parse_cell(WHOLE).functions
    assert run(hello.code, "hello", world=str.upper)("ann") == (12, "ANN")
    assert run(world.code, "world")("ann") == '"ann"'
    assert hello.free.needed == {"world"}
    assert world.free.needed == set()


def test_only_what_is_needed_travels_and_the_text_is_exact() -> None:
    hello, world = parse_cell(WHOLE).functions
    assert "import os" not in hello.code
    assert "# how many\nLIMIT = 10  # ten\n" in hello.code
    assert "# says hello\ndef hello(name, n=1.5):" in hello.code
    assert world.code == (
        "from __future__ import annotations\nimport json, math\n\n\n"
        "def world(x):\n    return json.dumps(x)  # quoted\n"
    )


def test_the_docstring_gives_its_first_paragraph() -> None:
    assert only('def f():\n    """One\n    two.\n\n    Three.\n    """').description == "One two."
    assert only("def f(): pass").description == ""


@pytest.mark.parametrize("name", ["hello", "world"])
def test_selected_nodes_mean_what_the_code_means_and_keep_their_lines(name: str) -> None:
    nodes = select_nodes(ast.parse(WHOLE), name)
    (function,) = (each for each in parse_cell(WHOLE).functions if each.name == name)
    assert ast.dump(ast.Module(nodes, [])) == ast.dump(ast.parse(function.code))
    assert nodes[-1].lineno == function.line
    assert WHOLE.split("\n")[function.line - 1].startswith(f"def {name}")


def test_a_name_picks_one_function_and_makes_the_others_helpers() -> None:
    text = "def double(x):\n    return 2 * x\n\ndef four(x):\n    return double(double(x))\n"
    four = only(text, "four")
    assert run(four.code, "four")(1) == 4
    assert four.free.needed == set()
    nodes = select_nodes(ast.parse(text), "four", apart=())
    assert [each.name for each in nodes] == ["double", "four"]  # type: ignore[attr-defined]
    assert len(select_nodes(ast.parse(text), "four")) == 1


def test_a_private_function_can_be_picked_by_name() -> None:
    assert only("def _f(): pass", "_f").name == "_f"


def test_registering_decorators_are_taken_off_and_others_kept() -> None:
    text = """
    import functools

    @functools.cache
    @app.register_function(
        deps=["b"],
    )
    # why
    @babyagi.register_function
    def f(x):
        return x
    """
    function = only(text)
    assert "register_function" not in function.code
    assert "@functools.cache\ndef f(x):" in function.code
    assert function.free.needed == set()
    nodes = select_nodes(ast.parse(textwrap.dedent(text)), "f")
    assert "register_function" not in ast.unparse(ast.Module(nodes, []))


def test_statements_that_share_a_line_are_cut_apart() -> None:
    cell = parse_cell("import math; LIMIT = 'é;'; unused = 1\ndef f(): return LIMIT + str(math.pi)")
    assert cell.functions[0].code.startswith("import math\n\nLIMIT = 'é;'\n\n\ndef f")


def test_columns_are_counted_in_bytes_not_characters() -> None:
    cell = parse_cell("_A = 'ééé'; _B = '日本'  # 注\ndef f(): return _B + _A")
    assert run(cell.functions[0].code, "f")() == "日本ééé"


def test_overloads_and_registered_variants_travel_together() -> None:
    function = only(
        """
        from functools import singledispatch
        from typing import overload

        @overload
        def show(x: int) -> str: ...
        @overload
        def show(x: str) -> str: ...
        @singledispatch
        def show(x):
            return "any"

        @show.register
        def _(x: int):
            return "int"
        """
    )
    assert run(function.code, "show")(1) == "int"
    assert run(function.code, "show")(None) == "any"


def test_imports_inside_try_and_if_travel_as_imports() -> None:
    function = only(
        """
        try:
            import no_such_module as fast
        except ImportError:
            fast = None

        def has():
            return fast is not None
        """
    )
    assert run(function.code, "has")() is False


def test_top_level_statements_run_once_with_a_warning() -> None:
    cell = parse_cell("import math\nsizes = [math.pi]\nprint(sizes)\ndef f(): return sizes\n")
    assert [ast.unparse(each) for each in cell.immediate] == [
        "import math",
        "sizes = [math.pi]",
        "print(sizes)",
    ]
    first, second = cell.warnings
    assert "line 2" in first
    assert "_sizes travels with the function" in first
    assert "line 3: 'print(sizes)' ran once" in second
    assert cell.functions[0].free.needed == {"sizes"}


def test_a_constant_travels_without_a_warning_and_is_bound_in_the_notebook_too() -> None:
    cell = parse_cell("RATE = -0.19, 'x' * 2\ndef f(): return RATE")
    assert cell.warnings == ()
    assert [ast.unparse(each) for each in cell.immediate] == ["RATE = (-0.19, 'x' * 2)"]
    assert run(cell.functions[0].code, "f")() == (-0.19, "xx")


def test_tests_go_to_the_functions_they_call_and_never_travel() -> None:
    cell = parse_cell(
        "import os\n"
        "def a(): return 1\n"
        "def b(): return 2\n"
        "def _check(x): assert x == 1\n"
        "def test_a():\n    _check(a())\n"
        "assert b() == 2\n"
        "assert os\n"
    )
    a, b = cell.functions
    assert a.code == "def a(): return 1\n"
    assert [text.split("\n")[-2].strip() for text in a.tests] == ["_check(a())", "assert os"]
    assert [text.split("\n")[-2] for text in b.tests] == ["assert b() == 2", "assert os"]
    for function, value in ((a, 1), (b, 2)):
        for text in function.tests:
            space: dict[str, Any] = {function.name: lambda value=value: value}
            exec(text, space)


def test_a_helper_is_not_doubled_by_a_test() -> None:
    function = only(
        "class Box: pass\ndef f(): return Box()\ndef test_f(): assert isinstance(f(), Box)"
    )
    assert function.tests == ("def test_f(): assert isinstance(f(), Box)\n",)


@pytest.mark.parametrize(
    ("text", "is_async", "is_generator"),
    [
        ("def f(): return 1", False, False),
        ("async def f(): return 1", True, False),
        ("def f(): yield 1", False, True),
        ("def f(): x = yield from ()", False, True),
        ("async def f(): yield 1", True, True),
        ("def f():\n    def g(): yield 1\n    return lambda: (yield)", False, False),
    ],
)
def test_coroutines_and_generators_are_told_by_their_own_body(
    text: str, is_async: bool, is_generator: bool
) -> None:
    function = only(text)
    assert (function.is_async, function.is_generator) == (is_async, is_generator)


def test_parameters_keep_kind_annotation_and_default() -> None:
    function = only(
        "def f(a, /, b: int, c: 'str' = 'x', *args, d, e=1, **rest) -> dict[str, int]: 1"
    )
    found = [(each.name, each.kind, each.annotation, each.default) for each in function.parameters]
    assert found == [
        ("a", "positional_only", None, None),
        ("b", "positional_or_keyword", "int", None),
        ("c", "positional_or_keyword", "'str'", "'x'"),
        ("args", "var_positional", None, None),
        ("d", "keyword_only", None, None),
        ("e", "keyword_only", None, "1"),
        ("rest", "var_keyword", None, None),
    ]
    assert function.returns == "dict[str, int]"
    assert [each.name for each in function.parameters if each.required] == ["a", "b", "d"]


def test_input_parameters_follow_the_originals_form() -> None:
    assert input_parameters(spec("def f(a, b: int = 1, *c, **d): pass")) == [
        {"name": "a", "type": "Any"},
        {"name": "b", "type": "int"},
    ]


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("def f(): return {'a': 1, 'b': 2, **x}", [("a", "Any"), ("b", "Any")]),
        ("def f(): return 'text'", [("output", "str")]),
        ("def f(x): return x.y", [("output", "Any")]),
        ("def f(x) -> list[int]: return x", [("output", "list[int]")]),
        ("def f(): pass", []),
        ("def f():\n    def g(): return {'inner': 1}\n    return g", [("output", "Any")]),
        ("def f(x):\n    if x:\n        return {'first': 1}\n    return 2", [("first", "Any")]),
    ],
)
def test_output_parameters_are_read_off_the_first_return(
    text: str, outputs: list[tuple[str, str]]
) -> None:
    found = [(each["name"], each["type"]) for each in output_parameters(spec(text))]
    assert found == outputs


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("def f(:\n    pass", 1, "invalid syntax"),
        ("x = 1", None, "no function in the cell"),
        ("", None, "no function in the cell"),
        ("\n\ndef _help(): pass", 3, "name it 'help'"),
        ("def f(): pass\n!ls", 2, "subprocess.run"),
        ("def f():\n    files = !ls *.py\n", 2, "subprocess.run"),
        ("def f():\n    %time g()\n", 2, "a cell of its own"),
        ("%%bash\ndef f(): pass", 1, "a cell of its own"),
        ("def f(): pass\nf?", 2, "a cell of its own"),
        ("def f(): pass\nawait f()", 2, "await at the top level"),
        ("def f(x=await g()): pass", 1, "await at the top level"),
        ("x = [i async for i in g()]\ndef f(): pass", 1, "await at the top level"),
        ("from os import *\ndef f(): pass", 1, "from os import a, b"),
        ("def f():\n    await g()", 2, "outside async function"),
        ("def f(a, a): pass", 1, "duplicate argument"),
        ("return 1\ndef f(): pass", 1, "outside function"),
        ("def f():\n    nonlocal x", 2, "nonlocal"),
        ("def f(): pass\ndef test_f(case): pass", 2, "give the parameter a default"),
        ("(" * 1000, None, ""),
        ("def f(): return '\ud800'", None, "cannot be read"),
        ("def f(): pass\0", None, "null"),
    ],
)
def test_what_no_function_may_hold_is_refused_with_line_and_mend(
    text: str, line: int | None, said: str
) -> None:
    with pytest.raises(SourceError) as caught:
        parse_cell(text)
    assert said in str(caught.value)
    if line is not None:
        assert caught.value.line == line
        assert f"line {line}" in str(caught.value)


def test_a_syntax_error_hands_over_the_parsers_own() -> None:
    with pytest.raises(SourceError) as caught:
        parse_cell("def f(:\n    pass")
    assert isinstance(caught.value.syntax, SyntaxError)


def test_a_modulo_at_the_start_of_a_line_is_no_magic() -> None:
    assert run(only("def f(x):\n    return (x\n    % 3)").code, "f")(5) == 2


def test_a_name_that_is_not_in_the_cell_suggests_a_near_one() -> None:
    with pytest.raises(SourceError, match=r"no function 'helo'.*did you mean 'hello'"):
        parse_cell("def hello(): pass", "helo")


def test_windows_line_ends_and_indented_source_are_read() -> None:
    assert run(only("    def f():\r\n        return 'a'\r\n").code, "f")() == "a"


def test_padding_keeps_the_visible_line_numbers() -> None:
    assert only("\n" * 7 + "def f(): pass").line == 8


@pytest.mark.parametrize(
    ("declared", "statements"),
    [
        (None, []),
        ("math", ["import math"]),
        ("math, requests>=2", ["import math", "import requests"]),
        ("numpy as np", ["import numpy as np"]),
        ("os.path", ["import os.path"]),
        ("import a.b as c; from d import e as f", ["import a.b as c", "from d import e as f"]),
        (["math", {"name": "bs4", "lib": "beautifulsoup4"}], ["import math", "import bs4"]),
        ('["math", {"name": "json", "lib": null}]', ["import math", "import json"]),
        ({"name": "json"}, ["import json"]),
        ([Import(module="a", name="b")], ["import a as b"]),
        ("math, math", ["import math"]),
    ],
)
def test_imports_are_declared_in_many_forms(declared: Any, statements: list[str]) -> None:
    assert [each.statement() for each in parse_imports(declared)] == statements


def test_declared_versions_and_distributions_are_kept() -> None:
    first, second, third = parse_imports(
        ["requests[socks] >= 2, < 3", {"name": "cv2", "lib": "opencv-python>=4"}, "yaml"]
    )
    assert (first.distribution, first.requirement) == ("requests[socks]", ">=2,<3")
    assert (second.module, second.distribution, second.requirement) == (
        "cv2",
        "opencv-python",
        ">=4",
    )
    assert third.distribution is None


@pytest.mark.parametrize(
    "declared", ["scikit-learn", "a b", "{", '{"lib": "x"}', 3, [None, 3], "from a import *"]
)
def test_an_import_that_cannot_be_read_is_refused(declared: Any) -> None:
    with pytest.raises(UsageError):
        parse_imports(declared)


def test_an_object_is_told_as_an_import_from_the_shortest_module_that_has_it() -> None:
    import decimal
    import xml.etree.ElementTree as tree
    from pathlib import Path

    assert import_of("Path", Path) == Import(module="pathlib", attribute="Path", name="Path")
    assert import_of("ET", tree) == Import(module="xml.etree.ElementTree", name="ET")
    assert import_of("D", decimal.Decimal) == Import(
        module="decimal", attribute="Decimal", name="D"
    )


@pytest.mark.parametrize("value", [1, "x", object(), lambda: 1, [].append, type("Local", (), {})])
def test_what_lives_in_the_notebook_alone_is_no_import(value: object) -> None:
    assert import_of("x", value) is None


def test_an_object_that_answers_nothing_is_no_import() -> None:
    class Refuses:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError

    assert import_of("x", Refuses()) is None


def test_modules_reached_through_a_package_are_imports_of_their_own() -> None:
    import concurrent.futures.thread

    code = "def f():\n    return concurrent.futures.wait, concurrent.futures.thread.queue.Queue"
    found = imports_through("concurrent", concurrent, code)
    assert {each.statement() for each in found} == {
        "import concurrent.futures",
        "import concurrent.futures.thread",
    }
    assert imports_through("c", concurrent, code) == ()


def test_reading_a_cell_repeats_none_of_the_compilers_warnings() -> None:
    # Warnings are errors in this suite, so an escaped one would fail here.
    cell = parse_cell("def f(x):\n    return x is 1, '\\d'\n\nassert (f, 1)\n")
    assert digest(FunctionSpec(name=FunctionName("f"), code=cell.functions[0].code))
    assert output_parameters(spec("def f(): return '\\d'")) == [{"name": "output", "type": "str"}]
