"""Text of a server, made fit to be kept: it can be encoded, and holds no NUL.

JSON may write a character beyond the first 65,536 as two halves, and a stream may cut between them.
Halves that belong together are joined; one that stands alone becomes the replacement character.
Everything else stays, direction overrides included: whether they may stand in code is not decided
here.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Halves", "plain", "plain_value"]

_BAD = re.compile("[\x00\ud800-\udfff]")
_DEEPEST = 100


def plain(text: str) -> str:
    r"""Return *text* without NUL and lone surrogates.

    >>> plain("a\x00\ud83d\ude00\ud83d")
    'a😀�'
    """
    if not _BAD.search(text):
        return text
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain_value(value: Any, depth: int = 0) -> Any:
    """The same for every text in a JSON value; what is nested deeper than 100 levels is dropped."""
    if isinstance(value, str):
        return plain(value)
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {plain(str(key)): plain_value(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(each, depth + 1) for each in value]
    return value


class Halves:
    r"""Cleans a text that arrives in pieces; holds back the first half of a character.

    >>> pieces = Halves()
    >>> pieces.feed("a\ud83d") + pieces.feed("\ude00b") + pieces.end()
    'a😀b'
    """

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        text = self._held + text
        cut = bool(text) and "\ud800" <= text[-1] <= "\udbff"
        self._held = text[-1] if cut else ""
        return plain(text[:-1] if cut else text)

    def end(self) -> str:
        held, self._held = self._held, ""
        return plain(held)
