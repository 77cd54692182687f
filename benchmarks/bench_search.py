"""How many paraphrases lead to the function that is meant, and how long a search takes.

The functions are those of :mod:`benchmarks.corpus`. ``search/phrases_*.json`` has five search
phrases for each, as a model would write them when it makes a function; ``search/queries.json`` has
questions with the functions that answer them. Who wrote the phrases saw no question, who wrote the
questions saw no phrase, and what ranks was tuned without these questions: ``search/tuning.json``
holds the ones to tune by. The questions share hardly a word with the docstrings, so without
phrases next to nothing is found. Recall at *k* is the share of questions for which a right function
is among the first *k*.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from functools import cache
from itertools import cycle, islice
from time import perf_counter
from typing import Any

from babyagi_nb.agent.search.lexicon import PLAIN, Lexicon, Weights
from babyagi_nb.core.search import Document
from benchmarks.corpus import FOLDER, real_functions
from benchmarks.row import Row, Size

__all__ = ["documents", "lexicon_of", "measure", "questions", "recall"]

GOAL = 0.65
"""Recall at 5 with search phrases and without a key."""


def measure(size: Size) -> list[Row]:
    asked = questions()
    heading = f"paraphrases over {len(real_functions()):,} real functions"
    rows: list[Row] = []
    for said, phrases, weights, ks in (
        ("with search phrases", True, Weights(), (1, 5, 10)),
        ("without search phrases", False, Weights(), (5,)),
        ("with search phrases, plain BM25", True, PLAIN, (5,)),
        ("plain BM25", False, PLAIN, (5,)),
    ):
        found = recall(lexicon_of(documents(phrases=phrases), weights), asked, ks)
        for k in ks:
            judged = k == 5 and phrases and weights is not PLAIN
            rows.append(
                Row(
                    name=f"recall@{k} of {heading}, {said}",
                    value=found[k],
                    unit="",
                    goal=GOAL if judged else None,
                    at_least=True,
                    note=f"{len(asked)} questions" if judged else "",
                )
            )
    return rows + _speed(size, [question for question, _ in asked])


def documents(*, phrases: bool) -> list[Document]:
    """The real functions as a store would have them, with or without their search phrases."""
    said = _phrases() if phrases else {}
    return [
        Document(
            name=each.name,
            description=each.description,
            parameters=tuple(parameter.name for parameter in each.parameters),
            phrases=tuple(said.get(each.name, ())),
        )
        for each in real_functions()
    ]


def lexicon_of(several: Iterable[Document], weights: Weights | None = None) -> Lexicon:
    lexicon = Lexicon(weights)
    for each in several:
        lexicon.add(each)
    return lexicon


@cache
def questions(file: str = "queries.json") -> tuple[tuple[str, frozenset[str]], ...]:
    """Every question of *file* with the names of the functions that answer it."""
    rows: list[dict[str, Any]] = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    return tuple((row["query"], frozenset(row["targets"])) for row in rows)


def recall(
    lexicon: Lexicon, asked: Iterable[tuple[str, frozenset[str]]], ks: tuple[int, ...] = (1, 5, 10)
) -> dict[int, float]:
    """For each *k*, the share of questions with a right function among the first *k*."""
    firsts = []
    for question, targets in asked:
        names = [hit.name for hit in lexicon.search(question, max(ks))]
        right = [at for at, name in enumerate(names) if name in targets]
        firsts.append(right[0] if right else max(ks))
    return {k: sum(first < k for first in firsts) / len(firsts) for k in ks}


@cache
def _phrases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in sorted(FOLDER.glob("phrases_*.json")):
        found |= json.loads(part.read_text(encoding="utf-8"))
    return found


def _speed(size: Size, asked: list[str]) -> list[Row]:
    """Times with ``size.many`` functions: the real ones over and over, under names of their own."""
    several = [
        Document(
            name=f"{each.name}_{at}",
            description=each.description,
            parameters=each.parameters,
            phrases=each.phrases,
        )
        for at, each in enumerate(islice(cycle(documents(phrases=True)), size.many))
    ]
    start = perf_counter()
    lexicon = lexicon_of(several)
    built = perf_counter() - start
    times = [_milliseconds(lambda each=each: lexicon.search(each, 8)) for each in asked]
    name = f"{size.many:,} functions with search phrases"
    return [
        Row(name=f"take in {name}", value=built, unit="s", goal=1.0),
        Row(name=f"search {name}", value=statistics.median(times), unit="ms", goal=20),
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1e3
