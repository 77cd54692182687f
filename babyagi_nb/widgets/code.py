"""Python source with a little colour, from the standard library's own tokenizer.

Characters that would hide something from the reader are written out (see ``core.disguises``).
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator

from babyagi_nb.core.disguises import marks, python_lines
from babyagi_nb.widgets.markup import Html, join, tag

__all__ = ["highlighted", "numbered"]

_LONGEST = 20_000
_PIECE = 8_000
"""Characters in one element; longer ones would be cut on their way out."""
_KINDS = {tokenize.COMMENT: "c", tokenize.STRING: "s", tokenize.NUMBER: "n"}
# From Python 3.12 on the pieces of an f-string are tokens of their own.
_PIECES = {
    getattr(tokenize, name, -1) for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
}

Span = tuple[int, int, str]
"""Where it begins and ends, and its class; ``""`` is ordinary text."""


def highlighted(source: str) -> Html:
    """A ``<pre>`` of *source*; text that is not Python comes out without colour."""
    cut = len(source) > _LONGEST
    text = "\n".join(python_lines(source[:_LONGEST])).strip("\n")
    code = join(_pieces(text, 0, len(text), _spans(text), marks(text)))
    return tag("pre", tag("code", code, "…" if cut else None))


def numbered(source: str) -> Html:
    """The whole of *source* as table rows, a line each with its number; nothing is left out."""
    lines = python_lines(source)
    text = "\n".join(lines)
    spans, odd = _spans(text), marks(text)
    rows: list[Html] = []
    begin = at = 0
    for number, line in enumerate(lines, 1):
        end = begin + len(line)
        while at < len(spans) and spans[at][1] <= begin:
            at += 1
        code = join(_pieces(text, begin, end, spans, odd, at))
        rows.append(tag("tr", tag("td", number, cls="no"), tag("td", code)))
        begin = end + 1
    return tag("table", tag("tbody", *rows), cls="diff")


def _pieces(
    text: str, begin: int, end: int, spans: list[Span], odd: dict[int, str], first: int = 0
) -> Iterator[object]:
    """*text* from *begin* to *end*, coloured by *spans* from the *first* one on."""
    at = begin
    for index in range(first, len(spans)):
        start, stop, kind = spans[index]
        if start >= end:
            break
        yield from _marked(text, at, max(start, at), odd)
        inner = join(_marked(text, max(start, at), min(stop, end), odd))
        yield tag("span", inner, cls=kind)
        at = max(at, min(stop, end))
    yield from _marked(text, at, end, odd)


def _marked(text: str, begin: int, end: int, odd: dict[int, str]) -> Iterator[object]:
    at = begin
    for place in [] if not odd else [each for each in range(begin, end) if each in odd]:
        yield from _cut(text[at:place])
        yield tag("span", odd[place], cls="odd")
        at = place + 1
    yield from _cut(text[at:end])


def _cut(text: str) -> Iterator[str]:
    return (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))


def _spans(text: str) -> list[Span]:
    try:
        return list(_coloured(text))
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError):
        return []


def _coloured(text: str) -> Iterator[Span]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    at = 0
    previous = ""
    for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
        begin = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        kind = _kind(token, previous)
        if kind and at <= begin < end <= len(text):
            yield begin, end, kind
            at = end
        previous = token.string


def _kind(token: tokenize.TokenInfo, previous: str) -> str:
    if token.type in _PIECES:
        return "s"
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "k"
        return "d" if previous in ("def", "class") else ""
    return _KINDS.get(token.type, "")
