"""Nearness by meaning: texts become vectors on a server, and the vectors stay in the store.

A vector belongs to a text, not to a function: its key is a digest of the text, so a version that
says the same needs no new one, and each text is sent once. Only what stands out is reported. A
query has a nearest vector whatever it asks for, and how near differs from model to model, so a
function counts as found when it is well above the crowd of its neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from statistics import median
from time import monotonic

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.ports import Vectors
from babyagi_nb.errors import AnswerError, StoreUnwritable

__all__ = ["Embed", "Meaning", "outstanding"]

Embed = Callable[[list[str]], list[list[float]]]
"""Texts → vectors of one length, in their order; may raise whatever a server makes it raise."""

_BATCH = 128
"""Texts that are sent at once."""
_CROWD = 48
_FEW = 8
"""A crowd of fewer than these tells nothing."""
_NEAR = 0.5
"""Cosine that counts as near where there is no crowd to compare with."""
_GAP = 0.05
"""Cosine by which the nearest has to stand above the crowd."""
_REST = 60.0
"""Seconds for which a server that failed is not asked."""


class Meaning:
    """Vectors of the texts of functions, from the model *model* of one server.

    A failure is told once to *notify*, and not again before the server has answered meanwhile.
    """

    def __init__(
        self,
        vectors: Vectors,
        embed: Embed,
        model: str,
        *,
        notify: Callable[[str], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._vectors = vectors
        self._embed = embed
        self._model = model
        self._notify = notify
        self._clock = clock
        self._resting_until = 0.0
        self._told = False
        self._keeps = True

    def find(self, query: str, texts: Mapping[str, str]) -> list[tuple[str, float]]:
        """Names of *texts* (text by name) that clearly mean what *query* says, with their cosine.

        Empty when the server fails, or nothing stands out.
        """
        if not texts or self._clock() < self._resting_until:
            return []
        try:
            found = self._nearest(query, texts)
        except Exception as error:
            # Whatever it is: words alone still find most of it, an exception finds nothing.
            self._resting_until = self._clock() + _REST
            if not self._told:
                self._told = True
                self._notify(f"searching by words alone: {one_line(error, 300)}")
            return []
        self._told = False
        return found

    def _nearest(self, query: str, texts: Mapping[str, str]) -> list[tuple[str, float]]:
        keys: dict[str, list[str]] = {}
        for name, text in texts.items():
            keys.setdefault(_key(text), []).append(name)
        missing = keys.keys() - self._vectors.have(self._model)
        if missing and self._keeps:
            self._fill([(key, texts[names[0]]) for key, names in keys.items() if key in missing])
        (vector,) = self._make([query])
        near = self._vectors.nearest(self._model, vector, _CROWD, among=keys)
        return [(name, cosine) for key, cosine in outstanding(near) for name in keys.get(key, ())]

    def _fill(self, wanted: list[tuple[str, str]]) -> None:
        """Have vectors made of texts by key; what was paid for survives an interrupt."""
        for at in range(0, len(wanted), _BATCH):
            batch = wanted[at : at + _BATCH]
            made = self._make([text for _, text in batch])
            rows = {key: vector for (key, _), vector in zip(batch, made, strict=True)}
            try:
                self._vectors.put(self._model, rows)
            except StoreUnwritable:
                # Those that are there still serve; paying for others again and again would not.
                self._keeps = False
                return

    def _make(self, texts: list[str]) -> list[list[float]]:
        made = self._embed(texts)
        if len(made) != len(texts):
            raise AnswerError(f"{len(made)} vectors came back for {len(texts)} texts")
        return made


def outstanding(near: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Those of *near*, best first, that stand well above the rest.

    >>> outstanding([("a", 0.8), *((str(at), 0.4) for at in range(10))])
    [('a', 0.8)]
    >>> outstanding([("a", 0.42), *((str(at), 0.4) for at in range(10))])
    []
    """
    if len(near) < _FEW:
        return [each for each in near if each[1] >= _NEAR]
    crowd = median(cosine for _, cosine in near)
    gap = near[0][1] - crowd
    return [each for each in near if each[1] >= crowd + gap / 2] if gap >= _GAP else []


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
