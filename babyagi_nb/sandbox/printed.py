"""What a job prints, made safe to show and kept within its limit.

Colours (``ESC [ … m``) stay. Everything else that acts on a terminal or a reader goes: other escape
sequences, control characters but tab and newline, C1 controls, direction overrides. A sequence may
come in two pieces, so an unfinished one is held back until the rest is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

__all__ = ["Printed", "clean_keeping_colours"]

_LONGEST_COLOUR: Final = 64

# Each alternative consumes what it can without looking back, so hostile input costs linear time.
_SEQUENCE = re.compile(
    r"(?P<colour>\x1b\[[0-9;:]{0,48}m)"
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]?"
    "|(?P<break>\r\n?|[\u0085\u2028\u2029])"
    "|(?P<broken>[\ud800-\udfff])"
    "|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNFINISHED = re.compile(r"(?:\x1b(?:\[[0-?]*[ -/]*)?|\r)\Z")


def clean_keeping_colours(text: str) -> str:
    r"""Return *text* with colours and without anything else that acts.

    >>> clean_keeping_colours("\x1b[31mred\x1b[0m \x1b[2Jand \u202eback\x07")
    '\x1b[31mred\x1b[0m and back'
    """
    if text.isascii() and text.isprintable():
        return text
    return _SEQUENCE.sub(_kept, text)


def _kept(match: re.Match[str]) -> str:
    if match.lastgroup == "colour":
        return match.group()
    if match.lastgroup == "break":
        return "\n"
    return "\ufffd" if match.lastgroup == "broken" else ""


class Printed:
    """Passes cleaned text on to *tell* until *limit* characters are used up, then counts."""

    def __init__(self, limit: int, tell: Callable[[int, str], None]) -> None:
        self._left = limit
        self._tell = tell
        self._dropped = 0
        self._held: dict[int, str] = {}

    def add(self, run: int, text: str) -> None:
        """Take in what *run* printed."""
        if self._left <= 0:
            self._dropped += len(text)
            return
        text = self._held.pop(run, "") + text
        tail = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_COLOUR))
        if tail is not None:
            self._held[run] = tail.group()
            text = text[: tail.start()]
        self._pass_on(run, text)

    def finish(self) -> None:
        """Pass on what was held back, and say how much was dropped."""
        held, self._held = self._held, {}
        for run, text in held.items():
            self._pass_on(run, text)
        if self._dropped:
            self._tell(0, f"\n[… {self._dropped:,} more characters were printed]\n")
            self._dropped = 0

    def _pass_on(self, run: int, text: str) -> None:
        cleaned = clean_keeping_colours(text)
        shown = cleaned[: max(self._left, 0)]
        self._left -= len(shown)
        self._dropped += len(cleaned) - len(shown)
        if shown:
            self._tell(run, shown)
