"""Finding what was asked for in what a model said around it: JSON objects, and Python code.

Models put objects into fences, prose and thoughts, quote with single quotes, leave commas, write
``True``. Everything here is pure, takes time about in proportion to the text, and never raises: a
text without an object has none.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from babyagi_nb.agent.models.texts import plain_value
from babyagi_nb.core.syntax import tree_of

__all__ = ["code", "objects", "spoken"]

_LONGEST = 400_000
"""Characters that are looked at."""
_LONGEST_LITERAL = 100_000
_DEEPEST = 100
_MOST = 50
"""Objects that are found, and beginnings that are tried in vain."""

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*$", re.MULTILINE)
_PYTHON = ("python", "py", "python3", "")
_BEGIN = re.compile(r"^(?:def |async def |class |import |from \w[\w.]* import |@\w)", re.MULTILINE)


def objects(text: str) -> list[dict[str, Any]]:
    """Every JSON object that *text* holds, the likeliest answer first.

    What stands in a fence is likelier than what stands outside, what comes later likelier than what
    came before, and thoughts count only when there is nothing else.

    >>> objects("Here: {'a': 1,} and so\\n```json\\n{\\"a\\": 2}\\n```")
    [{'a': 2}, {'a': 1}]
    """
    said = text[:_LONGEST]
    return _objects(spoken(said)) or _objects(said)


def code(text: str) -> str:
    """The Python code that *text* holds; empty when there is none.

    The longest fenced block that parses, else the longest one, else the text from its first line
    that looks like code.

    >>> code("Sure!\\n```python\\ndef f():\\n    return 1\\n```\\nThat is all.")
    'def f():\\n    return 1'
    """
    said = spoken(text[:_LONGEST])
    fenced = [body for tag, body in _fences(said) if tag.lower() in _PYTHON]
    whole = [each for each in fenced if _parses(each)]
    if fenced:
        return max(whole or fenced, key=len)
    if not said.strip():
        return ""
    return _unfenced(said)


def spoken(text: str) -> str:
    """*text* without what the model thought aloud.

    >>> spoken("<think>hm</think>yes")
    'yes'
    """
    said = _THOUGHT.sub("", text)
    ends = list(_THOUGHT_END.finditer(said))
    # Some servers hand out the end of a thought, but not its beginning.
    return (said[ends[-1].end() :] if ends else said).strip()


# -- objects -----------------------------------------------------------------------------------


def _objects(text: str) -> list[dict[str, Any]]:
    fenced = [found for _, body in _fences(text) for found in _within(body)]
    outside = list(_within(_without_fences(text)))
    ordered = [*reversed(fenced), *reversed(outside)]
    return ordered[:_MOST]


def _within(text: str) -> Iterator[dict[str, Any]]:
    """Objects in the order in which they stand."""
    for number, span in enumerate(_spans(text)):
        found = _read(span)
        if found is not None:
            yield found
        if number >= _MOST:
            return


def _spans(text: str) -> Iterator[str]:
    """Parts of *text* from a brace to the brace that closes it."""
    at, failed = text.find("{"), 0
    while at >= 0 and failed < _MOST:
        end = _closing(text, at)
        if end is None:
            failed += 1
            at = text.find("{", at + 1)
        else:
            yield text[at:end]
            at = text.find("{", end)


_SIGN = re.compile(r"[{}\[\]\"']")


def _closing(text: str, start: int) -> int | None:
    """Where the brace at *start* is closed; ``None`` when it never is."""
    depth, at = 0, start
    while (sign := _SIGN.search(text, at)) is not None:
        at = sign.end()
        found = sign.group()
        if found in "\"'":
            after = _string_end(text, at, found)
            if after is None:
                return None
            at = after
        elif found in "{[":
            depth += 1
            if depth > _DEEPEST:
                return None
        else:
            depth -= 1
            if depth == 0:
                return at
    return None


def _string_end(text: str, at: int, quote: str) -> int | None:
    while (end := text.find(quote, at)) >= 0:
        before = len(text[at:end]) - len(text[at:end].rstrip("\\"))
        if before % 2 == 0:
            return end + 1
        at = end + 1
    return None


def _read(span: str) -> dict[str, Any] | None:
    for reading in (_as_json, _as_loose_json, _as_literal):
        try:
            found = reading(span)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict):
            return dict(plain_value(found))
    return None


def _as_json(span: str) -> Any:
    # Line ends within texts are no JSON, and what small models write.
    return json.loads(span, strict=False)


_LOOSE = re.compile(r"(\"(?:[^\"\\]|\\.)*\")|,(?=\s*[}\]])|//[^\n]*", re.DOTALL)


def _as_loose_json(span: str) -> Any:
    """Without commas that nothing follows, and without comments."""
    return json.loads(_LOOSE.sub(lambda found: found.group(1) or "", span), strict=False)


_WORDS = {"true": "True", "false": "False", "null": "None"}
_TOKEN = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|\b(true|false|null)\b", re.DOTALL)


def _as_literal(span: str) -> Any:
    """As Python would write it."""
    if len(span) > _LONGEST_LITERAL:
        raise ValueError
    text = _TOKEN.sub(lambda found: found.group(1) or _WORDS[found.group(2)], span)
    return ast.literal_eval(tree_of(text.replace("\x00", "")).body[0].value)  # type: ignore[attr-defined]


# -- code --------------------------------------------------------------------------------------


def _fences(text: str) -> Iterator[tuple[str, str]]:
    """Tag and body of each fenced block; one that is not closed reaches to the end."""
    opened: re.Match[str] | None = None
    for mark in _FENCE.finditer(text):
        if opened is None:
            opened = mark
        elif mark[1].startswith(opened[1]) and not mark[2]:
            yield opened[2], text[opened.end() : mark.start()].strip("\n")
            opened = None
    if opened is not None:
        yield opened[2], text[opened.end() :].strip("\n")


def _without_fences(text: str) -> str:
    parts, at = [], 0
    opened: re.Match[str] | None = None
    for mark in _FENCE.finditer(text):
        if opened is None:
            opened = mark
            parts.append(text[at : mark.start()])
        elif mark[1].startswith(opened[1]) and not mark[2]:
            opened, at = None, mark.end()
    return "\n".join(parts) if opened is not None else "\n".join([*parts, text[at:]])


def _unfenced(text: str) -> str:
    if _parses(text) and _BEGIN.search(text):
        return text
    begin = _BEGIN.search(text)
    if begin is None:
        return ""
    lines = text[begin.start() :].splitlines()
    # What follows the code is prose; code and prose are cut where the code still parses.
    ends = [number for number, line in enumerate(lines, 1) if number == len(lines) or not line]
    for end in reversed(ends[-_MOST:]):
        part = "\n".join(lines[:end]).rstrip()
        if _parses(part):
            return part
    return "\n".join(lines).rstrip()


def _parses(text: str) -> bool:
    try:
        tree_of(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
