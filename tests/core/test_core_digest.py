"""Identity: layout makes no difference, meaning does, on every version of Python alike."""

from __future__ import annotations

import ast
import dataclasses
import math
import types
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.digest import digest, freeze, verify
from babyagi_nb.core.records import Cell, FunctionSpec, Import, Parameter
from babyagi_nb.core.trust import Grants
from babyagi_nb.errors import RegistrationError, SourceError
from babyagi_nb.ids import Digest, FunctionName, VersionNumber

CODE = '''import math
from os import path as p, sep


def f(x: int = 1, *args, k=-2, **kw) -> "str":
    """Doc."""
    with open(x) as file, p(sep):
        y = [i ** 2 for i in file if i not in {1, 2.5, 1e100, 3j, b"\\x00", None, ...}]
    try:
        return f"a{y!r:>{k}}b" "c" f"{x=}" + 'it\\'s' + "\\ud800\\N{SNOWMAN}"
    except* (ValueError, KeyError) as error:
        raise RuntimeError from error
    finally:
        lambda a, /, b=1: (yield)
    match x:
        case {"a": 1, **rest} if rest: pass
        case [1, *_] | None: del y[1:2, ::3]
        case str(): assert y, "no"
'''


def spec(code: str = CODE, **given: Any) -> FunctionSpec:
    return FunctionSpec(name=FunctionName("f"), code=code, **given)


def test_a_digest_is_tagged() -> None:
    assert digest(spec()).startswith("b1:")
    assert len(digest(spec())) == 3 + 64


def test_the_form_never_changes_by_accident() -> None:
    """Stores hold digests: whoever changes the form must change the tag and read both."""
    plain = FunctionSpec(
        name=FunctionName("hello"),
        code="def hello(name):\n    return f'hi {name}' + world(1, -2.5)\n",
    )
    assert digest(plain) == PLAIN
    assert digest(spec()) == RICH


PLAIN = "b1:1b26b857addd8ba34ee0e20ce92530e4feb9ba42cabf52eaed81800c0404656e"
RICH = "b1:7468c2fe424e57e938cb243d0e93fe99c1eee1f53d5e05e230095471e002ff89"


def test_layout_and_comments_make_no_difference() -> None:
    assert digest(spec(ast.unparse(ast.parse(CODE)))) == digest(spec())
    assert digest(spec("# remark\n\n\ndef f( ):\n  return(1) # one")) == digest(
        spec("def f():\n        return 1")
    )


def test_the_order_of_imports_makes_no_difference_unless_they_bind_one_name() -> None:
    assert digest(spec("import a, b\nfrom c import d\ndef f(): 1")) == digest(
        spec("from c import d\nimport b\nimport a\ndef f(): 1")
    )
    assert digest(spec("from a import x\nfrom b import x\ndef f(): 1")) != digest(
        spec("from b import x\nfrom a import x\ndef f(): 1")
    )
    assert digest(spec("import g\ndef g(): 1\ndef f(): 1")) != digest(
        spec("def g(): 1\nimport g\ndef f(): 1")
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return 1", "return 2"),
        ("return 1", "return 1.0"),
        ("return 1", "return True"),
        ("return 'a'", "return b'a'"),
        ("return 0.0", "return -0.0"),
        ("return a.b", "return a['b']"),
        ("return a + b", "return b + a"),
        ("return (a, b)", "return [a, b]"),
        ("return a < b < c", "return (a < b) < c"),
        ("return f'{a}'", "return f'{a!s}'"),
        ("return f'{a}'", "return 'a'"),
        ("x = 1", "x: int = 1"),
        ("return", "return None"),
        ("return ''", "return None"),
        ("for i in a: pass", "for i in a: pass\n    else: 1"),
        ("if a:\n        b\n        c", "if a:\n        b\n    c"),
        ("from . import a", "from .. import a"),
    ],
)
def test_meaning_makes_a_difference(one: str, other: str) -> None:
    assert digest(spec(f"def f():\n    {one}")) != digest(spec(f"def f():\n    {other}"))


def test_parts_of_an_f_string_may_be_split_anywhere() -> None:
    assert digest(spec("def f(a): return f'x{a}y' 'z'")) == digest(
        spec("def f(a): return 'x' f'{a}' f'y' f'z' f''")
    )


CHANGES: dict[str, Any] = {
    "name": "g",
    "code": "def f(): pass",
    "description": "other",
    "tags": ("t",),
    "metadata": {"a": [1, None]},
    "input_parameters": ({"name": "x", "type": "int"},),
    "output_parameters": ({"name": "x", "type": "int"},),
    "imports": (Import(module="m", name="n"),),
    "dependencies": ("d",),
    "keys": ("k",),
    "uses": ("u",),
    "unresolved": ("u",),
    "triggers": ("t",),
    "effects": "pure",
    "log": "none",
    "timeout": 1.5,
    "validate": False,
    "tests": ("assert f",),
    "trust": "sandbox",
    "asks": Grants(hosts=("example.org:443",)),
}
FOLLOWS_FROM_CODE = {
    "parameters": (Parameter(name="x"),),
    "returns": "int",
    "is_async": True,
    "is_generator": True,
}
WHERE_AND_WHO: dict[str, Any] = {"cell": Cell(id="a"), "origin": "model:x"}


def test_every_member_of_a_spec_is_spoken_for() -> None:
    members = {each.name for each in dataclasses.fields(FunctionSpec)}
    assert members == {*CHANGES, *FOLLOWS_FROM_CODE, *WHERE_AND_WHO}


@pytest.mark.parametrize("member", CHANGES)
def test_each_member_that_says_something_makes_a_difference(member: str) -> None:
    assert digest(dataclasses.replace(spec(), **{member: CHANGES[member]})) != digest(spec())


@pytest.mark.parametrize("member", [*FOLLOWS_FROM_CODE, *WHERE_AND_WHO])
def test_members_that_say_nothing_of_their_own_make_none(member: str) -> None:
    changed = dataclasses.replace(
        spec(), **{member: {**FOLLOWS_FROM_CODE, **WHERE_AND_WHO}[member]}
    )
    assert digest(changed) == digest(spec())


@pytest.mark.parametrize("part", dataclasses.fields(Import), ids=lambda part: part.name)
def test_each_part_of_an_import_makes_a_difference(part: Any) -> None:
    one = Import(module="m", name="n")
    other = dataclasses.replace(one, **{part.name: "other"})
    assert digest(spec(imports=(one,))) != digest(spec(imports=(other,)))


@given(
    st.permutations(["a", "b", "c"]),
    st.sampled_from(["tags", "dependencies", "keys", "uses", "unresolved", "triggers"]),
)
def test_lists_whose_order_says_nothing_are_sets(names: list[str], member: str) -> None:
    one = spec(**{member: tuple(names)})
    assert digest(one) == digest(spec(**{member: ("a", "b", "c")}))


def test_neither_the_order_nor_the_layout_of_tests_matters() -> None:
    one = spec(tests=("assert f", "def test_f():\n    f(1)  # one"))
    other = spec(tests=("def test_f(): f(1)", "assert(f)"))
    assert digest(one) == digest(other)


def test_metadata_is_the_same_in_any_order_and_behind_any_mapping() -> None:
    one = spec(metadata={"a": 1, "b": {"c": 2}})
    other = spec(metadata=types.MappingProxyType({"b": {"c": 2}, "a": 1}))
    assert digest(one) == digest(other)


@pytest.mark.parametrize("bad", [{"a": object()}, {"a": {1}}, {("a",): 1}, {"a": b"x"}])
def test_metadata_that_json_cannot_hold_is_refused(bad: dict[Any, Any]) -> None:
    with pytest.raises(RegistrationError, match="metadata of 'f' cannot be stored"):
        digest(spec(metadata=bad))


@pytest.mark.parametrize("code", ["def f(:", "\0", "x = '\ud800'"])
def test_code_that_does_not_parse_is_refused(code: str) -> None:
    with pytest.raises(SourceError):
        digest(spec(code))


def test_a_long_chain_and_a_huge_number_have_digests() -> None:
    chain = "def f(): return " + "+".join(["x"] * 2000)
    assert digest(spec(chain)) != digest(spec(chain + "+x"))
    huge = "def f(): return 0x" + "f" * 10_000
    assert digest(spec(huge)) != digest(spec(huge + "f"))


def test_a_version_verifies_until_something_in_it_changed() -> None:
    version = freeze(spec(), VersionNumber(3), created_at=5)
    assert (version.label, version.created_at) == ("f@3", 5)
    assert verify(version)
    assert verify(dataclasses.replace(version, number=VersionNumber(4), created_at=6))
    assert not verify(dataclasses.replace(version, digest=Digest("b1:" + "0" * 64)))
    assert not verify(dataclasses.replace(version, spec=spec("def f(): pass")))
    assert not verify(dataclasses.replace(version, spec=spec("def f(:")))


expressions = st.recursive(
    st.one_of(
        st.sampled_from(["a", "b", "None", "...", "True"]),
        st.integers(0, 10**30).map(str),
        st.floats(0, allow_nan=False, allow_infinity=False).map(repr),
        st.text().map(repr),
        st.binary().map(repr),
    ),
    lambda inside: st.one_of(
        st.tuples(inside, st.sampled_from("+-*/@%|&^"), inside).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        ),
        st.tuples(inside, inside).map(lambda p: f"({p[0]} if {p[1]} else {p[0]})"),
        st.lists(inside, max_size=3).map(lambda p: f"[{', '.join(p)}]"),
        st.lists(inside, max_size=3).map(lambda p: f"g({', '.join([*p, 'k=1'])})"),
        inside.map(lambda p: f"(lambda x, *y: {p})"),
        inside.map(lambda p: f"[{p} for x in y if x]"),
        inside.map(lambda p: f"{{'k': {p}, **z}}"),
    ),
    max_leaves=12,
)


@given(expressions)
def test_writing_a_tree_anew_keeps_the_digest(expression: str) -> None:
    code = f"def f(a, b):\n    return {expression}\n"
    assert digest(spec(ast.unparse(ast.parse(code)))) == digest(spec(code))


@given(expressions, expressions)
def test_different_trees_have_different_digests(one: str, other: str) -> None:
    trees = [ast.dump(ast.parse(each)) for each in (one, other)]
    digests = [digest(spec(f"def f():\n    return {each}")) for each in (one, other)]
    assert (trees[0] == trees[1]) == (digests[0] == digests[1])


def test_a_timeout_is_a_number_of_seconds_however_it_is_written() -> None:
    assert digest(spec(timeout=5)) == digest(spec(timeout=5.0))
    assert digest(spec(timeout=math.inf)) != digest(spec(timeout=None))
