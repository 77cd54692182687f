"""Text from a store or a sandbox, made safe to put before a person.

What functions print and return is written by whoever wrote them, so it may try to move a
terminal's cursor, hide itself, or turn the reading direction round. :func:`clean` keeps what can
be read and drops what only acts. Its result holds no control character but tab and newline, no
direction override, no lone surrogate, and nothing that XML 1.0 forbids. Escaping for HTML, DOT or
Mermaid is a second step that belongs to the writer of that format.

:class:`StreamCleaner` does the same to text that arrives in pieces and may stay coloured. It
holds back what may be the first half of a sequence, so where a writer cuts its text makes no
difference. Carriage return and backspace would let later text paint over earlier text; the one
ends the line, the other is dropped. A sequence never reaches beyond its line, closed or not, so
it cannot swallow what follows.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["StreamCleaner", "clean", "clean_stream", "one_line", "width"]

# Each alternative has a bound and stops at the next escape, so hostile input costs linear time.
_STRING = r"[^\x07\x1b\x9c\r\n]{0,4096}"
_SEQUENCE = re.compile(
    r"\x1b\[(?P<colour>[0-9;]{0,64})m"
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]?"
    rf"|\x1b[\]PX^_]{_STRING}(?:\x07|\x9c|\x1b\\)?"
    r"|\x1b[ -/]{0,8}[0-~]?"
)
_UNFINISHED = re.compile(
    r"(?:(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}"
    rf"|\x1b[\]PX^_]{_STRING}\x1b?"
    r"|\x1b[ -/]{0,8})\Z"
)
"""The beginning of a sequence at the end of a text."""
_FORBIDDEN = (
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f"
)
_ACTING = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_FORBIDDEN}]")
_ACTING_BUT_ESCAPE = re.compile(f"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f{_FORBIDDEN}]")
_BREAK = re.compile("\r\n?|[\u0085\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_CONCEAL = 8
_EXTENDED = {"5": 2, "2": 4}
"""How many further numbers follow 38, 48 or 58, by the first of them."""


def clean(text: object, limit: int | None = None) -> str:
    r"""Return *text* without anything that acts, cut to *limit* characters with an ellipsis.

    >>> clean("\x1b[31mred\x1b[0m and \u202eback")
    'red and back'
    >>> clean("long enough", 6)
    'long …'
    """
    plain = text if isinstance(text, str) else str(text)
    if limit is not None:
        # What is cut away needs no cleaning; four times as much leaves room for sequences.
        plain, whole = plain[: 4 * limit + 64], plain
        cut = len(plain) < len(whole)
    else:
        cut = False
    if not (plain.isascii() and plain.isprintable()):
        plain = _BREAK.sub("\n", plain)
        plain = _SEQUENCE.sub("", plain)
        plain = _ACTING.sub("", plain)
        plain = _SURROGATE.sub("\ufffd", plain)
    if limit is not None and (cut or len(plain) > limit):
        plain = plain[: max(limit - 1, 0)] + "…"
    return plain


def one_line(text: object, limit: int = 120) -> str:
    r"""Return :func:`clean` text with every run of white space as one blank.

    >>> one_line("a\n   b\tc")
    'a b c'
    """
    if type(text) is str and len(text) <= limit and text.isascii() and text.isprintable():
        # Nothing in it acts; most texts are of this kind.
        return " ".join(text.split())
    return clean(_SPACE.sub(" ", clean(text, 4 * limit)).strip(), limit)


class StreamCleaner:
    r"""Cleans one stream that arrives in pieces; colours stay, and end with the stream.

    >>> out = StreamCleaner()
    >>> out.feed("\x1b[3") + out.feed("2mok\x1b[2J") + out.end()
    '\x1b[32mok\x1b[0m'
    """

    __slots__ = ("_after_return", "_coloured", "_held")

    def __init__(self) -> None:
        self._held = ""
        self._after_return = False
        self._coloured = False

    def feed(self, text: str) -> str:
        """Take a piece and return what can be shown of it and of what was held back."""
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        cut = unfinished.start() if unfinished else len(text)
        text, self._held = text[:cut], text[cut:]
        return self._clean(text)

    def end(self) -> str:
        """Return what is left of the text held back, and end the colours."""
        text, self._held = self._held, ""
        return self._clean(text) + ("\x1b[0m" if self._coloured else "")

    def _clean(self, text: str) -> str:
        if self._after_return and text:
            # The line already ended at the return.
            text = text.removeprefix("\n")
            self._after_return = False
        if not text:
            return ""
        self._after_return = text.endswith("\r")
        text = _BREAK.sub("\n", text)
        # Escapes that are left after this belong to colours.
        text = _SEQUENCE.sub(self._colour, text)
        text = _ACTING_BUT_ESCAPE.sub("", text)
        return _SURROGATE.sub("\ufffd", text)

    def _colour(self, found: re.Match[str]) -> str:
        numbers = found["colour"]
        if numbers is None:
            return ""
        kept = _visible(numbers)
        if kept is None:
            return ""
        self._coloured = kept.strip("0;") != ""
        return f"\x1b[{kept}m"


def clean_stream(text: str) -> str:
    r"""Return the whole of a stream as :class:`StreamCleaner` would pass it on.

    >>> clean_stream("\x1b[1mpass\x1b[0mword: \x1b[8mhidden\r\n\x08")
    '\x1b[1mpass\x1b[0mword: hidden\n'
    """
    cleaner = StreamCleaner()
    return cleaner.feed(text) + cleaner.end()


def _visible(numbers: str) -> str | None:
    """The numbers of a colour sequence without the one that hides text; ``None`` if none stay."""
    given = numbers.split(";")
    kept: list[str] = []
    at = 0
    while at < len(given):
        # 38;5;8 is a colour that happens to have the number 8.
        extended = given[at] in ("38", "48", "58") and at + 1 < len(given)
        step = 1 + _EXTENDED.get(given[at + 1], 1) if extended else 1
        if extended or not given[at] or int(given[at]) != _CONCEAL:
            kept += given[at : at + step]
        at += step
    return ";".join(kept) if kept else None


def width(text: str) -> int:
    """How many terminal columns *text* takes: wide characters two, combining ones none.

    >>> width("函数"), width("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
