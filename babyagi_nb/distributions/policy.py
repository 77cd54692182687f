"""Whether packages may be installed, and what the person has to do for it.

Pure. The strictest rule wins: ``never``, a run without a person, and CI refuse whatever else was
said. A name that only its author vouches for must be typed in full. How alike it is to a known name
says nothing: names that models invent are mostly like no other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from packaging.utils import canonicalize_name

from babyagi_nb.core.policy import Deps
from babyagi_nb.distributions.report import Report

__all__ = ["Action", "Deps", "Verdict", "allowed", "forbidden", "in_ci", "stricter"]

Action = Literal["refuse", "ask", "install"]

_CI = ("CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be done about a report."""

    action: Action
    reason: str = ""
    """Why it is refused."""
    fix: str = ""
    typed: tuple[str, ...] = ()
    """Names that the person must type, each in full."""
    loud: tuple[str, ...] = ()
    """What must be pointed out before anything is agreed to, one line each."""


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether *environment* is that of a build machine.

    >>> in_ci({"CI": "true"}), in_ci({"CI": "false"}), in_ci({})
    (True, False, False)
    """
    return any(environment.get(name, "").lower() not in ("", "0", "false", "no") for name in _CI)


def stricter(one: str, other: str) -> Deps:
    """The stricter of two rules; a word that is none is the strictest.

    >>> stricter("ask", "allowlist"), stricter("always", "ask")
    ('allowlist', 'never')
    """
    ranks = get_args(Deps)
    last: Deps = "never"
    found: Deps = ranks[max(ranks.index(each if each in ranks else last) for each in (one, other))]
    return found


def forbidden(deps: str, *, interactive: bool, ci: bool) -> Verdict | None:
    """The refusal that no report could change; ``None`` when it is worth looking.

    *deps* is one of :data:`Deps`; any other word is as ``never``.
    """
    if ci:
        return Verdict(
            action="refuse",
            reason="nothing is installed in CI",
            fix="install what the functions need before the run",
        )
    if deps not in ("ask", "allowlist"):
        return Verdict(
            action="refuse",
            reason="installing is switched off here (deps=never)",
            fix="ask whoever keeps this environment",
        )
    if not interactive:
        return Verdict(
            action="refuse",
            reason="nobody is there to be asked",
            fix="install from a notebook or a terminal that can answer",
        )
    return None


def allowed(
    report: Report, deps: str, allowlist: Collection[str], *, interactive: bool, ci: bool
) -> Verdict:
    """Judge *report*.

    Under ``allowlist`` everything that was asked for must be listed; what a listed package itself
    requires comes along, and nobody is asked unless something installed would change.

    >>> allowed(Report(requirements=("x",)), "never", (), interactive=True, ci=False).action
    'refuse'
    """
    refusal = forbidden(deps, interactive=interactive, ci=ci)
    if refusal is not None:
        return refusal
    loud = tuple(
        f"{each.name} {each.before}, which is installed, would become {each.version}"
        for each in report.changed
    )
    if deps == "ask":
        return Verdict(action="ask", typed=report.unknown, loud=loud + report.broken)
    listed = {canonicalize_name(each) for each in allowlist}
    missing = [each.name for each in report.packages if not each.transitive]
    missing = [name for name in missing if canonicalize_name(name) not in listed]
    if missing:
        return Verdict(
            action="refuse",
            reason=f"{', '.join(missing)} is not on the allowlist",
            fix="add it to the setting 'allowlist', or ask whoever keeps it",
        )
    changes = loud + report.broken
    return Verdict(action="ask" if changes else "install", loud=changes)
