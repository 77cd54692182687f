"""Ranks documents for a query by their words, as BM25F does.

How much a term says of a document is its weighted number of times over the fields: a word of the
name counts more than one of the description. Each field is measured against a usual length rather
than against the average of the moment, so that adding and removing documents leaves every other
document's weights as they are: a lexicon is a function of the documents it holds, in any order.

A word of the query stands for its relatives as well (``related``), at a lower weight; of a word
and its relatives a document is credited with the best. A word that no document holds is taken for
a misspelling and looked up by its character trigrams. The few best are then weighed once more by
how much of the whole query one phrase of theirs answers, which a bag of words cannot tell.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from babyagi_nb.agent.search.related import RELATED
from babyagi_nb.agent.search.words import terms
from babyagi_nb.core.search import Document, Hit

__all__ = ["PLAIN", "Lexicon", "Weights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the ranking turns on; the defaults were chosen on other data than they are judged by."""

    name: float = 2.0
    description: float = 1.0
    phrases: float = 1.0
    tags: float = 1.0
    parameters: float = 0.3
    relatives: float = 0.6
    """Of a related word, against the word itself."""
    misspelt: float = 0.6
    """Of a word that looks like one of the query, against that one."""
    saturation: float = 1.2
    """``k1`` of BM25."""
    length: float = 0.6
    """``b`` of BM25."""
    rarity: float = 0.7
    """Power that the rarity of a word is raised to; below one, rare words decide less."""
    whole: float = 1.5
    """Of answering the whole query."""
    phrase: float = 0.7
    """Of the phrase that answers the query best."""


PLAIN = Weights(
    name=1, phrases=1, parameters=1, relatives=0, misspelt=0, rarity=1, whole=0, phrase=0,
    length=0.75,
)  # fmt: skip
"""Words and nothing else, to measure against."""

_SPELT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\x00-\x7f\W]+")
_USUAL = {"name": 3, "description": 12, "phrases": 30, "tags": 2, "parameters": 3}
"""Terms that each field has, by and large."""
_RERANKED = 40
_EVERYWHERE = 0.1
"""A term in more of the documents than this brings in nobody by being a relative."""
_ALIKE = 0.5
"""Share of trigrams from which on a word is taken for another."""
_SPELLABLE = 5
"""Letters from which on a word may be a misspelt one; short words are like too many others."""


class Lexicon:
    """Documents by name, and the terms that lead to them.

    >>> lexicon = Lexicon()
    >>> lexicon.add(Document(name="moving_average", description="Mean of the last n values."))
    >>> lexicon.add(Document(name="send_mail", description="Send a message by SMTP."))
    >>> [hit.name for hit in lexicon.search("rolling mean", 5)]
    ['moving_average']
    >>> lexicon.search("averge", 5)[0].why
    'average'
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights()
        self._documents: dict[str, Document] = {}
        self._terms: dict[str, tuple[str, ...]] = {}
        self._postings: dict[str, dict[str, float]] = {}
        self._grams: dict[str, set[str]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._documents

    def __len__(self) -> int:
        return len(self._documents)

    def document(self, name: str) -> Document | None:
        return self._documents.get(name)

    def add(self, document: Document) -> None:
        """Take in *document*; one of the same name is replaced."""
        self.remove(document.name)
        weighed = self._weigh(document)
        self._documents[document.name] = document
        self._terms[document.name] = tuple(weighed)
        for term, weight in weighed.items():
            posting = self._postings.get(term)
            if posting is None:
                posting = self._postings[term] = {}
                for gram in _grams(term):
                    self._grams.setdefault(gram, set()).add(term)
            posting[document.name] = weight

    def remove(self, name: str) -> None:
        """Forget the document *name*, if there is one."""
        if self._documents.pop(name, None) is None:
            return
        for term in self._terms.pop(name):
            posting = self._postings[term]
            del posting[name]
            if not posting:
                del self._postings[term]
                for gram in _grams(term):
                    self._grams[gram].discard(term)
                    if not self._grams[gram]:
                        del self._grams[gram]

    def search(
        self, query: str, k: int, *, among: Callable[[str], bool] | None = None
    ) -> list[Hit]:
        """The *k* best documents for *query*, best first; only those *among* says yes to.

        A score is the share of the query that a document answers, from 0 to 1. Equal ones are in
        order of name, so that the same question has the same answer.
        """
        words = Counter(terms(query))
        ideal = self._ideal(words)
        scores: dict[str, float] = {}
        for word, times in words.items():
            factor = 1 + math.log(times)
            for name, score in self._credit(word).items():
                scores[name] = scores.get(name, 0.0) + factor * score
        if among is not None:
            scores = {name: score for name, score in scores.items() if among(name)}
        first = heapq.nsmallest(max(k, _RERANKED), scores.items(), key=_rank)
        if first and (self._weights.whole or self._weights.phrase):
            again = self._again(words)
            first = sorted(((name, score + again(name)) for name, score in first), key=_rank)
        return [
            Hit(name=name, score=round(min(score / ideal, 1.0), 4), why=self._why(name, words))
            for name, score in first[:k]
        ]

    # -- weights ---------------------------------------------------------------------------

    def _weigh(self, document: Document) -> dict[str, float]:
        """What each term says of *document*: how often it is there, by field weight and length."""
        often: dict[str, float] = {}
        slope = self._weights.length
        for field, text in _fields(document):
            found = terms(text)
            weight = getattr(self._weights, field)
            share = weight / (1 - slope + slope * len(found) / _USUAL[field])
            for term in found:
                often[term] = often.get(term, 0.0) + share
        half = self._weights.saturation
        return {term: times * (half + 1) / (times + half) for term, times in often.items()}

    def _rarity(self, term: str) -> float:
        """The inverse document frequency of *term*, zero when no document has it."""
        having = len(self._postings.get(term, ()))
        if not having:
            return 0.0
        bits = math.log(1 + (len(self) - having + 0.5) / (having + 0.5))
        return float(bits**self._weights.rarity)

    def _credit(self, word: str) -> dict[str, float]:
        """What each document gets for *word* of a query: its best term that stands for it."""
        standing = self._standing_for(word)
        if not standing:
            return {}
        (term, rarity), *others = standing
        credit = {name: rarity * weight for name, weight in self._postings[term].items()}
        for term, rarity in others:
            for name, weight in self._postings[term].items():
                if rarity * weight > credit.get(name, 0.0):
                    credit[name] = rarity * weight
        return credit

    def _ideal(self, words: Mapping[str, int]) -> float:
        """What a document would get that holds each word over and over, and nothing else."""
        unknown = math.log(1 + len(self) / 0.5) ** self._weights.rarity
        ideal = 0.0
        for word, times in words.items():
            rarity = max((each for _, each in self._standing_for(word)), default=unknown)
            full = (1 + math.log(times)) * (self._weights.saturation + 1)
            ideal += rarity * (full + self._weights.whole + self._weights.phrase)
        return ideal or 1.0

    def _standing_for(self, word: str) -> list[tuple[str, float]]:
        """Terms of documents that stand for *word*, each with what it is worth."""
        rarity = self._rarity(word)
        found = [(word, rarity)] if rarity else []
        share, most = self._weights.relatives, _EVERYWHERE * len(self)
        if share:
            for other in RELATED.get(word, ()):
                theirs = self._rarity(other)
                if theirs and len(self._postings[other]) <= max(most, 5):
                    found.append((other, share * min(theirs, rarity or theirs)))
        if not found and self._weights.misspelt:
            found = [
                (term, self._weights.misspelt * likeness * self._rarity(term))
                for term, likeness in self._lookalikes(word)
            ]
        return found

    def _lookalikes(self, word: str) -> list[tuple[str, float]]:
        """Terms that share most of their trigrams with *word*, the likest first."""
        if len(word) < _SPELLABLE:
            return []
        grams = _grams(word)
        shared = Counter(term for gram in grams for term in self._grams.get(gram, ()))
        likeness = (
            (2 * common / (len(grams) + len(_grams(term))), term) for term, common in shared.items()
        )
        best = heapq.nsmallest(3, ((-share, term) for share, term in likeness if share >= _ALIKE))
        return [(term, -share) for share, term in best]

    # -- the best, once more ---------------------------------------------------------------

    def _again(self, words: Iterable[str]) -> Callable[[str], float]:
        """Weighs how much of a whole query a document answers, and its best phrase."""
        worth: dict[str, tuple[str, float]] = {}
        """What a term of a document answers: the word of the query, and what that is worth."""
        most: list[float] = []
        for word in words:
            standing = self._standing_for(word)
            most.append(max((each for _, each in standing), default=0.0))
            for term, value in standing:
                if value > worth.get(term, ("", 0.0))[1]:
                    worth[term] = (word, value)
        total, length = sum(most), math.hypot(*most)

        def answered(found: Iterable[str]) -> dict[str, float]:
            by_word: dict[str, float] = {}
            for term in found:
                if term in worth:
                    word, value = worth[term]
                    by_word[word] = max(by_word.get(word, 0.0), value)
            return by_word

        def likeness(phrase: str) -> float:
            """The cosine between a phrase and the query."""
            own = {term: self._rarity(term) for term in terms(phrase)}
            met: dict[str, float] = {}
            for term in own.keys() & worth.keys():
                word, value = worth[term]
                met[word] = max(met.get(word, 0.0), value * own[term])
            return sum(met.values()) / (math.hypot(*own.values()) * length) if met else 0.0

        def weigh(name: str) -> float:
            share = sum(answered(self._terms[name]).values()) / total
            phrases = self._documents[name].phrases if self._weights.phrase else ()
            best = max(map(likeness, phrases), default=0.0)
            return total * (self._weights.whole * share * share + self._weights.phrase * best)

        return weigh

    def _why(self, name: str, words: Iterable[str]) -> str:
        """The words of the document that answer the query, as the document writes them."""
        wanted = {
            max(held, key=lambda each: each[1])[0]
            for word in words
            if (
                held := [
                    each for each in self._standing_for(word) if name in self._postings[each[0]]
                ]
            )
        }
        shown: dict[str, str] = {}
        for _, text in _fields(self._documents[name]):
            for word in _SPELT.findall(text):
                for term in wanted.intersection(terms(word)):
                    shown.setdefault(term, word.lower())
        return ", ".join(dict.fromkeys(shown.values()))


def _rank(found: tuple[str, float]) -> tuple[float, str]:
    return -found[1], found[0]


def _fields(document: Document) -> Iterator[tuple[str, str]]:
    yield "name", document.name
    yield "description", document.description
    for field in ("phrases", "tags", "parameters"):
        texts = getattr(document, field)
        if texts:
            yield field, "\n".join(texts)


def _grams(term: str) -> set[str]:
    padded = f"^{term}$"
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
