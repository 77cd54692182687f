"""Backup and restore: the store as one zip file with a manifest, verified on both ways.

A backup holds the truths, not the index: the definition log, the journals up to now, the archive,
and documents, builds and vectors. What is derived (index, mirror) is made again. It is taken in a
shared hold, so that no line moves from journal to archive meanwhile; kernels go on writing, and
what they write after the look is left out. The finished file is opened again, every checksum
compared and every record counted, before it gets its name.

Restoring verifies first, then moves what is there aside (``aside-<n>``, never deleted) and puts the
backup in place, all of it or nothing (see :mod:`~babyagi_nb.store.exchange`). Journals of kernels
that are alive stay where they are, because they are being written to: the runs of those kernels are
in the store afterwards as well.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babyagi_nb.errors import StoreDamaged, StoreTooNew
from babyagi_nb.store import belongings, exchange
from babyagi_nb.store.connection import Connection
from babyagi_nb.store.frames import read_frames
from babyagi_nb.store.home import FORMAT, Home, sync_directory, unwritable
from babyagi_nb.store.lock import FileLock

__all__ = ["Contents", "back_up", "restore", "verify"]

_MANIFEST = "manifest.json"
_DEFINITIONS = "definitions.ndjson"


@dataclass(slots=True)
class Contents:
    """What a verified backup holds."""

    transactions: int = 0
    lines: int = 0
    """Lines in journals and archive."""
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 by name."""
    made: int = 0
    """Nanoseconds since the epoch, UTC."""
    format: int = FORMAT
    """Layout of the store that was backed up."""


def back_up(home: Home, connection: Connection, target: Path) -> Path:
    """Write a verified backup to *target* and return where it is.

    A directory gets a file named by the time. An existing file is replaced, once the new one is
    known to be good. Raises ``StoreUnwritable``.
    """
    target = _place(Path(target))
    draft = target.with_name(f".{target.name}.{os.getpid()}")

    def copy() -> None:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as pack:
            contents = Contents(made=time.time_ns(), format=home.check(newest=None))
            for name, data in _truths(home):
                pack.writestr(name, data)
                _count(contents, name, data)
            pack.writestr(_MANIFEST, _manifest_text(contents))

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        connection.quiet(copy)
        verify(draft)
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(draft, target)
        sync_directory(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return target


def verify(source: Path) -> Contents:
    """Read the whole backup at *source*; raises ``StoreDamaged`` unless all is as written."""
    try:
        with zipfile.ZipFile(source) as pack:
            manifest = json.loads(pack.read(_MANIFEST))
            found = Contents(made=int(manifest["made"]), format=int(manifest["format"]))
            for name in pack.namelist():
                if name != _MANIFEST:
                    _count(found, name, pack.read(name))
    except FileNotFoundError as error:
        raise StoreDamaged(f"no backup at {str(source)!r}", fix="name the .zip file") from error
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise _unfit(source, str(error)) from error
    except Exception as error:
        # zlib and zipfile have many ways to say that bytes are wrong.
        raise _unfit(source, repr(error)) from error
    for what in ("transactions", "lines", "files"):
        if manifest.get(what) != getattr(found, what):
            raise _unfit(source, f"its {what} are not those of the manifest")
    return found


def restore(home: Home, connection: Connection, source: Path) -> Path:
    """Put the backup at *source* in place of the store; return where the old content is kept.

    Raises ``StoreDamaged`` for a bad backup, ``StoreTooNew`` for one of a later layout, and
    ``StoreUnwritable``. The store is then as it was, or, where the disk failed while files were
    being moved, the next opening finishes the restore.
    """
    number = verify(source).format
    if number > FORMAT:
        raise StoreTooNew(
            f"{str(source)!r} is the backup of a store of format {number}, "
            f"this package knows {FORMAT}",
            fix="upgrade babyagi_nb",
        )

    def replace() -> Path:
        try:
            exchange.finish(home)
            aside = exchange.stage(home, _members(source))
            exchange.finish(home)
        except OSError as error:
            raise unwritable(home.path, error) from error
        return aside

    with FileLock(home.definitions_lock).hold():
        return connection.alone(lambda attach: replace())


# -- what is in a store ------------------------------------------------------------------------


def _truths(home: Home) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file that belongs into a backup, whole lines only."""
    if home.definitions.exists():
        yield _DEFINITIONS, _whole_lines(home.definitions.read_bytes())
    journal = {path.name: path for path in sorted(home.journal.glob("*.ndjson"))}
    for path in sorted(home.archive.glob("*.ndjson.gz")):
        # A source that is in both places was being archived; the journal has all of it.
        if path.name.removesuffix(".gz") not in journal:
            yield f"archive/{path.name}", path.read_bytes()
    for name, path in journal.items():
        yield f"journal/{name}", _whole_lines(path.read_bytes())
    for name in belongings.present(home):
        # A document may be removed this moment.
        with contextlib.suppress(FileNotFoundError):
            data = (home.path / name).read_bytes()
            yield name, data if name.endswith(".json") else _whole_lines(data)


def _whole_lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


def _count(contents: Contents, name: str, data: bytes) -> None:
    contents.files[name] = hashlib.sha256(data).hexdigest()
    if name == _DEFINITIONS:
        contents.transactions = len(read_frames(data).transactions)
    elif not belongings.is_belonging(name):
        contents.lines += (gzip.decompress(data) if name.endswith(".gz") else data).count(b"\n")


def _manifest_text(contents: Contents) -> str:
    manifest: dict[str, Any] = {
        "format": contents.format,
        "made": contents.made,
        "transactions": contents.transactions,
        "lines": contents.lines,
        "files": contents.files,
    }
    return json.dumps(manifest, indent=1)


def _place(target: Path) -> Path:
    target = target.expanduser().absolute()
    if target.is_dir():
        return target / time.strftime("babyagi-%Y%m%d-%H%M%S.zip")
    return target if target.suffix == ".zip" else target.with_name(target.name + ".zip")


def _unfit(source: Path, why: str) -> StoreDamaged:
    return StoreDamaged(f"{str(source)!r} is no usable backup: {why}", fix="take another one")


# -- putting it in place -----------------------------------------------------------------------


def _members(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of what belongs into a store; other names go nowhere."""
    with zipfile.ZipFile(source) as pack:
        for name in pack.namelist():
            folder, _, file = name.rpartition("/")
            plain = Path(file).name == file and file.endswith((".ndjson", ".ndjson.gz"))
            ours = name == _DEFINITIONS or belongings.is_belonging(name)
            if ours or (plain and folder in ("journal", "archive")):
                yield name, pack.read(name)
