"""Policies only ever forbid, and together they forbid what any of them does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.policy import Policy, read_policy, strictest
from babyagi_nb.core.trust import NOTHING, Grants
from babyagi_nb.errors import UsageError
from babyagi_nb.policy import machine_policy

PATTERNS = st.none() | st.lists(
    st.sampled_from(["a:443", "*.a:443", "b:443", "*", "x.a:443"]), max_size=3
).map(tuple)
PATHS = st.none() | st.lists(st.sampled_from(["/", "/d", "/d/e", "/f"]), max_size=2).map(tuple)
POLICIES = st.builds(
    Policy,
    tier=st.sampled_from(["strong", "standard", "process"]),
    approve=st.booleans(),
    kernel=st.booleans(),
    keys=PATTERNS,
    hosts=PATTERNS,
    reads=PATHS,
    calls=st.booleans(),
    deps=st.sampled_from(["ask", "allowlist", "never"]),
)
ASKED = st.builds(
    Grants,
    keys=st.lists(st.sampled_from(["a:443", "b:443"]), max_size=2).map(tuple),
    hosts=st.lists(st.sampled_from(["a:443", "x.a:443", "b:443"]), max_size=2).map(tuple),
    reads=st.lists(st.sampled_from(["/d/e", "/d", "/f/g", "/d/../f"]), max_size=2).map(tuple),
    calls=st.sampled_from([(), ("c",)]),
    kernel=st.booleans(),
)


@given(POLICIES, POLICIES, ASKED)
def test_what_one_policy_forbids_stays_forbidden_beside_any_other(
    one: Policy, other: Policy, grants: Grants
) -> None:
    both = strictest([one, other])
    for what in (*one.forbidden(grants), *other.forbidden(grants)):
        assert what in both.forbidden(grants)
    assert not (both.approve and not (one.approve and other.approve))


@given(POLICIES, ASKED)
def test_a_policy_beside_itself_forbids_nothing_more(one: Policy, grants: Grants) -> None:
    assert strictest([one, one]).forbidden(grants) == one.forbidden(grants)
    assert strictest([]).forbidden(grants) == ()


@given(POLICIES)
def test_nobody_needs_leave_for_nothing(policy: Policy) -> None:
    assert policy.forbidden(NOTHING) == ()


def test_a_path_cannot_climb_out_of_what_is_allowed() -> None:
    policy = Policy(reads=("/data",))
    assert policy.forbidden(Grants(reads=("/data/x",))) == ()
    for path in ("/data/../etc", "/database", "/"):
        assert policy.forbidden(Grants(reads=(path,))), path


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"kernal": False}, "kernal"),
        ({"kernel": "no"}, "kernel is 'no'"),
        ({"tier": "best"}, "tier is 'best'"),
        ({"hosts": "a:443"}, "hosts is 'a:443'"),
        ({"hosts": [1]}, "hosts is"),
        ({"deps": "maybe"}, "deps is 'maybe'"),
    ],
)
def test_a_rule_that_is_not_understood_is_never_passed_over(table: Any, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        read_policy(table, "policy.toml")


def test_the_machine_and_the_environment_both_count(tmp_path: Path) -> None:
    one, other, missing = tmp_path / "one.toml", tmp_path / "other.toml", tmp_path / "none.toml"
    one.write_text('kernel = false\nhosts = ["*.example.org:443"]\n')
    other.write_text('kernel = true\ntier = "strong"\n')
    found = machine_policy([one, missing, other])
    assert (found.kernel, found.tier, found.hosts) == (False, "strong", ("*.example.org:443",))


@pytest.mark.parametrize("text", ["kernel = ", "kernel = maybe", "colour = 'red'"])
def test_a_broken_policy_file_allows_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"policy\.toml"):
        machine_policy([file])
