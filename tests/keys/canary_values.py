"""Values that are looked for afterwards, and the looking."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

CANARIES = {
    "plain": "sk-canary-Zq7Wm2Xv9Kp4Rt6Yb8Nc3Hd5",
    "quoting": "q'w\"e\\r<t>y&u /i%o+p?a=s#d{f}g|h`j~k",
    "unicode": "ключ-σφραγίς-密钥-🔑-ñandú-Ωmega",
    "several_lines": "-----BEGIN CANARY-----\nMIIBVgIBADANBgkqh\nkiG9w0BAQEFAASCAU\n"
    "-----END CANARY-----",
    "encoded": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.dBjftJeZ4CVP+mB92/K27uhbUJU1p1r==",
    "long": "".join(f"L{number:02d}x" + "aZ7" * (number % 3) for number in range(60))[:300],
}
"""By the shape that makes each of them hard to find."""

_PART = 12
"""Characters in a row that are no accident; twice as many of a value are always found."""


def needles(value: str) -> set[bytes]:
    """Byte strings none of which may be anywhere: parts of the value in every writing of it."""
    raw = value.encode()
    writings = {
        value, repr(value), json.dumps(value), json.dumps(value, ensure_ascii=False),
        html.escape(value), quote(value), quote(value, ""), quote_plus(value), repr(raw),
        raw.hex(), raw.hex().upper(), json.dumps(repr(value)), json.dumps(json.dumps(value)),
    }  # fmt: skip
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        writings |= {encode(bytes(before) + raw).decode()[4:] for before in range(3)}
    writings |= {base64.b32encode(bytes(before) + raw).decode()[8:] for before in range(5)}
    found = set()
    for writing in writings:
        text = writing.rstrip("=")
        found |= {text[at : at + _PART].encode() for at in range(0, len(text) - _PART + 1, _PART)}
    return found


NEEDLES = {shape: needles(value) for shape, value in CANARIES.items()}


def sightings(data: bytes, where: str) -> list[str]:
    """A line for each canary of which a part is in *data*."""
    found = []
    for shape, parts in NEEDLES.items():
        part = next((each for each in parts if each in data), None)
        if part is not None:
            at = data.index(part)
            found.append(f"{shape} in {where}: {data[max(0, at - 60) : at + 60]!r}")
    return found


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below *folder*, unpacked where it is compressed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield str(path), gzip.decompress(data) if path.suffix == ".gz" else data
