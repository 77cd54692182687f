"""The double-write guard: a copy of what a checkpoint rewrites in place, kept until it succeeded.

A DuckDB file begins with three headers of 4 KiB: one fixed, two that take turns. A checkpoint
writes new blocks, then flips to the other header. But blocks that hold *metadata* are rewritten in
place just before the flip, so a write that is torn there (power, SIGKILL between two writes)
damages the old state and the new one at once. Therefore, before every checkpoint, the headers and
the metadata blocks go to a side file, with a checksum, durably. If later the file does not open and
its headers are still those of the side file, the checkpoint did not finish: the blocks are put
back, and the file is what it was before. A side file whose headers differ is out of date and inert.

Closing any descriptor of the database file drops the lock DuckDB holds on it. :func:`save`
therefore leaves its descriptor open until the file is detached.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from babyagi_nb.store.connection import Hold

__all__ = ["guard_path", "restore", "save"]

_HEADERS = 3 * 4096
_MAGIC = b"babyagi guard 1\n"


def guard_path(index: Path) -> Path:
    return index.with_name(index.name + ".guard")


def save(hold: Hold, index: Path) -> None:
    """Copy headers and metadata blocks of the attached *index* to its side file."""
    found = hold.rows("SELECT block_size FROM pragma_database_size() WHERE database_name = 'store'")
    size = int(found[0][0])
    blocks = [row[0] for row in hold.rows("SELECT block_id FROM pragma_metadata_info('store')")]
    descriptor = os.open(index, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    hold.at_end(lambda: os.close(descriptor))
    parts = [(0, _read(descriptor, 0, _HEADERS))]
    for block in sorted(set(blocks)):
        offset = _HEADERS + block * size
        parts.append((offset, _read(descriptor, offset, size)))
    _write_durably(guard_path(index), _pack(parts))


def restore(index: Path) -> bool:
    """Put the saved blocks back when a checkpoint did not finish; whether anything was done.

    Must not be called while the file is attached.
    """
    try:
        parts = _unpack(guard_path(index).read_bytes())
        descriptor = os.open(index, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return False
    try:
        if not parts or _read(descriptor, 0, _HEADERS) != parts[0][1]:
            return False
        changed = False
        for offset, saved in parts[1:]:
            if _read(descriptor, offset, len(saved)) != saved:
                changed = True
                _write(descriptor, offset, saved)
        os.fsync(descriptor)
        return changed
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _pack(parts: list[tuple[int, bytes]]) -> bytes:
    head = json.dumps([[offset, len(data)] for offset, data in parts]).encode() + b"\n"
    body = head + b"".join(data for _, data in parts)
    return _MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _unpack(packed: bytes) -> list[tuple[int, bytes]]:
    """Inverse of :func:`_pack`; raises ``ValueError`` for anything else."""
    if not packed.startswith(_MAGIC):
        raise ValueError("no guard file")
    digest, _, body = packed[len(_MAGIC) :].partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise ValueError("guard file is damaged")
    head, _, rest = body.partition(b"\n")
    parts: list[tuple[int, bytes]] = []
    at = 0
    for offset, length in json.loads(head):
        parts.append((offset, rest[at : at + length]))
        at += length
    return parts


def _read(descriptor: int, offset: int, length: int) -> bytes:
    # lseek + read and not pread, which Windows lacks; nobody shares the descriptor.
    os.lseek(descriptor, offset, os.SEEK_SET)
    found = bytearray()
    while len(found) < length and (part := os.read(descriptor, length - len(found))):
        found += part
    return bytes(found)


def _write(descriptor: int, offset: int, data: bytes) -> None:
    os.lseek(descriptor, offset, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _write_durably(path: Path, data: bytes) -> None:
    draft = path.with_name(path.name + ".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write(descriptor, 0, data)
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
    finally:
        os.close(descriptor)
    os.replace(draft, path)
