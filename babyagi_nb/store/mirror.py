"""The text mirror: every version as a file that people read, diff and commit.

::

    functions/
      hello.py                     the active version, with a short header
      _versions/hello/1.json       the exact record of each version
      _versions/hello/1.py         its code, to read and to compare
      catalogue.json               what is active, triggers, key names; one line for each

A store can be made from the ``.json`` files alone (:func:`restore_from_mirror`); the ``.py`` files
are for people. Writing is idempotent and each file appears whole. File names are safe everywhere:
what is not a short lower-case name (``Hello`` and ``hello`` are one file on some disks, ``con`` is
none on others) gets a few characters of its hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import (
    Event,
    FunctionRegistered,
    FunctionRemoved,
    KeyDeclared,
    TriggerAdded,
    VersionActivated,
)
from babyagi_nb.core.ports import Decision, Definitions
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import is_trusted
from babyagi_nb.errors import NotFound, StoreDamaged, StoreLocked
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.store.codec import version_from_json, version_to_json
from babyagi_nb.store.lock import FileLock

__all__ = ["Mirror", "file_name", "restore_from_mirror"]

_STATE = "catalogue.json"
_HISTORY = "_versions"
_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|_versions|catalogue)")


def file_name(name: str) -> str:
    """A file name, without ending, that belongs to the function *name* alone on every disk.

    >>> file_name("hello"), file_name("Hello"), file_name("con")
    ('hello', 'Hello~185f8db3', 'con~1143da2b')
    """
    if _PLAIN.fullmatch(name) and not _RESERVED.fullmatch(name):
        return name
    readable = re.sub(r"[^A-Za-z0-9_]", "_", name)[:60]
    return f"{readable}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


class Mirror:
    """Keeps one directory in step with a catalogue."""

    def __init__(self, directory: Path, lock: FileLock) -> None:
        self.directory = directory
        self._lock = lock
        self._done = -1
        self._replaced = 0
        self.behind = False
        """Whether the last writing ran out of time."""
        self._compare = False
        self._known: set[tuple[str, int]] = set()
        """Versions whose files are known to be there."""

    def write(
        self, catalogue: Catalogue, *, replaced: int = 0, seconds: float | None = None
    ) -> int:
        """Write what is missing or out of date; return how many versions were written.

        Cheap when nothing happened since the last time. *replaced* counts how often the log was
        exchanged for another one, after which every file is compared. What does not fit into
        *seconds* is written the next time, and another kernel that is at it already is left to it.
        """
        generation = catalogue.generation
        if generation == self._done and replaced == self._replaced:
            return 0
        if replaced != self._replaced:
            self._known.clear()
            self._compare, self._replaced = True, replaced
        until = None if seconds is None else time.monotonic() + seconds
        try:
            with self._lock.hold(timeout=0.5):
                count, whole = self._write(catalogue, until)
        except StoreLocked:
            return 0
        self.behind = not whole
        if whole:
            self._done, self._compare = generation, False
        return count

    def _write(self, catalogue: Catalogue, until: float | None) -> tuple[int, bool]:
        """Versions written, and whether that was all. The state comes last: it says so."""
        before = self._read_state().get("functions", {})
        now = _state_of(catalogue)
        active = now["functions"]
        count = 0
        for name in _every_name(catalogue):
            if until is not None and time.monotonic() > until:
                return count, False
            new = [
                number
                for number in catalogue.numbers(name)
                if (name, number) not in self._known
                and self._write_version(catalogue, name, number)
            ]
            count += len(new)
            if name in active and (new or before.get(name) != active[name]):
                with contextlib.suppress(StoreDamaged, NotFound):
                    _write_text(self._path(name), _readable(catalogue.version(name)))
        for name in before.keys() - active.keys():
            self._path(name).unlink(missing_ok=True)
        _write_text(self.directory / _STATE, _state_text(now))
        return count, True

    def _write_version(self, catalogue: Catalogue, name: str, number: int) -> bool:
        folder = self.directory / _HISTORY / file_name(name)
        record = folder / f"{number}.json"
        self._known.add((name, number))
        # A version never changes; only a log that was replaced has another one of this number.
        if record.exists() and not self._compare:
            return False
        try:
            version = catalogue.version(name, number)
        except StoreDamaged:
            return False
        text = _record_text(version)
        if record.exists() and _read(record) == text:
            return False
        folder.mkdir(parents=True, exist_ok=True)
        _write_text(folder / f"{number}.py", _ending_in_newline(version.spec.code))
        _write_text(record, text)
        return True

    def _path(self, name: str) -> Path:
        return self.directory / f"{file_name(name)}.py"

    def _read_state(self) -> dict[str, Any]:
        try:
            found = json.loads(_read(self.directory / _STATE))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def restore_from_mirror(directory: Path, definitions: Definitions) -> int:
    """Register every version the mirror has, in one transaction; return how many.

    For a store whose definition log is gone, and for a mirror that came with a clone of the
    repository. Files that cannot be read are passed over; nothing happens when there are none.
    """
    versions = sorted(_records(directory), key=lambda each: (each.created_at, each.number))
    if not versions:
        return 0
    state = _loaded_state(directory)

    def decide(catalogue: Catalogue) -> Decision:
        if len(catalogue.history):
            return Decision(events=(), summary="")
        events = [*_registrations(versions), *_moves(versions, state), *_extras(versions, state)]
        return Decision(events=events, summary=f"restore {len(versions)} versions from the mirror")

    return len(versions) if definitions.transact(decide) is not None else 0


def _registrations(versions: list[FunctionVersion]) -> Iterator[Event]:
    last: dict[FunctionName, VersionNumber] = {}
    for version in versions:
        # Approvals are no part of the mirror: whoever can write a file there cannot approve.
        trusted = is_trusted(version.spec)
        yield FunctionRegistered.of(version, last.get(version.name), proposed=not trusted)
        if trusted:
            last[version.name] = version.number


def _moves(versions: list[FunctionVersion], state: dict[str, Any]) -> Iterator[Event]:
    """Activate or remove, where the newest version is not the active one."""
    active = state.get("functions", {})
    numbers: dict[FunctionName, list[VersionNumber]] = {}
    for version in versions:
        if is_trusted(version.spec):
            numbers.setdefault(version.name, []).append(version.number)
    for name, known in numbers.items():
        wanted = active.get(name) if active else known[-1]
        if wanted is None:
            yield FunctionRemoved(name=name, previous=known[-1])
        elif wanted != known[-1] and wanted in known:
            yield VersionActivated(name=name, number=wanted, previous=known[-1])


def _extras(versions: list[FunctionVersion], state: dict[str, Any]) -> Iterator[Event]:
    declared = {(each.name, source) for each in versions for source in each.spec.triggers}
    for triggered, triggering in state.get("triggers", []):
        if (triggered, triggering) not in declared:
            yield TriggerAdded(triggered=triggered, triggering=triggering)
    for name, sources in state.get("keys", {}).items():
        for source in sources:
            yield KeyDeclared(name=name, source=source)


def _records(directory: Path) -> Iterator[FunctionVersion]:
    for path in sorted((directory / _HISTORY).glob("*/*.json")):
        try:
            yield version_from_json(json.loads(_read(path)))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue


def _loaded_state(directory: Path) -> dict[str, Any]:
    try:
        state = json.loads(_read(directory / _STATE))
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


# -- texts -------------------------------------------------------------------------------------


def _state_of(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "format": 1,
        "functions": {name: catalogue.active(name) for name in sorted(catalogue)},
        "triggers": sorted([list(pair) for pair in catalogue.triggers()]),
        "keys": {name: list(sources) for name, sources in sorted(catalogue.keys().items())},
    }


def _state_text(state: dict[str, Any]) -> str:
    return json.dumps(state, indent=1, ensure_ascii=False) + "\n"


def _record_text(version: FunctionVersion) -> str:
    record = version_to_json(version)
    try:
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(record, option=options).decode()
    except TypeError:
        # A lone surrogate, or a number beyond 64 bits.
        return json.dumps(record, indent=2, sort_keys=True) + "\n"


def _readable(version: FunctionVersion) -> str:
    spec = version.spec
    header = [f"# {version.name}, version {version.number}"]
    header += [f"# {line}" for line in spec.description.splitlines()]
    for label, values in (
        ("depends on", spec.dependencies),
        ("runs after", spec.triggers),
        ("keys", spec.keys),
        ("tags", spec.tags),
        ("imports", [each.statement() for each in spec.imports]),
    ):
        if values:
            header.append(f"# {label}: {', '.join(values)}")
    return "\n".join(header) + "\n\n" + _ending_in_newline(spec.code)


def _ending_in_newline(code: str) -> str:
    return code if code.endswith("\n") else code + "\n"


def _every_name(catalogue: Catalogue) -> Iterator[FunctionName]:
    seen: set[FunctionName] = set()
    for transaction in list(catalogue.history):
        for event in transaction.events:
            if isinstance(event, FunctionRegistered) and event.name not in seen:
                seen.add(event.name)
                yield event.name


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _write_text(path: Path, text: str) -> None:
    """Write *path* whole or not at all; an identical file is left as it is."""
    data = text.encode("utf-8", "replace")
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    os.replace(draft, path)
