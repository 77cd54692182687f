"""Grants, approvals and what they are bound to."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.digest import freeze
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.core.trust import (
    NOTHING,
    Approval,
    Grants,
    asked,
    bind,
    grants_from_json,
    grants_to_json,
    read_grants,
    read_host,
    read_size,
    wording,
)
from babyagi_nb.errors import UsageError
from babyagi_nb.ids import FunctionName, VersionNumber

NAMES = st.lists(st.sampled_from("abcd"), max_size=3, unique=True).map(tuple)
GRANTS = st.builds(
    Grants,
    keys=NAMES,
    hosts=NAMES,
    reads=NAMES,
    calls=NAMES,
    memory=st.none() | st.integers(1, 5),
    seconds=st.none() | st.sampled_from([1.0, 2.5]),
    kernel=st.booleans(),
)


def version(name: str, *needs: str, code: str = "", **said: Any) -> FunctionVersion:
    spec = FunctionSpec(
        name=FunctionName(name),
        code=code or f"def {name}(): ...",
        dependencies=tuple(FunctionName(each) for each in needs),
        **said,
    )
    return freeze(spec, VersionNumber(1), 0)


# -- grants ------------------------------------------------------------------------------------


@given(GRANTS, GRANTS)
def test_what_one_grant_lacks_of_another_is_exactly_what_keeps_it_from_covering(
    one: Grants, other: Grants
) -> None:
    assert (one <= other) == (one.without(other) == NOTHING)
    assert NOTHING <= one <= one


@given(GRANTS, GRANTS, GRANTS)
def test_covering_is_transitive(one: Grants, two: Grants, three: Grants) -> None:
    if one <= two and two <= three:
        assert one <= three


@given(GRANTS)
def test_grants_survive_being_written_down(grants: Grants) -> None:
    assert grants_from_json(grants_to_json(grants)) == grants


def test_a_grant_that_nobody_here_understands_is_no_grant() -> None:
    with pytest.raises(ValueError, match="only_on_sundays"):
        grants_from_json({"kernel": True, "only_on_sundays": True})


def test_every_grant_has_words() -> None:
    every = Grants(
        keys=("k",), hosts=("h:1",), reads=("/r",), calls=("c",), memory=1 << 20, seconds=5.0,
        kernel=True,
    )  # fmt: skip
    assert len(wording(every)) == len(dataclasses.fields(Grants))
    assert wording(NOTHING) == ()


def test_keys_are_asked_for_by_declaring_them() -> None:
    spec = version("f", keys=("token",), asks=Grants(hosts=("h:443",)), origin="model:m").spec
    assert asked(spec) == Grants(keys=("token",), hosts=("h:443",))


def test_somebody_elses_function_asks_for_the_kernel_and_the_users_own_does_not_have_to() -> None:
    assert asked(version("f", trust="kernel", origin="pack:p@0").spec).kernel
    assert not asked(version("f", trust="kernel").spec).kernel


# -- as people write them ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("api.example.org", "api.example.org:443"),
        ("API.example.org:8080", "api.example.org:8080"),
        ("*.example.org", "*.example.org:443"),
        ("[::1]:80", "[::1]:80"),
        ("[::1]", "[::1]:443"),
        ("localhost:5000", "localhost:5000"),
    ],
)
def test_a_host_is_read_with_its_port(text: str, meant: str) -> None:
    assert read_host(text) == meant


@pytest.mark.parametrize(
    "text", ["", "a b", "http://a", "a:0", "a:65536", "a:x", "*", "*.*.org", "a/b:80", "..", "-:1"]
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="host"):
        read_host(text)


@pytest.mark.parametrize(("text", "meant"), [("1", 1), ("512MB", 512 << 20), ("4 GiB", 4 << 30)])
def test_a_size_is_read(text: str, meant: int) -> None:
    assert read_size(text) == meant


@pytest.mark.parametrize("text", ["", "0", "-1", "4 XB", "GB", "1e9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="size"):
        read_size(text)


def test_a_path_that_depends_on_where_one_stands_is_refused() -> None:
    with pytest.raises(UsageError, match="absolute"):
        read_grants({"reads": ["data"]})


# -- binding -----------------------------------------------------------------------------------

A, B, C = version("a", "b"), version("b", "c"), version("c")
CLOSURE = {each.name: each for each in (A, B, C)}


def bound(**changed: FunctionVersion | None) -> str:
    return bind(A, lambda name: {**CLOSURE, **changed}.get(name))


def test_a_binding_does_not_depend_on_anything_but_the_closure() -> None:
    assert bound() == bound(elsewhere=version("elsewhere"))
    assert bound().startswith("c1:")


@pytest.mark.parametrize(
    "changed",
    [
        {"c": version("c", code="def c(): return 1")},
        {"c": version("c", origin="model:m")},
        {"c": None},
        {"c": version("c", "d"), "d": version("d")},
        {"b": version("b", "c", keys=("k",))},
        {"b": version("b", "c", asks=Grants(hosts=("h:1",)))},
    ],
    ids=["code", "origin", "missing", "deeper", "keys", "asks"],
)
def test_any_change_below_changes_the_binding(changed: Any) -> None:
    assert bound(**changed) != bound()


def test_a_circle_has_a_binding() -> None:
    a, b = version("a", "b"), version("b", "a")
    assert bind(a, {"a": a, "b": b}.get).startswith("c1:")


@given(GRANTS, st.sampled_from(["name", "number", "binding", "grants", "by", "packages"]))
def test_every_member_of_an_approval_is_under_its_seal(grants: Grants, member: str) -> None:
    one = Approval(name=FunctionName("f"), number=VersionNumber(1), binding="c1:0", grants=grants)
    other = {
        "name": "g", "number": 2, "binding": "c1:1", "by": "shipped", "packages": ("x==1",),
        "grants": Grants(keys=("other",), kernel=not grants.kernel),
    }  # fmt: skip
    changed = dataclasses.replace(one, **{member: other[member]})  # type: ignore[arg-type]
    assert changed.message() != one.message()
    assert one.sealed(lambda message: "s").message() == one.message()
