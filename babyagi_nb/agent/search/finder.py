"""Finding stored functions: by name, by words, and by meaning where there are vectors.

What is asked for by its very name comes first, then names that begin so. The rest is ranked by a
:class:`~babyagi_nb.agent.search.lexicon.Lexicon`, and by vectors where a server makes some. The two
are not added up, which is worse than either: vectors lead where they are sure, words fill the
places below.

The finder looks at the catalogue's generation before each question, and takes in what changed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from time import monotonic

from babyagi_nb.agent.search.lexicon import Lexicon
from babyagi_nb.agent.search.meaning import Embed, Meaning
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.ports import Vectors
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.search import Document, Hit, document
from babyagi_nb.errors import NotFound, near
from babyagi_nb.ids import Digest

__all__ = ["Finder"]

_LONGEST = 2000
"""Characters of a query that count."""
_CERTAIN = 0.3
"""Score from which a function answers enough of a query to be chosen for it."""
_LEAD = 1.3
"""How many times the score of the second the one that is chosen has to have."""
_ONE_WORD = re.compile(r"[\w.:]+")
_IDENTIFIER = re.compile(r"\b\w*(?:_|[a-z][A-Z])\w*\b")


class Finder:
    """Finds functions of a catalogue; safe to use from several threads.

    *catalogue* gives the catalogue of the moment. With *vectors* and *embed* (texts → vectors of
    the model *embeddings*) it finds by meaning as well. *notify* is told once when that fails.
    """

    def __init__(
        self,
        catalogue: Callable[[], Catalogue],
        *,
        vectors: Vectors | None = None,
        embed: Embed | None = None,
        embeddings: str = "",
        notify: Callable[[str], None] = lambda message: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._catalogue = catalogue
        self._meaning: Meaning | None = None
        if vectors is not None and embed is not None:
            self._meaning = Meaning(vectors, embed, embeddings, notify=notify, clock=clock)
        self._lexicon = Lexicon()
        self._digests: dict[str, Digest] = {}
        self._texts: dict[str, str] = {}
        self._seen: tuple[int, int] | None = None
        self._lock = threading.RLock()

    def find(self, query: str, k: int = 8, *, drafts: bool = False) -> list[Hit]:
        """The *k* functions that fit *query* best, best first; with *drafts* those too.

        Scores are between 0 and 1, and ``why`` says what a function was found by.
        """
        query = query[:_LONGEST].strip()
        if not query or k < 1:
            return []
        with self._lock:
            catalogue = self._take_in()

        def among(name: str) -> bool:
            return drafts or name in catalogue

        meant = self._meant(query, among)
        with self._lock:
            named = list(self._named(query, among))
            worded = self._lexicon.search(query, k + len(named) + len(meant), among=among)
        return _in_turn([*named, *meant, *worded], k)

    def similar(self, name: str, k: int = 8, *, drafts: bool = False) -> list[Hit]:
        """The *k* functions most like the stored function *name*, itself left out.

        Raises :class:`~babyagi_nb.errors.NotFound` when there is none of that name.
        """
        with self._lock:
            catalogue = self._take_in()
            own = self._lexicon.document(name)
        if own is None:
            raise NotFound(f"no function {name!r}", fix=near(name, catalogue))

        def among(other: str) -> bool:
            return other != name and (drafts or other in catalogue)

        meant = self._meant(_said(own), among)
        with self._lock:
            worded = self._lexicon.search(_said(own), k + len(meant), among=among)
        return _in_turn([*meant, *worded], k)

    def choose(self, query: str, *, drafts: bool = False) -> Hit | None:
        """The one function that *query* clearly asks for, or ``None`` when none stands out."""
        found = self.find(query, 2, drafts=drafts)
        if not found or found[0].score < _CERTAIN:
            return None
        leads = len(found) == 1 or found[0].score >= _LEAD * found[1].score
        return found[0] if leads or found[0].score == 1.0 else None

    # -- the three ways --------------------------------------------------------------------

    def _named(self, query: str, among: Callable[[str], bool]) -> Iterator[Hit]:
        """Functions that *query* calls by their name, and those whose name begins with it."""
        asked = query.casefold()
        spelt = {asked, "_".join(asked.split())}
        spelt.update(each.casefold() for each in _IDENTIFIER.findall(query))
        whole = [name for name in self._digests if name.casefold() in spelt and among(name)]
        for name in sorted(whole):
            yield Hit(name=name, score=1.0, why="its name")
        if len(asked) > 1 and _ONE_WORD.fullmatch(asked):
            begun = [
                name for name in self._digests if name.casefold().startswith(asked) and among(name)
            ]
            for name in sorted(begun, key=lambda each: (len(each), each)):
                if name not in whole:
                    yield Hit(name=name, score=0.95, why="its name begins so")

    def _meant(self, query: str, among: Callable[[str], bool]) -> list[Hit]:
        if self._meaning is None:
            return []
        with self._lock:
            texts = {name: text for name, text in self._texts.items() if among(name)}
        # Not under the lock: a server may take its time.
        found = self._meaning.find(query, texts)
        return [Hit(name=name, score=round(cosine, 4), why="meaning") for name, cosine in found]

    # -- in step with the catalogue --------------------------------------------------------

    def _take_in(self) -> Catalogue:
        """Bring the lexicon to what the catalogue holds now, and return the catalogue."""
        catalogue = self._catalogue()
        now = id(catalogue), catalogue.generation
        if now == self._seen:
            return catalogue
        versions = dict(_findable(catalogue))
        for name in self._digests.keys() - versions.keys():
            self._lexicon.remove(name)
            del self._digests[name], self._texts[name]
        for name, version in versions.items():
            if self._digests.get(name) != version.digest:
                said = document(version.spec)
                self._lexicon.add(said)
                self._texts[name] = _said(said)
                self._digests[name] = version.digest
        self._seen = now
        return catalogue


def _findable(catalogue: Catalogue) -> Iterator[tuple[str, FunctionVersion]]:
    """Active versions, and the newest drafts of functions that have none."""
    for name in catalogue:
        yield name, catalogue.version(name)
    for name in dict.fromkeys(name for name, _ in catalogue.drafts()):
        if name not in catalogue:
            latest = catalogue.latest(name)
            if latest is not None:
                yield name, latest


def _said(document: Document) -> str:
    """A document as one text, for a server that makes vectors, and to ask for others like it."""
    lines = [document.name.replace("_", " "), document.description, *document.phrases]
    return "\n".join(line for line in (*lines, ", ".join(document.tags)) if line)[:_LONGEST]


def _in_turn(hits: Iterable[Hit], k: int) -> list[Hit]:
    """The first *k*, each name once; a hit that stands lower has no higher score."""
    found: dict[str, Hit] = {}
    ceiling = 1.0
    for hit in hits:
        if len(found) == k:
            break
        if hit.name not in found:
            ceiling = min(ceiling, hit.score)
            found[hit.name] = replace(hit, score=ceiling)
    return list(found.values())
