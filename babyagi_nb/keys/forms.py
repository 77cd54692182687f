"""How one value may stand in a text: every writing of it, and the search for them.

A :class:`Form` is a family of writings that share one search. The *quoted* ones (up to two
quotings, one inside the other) share the value's anchor: the longest run of signs that no quoting
changes. Where that is not found, none of them can be there. The *encoded* ones have no anchor in
common and are looked for one by one.

A quoted value is also known by its beginning when an ellipsis follows: tables and short
representations cut what does not fit.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

__all__ = ["Form", "forms_of"]

_RUN = re.compile(r"[0-9A-Za-z_.-]{4,}")
"""Signs that no quoting changes."""

_STUMP = 12
"""Characters of a value that, followed by an ellipsis, are taken for the value cut short."""

_ELLIPSIS = re.compile(r"\.{2,3}|…|\\u2026")

_LINE = 12
"""Characters that a line of a value of several lines must have to be known by itself."""

_BEGUN = 4
_WRAPPED = 57
"""Bytes that fill one line of base64 in mails and certificates."""


class Form:
    """Writings that are searched for together, and what takes their place."""

    __slots__ = ("_anchor", "_mark", "_stump", "_whole", "_writings", "longest", "seen")

    def __init__(
        self, mark: str, writings: Iterable[str], *, anchor: str = "", whole: str = ""
    ) -> None:
        self._mark = mark
        self._writings = tuple(sorted(set(writings), key=lambda each: (-len(each), each)))
        self._anchor = anchor
        # An anchor at the start is long enough to know the value by, should the rest be cut off.
        start = _RUN.match(whole)
        self._stump = whole[:_STUMP] if start and start.end() >= _STUMP < len(whole) - 4 else ""
        self._whole = whole
        self.seen = tuple(dict.fromkeys(self._in_json()))
        """Encoded JSON that holds none of these does not hold the value."""
        self.longest = max(map(len, self._writings))
        """Characters."""

    def replace(self, text: str) -> str:
        """*text* with the mark in the place of every writing."""
        if not self._anchor or self._anchor in text:
            for each in self._writings:
                if each in text:
                    text = text.replace(each, self._mark)
        return self._without_stumps(text) if self._stump and self._stump in text else text

    def pending(self, text: str) -> int:
        """Length of the longest end of *text* that begins a writing.

        One character suffices where it begins the value itself, four where it begins another
        writing of it: too many texts end in what could become hexadecimal.
        """
        best = 0
        for each in self._writings:
            start = each[: 1 if each == self._whole else _BEGUN]
            at = text.find(start, max(0, len(text) - len(each) + 1))
            while 0 <= at < len(text) - best:
                if each.startswith(text[at:]):
                    best = len(text) - at
                    break
                at = text.find(start, at + 1)
        return best

    def _in_json(self) -> Iterable[bytes]:
        if self._anchor:
            yield self._anchor.encode()
            if self._stump:
                yield self._stump.encode()
            return
        for each in self._writings:
            for plainly in (False, True):
                yield json.dumps(each, ensure_ascii=plainly)[1:-1].encode("utf-8", "surrogatepass")

    def _without_stumps(self, text: str) -> str:
        whole, at = self._whole, text.find(self._stump)
        while at >= 0:
            end = at + _STUMP
            while end < len(text) and end - at < len(whole) and text[end] == whole[end - at]:
                end += 1
            if _ELLIPSIS.match(text, end):
                text = text[:at] + self._mark + text[end:]
                end = at + len(self._mark)
            at = text.find(self._stump, end)
        return text


def forms_of(name: str, value: str) -> list[Form]:
    """Every form of *value*; each is replaced by ``[key NAME]``.

    >>> [form.replace("see a%20key-1.") for form in forms_of("k", "a key-1")][0]
    'see [key k].'
    """
    mark = f"[key {name}]"
    found = [_quoted(mark, value), Form(mark, _encoded(value))]
    if "\n" in value:
        lines = {line.strip() for line in value.splitlines()}
        found += [_quoted(mark, line) for line in lines if len(line) >= _LINE]
    return found


def _quoted(mark: str, value: str) -> Form:
    writings = {second(first(value)) for first in _QUOTED for second in _QUOTED}
    return Form(mark, writings, anchor=max(_RUN.findall(value), key=len, default=""), whole=value)


def _encoded(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogatepass")
    found = {raw.hex(), raw.hex().upper()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found |= {_inner(encode, raw, before, 6) for before in range(3)}
    found |= {_inner(base64.b32encode, raw, before, 5) for before in range(5)}
    if len(raw) > _WRAPPED:
        found.add(base64.encodebytes(raw[: len(raw) // 3 * 3]).decode().strip())
    return {each for each in found if len(each) >= 6}


def _inner(encode: Callable[[bytes], bytes], raw: bytes, before: int, bits: int) -> str:
    """The letters that depend on *raw* alone, with *before* other bytes in front."""
    first, last = -(-before * 8 // bits), (before + len(raw)) * 8 // bits
    return encode(bytes(before) + raw)[first:last].decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_QUOTED: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: repr(text)[1:-1],
    lambda text: repr('"' + text)[2:-1],  # beside a double quote, single ones are escaped
    lambda text: repr(_bytes(text))[2:-1],
    lambda text: repr(b'"' + _bytes(text))[3:-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    html.escape,
    lambda text: html.escape(text, quote=False),
    lambda text: html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
    lambda text: quote(_bytes(text)),
    lambda text: quote(_bytes(text), ""),
    lambda text: quote_plus(_bytes(text)),
)
"""How texts are written inside other texts, without the quotes around."""
