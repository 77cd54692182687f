"""Which stored functions a model is offered, of those that a search found.

A search knows what functions say of themselves; the log knows what they do. What was denied or
revoked is never offered, what most likely fails more often than not comes after everything else,
and there is a cap: each function more makes the right one harder to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from babyagi_nb.agent.upkeep.evidence import Evidence, standing
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.search import Hit

__all__ = ["WIDER", "barred", "offered"]

WIDER = 3
"""How many times the cap a search has to give, for something to be left to choose from."""

_BARRED = ("denied", "revoked")


def barred(catalogue: Catalogue, name: str) -> bool:
    """Whether somebody decided against what *name* stands for now."""
    version = catalogue.latest(name)
    if version is None:
        return True
    return catalogue.state(name, version.number) in _BARRED


def offered(
    hits: Iterable[Hit],
    k: int,
    *,
    catalogue: Catalogue,
    evidence: Callable[[], Mapping[tuple[str, int], Evidence]],
) -> list[Hit]:
    """At most *k* of *hits*, in their order, but what fails last, with evidence by version.

    The evidence is asked for only when there is something to rank.
    """
    found = [each for each in hits if not barred(catalogue, each.name)]
    if len(found) < 2:
        return found[: max(0, k)]
    known = evidence()

    def fails(hit: Hit) -> bool:
        version = catalogue.latest(hit.name)
        assert version is not None
        return standing(known.get((hit.name, int(version.number)))) == "failing"

    return sorted(found, key=fails)[: max(0, k)]
