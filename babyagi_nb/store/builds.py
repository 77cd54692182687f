"""The journals of builds: what was begun, every finished step, and what is known of the whole.

A journal is ``builds/<id>.ndjson`` in the store. Its first line says what the build was begun with;
after that every line is a step (its input's hash, its value) or a note. A line is put at the end by
one write before ``record`` returns, so a SIGKILL takes back nothing that was recorded. A line that
a kill cut short is no JSON object, and only whole objects count; whoever writes next ends it first.

One process at a time holds a build, by the lock file beside the journal. The system gives the lock
back when the process dies. That is how a build that calls itself running, and is held by nobody,
is known to have stopped.

Values of keys are taken out of every line before it is written. ``known`` gives back what was
written, not what was handed in, so that a build goes on with the same values after a kill.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson

from babyagi_nb.core import scrubbing
from babyagi_nb.core.builds import Steps
from babyagi_nb.errors import BuildError, NotFound, StoreDamaged, StoreLocked, StoreUnwritable
from babyagi_nb.store.home import Home, unwritable
from babyagi_nb.store.jsontext import kept_text, read_object
from babyagi_nb.store.kernel import new_kernel
from babyagi_nb.store.lock import FileLock, is_claimed

__all__ = ["FileBuilds", "MemoryBuilds", "listed"]

_PATIENCE = 0.5
"""Seconds to wait for a build: whoever lists builds locks each for a moment."""


class _Place(Protocol):
    """Where the lines of one build go."""

    def append(self, line: bytes) -> None: ...

    def close(self) -> None: ...


class Journalled:
    """Implements ``core.builds.Steps`` over lines that are there and a place for further ones."""

    def __init__(self, id: str, lines: Iterable[bytes], place: _Place) -> None:
        self.id = id
        self.header: Mapping[str, Any] = {}
        self._steps: dict[tuple[str, str], bytes] = {}
        self._facts: dict[str, Any] = {}
        self._place = place
        for each in lines:
            self._take(each)

    def __repr__(self) -> str:
        return f"<build {self.id}>"

    def known(self, step: str, key: str) -> Any | None:
        found = self._steps.get((scrubbing.scrub(step), key))
        return None if found is None else orjson.loads(found)

    def record(self, step: str, key: str, value: Any) -> None:
        text = kept_text(value)
        name = scrubbing.scrub(step)
        head = orjson.dumps({"step": name, "key": key})
        self._place.append(b'%b,"value":%b}\n' % (head[:-1], text))
        self._steps[name, key] = text

    def note(self, **facts: Any) -> None:
        text = kept_text(facts)
        self._place.append(b'{"note":%b}\n' % text)
        self._facts |= orjson.loads(text)

    def facts(self) -> Mapping[str, Any]:
        return dict(self._facts)

    def close(self) -> None:
        self._place.close()

    def _take(self, line: bytes) -> None:
        found = read_object(line) or {}
        if isinstance(found.get("note"), dict):
            self._facts |= found["note"]
        elif isinstance(found.get("header"), dict):
            self.header = found["header"]
        elif "value" in found and "step" in found:
            self._steps[str(found["step"]), str(found.get("key"))] = orjson.dumps(found["value"])


# -- in files ----------------------------------------------------------------------------------


class FileBuilds:
    """Implements ``core.builds.Builds`` in the ``builds`` directory of a store.

    The directory is made by the first build.
    """

    def __init__(self, home: Home) -> None:
        self._folder = home.builds

    def begin(self, header: Mapping[str, Any]) -> Steps:
        text = kept_text(dict(header))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            id = _new_id(lambda id: self._file(id).exists())
            place = _File(self._file(id), create=True)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        line = _first_line(id, text)
        try:
            place.append(line)
        except BaseException:
            place.close()
            raise
        return Journalled(id, [line], place)

    def open(self, id: str) -> Steps:
        full = _fitting(id, [each.stem for each in _files(self._folder)])
        place = _File(self._file(full), create=False)
        try:
            lines = self._file(full).read_bytes().split(b"\n")
            if _beginning(lines) is None:
                raise StoreDamaged(
                    f"the build {full} has no beginning that can be read",
                    fix="begin another; %babyagi doctor says more",
                )
            return Journalled(full, lines, place)
        except BaseException as error:
            place.close()
            if isinstance(error, OSError):
                raise unwritable(self._file(full), error) from error
            raise

    def all(self) -> list[Mapping[str, Any]]:
        return listed(self._folder)

    def _file(self, id: str) -> Path:
        return self._folder / f"{id}.ndjson"


def listed(folder: Path) -> list[Mapping[str, Any]]:
    """Header and facts of every build in *folder*, newest first; changes nothing."""
    found: list[Mapping[str, Any]] = []
    for path in reversed(_files(folder)):
        # First who holds it: a build that ends in between is seen as ended, not as stopped.
        held = is_claimed(_lock_of(path))
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if (summary := _summary(data.split(b"\n"), held)) is not None:
            found.append({**summary, "id": path.stem})
    return found


class _File:
    """The journal of a build that this process holds, open for appending."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._path = path
        lock = FileLock(_lock_of(path))
        try:
            held = lock.acquire(timeout=_PATIENCE)
        except StoreLocked as error:
            raise StoreLocked(
                f"the build {path.stem} is held by {lock.holder() or 'another process'}",
                fix="wait until it is done, or interrupt it there",
            ) from error
        self._held = held
        flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT | os.O_EXCL if create else 0)
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        try:
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            held.close()
            raise unwritable(path, error) from error
        self._end = weakref.finalize(self, _let_go, self._descriptor, held)
        self._cut = _is_cut(self._descriptor)

    def append(self, line: bytes) -> None:
        # A forked child has a copy of the descriptor, but not the lock.
        if not self._end.alive or self._held.closed:
            raise BuildError(f"the build {self._path.stem} was closed", fix="resume it")
        whole = b"\n" + line if self._cut else line
        try:
            if not _is_at(self._path, self._descriptor):
                raise StoreUnwritable(
                    f"{str(self._path)!r} was removed or put aside", fix="begin another build"
                )
            taken = os.write(self._descriptor, whole)
        except OSError as error:
            raise unwritable(self._path, error) from error
        self._cut = taken != len(whole)
        if self._cut:
            raise StoreUnwritable(
                f"cannot write {str(self._path)!r}: the disk took only a part of a step",
                fix="free some space, then resume the build",
            )

    def close(self) -> None:
        self._end()


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether *path* is still the open file; a restore puts builds aside, people remove them."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _let_go(descriptor: int, held: Any) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)
    held.close()


def _is_cut(descriptor: int) -> bool:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if not size:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.glob("*.ndjson") if not each.name.startswith("."))


# -- in memory ---------------------------------------------------------------------------------


class MemoryBuilds:
    """Implements ``core.builds.Builds`` for a store in memory."""

    def __init__(self) -> None:
        self._lines: dict[str, list[bytes]] = {}
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, header: Mapping[str, Any]) -> Steps:
        text = kept_text(dict(header))
        with self._lock:
            id = _new_id(self._lines.__contains__)
            self._lines[id] = [_first_line(id, text)]
        return self.open(id)

    def open(self, id: str) -> Steps:
        with self._lock:
            full = _fitting(id, sorted(self._lines))
            if full in self._held:
                raise StoreLocked(
                    f"the build {full} is held by this process",
                    fix="wait until it is done, or interrupt it",
                )
            self._held.add(full)
        lines = self._lines[full]
        return Journalled(full, list(lines), _Lines(full, lines, self._held))

    def all(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for id, lines in sorted(self._lines.items(), reverse=True):
            if (summary := _summary(list(lines), id in self._held)) is not None:
                found.append({**summary, "id": id})
        return found


class _Lines:
    def __init__(self, id: str, lines: list[bytes], held: set[str]) -> None:
        self._id = id
        self._lines = lines
        self._end = weakref.finalize(self, held.discard, id)

    def append(self, line: bytes) -> None:
        if not self._end.alive:
            raise BuildError(f"the build {self._id} was closed", fix="resume it")
        self._lines.append(line)

    def close(self) -> None:
        self._end()


# -- both --------------------------------------------------------------------------------------


def _new_id(taken: Callable[[str], bool]) -> str:
    """An id that sorts behind those this process made before, by the millisecond."""
    global _newest
    with _naming:
        _newest = max(time.time_ns() // 1_000_000, _newest + 1)
        while taken(id := str(new_kernel(_newest * 1_000_000))):
            _newest += 1
        return id


_newest = 0
_naming = threading.Lock()


def _first_line(id: str, header: bytes) -> bytes:
    return b'{"id":"%b","at":%d,"header":%b}\n' % (id.encode(), time.time_ns(), header)


def _fitting(wanted: str, ids: list[str]) -> str:
    text = wanted.strip().upper()
    found = [each for each in ids if each == text] or [
        each for each in ids if text and (each.startswith(text) or each.endswith(text))
    ]
    if not found:
        raise NotFound(f"no build {wanted!r}", fix="%babyagi builds lists them")
    if len(found) > 1:
        some = ", ".join(found[-3:])
        raise NotFound(f"several builds fit {wanted!r}, for example {some}", fix="give more of it")
    return found[0]


def _summary(lines: list[bytes], held: bool) -> dict[str, Any] | None:
    """Header and facts, without looking into the steps; ``None`` where nothing was begun."""
    first = _beginning(lines)
    if first is None:
        return None
    summary = {"state": "running", "started": first.get("at", 0), **first["header"]}
    for each in _notes(lines):
        summary |= each
    if summary["state"] == "running" and not held:
        summary["state"] = "stopped"
    return {**summary, "held": held}


def _beginning(lines: list[bytes]) -> dict[str, Any] | None:
    first = read_object(lines[0]) if lines else None
    return first if first is not None and isinstance(first.get("header"), dict) else None


def _notes(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith(b'{"note":'):
            found = read_object(line)
            if found is not None and isinstance(found["note"], dict):
                yield found["note"]
