"""Embeddings of texts, kept because they cost money, and searched by the angle between them.

The truth of one model is ``vectors/<hash of its name>.ndjson``: vectors of length one, a line each,
appended; a later line of a key replaces an earlier one, and ``gone`` takes it back. Lines are text
and not packed bytes because DuckDB reads such text twenty times faster than it takes in numbers
from Python.

A vector is known by where its line begins. Keys are read from the file without looking at the
numbers; these go into a table in memory (:mod:`~babyagi_nb.store.nearness`) at the first search.
Both follow the file as it grows, whichever process writes, and begin anew when it was replaced.
"""

from __future__ import annotations

import hashlib
import math
import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import orjson

from babyagi_nb.errors import StoreUnwritable, UsageError
from babyagi_nb.store.home import Home, unwritable

if TYPE_CHECKING:
    from babyagi_nb.store.nearness import Table

__all__ = ["FileVectors", "MemoryVectors", "is_vector_line"]

T = TypeVar("T")

_VECTOR = b',"vector":['
"""Cannot occur inside a JSON string, where quotes are escaped."""
_GONE = b',"gone":true}'
_FORGET = "forget what is kept of this model"


class FileVectors:
    """Implements ``core.ports.Vectors`` in the ``vectors`` directory of a store.

    The directory is made by the first vector.
    """

    def __init__(self, home: Home) -> None:
        self._folder = home.vectors
        self._sets: dict[str, _Set] = {}
        self._lock = threading.RLock()

    def put(self, model: str, rows: Mapping[str, Sequence[float]]) -> None:
        units = {key: unit(each) for key, each in rows.items()}
        with self._lock:
            known = self._follow(model)
            known.check_lengths(units)
            if units:
                known.write(b"".join(_line(key, each) for key, each in units.items()))

    def have(self, model: str) -> set[str]:
        with self._lock:
            return set(self._follow(model).begin_of)

    def nearest(
        self,
        model: str,
        vector: Sequence[float],
        k: int,
        *,
        among: Collection[str] | None = None,
    ) -> list[tuple[str, float]]:
        wanted = unit(vector)
        with self._lock:
            known = self._follow(model)
            known.check_lengths({"": wanted})
            places = known.begin_of if among is None else _only(known.begin_of, among)
            if not places or k <= 0:
                return []
            key_of = {begin: key for key, begin in places.items()}
            found = known.table().nearest(wanted, key_of, k)
            return [(key_of[begin], score) for begin, score in found]

    def forget(self, model: str, keys: Collection[str] | None = None) -> None:
        with self._lock:
            known = self._follow(model)
            if keys is None:
                known.remove()
            elif gone := [key for key in dict.fromkeys(keys) if key in known.begin_of]:
                known.write(b"".join(_head(key) + _GONE + b"\n" for key in gone))

    def _follow(self, model: str) -> _Set:
        known = self._sets.get(model)
        if known is None:
            known = self._sets[model] = _Set(model, self._file(model))
        known.follow()
        return known

    def _file(self, model: str) -> Path:
        name = hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self._folder / f"{name}.ndjson"


class _Set:
    """The vectors of one model: their file, what was read of it, and the table for searching."""

    def __init__(self, model: str, path: Path) -> None:
        self._model = model
        self._path = path
        self._start_anew(None)

    def _start_anew(self, file: tuple[int, int] | None) -> None:
        self._which = file
        self._read = 0
        self._table: Table | None = None
        self.begin_of: dict[str, int] = {}
        """Where the newest line of each key begins."""
        self.length: int | None = None
        """Of the first vector; lines with others do not count."""

    def follow(self) -> None:
        """Take in what was appended since, or everything when the file is another one."""
        try:
            with open(self._path, "rb") as file:
                state = os.fstat(file.fileno())
                which = (state.st_dev, state.st_ino)
                if which != self._which or state.st_size < self._read:
                    self._start_anew(which)
        except FileNotFoundError:
            self._start_anew(None)
            return
        except OSError as error:
            raise unwritable(self._path, error) from error
        if state.st_size > self._read:
            for begin, line in _lines(self._path, self._read):
                self._take(begin, line)
                self._read = begin + len(line)

    def _take(self, begin: int, line: bytes) -> None:
        if line.rstrip().endswith(_GONE):
            self.begin_of.pop(_key(line[: line.rindex(_GONE)]) or "", None)
        elif (cut := _cut(line)) > 0 and (key := _key(line[:cut])) is not None:
            length = line.count(b",", cut + len(_VECTOR)) + 1
            self.length = self.length or length
            if length == self.length:
                self.begin_of[key] = begin

    def check_lengths(self, units: Mapping[str, Sequence[float]]) -> None:
        _check_lengths(self._model, self.length, units, f"remove {str(self._path)!r}")

    def table(self) -> Table:
        """The table with every vector read so far."""
        # DuckDB is imported by the first search.
        from babyagi_nb.store.nearness import Table

        if self._table is None or self._table.process != os.getpid():
            self._table = Table(self.length or 1)
        # Given back only when all is in: after an interrupt nobody knows what went in.
        table, self._table = self._table, None
        whole = (each for each in _lines(self._path, table.end) if each[0] < self._read)
        table.take((begin, line) for begin, line in whole if self._counts(line))
        table.end = self._read
        self._table = table
        return table

    def _counts(self, line: bytes) -> bool:
        cut = _cut(line)
        return cut > 0 and line.count(b",", cut + len(_VECTOR)) + 1 == self.length

    def write(self, data: bytes) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, flags, 0o600)
            try:
                whole = _before(descriptor, self._model) + data
                taken = os.write(descriptor, whole)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise unwritable(self._path, error) from error
        if taken != len(whole):
            raise StoreUnwritable(
                f"cannot write {str(self._path)!r}: the disk took only a part of the vectors",
                fix="free some space and try again",
            )

    def remove(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self._path, error) from error
        self._start_anew(None)


class MemoryVectors:
    """Implements ``core.ports.Vectors`` for a store in memory."""

    def __init__(self) -> None:
        self._models: dict[str, dict[str, list[float]]] = {}

    def put(self, model: str, rows: Mapping[str, Sequence[float]]) -> None:
        units = {key: unit(each) for key, each in rows.items()}
        _check_lengths(model, self._length(model), units, _FORGET)
        self._models.setdefault(model, {}).update(units)

    def have(self, model: str) -> set[str]:
        return set(self._models.get(model, ()))

    def nearest(
        self,
        model: str,
        vector: Sequence[float],
        k: int,
        *,
        among: Collection[str] | None = None,
    ) -> list[tuple[str, float]]:
        wanted = unit(vector)
        _check_lengths(model, self._length(model), {"": wanted}, _FORGET)
        rows = self._models.get(model, {})
        if among is not None:
            rows = _only(rows, among)
        scores = [
            (key, min(1.0, max(-1.0, sum(map(mul, wanted, each))))) for key, each in rows.items()
        ]
        return sorted(scores, key=lambda each: -each[1])[: max(k, 0)]

    def forget(self, model: str, keys: Collection[str] | None = None) -> None:
        if keys is None:
            self._models.pop(model, None)
        for key in keys or ():
            self._models.get(model, {}).pop(key, None)

    def _length(self, model: str) -> int | None:
        return next((len(each) for each in self._models.get(model, {}).values()), None)


# -- vectors -----------------------------------------------------------------------------------


def unit(vector: Sequence[float]) -> list[float]:
    """*vector* brought to length one; raises ``UsageError`` where it has no direction.

    >>> unit([3.0, 4.0])
    [0.6, 0.8]
    """
    try:
        numbers = [float(each) for each in vector]
        largest = max(map(abs, numbers), default=0.0)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"a vector of something else than numbers: {error}") from error
    if not numbers or not largest or not all(map(math.isfinite, numbers)):
        raise UsageError(
            f"a vector of {len(numbers)} numbers that has no direction",
            fix="look at what the embeddings server answers",
        )
    scaled = [each / largest for each in numbers]
    length = math.sqrt(math.fsum(map(mul, scaled, scaled)))
    return [each / length for each in scaled]


def _check_lengths(
    model: str, length: int | None, units: Mapping[str, Sequence[float]], mend: str
) -> None:
    for each in units.values():
        length = length or len(each)
        if len(each) != length:
            raise UsageError(
                f"vectors of {model!r} have {length} numbers, this one has {len(each)}",
                fix=f"{mend}; all are then made again",
            )


def _only(rows: Mapping[str, T], among: Collection[str]) -> dict[str, T]:
    return {key: rows[key] for key in among if key in rows}


# -- lines -------------------------------------------------------------------------------------


def is_vector_line(line: bytes) -> bool:
    """Whether *line*, without its newline, is one that this package writes."""
    cut = _cut(line)
    if cut < 0:
        cut = line.rfind(_GONE) if line.endswith(_GONE) else -1
        return (cut > 0 and _key(line[:cut]) is not None) or line.startswith(b'{"model":')
    return _key(line[:cut]) is not None


def _head(key: str) -> bytes:
    text = key.encode("utf-8", "replace").decode()
    return b'{"key":' + orjson.dumps(text)


def _line(key: str, numbers: Sequence[float]) -> bytes:
    text = ",".join([f"{each:.8g}" for each in numbers])
    return b"%b%b%b]}\n" % (_head(key), _VECTOR, text.encode("ascii"))


def _cut(line: bytes) -> int:
    """Where the numbers of a vector's line begin; -1 for other lines and for halves."""
    return line.find(_VECTOR) if line.rstrip(b"\n").endswith(b"]}") else -1


def _key(head: bytes) -> str | None:
    try:
        key = orjson.loads(head + b"}").get("key")
    except (ValueError, AttributeError):
        return None
    return key if isinstance(key, str) else None


def _lines(path: Path, start: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines from *start* on, and where each begins."""
    with open(path, "rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield start, line
            start += len(line)


def _before(descriptor: int, model: str) -> bytes:
    """What has to stand before the next line: the name of the model, or the end of half a line."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if not size:
        name = model.encode("utf-8", "replace").decode()
        return b'{"model":%b}\n' % orjson.dumps(name)
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return b"" if os.read(descriptor, 1) == b"\n" else b"\n"
