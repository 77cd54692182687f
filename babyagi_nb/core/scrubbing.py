"""Taking secrets out of a text before the text is cut.

Records are redacted whole, when they are written. A text that was cut before that may end in the
first half of a secret, or begin with the second, and no redaction recognises a half. So whoever
cuts a text to a limit cuts it here: :func:`head` and :func:`tail` look a little beyond the limit,
take out what they find, and leave away the strip at the edge where a half could stand.

Who knows secrets enlists as a :class:`Scrubber`, and only when there is a first one. Until then
every function here is a plain slice. A scrubber is held weakly: it goes with its owner.
"""

from __future__ import annotations

from typing import Protocol
from weakref import ref

__all__ = ["Scrubber", "active", "enlist", "head", "json", "pending", "reach", "scrub", "tail"]


class Scrubber(Protocol):
    """Knows secrets and every way to write them."""

    @property
    def reach(self) -> int:
        """Characters of the longest text that it would replace."""
        ...

    def text(self, text: str) -> str:
        """*text* with every secret replaced."""
        ...

    def json(self, data: bytes) -> bytes:
        """An encoded JSON value with every secret replaced."""
        ...

    def pending(self, text: str) -> int:
        """Characters at the end of *text* that may be the beginning of a secret."""
        ...


_refs: tuple[ref[Scrubber], ...] = ()


def enlist(scrubber: Scrubber) -> None:
    """Let *scrubber* see what is cut and shown from now on, as long as somebody holds it."""
    global _refs
    if all(each() is not scrubber for each in _refs):
        _refs = (*_refs, ref(scrubber, _drop))


def active() -> bool:
    """Whether anybody knows a secret."""
    return bool(_refs)


def reach() -> int:
    """Characters of the longest text that would be replaced; 0 while there is no secret."""
    return max((each.reach for each in _scrubbers()), default=0)


def scrub(text: str) -> str:
    """*text* without secrets."""
    for each in _scrubbers():
        text = each.text(text)
    return text


def json(data: bytes) -> bytes:
    """An encoded JSON value without secrets."""
    for each in _scrubbers():
        data = each.json(data)
    return data


def pending(text: str) -> int:
    """Characters at the end of *text* to hold back until it is known how the text goes on."""
    return max((each.pending(text) for each in _scrubbers()), default=0)


def head(text: str, limit: int, *, cut: bool = False) -> str:
    """The first *limit* characters of *text*, without secrets and without the half of one.

    A text that needs no cutting comes back as it is: whoever writes it down redacts it whole.
    ``cut`` says that *text* itself was cut already, :func:`reach` or more beyond the limit.

    >>> head("abcdef", 4)
    'abcd'
    """
    if not _refs or (len(text) <= limit and not cut):
        return text[:limit]
    margin = reach()
    window = text[: limit + margin]
    clean = scrub(window)
    if cut or len(window) < len(text):
        clean = clean[: max(0, len(clean) - margin)]
    return clean[:limit]


def tail(text: str, limit: int) -> str:
    """The last *limit* characters of *text*, without secrets and without the half of one.

    >>> tail("abcdef", 4)
    'cdef'
    """
    if not _refs or len(text) <= limit:
        return text[-limit:]
    margin = reach()
    window = text[-(limit + margin) :]
    clean = scrub(window)
    return (clean[margin:] if len(window) < len(text) else clean)[-limit:]


def _scrubbers() -> list[Scrubber]:
    return [found for each in _refs if (found := each()) is not None]


def _drop(gone: ref[Scrubber]) -> None:
    global _refs
    _refs = tuple(each for each in _refs if each is not gone)
