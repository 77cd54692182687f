"""Who must be asked for what, and when nothing may be installed at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_bench import OLD

from babyagi_nb.distributions.policy import allowed, forbidden, in_ci, stricter
from babyagi_nb.distributions.report import Change, Package, Report


def package(
    name: str,
    *,
    unknown: bool = False,
    transitive: bool = False,
    change: Change = "new",
    before: str = "",
) -> Package:
    return Package(
        name=name, version="1.0", file=f"{name}-1.0-py3-none-any.whl", sha256="0" * 64,
        uploaded=OLD, unknown=unknown, transitive=transitive, change=change, before=before,
    )  # fmt: skip


def report(*packages: Package) -> Report:
    return Report(requirements=tuple(each.name for each in packages), packages=packages)


@pytest.mark.parametrize("deps", ["ask", "allowlist", "never"])
@pytest.mark.parametrize(("interactive", "ci"), [(True, True), (False, False), (False, True)])
def test_ci_and_absence_mean_never(deps: str, interactive: bool, ci: bool) -> None:
    verdict = allowed(report(package("a")), deps, ["a"], interactive=interactive, ci=ci)
    assert verdict.action == "refuse"
    assert verdict.reason
    assert verdict.fix


@pytest.mark.parametrize("deps", ["never", "", "always", "ASK"])
def test_never_and_words_that_are_none_refuse(deps: str) -> None:
    assert allowed(report(package("a")), deps, ["a"], interactive=True, ci=False).action == "refuse"


def test_ask_asks_and_unknown_names_are_typed() -> None:
    wanted = report(package("a"), package("b", unknown=True))
    verdict = allowed(wanted, "ask", (), interactive=True, ci=False)
    assert verdict.action == "ask"
    assert verdict.typed == ("b",)
    assert verdict.loud == ()


def test_a_change_of_something_installed_is_named() -> None:
    wanted = report(package("a", change="upgrade", before="0.5"))
    verdict = allowed(wanted, "ask", (), interactive=True, ci=False)
    assert verdict.loud == ("a 0.5, which is installed, would become 1.0",)


def test_the_allowlist_lets_in_what_it_names_and_what_that_requires() -> None:
    wanted = report(package("a-b", unknown=True), package("c", transitive=True))
    assert allowed(wanted, "allowlist", ["A_b"], interactive=True, ci=False).action == "install"
    verdict = allowed(wanted, "allowlist", ["c"], interactive=True, ci=False)
    assert verdict.action == "refuse"
    assert "a-b is not on the allowlist" in verdict.reason


def test_the_allowlist_asks_before_something_installed_changes() -> None:
    wanted = report(package("a", change="downgrade", before="2.0"))
    verdict = allowed(wanted, "allowlist", ["a"], interactive=True, ci=False)
    assert verdict.action == "ask"
    assert verdict.loud


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"CI": "1"}, True), ({"CI": ""}, False), ({"CI": "False"}, False),
     ({"JENKINS_URL": "x"}, True), ({"SPECIES": "true"}, False)],
)  # fmt: skip
def test_ci_is_told_by_its_variables(environment: dict[str, str], expected: bool) -> None:
    assert in_ci(environment) is expected


words = st.sampled_from(["ask", "allowlist", "never", "odd"])


@given(words, words)
def test_the_stricter_rule_never_allows_what_one_of_both_forbids(one: str, other: str) -> None:
    both = stricter(one, other)
    assert both == stricter(other, one)
    for each in (one, other):
        if forbidden(each, interactive=True, ci=False):
            assert forbidden(both, interactive=True, ci=False)
