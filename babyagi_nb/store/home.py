"""Where a store lives: the paths inside one directory, and how that directory is found and made.

::

    .babyagi/                      0700, with its own .gitignore
      format                       number of the layout; a newer one is refused
      definitions.ndjson           every change to functions, triggers and key names, in order
      journal/<kernel>.<n>.ndjson  ended runs, one line each
      journal/<kernel>.board       open runs of a living kernel
      archive/                     journal files that were taken into the index, compressed
      incoming/                    only while a backup is being restored
      aside-<n>/                   what a restored backup replaced
      shelf/                       small documents: prices, transcripts, what a model server can do
      builds/<id>.ndjson           what a build has done, one line a step
      vectors/<model>.ndjson       embeddings, one line each
      functions/                   readable copy of every version; the only part git should see
      store.duckdb                 the index; can be rebuilt from the files above
      turn, lock, definitions.lock files that are locked, never read as data
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from babyagi_nb.errors import StoreDamaged, StoreError, StoreTooNew, StoreUnwritable

__all__ = ["DIRECTORY", "FORMAT", "Home", "find_home", "sync_directory", "unwritable"]

DIRECTORY = ".babyagi"
FORMAT = 1
"""Number of the directory layout that this package writes."""

_IGNORE = """\
# A store is local. Only the readable copy of its functions is worth committing.
*
!.gitignore
!functions/
!functions/**
"""
_MARKERS = (DIRECTORY, "pyproject.toml", ".git")


class Home:
    """The paths of one store directory. Making the object touches no disk.

    >>> Home(Path("/tmp/example/.babyagi")).definitions.name
    'definitions.ndjson'
    """

    __slots__ = ("path",)

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).absolute()

    def __repr__(self) -> str:
        return f"Home({str(self.path)!r})"

    @property
    def index(self) -> Path:
        return self.path / "store.duckdb"

    @property
    def definitions(self) -> Path:
        return self.path / "definitions.ndjson"

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def shelf(self) -> Path:
        return self.path / "shelf"

    @property
    def builds(self) -> Path:
        return self.path / "builds"

    @property
    def vectors(self) -> Path:
        return self.path / "vectors"

    @property
    def mirror(self) -> Path:
        return self.path / "functions"

    @property
    def incoming(self) -> Path:
        """There only while the content is exchanged for that of a backup."""
        return self.path / "incoming"

    @property
    def turn(self) -> Path:
        return self.path / "turn"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def definitions_lock(self) -> Path:
        return self.path / "definitions.lock"

    @property
    def format(self) -> Path:
        return self.path / "format"

    def exists(self) -> bool:
        return self.format.is_file()

    def create(self) -> Home:
        """Make what is missing, check the format, and return self; idempotent.

        Raises :class:`~babyagi_nb.errors.StoreUnwritable` when the disk says no, and
        :class:`~babyagi_nb.errors.StoreTooNew` for a store of a later layout.
        """
        if self.exists():
            self.check()
            return self
        try:
            self._make()
        except OSError as error:
            raise unwritable(self.path, error) from error
        self.check()
        return self

    def check(self, *, newest: int | None = FORMAT) -> int:
        """Return the format number of an existing store; refuse one above *newest*, if given."""
        try:
            text = self.format.read_text("ascii").strip()
            number = int(text)
        except (OSError, ValueError) as error:
            raise StoreDamaged(
                f"the format of the store at {str(self.path)!r} cannot be read",
                fix=f"write {FORMAT} into {str(self.format)!r}, or restore a backup",
            ) from error
        if newest is not None and number > newest:
            raise StoreTooNew(
                f"the store at {str(self.path)!r} has format {number}, this package knows {newest}",
                fix="upgrade babyagi_nb, or open it with read_only=True to look and to back it up",
            )
        return number

    def _make(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for directory in (self.journal, self.archive, self.mirror):
            directory.mkdir(mode=0o700, exist_ok=True)
        _write_new(self.path / ".gitignore", _IGNORE)
        # Last, because its presence says that everything else is there.
        _write_new(self.format, f"{FORMAT}\n")
        sync_directory(self.path)
        sync_directory(self.path.parent)


def find_home(start: Path) -> Path:
    """Return where the store for work in *start* belongs; the directory need not exist.

    That is ``.babyagi`` beside the nearest ``.babyagi``, ``pyproject.toml`` or ``.git`` at or above
    *start*. The search stops below the user's home directory and below the root of the file
    system, so that work in a directory of its own never lands in a store of everything.
    """
    start = Path(start).absolute()
    home = _user_home()
    # Above the user's own directory nothing belongs to the user; a store there would be shared
    # with other people by accident.
    ceilings = {Path(start.anchor), *((home, *home.parents) if home else ())}
    for directory in (start, *start.parents):
        if directory in ceilings and directory != start:
            break
        if directory != Path(start.anchor) and any(
            (directory / each).exists() for each in _MARKERS
        ):
            return directory / DIRECTORY
    return start / DIRECTORY


def _user_home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def unwritable(path: Path, error: OSError) -> StoreError:
    """Word an error of the operating system as one of ours, with its mend."""
    where = f"cannot write {str(path)!r}: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreUnwritable(where, fix="free some space and try again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreUnwritable(where, fix="allow writing there, or open a store elsewhere")
    return StoreUnwritable(where, fix="open a store elsewhere with BabyAGI(path)")


def sync_directory(path: Path) -> None:
    """Make names created in *path* survive a power loss, where the system can do that."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _write_new(path: Path, text: str) -> None:
    """Write *text* so that nobody ever sees half of it; an existing file stays."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, "ascii")
    os.replace(draft, path)
