"""What somebody may want to take out of use, each with its evidence and the line that does it.

Nothing here changes anything. A proposal that is followed can be undone like any change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from babyagi_nb.agent.upkeep.evidence import Comparison, Evidence, is_worse, standing
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.ids import VersionNumber

__all__ = ["Proposal", "retirements"]

_DAY = 86_400 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One thing that may be done."""

    kind: Literal["retire", "go back", "improve", "merge"]
    function: str
    version: int
    evidence: str
    """Why, in one line."""
    line: str
    """What carries it out when it is typed."""
    other: str = ""
    """The function or version that takes its place."""

    def row(self) -> dict[str, Any]:
        """As a plain dict."""
        return asdict(self)


def retirements(
    catalogue: Catalogue,
    evidence: Mapping[tuple[str, int], Evidence],
    *,
    now: int,
    days: int,
    compare: Callable[[str, int, int], Comparison] | None = None,
    spare: Collection[str] = (),
) -> Iterator[Proposal]:
    """Versions to take out of use, and functions to go back with or to improve.

    *evidence* is that of the last *days*, *now* nanoseconds since the epoch. ``compare(name, old,
    new)`` says how two versions fared on the same inputs. Functions named in *spare* are needed by
    somebody who does not call them, and count as used.
    """
    for name in catalogue:
        version = catalogue.version(name)
        found = evidence.get((name, int(version.number)))
        worse = _worse(catalogue, version, evidence, compare)
        if worse is not None:
            yield worse
        elif found is not None and standing(found) == "failing":
            yield _failing(version, found)
        elif name not in spare and _is_idle(catalogue, version, evidence, now - days * _DAY):
            yield _unused(version, days)
    yield from _superseded(catalogue)


def _is_idle(
    catalogue: Catalogue,
    version: FunctionVersion,
    evidence: Mapping[tuple[str, int], Evidence],
    since: int,
) -> bool:
    """Whether no version of it ran since then, and nothing would miss it."""
    name = version.name
    if version.created_at >= since or version.spec.origin.startswith("pack:"):
        return False
    ran = any((name, int(number)) in evidence for number in catalogue.numbers(name))
    listens = any(triggered == name for triggered, _ in catalogue.triggers())
    return not (ran or listens or catalogue.dependents(name))


def _unused(version: FunctionVersion, days: int) -> Proposal:
    return Proposal(
        kind="retire",
        function=version.name,
        version=int(version.number),
        evidence=f"no run in {days} days, and nothing depends on it",
        line=f"%babyagi rm {version.name}",
    )


def _failing(version: FunctionVersion, found: Evidence) -> Proposal:
    kinds = ", ".join(f"{kind} {count}×" for kind, count in list(found.errors.items())[:3])
    said = f"{found.successes} of {found.runs} runs succeeded"
    return Proposal(
        kind="improve",
        function=version.name,
        version=int(version.number),
        evidence=f"{said}: {kinds}" if kinds else said,
        line=f"%babyagi improve {version.name}",
    )


def _worse(
    catalogue: Catalogue,
    version: FunctionVersion,
    evidence: Mapping[tuple[str, int], Evidence],
    compare: Callable[[str, int, int], Comparison] | None,
) -> Proposal | None:
    """Going back to the version before, where this one fails more often, or more of the same."""
    name, number = version.name, int(version.number)
    mine = evidence.get((name, number))
    before = _predecessor(catalogue, name, version.number)
    theirs = None if before is None else evidence.get((name, before))
    if mine is None or theirs is None or before is None:
        return None
    said = ""
    if is_worse(mine, theirs):
        said = (
            f"{mine.successes} of {mine.runs} runs succeeded, "
            f"of version {before} {theirs.successes} of {theirs.runs}"
        )
    elif compare is not None and mine.failing:
        shared = compare(name, before, number)
        if shared.broken and not shared.mended:
            said = (
                f"fails on {len(shared.broken)} of {shared.shared} inputs that version {before} "
                f"did, such as {shared.broken[0][:80]}"
            )
    if not said:
        return None
    return Proposal(
        kind="go back", function=name, version=number, evidence=said,
        line=f"%babyagi activate {name}@{before}", other=f"{name}@{before}",
    )  # fmt: skip


def _predecessor(catalogue: Catalogue, name: str, number: VersionNumber) -> int | None:
    """The newest earlier version that may run."""
    earlier = [
        each
        for each in catalogue.numbers(name)
        if each < number and catalogue.state(name, each) in (None, "approved")
    ]
    return int(earlier[-1]) if earlier else None


def _superseded(catalogue: Catalogue) -> Iterator[Proposal]:
    """Drafts that wait although a later version is active."""
    for name, number in catalogue.drafts():
        active = catalogue.active(name)
        if active is not None and active > number:
            yield Proposal(
                kind="retire",
                function=name,
                version=int(number),
                evidence=f"a draft from before version {active}, which is active",
                line=f"%babyagi deny {name}@{number}",
                other=f"{name}@{active}",
            )
