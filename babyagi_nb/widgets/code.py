"""Python source with a little colour, from the standard library's own tokenizer."""

from __future__ import annotations

import io
import keyword
import tokenize

from babyagi_nb.widgets.markup import Html, clean, escape, join, tag

__all__ = ["highlighted"]

_LONGEST = 20_000
_KINDS = {tokenize.COMMENT: "c", tokenize.STRING: "s", tokenize.NUMBER: "n"}
# From Python 3.12 on the pieces of an f-string are tokens of their own.
_PIECES = {
    getattr(tokenize, name, -1) for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
}


def highlighted(source: str) -> Html:
    """A ``<pre>`` of *source*; text that is not Python comes out without colour."""
    text = clean(source, _LONGEST).strip("\n")
    try:
        inner = join(_pieces(text))
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError):
        inner = escape(text)
    return tag("pre", tag("code", inner))


def _pieces(text: str) -> list[object]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[object] = []
    at = 0
    previous = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        begin = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        kind = _kind(token, previous)
        if kind and at <= begin < end:
            found += [text[at:begin], tag("span", text[begin:end], cls=kind)]
            at = end
        previous = token.string
    return [*found, text[at:]]


def _kind(token: tokenize.TokenInfo, previous: str) -> str:
    if token.type in _PIECES:
        return "s"
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "k"
        return "d" if previous in ("def", "class") else ""
    return _KINDS.get(token.type, "")
