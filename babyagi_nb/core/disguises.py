"""What source text hides from a reader, and a way to write it so that it hides nothing.

A person who approves code must see what the interpreter sees. Four things come between the two:
characters that show nothing (zero width, controls, direction overrides, odd blanks), letters of
other alphabets that look like Latin ones, line ends that only one of the two knows, and lines so
long that their end is out of sight. Cleaning (``core.cleaning``) drops what acts, which is right
for output and wrong for code: there, what was dropped was part of the program. So nothing is
dropped here. A hidden character is written as ``⟨U+202E⟩``, a letter of another alphabet in a name
is followed by its code point, and lines end where Python ends them and nowhere else.
"""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["LONG_LINE", "Disguise", "disguises", "marks", "python_lines", "revealed", "spelled"]

LONG_LINE = 200
"""Characters from which on a line is said to be long."""

_PLAIN = re.compile(r"[\n\t\x20-\x7e]*")
_ODD = re.compile(r"[^\n\t\x20-\x7e]")
_ODD_LETTER = re.compile(r"[^\W\x00-\x7f]")
_IN_BRACES = re.compile(r"\{[^{}]*\}?")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing."""
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguise:
    """One thing in a source text that a reader could miss."""

    kind: Literal["hidden", "lookalike", "long"]
    line: int
    """Counts from 1."""
    words: str
    """What is there, for people; plain ASCII but for the letter in question."""


def python_lines(code: str) -> list[str]:
    r"""The lines of *code* as Python ends them: only line feed and carriage return do.

    >>> python_lines("# a\x0cb\rc")
    ['# a\x0cb', 'c']
    """
    return _unified(code).split("\n")


def marks(code: str) -> dict[int, str]:
    """What to show in place of single characters, by offset into ``"\\n".join(python_lines())``.

    >>> marks("x = 1  # \u202e")
    {9: '⟨U+202E⟩'}
    """
    text = _unified(code)
    if _PLAIN.fullmatch(text):
        return {}
    found = {
        at: _code_point(text[at])
        for at in (each.start() for each in _ODD.finditer(text))
        if _is_hidden(text, at)
    }
    for start, end in _names(text):
        for each in _ODD.finditer(text, start, end):
            found.setdefault(each.start(), each.group() + _code_point(each.group()))
    return dict(sorted(found.items()))


def revealed(code: str) -> str:
    """*code* with every mark in its place; it is for reading, not for running.

    >>> revealed("ev\u0430l(1)")
    'evа⟨U+0430⟩l(1)'
    """
    return _with(_unified(code), marks(code))


def spelled(text: str, limit: int = 200) -> str:
    """One line about a name, host or path in which no character can pass for another.

    >>> spelled("api.ex\u0430mple.org\\n")
    'api.exа⟨U+0430⟩mple.org⟨U+000A⟩'
    """
    found = {}
    for each in re.finditer(r"[^\x20-\x7e]", text[: 4 * limit]):
        char, at = each.group(), each.start()
        if char in "\n\t" or _is_hidden(text, at):
            found[at] = _code_point(char)
        elif _ODD_LETTER.match(char) or unicodedata.combining(char):
            found[at] = char + _code_point(char)
    shown = _with(text[: 4 * limit], found)
    return shown if len(shown) <= limit and len(text) <= 4 * limit else shown[: limit - 1] + "…"


def disguises(code: str) -> tuple[Disguise, ...]:
    """Everything in *code* that a reader could miss, in the order of its lines.

    >>> [each.words for each in disguises("x = 1  # \u200b")]
    ['line 1 has a hidden character: ZERO WIDTH SPACE (U+200B)']
    """
    lines = python_lines(code)
    found = [
        Disguise(kind="long", line=at, words=f"line {at} has {len(line):,} characters")
        for at, line in enumerate(lines, 1)
        if len(line) > LONG_LINE
    ]
    text = "\n".join(lines)
    if not _PLAIN.fullmatch(text):
        found += _hidden_in(lines)
        found += _lookalikes_in(text)
    return tuple(sorted(found, key=lambda each: (each.line, each.kind)))


# -- finding -------------------------------------------------------------------------------


def _hidden_in(lines: list[str]) -> Iterator[Disguise]:
    for at, line in enumerate(lines, 1):
        odd = (each.start() for each in _ODD.finditer(line))
        hidden = [line[place] for place in odd if _is_hidden(line, place)]
        if hidden:
            kinds = list(dict.fromkeys(hidden))
            named = ", ".join(map(_named, kinds[:3])) + (", …" if len(kinds) > 3 else "")
            many = "a hidden character" if len(hidden) == 1 else f"{len(hidden)} hidden characters"
            yield Disguise(kind="hidden", line=at, words=f"line {at} has {many}: {named}")


def _lookalikes_in(text: str) -> Iterator[Disguise]:
    told: set[str] = set()
    for start, end in _names(text):
        name = text[start:end]
        odd = [
            char
            for at in (each.start() for each in _ODD.finditer(name))
            if not _is_hidden(name, at) and (char := name[at])
        ]
        if not odd or name in told:
            continue
        told.add(name)
        line = text.count("\n", 0, start) + 1
        read = unicodedata.normalize("NFKC", name)
        means = f", which Python reads as {read}" if read != name and read.isascii() else ""
        words = f"line {line}: the name {spelled(name, 60)} has {_named(odd[0])}{means}"
        yield Disguise(kind="lookalike", line=line, words=words)


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every name with a character beyond ASCII, as the tokenizer sees names.

    From where the tokenizer gives up, every such word counts as a name.
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    end = 0
    # The tokenizer cannot read these; their places stay the same.
    readable = re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
    try:
        for token in tokenize.generate_tokens(io.StringIO(readable, newline="\n").readline):
            start = starts[token.start[0] - 1] + token.start[1]
            end = max(end, min(starts[token.end[0] - 1] + token.end[1], len(text)))
            if token.string.isascii():
                continue
            if token.type in (tokenize.NAME, tokenize.ERRORTOKEN):
                yield start, start + len(token.string)
            elif token.type == tokenize.STRING and "f" in token.string[:2].lower():
                # Up to Python 3.11 an f-string is one token, names and all.
                for each in _IN_BRACES.finditer(text, start, start + len(token.string)):
                    yield from _words(text, *each.span())
    except (tokenize.TokenError, SyntaxError, ValueError, IndexError):
        yield from _words(text, end, len(text))


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for word in re.finditer(r"\w+", text[start:end]):
        if not word.group().isascii():
            yield start + word.start(), start + word.end()


def _is_hidden(text: str, at: int) -> bool:
    char = text[at]
    if char in "\n\t" or " " <= char <= "~":
        return False
    before = text[at - 1] if at else ""
    if char == "\ufe0f":
        # Asks for the coloured form of the sign before it.
        return not before or unicodedata.category(before) != "So"
    if char == "\u200d":
        return not (before and _is_picture(before) and _is_picture(text[at + 1 : at + 2]))
    category = unicodedata.category(char)
    if category == "Zs":
        return char != "\u3000"
    return category in _HIDDEN_CATEGORIES or char in _BLANKS or _SELECTORS.match(char) is not None


def _is_picture(char: str) -> bool:
    return bool(char) and (unicodedata.category(char) in ("So", "Sk") or char == "\ufe0f")


# -- wording -------------------------------------------------------------------------------


def _unified(code: str) -> str:
    return code.replace("\r\n", "\n").replace("\r", "\n")


def _with(text: str, found: dict[int, str]) -> str:
    parts: list[str] = []
    at = 0
    for place, shown in found.items():
        parts += (text[at:place], shown)
        at = place + 1
    return "".join((*parts, text[at:]))


def _code_point(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"


def _named(char: str) -> str:
    name = unicodedata.name(char, "") or {"\x1b": "ESCAPE"}.get(char, "a character without a name")
    return f"{name} (U+{ord(char):04X})"
