"""Free names as Python sees them, and where each of them is settled."""

from __future__ import annotations

import builtins
import collections
import math
import textwrap
import types
import xml.etree.ElementTree as tree
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.names import BUILTINS, FreeNames, check_name, free_names
from babyagi_nb.core.records import Import
from babyagi_nb.core.settlement import Settlement, Surroundings, settle
from babyagi_nb.core.source import Declared
from babyagi_nb.errors import DependencyError, NameSettlementError, RegistrationError


def needed(text: str) -> set[str]:
    return set(free_names(textwrap.dedent(text)).needed) - BUILTINS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(x): return x + y", {"y"}),
        ("def f():\n    def g(): return deep\n    return g", {"deep"}),
        ("def f(): return lambda a: a + b", {"b"}),
        ("def f(): return [i + j for i in k if l]", {"j", "k", "l"}),
        ("def f(): return {a: b for a, c in d}", {"b", "d"}),
        ("def f(x=default): pass", {"default"}),
        ("@decorate(using)\ndef f(): pass", {"decorate", "using"}),
        ("def f(x: Kind) -> Other: pass", {"Kind", "Other"}),
        ("def f():\n    class A(Base, metaclass=Meta):\n        x = y\n", {"Base", "Meta", "y"}),
        ("class A:\n    x = 1\n    y = x\n", set()),
        ("class A:\n    limit = limit\n", {"limit"}),
        ("class A:\n    x = [x for x in items]\n", {"items"}),
        ("class A:\n    x = 1\n    x = x + 1\n", set()),
        ("def f():\n    class A:\n        limit = limit\n    return A", {"limit"}),
        ("def f():\n    global counter\n    return counter", {"counter"}),
        ("def f(): del thing", set()),
        ("def f():\n    if (n := g()): return n", {"g"}),
        (
            "def f(x):\n    match x:\n        case [a, *b]: pass\n        case P(c=d): return d",
            {"P"},
        ),
        ("def f():\n    try: pass\n    except E as e: return e", {"E"}),
        ("def f():\n    with open_it() as (a, b): return a", {"open_it"}),
        ("def f():\n    for i in range(3): pass\n    return i", set()),
        ("def f():\n    import math, os.path as p\n    return math, p", set()),
        ("import math\ndef f(): return math.pi", set()),
        ("def f(n): return f(n - 1)", set()),
        ("def f(): return __name__, __file__, __debug__, __doc__", set()),
        ("class A:\n    def m(self): return __class__, super().m()", set()),
        ("def f(): return f'{a!r:>{b}}'", {"a", "b"}),
        ("def f():\n    nothing: Hint = 1", set()),
        ("def f(x: 'Hint'): pass", set()),
        ("x: Hint = 1", {"Hint"}),
        ("from __future__ import annotations\ndef f(x: Hint): pass", set()),
        ("from __future__ import annotations\ndef f(x: Hint): return Hint", {"Hint"}),
        ("def f(x: 'Hint', y: Hint): pass", {"Hint"}),
        ("async def f():\n    async for i in g(): await i", {"g"}),
        ("def f(*args, **kwargs): return args, kwargs", set()),
        ("def outer():\n    x = 1\n    def inner():\n        nonlocal x\n        x = 2\n", set()),
    ],
)
def test_free_names_are_those_python_would_look_up_outside(text: str, names: set[str]) -> None:
    assert needed(text) == names


def test_names_in_annotations_that_are_never_evaluated_are_hints() -> None:
    text = "def f(x: 'pd.DataFrame | Own') -> 'list[np.ndarray]':\n    y: Local = 1\n"
    assert free_names(text).hints - BUILTINS == {"pd", "Own", "np", "Local"}
    assert free_names("def f(x: 'not a hint!'): pass").hints == set()


def test_names_written_by_global_are_told_apart() -> None:
    free = free_names("def f():\n    global seen\n    seen += 1")
    assert (free.needed, free.written) == (set(), {"seen"})
    assert free_names("seen = 0\ndef f():\n    global seen\n    seen = 1").written == set()


@given(st.sets(st.sampled_from("abcde")), st.sets(st.sampled_from("abcde")))
def test_a_function_that_gets_its_needed_names_never_meets_an_unknown_one(
    read: set[str], bound: set[str]
) -> None:
    code = "def f():\n" + "".join(f"    {name} = 1\n" for name in sorted(bound))
    code += f"    return [({', '.join(sorted(read))}{',' if read else ''}) for _ in 'x']\n"
    space = dict.fromkeys(free_names(code).needed, 2)
    exec(code, space)
    expected = tuple(1 if name in bound else 2 for name in sorted(read))
    assert space["f"]() == [expected]  # type: ignore[operator]


# -- names a function may bear ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("babyagi", "reserved"),
        ("__secret", "name it my_secret"),
        ("class", "Python allows no function"),
        ("two words", "Python allows no function"),
        ("print", "shadow Python's built-in print; name it print_"),
        ("api_key", "shadow the declared key"),
    ],
)
def test_a_name_no_function_may_bear_is_refused_with_a_mend(name: str, said: str) -> None:
    with pytest.raises(RegistrationError, match=said):
        check_name(name, keys=["api_key"])


def test_a_name_of_the_facade_is_allowed_with_a_warning() -> None:
    (warning,) = check_name("get_logs", methods=["get_logs"])
    assert "execute_function" in warning
    assert check_name("hello", methods=["get_logs"]) == []


def test_what_a_notebook_shell_adds_is_no_builtin_of_pythons() -> None:
    assert not {"display", "get_ipython"} & BUILTINS
    assert check_name("display") == []


# -- settling --------------------------------------------------------------------------------


def settled(
    *names: str,
    stored: tuple[str, ...] = (),
    notebook: Mapping[str, object] | None = None,
    peers: tuple[str, ...] = (),
    code: str = "",
    hints: tuple[str, ...] = (),
    written: tuple[str, ...] = (),
    **declared: Any,
) -> Settlement:
    return settle(
        FreeNames(needed=frozenset(names), hints=frozenset(hints), written=frozenset(written)),
        declared=Declared(**declared),
        surroundings=Surroundings(functions=stored, notebook=notebook),
        peers=peers,
        name="f",
        code=code,
    )


class Logged:
    __babyagi_name__ = "world"


def test_a_function_of_the_store_becomes_a_dependency() -> None:
    assert settled("world", "print", stored=("world",)).dependencies == ("world",)


def test_another_function_of_the_cell_becomes_a_dependency_without_a_warning() -> None:
    found = settled("peer", peers=("peer",), dependencies=())
    assert (found.dependencies, found.warnings) == (("peer",), ())


def test_a_dependency_missing_from_a_declared_list_is_added_with_the_exact_list() -> None:
    found = settled("a", "b", stored=("a", "b"), dependencies=("a",))
    assert found.dependencies == ("a", "b")
    assert found.warnings == ("f also calls 'b'; write deps=a,b",)


def test_a_declared_dependency_that_is_not_called_is_kept_with_a_warning() -> None:
    found = settled("a", stored=("a", "b"), dependencies=("a", "b"))
    assert found.dependencies == ("a", "b")
    assert found.warnings == ("f declares 'b' but does not call it; write deps=a",)


def test_an_unknown_declared_dependency_is_refused_with_a_near_one() -> None:
    with pytest.raises(DependencyError, match="did you mean 'world'"):
        settled("wrld", stored=("world",), dependencies=("wrld",))


def test_declared_imports_and_keys_come_before_functions_of_the_store() -> None:
    found = settled(
        "math", "token", stored=("math", "token"), imports=(Import(module="math", name="math"),),
        keys=("token",),
    )  # fmt: skip
    assert found.dependencies == ()
    assert (found.imports[0].module, found.keys) == ("math", ("token",))


def test_a_notebook_module_becomes_an_import() -> None:
    found = settled("ET", "m", notebook={"ET": tree, "m": math})
    assert [each.statement() for each in found.imports] == [
        "import xml.etree.ElementTree as ET",
        "import math as m",
    ]
    assert found.uses == ()


def test_what_a_module_offers_becomes_an_import_of_that_very_object() -> None:
    found = settled("D", notebook={"D": collections.OrderedDict})
    assert found.imports[0].statement() == "from collections import OrderedDict as D"


def test_modules_reached_through_a_notebook_package_are_imported_too() -> None:
    import xml

    found = settled(
        "xml", notebook={"xml": xml}, code="def f(): return xml.etree.ElementTree.parse"
    )
    assert "import xml.etree.ElementTree" in [each.statement() for each in found.imports]


def test_what_lives_in_the_notebook_alone_is_used_live() -> None:
    def local() -> None: ...

    found = settled(
        "limit", "local", "fake", notebook={"limit": 3, "local": local, "fake": _fake()}
    )
    assert found.uses == ("fake", "limit", "local")
    assert found.imports == ()


def test_the_notebooks_own_callable_of_a_stored_function_is_the_dependency() -> None:
    found = settled("world", stored=("world",), notebook={"world": Logged()})
    assert (found.dependencies, found.uses, found.warnings) == (("world",), (), ())


def test_a_notebook_namesake_of_a_stored_function_is_told() -> None:
    found = settled("world", stored=("world",), notebook={"world": math})
    assert found.dependencies == ("world",)
    assert "not the notebook's own 'world'" in found.warnings[0]


def test_every_unknown_name_is_named_at_once_with_near_ones() -> None:
    with pytest.raises(NameSettlementError) as caught:
        settled("wrld", "lenn", "zzz", stored=("world",), notebook={})
    said = str(caught.value)
    assert "'wrld' (did you mean 'world'?)" in said
    assert "'lenn' (did you mean 'len'" in said
    assert "'zzz'" in said


def test_a_lenient_declaration_notes_what_nobody_knows() -> None:
    found = settled("func", "gone", lenient=True, dependencies=("gone",))
    assert found.unresolved == ("func", "gone")
    assert len(found.warnings) == 2


def test_a_hint_is_imported_when_it_can_be_and_forgotten_when_not() -> None:
    found = settled(hints=("ET", "Mine", "zzz"), notebook={"ET": tree, "Mine": Logged()})
    assert [each.name for each in found.imports] == ["ET"]
    assert (found.uses, found.warnings) == ((), ())


def test_writing_a_notebook_global_is_told() -> None:
    found = settled(written=("count", "own"), notebook={"count": 0})
    assert found.uses == ("count",)
    assert "the notebook's own 'count' stays as it is" in found.warnings[0]


def test_a_name_the_shell_put_among_the_builtins_needs_a_notebook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(builtins, "display", print, raising=False)
    assert settled("display", notebook={}).uses == ()
    with pytest.raises(NameSettlementError):
        settled("display")


def test_an_object_that_answers_nothing_is_used_live() -> None:
    class Refuses:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError

    assert settled("x", notebook={"x": Refuses()}).uses == ("x",)


def test_a_function_is_no_dependency_of_itself() -> None:
    assert settled("f", stored=("f",)).dependencies == ()


def _fake() -> types.ModuleType:
    return types.ModuleType("math")
