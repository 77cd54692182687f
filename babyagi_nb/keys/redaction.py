"""Keeping the values of keys out of whatever is written or shown.

A value that was handed out is *known*, and every known value is replaced by ``[key NAME]``: as it
is, and as it looks when it was quoted for Python, JSON, HTML or a URL (or two of these, one inside
the other), written in hexadecimal, or encoded once as base64 or base32, also with other bytes
before and behind it. That is hygiene against accidents, not a wall against code that means to give
a value away: anybody can turn a text round.

How it stays fast: most texts hold no secret. Letters, digits and a few signs survive every quoting,
so the longest run of them in a value (its *anchor*) tells with one search whether any of the
quoted forms can be there. What an encoder leaves no anchor in is searched for by itself; that is
a dozen searches a value, whatever the value looks like.

A record is a JSON object whose outer members (ids, status, times) must stay what they are even
where a careless value such as ``success`` occurs in them. So a record in which something was found
is decoded, redacted in the members that hold the user's data, and encoded again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from babyagi_nb.core import scrubbing
from babyagi_nb.core.ports import Keys
from babyagi_nb.keys.forms import Form, forms_of

__all__ = ["Redaction", "keep_out", "redaction_of", "without_secrets"]

SHORTEST = 6
"""Shorter values are not redacted: replacing every ``1`` would destroy records, not protect."""

_DATA = ("cell", "params", "output", "stdout", "error", "message", "traceback")
"""Members of a record that hold what users and their functions wrote."""


class Redaction:
    """The known values and how they are found.

    >>> redaction = Redaction()
    >>> redaction.learn("service", "s3cret-value")
    >>> redaction.text("Authorization: s3cret-value")
    'Authorization: [key service]'
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._forms: tuple[Form, ...] = ()
        self._seen: tuple[bytes, ...] = ()
        self._lock = threading.Lock()
        self._followers: list[Callable[[], None]] = []
        self.reach = 0
        """Characters of the longest text that would be replaced."""

    def learn(self, name: str, value: str) -> None:
        """Know *value* from now on; one of fewer than six characters is not redacted."""
        if value in self._names:
            return
        with self._lock:
            self._names[value] = name
            if len(value) < SHORTEST:
                return
            made = [*self._forms, *forms_of(name, value)]
            # Longest first, so that a value that contains another is replaced whole.
            self._forms = tuple(sorted(made, key=lambda form: -form.longest))
            self._seen = tuple(dict.fromkeys(seen for form in made for seen in form.seen))
            self.reach = self._forms[0].longest
        for follow in self._followers:
            follow()

    def secrets(self) -> Iterator[tuple[str, str]]:
        """(name, value) of every known value."""
        return ((name, value) for value, name in list(self._names.items()))

    def follow(self, follower: Callable[[], None]) -> None:
        """Call *follower* whenever a value becomes known, and now if one is."""
        self._followers.append(follower)
        if self._forms:
            follower()

    def text(self, text: str) -> str:
        """*text* with every known value replaced."""
        for form in self._forms:
            text = form.replace(text)
        return text

    def record(self, line: bytes) -> bytes:
        """An encoded record, with every known value replaced in what users wrote."""
        return self._decoded(line, _DATA)

    def json(self, data: bytes) -> bytes:
        """Any encoded JSON value, with every known value replaced."""
        return self._decoded(data, None)

    def pending(self, text: str) -> int:
        """Characters at the end of *text* that may be the beginning of a known value."""
        found = 0
        for form in self._forms:
            found = max(found, form.pending(text))
        return found

    def _decoded(self, data: bytes, members: tuple[str, ...] | None) -> bytes:
        if not self._may_hold_one(data):
            return data
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            # Better a text with a hole than one with a secret.
            return self.text(data.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        if members is None or type(value) is not dict:
            clean = self._walk(value)
        else:
            clean = {
                key: self._walk(each) if key in members else each for key, each in value.items()
            }
        if clean == value:
            return data
        encoded = json.dumps(clean, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )
        return encoded + b"\n" if data.endswith(b"\n") else encoded

    def _may_hold_one(self, data: bytes) -> bool:
        # Run on every record, and a generator would take twice as long.
        for each in self._seen:  # noqa: SIM110
            if each in data:
                return True
        return False

    def _walk(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is list:
            return [self._walk(each) for each in value]
        if kind is dict:
            return {self.text(key): self._walk(each) for key, each in value.items()}
        if kind is int or kind is float:
            # A value of digits may have been returned as a number.
            text = repr(value)
            clean = self.text(text)
            return value if clean == text else clean
        return value


class _Asking(Redaction):
    """For keys of somebody else's making, which tell no one when a value becomes known."""

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def follow(self, follower: Callable[[], None]) -> None:
        super().follow(follower)
        if not self._forms:
            follower()

    def text(self, text: str) -> str:
        self._ask()
        return super().text(text)

    def _decoded(self, data: bytes, members: tuple[str, ...] | None) -> bytes:
        self._ask()
        return super()._decoded(data, members)

    def pending(self, text: str) -> int:
        self._ask()
        return super().pending(text)

    def _ask(self) -> None:
        for name, value in self._keys.secrets():
            self.learn(name, value)


def redaction_of(keys: Keys) -> Redaction:
    """What knows the values of *keys*, of whatever kind these are."""
    own = getattr(keys, "redaction", None)
    return own if isinstance(own, Redaction) else _Asking(keys)


class _Redacting(Protocol):
    redact: Callable[[bytes], bytes] | None


def keep_out(keys: Keys, journal: _Redacting) -> None:
    """Let no record of *journal*, and nothing that is cut or shown, hold a value of *keys*.

    Until there is a value, records go to the disk without being looked through; where *keys* are
    not of this package, every record is.
    """
    redaction = redaction_of(keys)

    def begin() -> None:
        scrubbing.enlist(redaction)
        # Also when it is the same: the journal looks again at what stands open.
        journal.redact = redaction.record

    redaction.follow(begin)


def without_secrets(message: str, keys: Keys) -> str:
    """*message* with every known value of *keys* replaced by ``[key NAME]``."""
    return redaction_of(keys).text(message)
