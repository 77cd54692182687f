"""Functions of which one may do: the same code, nearly the same code, or the same behaviour.

Which of two is to stay is decided by what the log proves, then by who depends on them, then by age.
Each name is proposed away at most once, and never the one that another proposal keeps.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from babyagi_nb.agent.building.nearness import nearest
from babyagi_nb.agent.gate.fingerprint import fingerprint
from babyagi_nb.agent.gate.reuse import fits, reusable
from babyagi_nb.agent.upkeep.evidence import Evidence
from babyagi_nb.agent.upkeep.proposals import Proposal
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.laboratory import Laboratory
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.search import Hit
from babyagi_nb.errors import SandboxRefused

__all__ = ["merges"]

_LOOKED = 150
"""Functions, the newest first, that are compared with what is similar to them."""
_SIMILAR = 4
_TRIALS = 12
"""Functions whose tests are tried on others."""

Similar = Callable[[str, int], Sequence[Hit]]
"""Name and how many → functions most like it."""


def merges(
    catalogue: Catalogue,
    evidence: Mapping[tuple[str, int], Evidence],
    *,
    similar: Similar | None = None,
    laboratory: Laboratory | None = None,
) -> Iterator[Proposal]:
    """Functions to merge, surest first.

    With *similar* near duplicates are found, too, and with a *laboratory* functions that pass the
    tests of another. Raises what the laboratory raises when there is no sandbox.
    """
    taken: set[str] = set()
    kept: set[str] = set()
    pairs = _pairs(catalogue, similar, laboratory)
    for one, other, why in pairs:
        if {one, other} & taken:
            continue
        stays, goes = _ordered(catalogue, evidence, one, other)
        if goes in kept:
            continue
        taken.add(goes)
        kept.add(stays)
        yield _proposal(catalogue, stays, goes, why)


def _pairs(
    catalogue: Catalogue, similar: Similar | None, laboratory: Laboratory | None
) -> Iterator[tuple[str, str, str]]:
    yield from _same(catalogue)
    if similar is None:
        return
    newest = list(islice(reversed(list(catalogue)), _LOOKED))
    near = {str(name): [hit.name for hit in similar(name, _SIMILAR)] for name in newest}
    for name, others in near.items():
        codes = {each: catalogue.version(each).spec.code for each in others if each in catalogue}
        twin = nearest(catalogue.version(name).spec.code, codes)
        if twin is not None and _alike(catalogue, name, twin):
            yield name, twin, "nearly the same code"
    if laboratory is not None:
        yield from _behave_alike(catalogue, near, laboratory)


def _same(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Functions with one fingerprint and one number of parameters."""
    seen: dict[tuple[str, int], str] = {}
    for name in catalogue:
        version = catalogue.version(name)
        print = _print(version)
        if print:
            first = seen.setdefault((print, len(version.spec.parameters)), name)
            if first != name:
                yield first, name, "the same code"


def _behave_alike(
    catalogue: Catalogue, near: Mapping[str, Sequence[str]], laboratory: Laboratory
) -> Iterator[tuple[str, str, str]]:
    tried = 0
    for name, others in near.items():
        spec = catalogue.version(name).spec
        wanted = [each.name for each in spec.parameters]
        fitting = [
            each
            for each in others
            if each in catalogue and fits(wanted, catalogue.version(each).spec.parameters)
        ]
        if not spec.tests or not fitting or spec.keys:
            continue
        if tried == _TRIALS:
            return
        tried += 1
        try:
            found = reusable(laboratory, name=name, tests=spec.tests, among=fitting)
        except SandboxRefused:
            # Tests that disturb the process that they run in say nothing about others.
            continue
        for other in found:
            yield name, other, f"{other} passes all {len(spec.tests)} tests of {name}"


def _ordered(
    catalogue: Catalogue, evidence: Mapping[tuple[str, int], Evidence], one: str, other: str
) -> tuple[str, str]:
    """Which of two stays, and which goes."""

    def worth(name: str) -> tuple[float, int, int]:
        version = catalogue.version(name)
        found = evidence.get((name, int(version.number)))
        low = 0.0 if found is None else found.low
        return low, len(catalogue.dependents(name)), -version.created_at

    return (one, other) if worth(one) >= worth(other) else (other, one)


def _proposal(catalogue: Catalogue, stays: str, goes: str, why: str) -> Proposal:
    users = catalogue.dependents(goes)
    said = f"{why} as {stays}" if "passes" not in why else why
    if users:
        said += f"; let {', '.join(users[:3])} call {stays} first"
    return Proposal(
        kind="merge",
        function=goes,
        version=int(catalogue.version(goes).number),
        evidence=said,
        line=f"%babyagi rm {goes}",
        other=stays,
    )


def _alike(catalogue: Catalogue, one: str, other: str) -> bool:
    """Whether two functions take as many arguments."""
    mine, theirs = catalogue.version(one).spec, catalogue.version(other).spec
    return len(mine.parameters) == len(theirs.parameters)


def _print(version: FunctionVersion) -> str:
    try:
        return fingerprint(_plain(version.spec.code), version.name)
    except (SyntaxError, ValueError, RecursionError):
        return ""


def _plain(code: str) -> str:
    """*code* without the decorators that registered it."""
    tree = ast.parse(code)
    found = [each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not any(each.decorator_list for each in found):
        return code
    for each in found:
        each.decorator_list = []
    return ast.unparse(tree)
