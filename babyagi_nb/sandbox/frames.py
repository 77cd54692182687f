"""Frames that come out of a job's process, read as what they are: anybody's bytes.

A frame's size is checked before it is read, how much it holds before it is parsed, and its shape
while it is parsed. Tags (see :mod:`.inside.encoding`) become the values they stand for. Whatever
does not fit ends the job with :class:`~babyagi_nb.errors.SandboxRefused`.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final, NoReturn

from babyagi_nb.errors import SandboxRefused
from babyagi_nb.sandbox.inside.wire import HEAD

__all__ = ["Frames", "decode", "refuse"]

_MOST_PARTS: Final = 6_000_000
"""Commas, colons and brackets of one frame: no more values than that are made."""

_MOST_CONTAINERS: Final = 1_500_000
_SPARE: Final = 64_000
"""Bytes that a frame may take beside the one value it carries."""


def refuse(what: str, fix: str = "") -> NoReturn:
    raise SandboxRefused(what, fix=fix)


class Frames:
    """Cuts a stream into frames; *most* is the number of bytes one value may take."""

    def __init__(self, most: int) -> None:
        self._most = most + _SPARE
        self._data = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take in what was received and return the frames that are complete now."""
        self._data += data
        found = []
        start = 0
        while len(self._data) - start >= HEAD.size:
            length, tail = HEAD.unpack_from(self._data, start)
            if tail or length > self._most:
                refuse(
                    f"the sandbox sent a message of {length + tail:,} bytes; "
                    f"{self._most:,} are the most",
                    "return less, or raise the limit on results",
                )
            end = start + HEAD.size + length
            if len(self._data) < end:
                break
            found.append(decode(bytes(self._data[start + HEAD.size : end])))
            start = end
        del self._data[:start]
        return found


def decode(text: bytes) -> dict[str, Any]:
    """Return the JSON object in *text* with tags restored, or refuse it.

    >>> decode(b'{"v": {"$": "bytes", "v": "aGk="}}')
    {'v': b'hi'}
    >>> decode(b'{"v": 1, "v": 2}')
    Traceback (most recent call last):
    ...
    babyagi_nb.errors.SandboxRefused: the sandbox sent JSON with a key twice
    """
    containers = text.count(b"[") + text.count(b"{")
    if containers > _MOST_CONTAINERS or text.count(b",") + containers > _MOST_PARTS:
        refuse("the sandbox sent more values than one message may hold", "return less")
    try:
        body = json.loads(text, object_pairs_hook=_restored, parse_constant=_constant)
    except RecursionError:
        refuse("the sandbox sent JSON that is nested too deeply")
    except (ValueError, KeyError, TypeError) as error:
        refuse(f"the sandbox sent no JSON ({type(error).__name__})")
    if type(body) is not dict:
        refuse("the sandbox sent JSON that is no message")
    return body


def _constant(name: str) -> NoReturn:
    refuse(f"the sandbox sent {name}, which is no JSON")


def _restored(pairs: list[tuple[str, Any]]) -> Any:
    """One JSON object: a plain one, or what a tag stands for."""
    made = dict(pairs)
    if len(made) != len(pairs):
        refuse("the sandbox sent JSON with a key twice")
    if "$" in made:
        return _untagged(made)
    return made


def _untagged(tag: dict[str, Any]) -> Any:
    kind, value = tag["$"], tag.get("v")
    if len(tag) == 2:
        if kind == "bytes" and type(value) is str:
            try:
                return base64.b64decode(value.encode("ascii"), validate=True)
            except (binascii.Error, UnicodeError):
                refuse("the sandbox sent bytes that are no base64")
        if kind == "float" and value in ("nan", "inf", "-inf"):
            return float(value)
        if kind == "int" and type(value) is str:
            return int(value, 16)
        if kind == "dict" and type(value) is list:
            return _pairs(value)
    refuse("the sandbox sent a tag that means nothing")


def _pairs(value: list[Any]) -> dict[str, Any]:
    made = {}
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str:
            refuse("the sandbox sent a tag that means nothing")
        made[pair[0]] = pair[1]
    if len(made) != len(value):
        refuse("the sandbox sent JSON with a key twice")
    return made
