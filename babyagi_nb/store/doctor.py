"""The doctor: looks at every part of a store and says in one line each what it found.

It reads and changes nothing, unless told to repair: then it folds, mends the index and settles what
dead kernels left, which are all things that happen by themselves sooner or later.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from babyagi_nb.core.ports import Definitions, Finding
from babyagi_nb.errors import BabyAGIError, StoreDamaged
from babyagi_nb.store import belongings
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.exchange import free_name
from babyagi_nb.store.fold import Folder
from babyagi_nb.store.home import FORMAT, Home
from babyagi_nb.store.index import Index
from babyagi_nb.store.journals import Lines, archived, dead_kernels, read_archived
from babyagi_nb.store.lock import Turnstile
from babyagi_nb.store.migrations import STEPS, applied
from babyagi_nb.store.rebuild import read_everything
from babyagi_nb.store.watermarks import read_watermarks

__all__ = ["Doctor"]

_LOW_DISK = 200 << 20
"""Free bytes below which a full disk is near."""


def _ok(subject: str, message: str) -> Finding:
    return Finding(level="ok", subject=subject, message=message)


class Doctor:
    """Examines one store."""

    def __init__(
        self,
        home: Home | None,
        index: Index,
        lines: Lines,
        definitions: Definitions,
        folder: Folder,
        findings: Callable[[], list[Finding]],
    ) -> None:
        self._home = home
        self._index = index
        self._lines = lines
        self._definitions = definitions
        self._folder = folder
        self._findings = findings

    def examine(self, *, repair: bool = False) -> list[Finding]:
        """Return everything found; a part that cannot be examined is a finding, not an error."""
        found: list[Finding] = []
        for part in (
            self._versions,
            self._directory,
            self._locks,
            self._kernels,
            self._repair if repair else self._nothing,
            self._definition_log,
            self._codes,
            self._indexed,
            self._archive,
            self._belongings,
            self._tools,
        ):
            try:
                found += part()
            except BabyAGIError as error:
                found.append(_problem(part.__name__.strip("_"), error.message, error.fix))
            except OSError as error:
                found.append(_problem(part.__name__.strip("_"), str(error), "look at the disk"))
        return found

    # -- parts -----------------------------------------------------------------------------

    def _nothing(self) -> Iterator[Finding]:
        return iter(())

    def _versions(self) -> Iterator[Finding]:
        names = ("babyagi_nb", "duckdb", "ipython", "ipykernel")
        known = ", ".join(f"{name} {_version(name)}" for name in names)
        yield _ok("versions", f"{known}, store format {FORMAT}")

    def _directory(self) -> Iterator[Finding]:
        if self._home is None:
            yield _ok("store", "in memory; it ends with this kernel")
            return
        path = self._home.path
        yield _ok("store", str(path))
        mode = path.stat().st_mode & 0o777
        if os.name != "nt" and mode & 0o077:
            yield _warning(
                "permissions", f"others may look into {str(path)!r}", f"chmod 700 {str(path)!r}"
            )
        if not os.access(path, os.W_OK):
            yield _problem("permissions", f"{str(path)!r} cannot be written", "allow writing there")
        free = shutil.disk_usage(path).free
        if free < _LOW_DISK:
            yield _warning("disk", f"{free >> 20} MB free", "free some space")
        else:
            yield _ok("disk", f"{free >> 20} MB free")

    def _locks(self) -> Iterator[Finding]:
        if self._home is not None:
            holder = Turnstile(self._home).holder()
            yield _ok("lock", f"held by {holder}" if holder else "free")

    def _kernels(self) -> Iterator[Finding]:
        if self._home is None:
            return
        dead = dead_kernels(self._home)
        if dead:
            yield Finding(
                level="note",
                subject="kernels",
                message=f"{len(dead)} ended and left journals, which the next fold takes in",
                fix="%babyagi doctor --repair does it now",
            )
        for source in self._lines.finished():
            if _is_cut(self._home.journal / source):
                yield Finding(
                    level="note",
                    subject="journal",
                    message=f"{source!r} ends in the middle of a record",
                    fix="nothing: its kernel was killed while writing it, or the file was cut",
                )
        left = sum(1 for _ in self._lines.open_runs())
        yield _ok("kernels", f"{left} runs are open in living kernels")

    def _repair(self) -> Iterator[Finding]:
        taken = self._folder.fold()
        self._index.examine()
        self._folder.tend()
        yield _ok("repair", f"{taken} lines were taken in, the index was read whole")
        if self._home is not None:
            aside = free_name(self._home)
            for name in belongings.set_aside(self._home, aside):
                yield _ok("repair", f"{name!r} could not be read and lies in {aside.name!r} now")

    def _definition_log(self) -> Iterator[Finding]:
        self._definitions.refresh()
        catalogue = self._definitions.catalogue
        yield _ok(
            "definitions",
            f"{len(catalogue)} functions, {len(catalogue.history)} transactions",
        )
        yield from self._findings()

    def _codes(self) -> Iterator[Finding]:
        """Whether every active version is what its digest says."""
        catalogue = self._definitions.catalogue
        verify = _verifier()
        checked = 0
        for name in list(catalogue):
            try:
                stored = catalogue.version(name)
            except StoreDamaged as error:
                yield _problem("definitions", error.message, error.fix)
                continue
            if verify is not None and not verify(stored):
                yield _problem(
                    "definitions",
                    f"{stored.label} is not what was registered: its digest differs",
                    f"look at it, then register {name!r} again or activate another version",
                )
            checked += 1
        if verify is not None:
            yield _ok("digests", f"{checked} active versions verified")

    def _indexed(self) -> Iterator[Finding]:
        counts, steps, marks = self._index.read(_look)
        if steps != len(STEPS):
            yield _problem("index", f"schema {steps} instead of {len(STEPS)}", "upgrade babyagi_nb")
        yield _ok(
            "index",
            f"{counts.get('runs', 0)} runs, {counts.get('versions', 0)} versions, "
            "every checksum read",
        )
        if counts.get("bad_lines"):
            yield Finding(
                level="note",
                subject="journal",
                message=f"{counts['bad_lines']} lines were no records and are kept aside",
                fix="SELECT * FROM store.data.bad_lines shows them",
            )
        waiting = sum(len(each.data) for each in self._lines.tails(marks.folded, limit=64 << 20))
        yield _ok("journal", f"{waiting} bytes wait to be taken in")
        yield from self._shrunk(marks.folded, marks.archived)

    def _shrunk(self, folded: Any, gone: frozenset[str]) -> Iterator[Finding]:
        """Sources that have less than was taken in from them: somebody cut or lost them."""
        if self._home is None:
            return
        kept = set(archived(self._home))
        for source, end in folded.items():
            path = self._home.journal / source
            if path.exists():
                if path.stat().st_size < end:
                    yield _warning(
                        "journal",
                        f"{source!r} is shorter than what was taken in",
                        "nothing: the index still has its runs, a rebuild would not",
                    )
            elif source not in kept and end:
                yield _warning(
                    "journal",
                    f"{source!r} is neither in journal nor archive",
                    "nothing: the index still has its runs, a rebuild would not",
                )

    def _archive(self) -> Iterator[Finding]:
        if self._home is None:
            return
        sources = archived(self._home)
        for source in sources:
            try:
                read_archived(self._home, source)
            except OSError as error:
                yield _problem("archive", str(error), "restore a backup if its runs matter")
        yield _ok("archive", f"{len(sources)} journals")

    def _belongings(self) -> Iterator[Finding]:
        if self._home is not None:
            yield from belongings.examine(self._home)

    def _tools(self) -> Iterator[Finding]:
        found = shutil.which("dot")
        yield _ok("graphviz", "dot is there" if found else "no dot; the built-in layout is used")


def _is_cut(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except OSError:  # empty, or archived meanwhile
        return False


def _look(hold: Hold) -> tuple[dict[str, int], int, Any]:
    return read_everything(hold), applied(hold), read_watermarks(hold)


def _verifier() -> Callable[[Any], bool] | None:
    try:
        from babyagi_nb.core.digest import verify
    except ImportError:
        return None
    return verify


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _warning(subject: str, message: str, fix: str) -> Finding:
    return Finding(level="warning", subject=subject, message=message, fix=fix)


def _problem(subject: str, message: str, fix: str) -> Finding:
    return Finding(level="problem", subject=subject, message=message, fix=fix)
