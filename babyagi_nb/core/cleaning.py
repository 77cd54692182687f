"""Text from a store, made safe to put before a person.

What functions print and return is written by whoever wrote them, so it may try to move a
terminal's cursor, hide itself, or turn the reading direction round. :func:`clean` keeps what can
be read and drops what only acts. Its result holds no control character but tab and newline, no
direction override, no lone surrogate, and nothing that XML 1.0 forbids. Escaping for HTML, DOT or
Mermaid is a second step that belongs to the writer of that format.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "one_line", "width"]

# Each alternative consumes what it can without looking back, so hostile input costs linear time.
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]?"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]?"
)
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_BREAK = re.compile("\r\n?|[\u0085\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


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
    return clean(_SPACE.sub(" ", clean(text, 4 * limit)).strip(), limit)


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
