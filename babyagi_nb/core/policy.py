"""Rules that an administrator lays down and that users cannot weaken.

A :class:`Policy` only ever forbids. Several of them (the machine's, the environment's) are put
together by :func:`strictest`, so that nobody's file can allow what another forbids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any, Literal, get_args

from babyagi_nb.core.isolation import TIERS, Tier
from babyagi_nb.core.trust import Grants
from babyagi_nb.errors import UsageError, near

__all__ = ["Deps", "Policy", "read_policy", "strictest"]

Deps = Literal["ask", "allowlist", "never"]
"""Whether missing packages may be installed, from the freest to the strictest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is forbidden. ``None`` for a list means that nothing is."""

    tier: Tier = "process"
    """The lowest tier of sandbox that may run anything."""
    approve: bool = True
    """Whether users may approve drafts at all."""
    kernel: bool = True
    """Whether an approval may let a function run in the kernel."""
    keys: tuple[str, ...] | None = None
    """Patterns of key names that may be granted."""
    hosts: tuple[str, ...] | None = None
    """Patterns of ``host:port`` that may be granted, such as ``*.example.org:443``."""
    reads: tuple[str, ...] | None = None
    """Directories below which reading may be granted."""
    calls: bool = True
    """Whether host functions may be granted."""
    deps: Deps = "ask"

    def forbidden(self, grants: Grants) -> tuple[tuple[str, str], ...]:
        """(what, which) of each part of *grants* that this policy forbids."""
        found = [("run in the kernel", "")] if grants.kernel and not self.kernel else []
        found += [("key", name) for name in grants.keys if not _matches(name, self.keys)]
        found += [("host", name) for name in grants.hosts if not _matches(name, self.hosts)]
        found += [("path", name) for name in grants.reads if not _below(name, self.reads)]
        found += [("call", name) for name in grants.calls if not self.calls]
        return tuple(found)


def strictest(policies: Iterable[Policy]) -> Policy:
    """What is allowed by every one of *policies*.

    >>> strictest([Policy(hosts=("a:443", "b:443")), Policy(hosts=("b:443",), kernel=False)]).hosts
    ('b:443',)
    """
    found = Policy()
    for each in policies:
        found = Policy(
            tier=min(found.tier, each.tier, key=TIERS.index),
            approve=found.approve and each.approve,
            kernel=found.kernel and each.kernel,
            keys=_both(found.keys, each.keys),
            hosts=_both(found.hosts, each.hosts),
            reads=_both_below(found.reads, each.reads),
            calls=found.calls and each.calls,
            deps=max(found.deps, each.deps, key=get_args(Deps).index),
        )
    return found


def read_policy(table: Mapping[str, Any], where: str) -> Policy:
    """Read a policy as written in TOML; raises :class:`~babyagi_nb.errors.UsageError`.

    Whoever wrote a policy wanted something forbidden, so a word that is not understood is an error
    and never passed over.
    """
    known = {each.name: each.default for each in fields(Policy)}
    given: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise UsageError(f"unknown rule {name!r} in {where}", fix=near(name, known))
        given[name] = _value(name, value, known[name], where)
    return Policy(**given)


def _value(name: str, value: Any, default: Any, where: str) -> Any:
    choices: tuple[str, ...] = {"tier": TIERS, "deps": get_args(Deps)}.get(name, ())
    if choices and value in choices:
        return value
    if isinstance(default, bool) and isinstance(value, bool):
        return value
    if default is None and isinstance(value, list) and all(type(each) is str for each in value):
        return tuple(value)
    wanted = f"one of {', '.join(choices)}" if choices else "a list of texts"
    wanted = "true or false" if isinstance(default, bool) else wanted
    raise UsageError(f"{name} is {value!r} in {where}", fix=f"write {wanted}")


def _matches(name: str, patterns: tuple[str, ...] | None) -> bool:
    return patterns is None or any(fnmatchcase(name, each) for each in patterns)


def _below(path: str, roots: tuple[str, ...] | None) -> bool:
    parts = PurePath(path)
    return roots is None or (
        ".." not in parts.parts and any(parts.is_relative_to(each) for each in roots)
    )


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Patterns allowed by both; a pattern of one may be an instance of a pattern of the other."""
    if one is None or other is None:
        return other if one is None else one
    mine = [each for each in one if _matches(each, other)]
    return tuple(dict.fromkeys([*mine, *(each for each in other if _matches(each, one))]))


def _both_below(
    one: tuple[str, ...] | None, other: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    mine = [each for each in one if _below(each, other)]
    return tuple(dict.fromkeys([*mine, *(each for each in other if _below(each, one))]))
