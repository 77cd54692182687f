"""From text to terms: words are taken apart, bare of endings, and in lower case.

``splitCSVRow``, ``split_csv_row`` and "splitting CSV rows" all become ``split``, ``csv``, ``row``.
The stemmer is light: it takes endings off so that the forms of one word meet, and does not care
whether what is left is a word. Queries and documents go through the same steps, so an error of it
costs precision only where two words fall together.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["STOP_WORDS", "stem", "terms"]

_LONGEST = 40
"""Characters of a word; longer ones are data, not words."""
_MOST = 400
"""Words of one text that count."""

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SCRIPT = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)")
"""Kana, ideographs, Hangul: written without blanks, so their words cannot be told apart."""

_STOPPED = """
a an the this that these those it its i me my we our us you your one ones
of to in on at by for from with into as and or nor but so than then not no
is are was were be been being am do does did done has have had having can could may might will
would shall should must if else when where which who whom whose what how why there here
any all some each every such other another same own only also just too very more most
up out over about via per between among through onto upon within across along
s t d ll ve et al e g ie eg etc several many much both certain really
want need please let lets given like using use used way
"""
STOP_WORDS = frozenset(_STOPPED.split())
"""Words that say nothing about what a function is for."""

_IRREGULAR = {
    "wrote": "write", "written": "write", "sent": "send", "found": "find", "made": "make",
    "got": "get", "gotten": "get", "built": "build", "ran": "run", "read": "read", "split": "split",
    "children": "child", "indices": "index", "indexes": "index", "matrices": "matrix",
    "vertices": "vertex", "data": "data", "took": "take", "taken": "take", "chose": "choose",
    "chosen": "choose", "broke": "break", "broken": "break", "hidden": "hide", "shown": "show",
    "kept": "keep", "left": "left", "lost": "lose", "held": "hold", "told": "tell",
    "gave": "give", "began": "begin", "slept": "sleep", "drawn": "draw", "drew": "draw",
    "thrown": "throw", "threw": "throw", "caught": "catch", "this": "this", "less": "less",
    "string": "string", "strings": "string", "thing": "thing", "things": "thing",
    "during": "during", "bytes": "byte", "always": "always", "news": "news", "series": "series",
    "status": "status", "process": "process", "address": "address", "access": "access",
    "class": "class", "classes": "class", "alias": "alias", "aliases": "alias",
    "ping": "ping", "ring": "ring", "king": "king", "bring": "bring", "sing": "sing",
    "feed": "feed", "seed": "seed", "speed": "speed", "need": "need", "embed": "embed",
    "sys": "sys", "os": "os", "css": "css", "dns": "dns", "https": "https", "ms": "ms",
    "ids": "id", "urls": "url", "apis": "api", "max": "max", "min": "min",
}  # fmt: skip
"""Forms that no rule of an ending finds, and words that only look as if they had one."""

_ENDINGS = (
    ("izations", ""), ("ization", ""), ("isations", ""), ("isation", ""),
    ("izing", ""), ("izers", ""), ("izer", ""), ("ized", ""), ("izes", ""), ("ize", ""),
    ("ising", "is"), ("ised", "is"),
    ("ifications", "ify"), ("ification", "ify"), ("ified", "ify"), ("ifies", "ify"),
    ("ations", ""), ("ation", ""), ("ators", ""), ("ator", ""), ("ating", ""), ("ated", ""),
    ("ates", ""), ("ate", ""),
    ("ments", ""), ("ment", ""),
    ("ions", ""), ("ion", ""),
    ("ingly", ""), ("edly", ""), ("ings", ""), ("ing", ""), ("ied", "y"), ("ed", ""),
    ("ers", ""), ("ors", ""), ("er", ""), ("or", ""),
    ("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("zes", "z"),
    ("ses", "s"), ("es", ""), ("s", ""),
    ("ability", ""), ("ables", ""), ("able", ""), ("ible", ""), ("ness", ""),
    ("ally", ""), ("ly", ""), ("als", ""), ("al", ""),
)  # fmt: skip
"""The first ending that fits, and leaves enough, is taken off; longer ones stand first."""

_SHORTEST = {
    "ment": 4, "ments": 4, "er": 4, "ers": 4, "or": 4, "ors": 4, "ion": 4, "ions": 4,
    "ize": 4, "izes": 4, "ized": 4, "izer": 4, "izing": 4, "al": 5, "als": 5,
}  # fmt: skip
"""How much an ending has to leave, where three letters are not enough."""
_KEPT = ("ss", "us", "is", "as", "os")
"""Words that end so have no plural ``s`` to lose."""
_VOWELS = frozenset("aeiouy")


def terms(text: str) -> list[str]:
    """The terms of *text* in their order, repeated ones repeated, stop words left out.

    >>> terms("Splits the CSV rows"), terms("splitCSVRow")
    (['split', 'csv', 'row'], ['split', 'csv', 'row'])
    """
    return [term for word in _WORD.findall(text)[:_MOST] for term in _stems(word)]


@lru_cache(maxsize=65_536)
def _stems(word: str) -> tuple[str, ...]:
    if len(word) > _LONGEST:
        return ()
    if not word.isascii():
        return tuple(part for run in _SCRIPT.split(word.casefold()) for part in _pairs(run))
    parts = [word] if word.islower() else _PART.findall(word)
    lowered = [part.lower() for part in parts]
    return tuple(stem(each) for each in lowered if each not in STOP_WORDS)


def _pairs(run: str) -> list[str]:
    """Every two neighbours of a *run* in a script without blanks; any other run as it is."""
    if not _SCRIPT.fullmatch(run) or len(run) < 3:
        return [run] if run else []
    return [run[at : at + 2] for at in range(len(run) - 1)]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What the forms of a lower-case *word* have in common.

    >>> {stem(each) for each in ("parse", "parses", "parsed", "parsing", "parser")}
    {'pars'}
    >>> stem("validate") == stem("validation"), stem("process"), stem("copies")
    (True, 'process', 'copi')
    """
    known = _IRREGULAR.get(word)
    if known is not None:
        word = known
        if word in _IRREGULAR:
            return word
    elif len(word) > 3 and word.isascii():
        word = _bare(word)
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return f"{word[:-1]}i" if len(word) > 2 and word.endswith("y") else word


def _bare(word: str) -> str:
    for ending, instead in _ENDINGS:
        if not word.endswith(ending):
            continue
        rest = word[: -len(ending)]
        if len(rest) < _SHORTEST.get(ending, 3) or not _VOWELS.intersection(rest):
            continue
        if ending == "s" and word.endswith(_KEPT):
            continue
        if ending == "es" and rest[-1] not in "sxzh":
            # It is the plural of a word in ``e``, whose ``e`` goes anyway.
            return rest
        doubled = ending in ("ing", "ed", "er", "ers", "ings") and rest[-1] == rest[-2:-1]
        if doubled and rest[-1] not in "lsz":
            rest = rest[:-1]
        return _single(rest + instead)
    return _single(word)


def _single(word: str) -> str:
    """``cancell`` and ``cancel`` are one word, and so are ``install`` and ``instal``."""
    return word[:-1] if len(word) > 4 and word.endswith("ll") else word
