"""The user's own folder for what nobody else may read, and the few ways to touch it.

Files are made with ``O_EXCL`` and mode 0600 under another name, fsynced, and put in place by one
rename: a reader finds the old content or the new, never half of one. Changes happen under a file
lock, so that two kernels do not lose each other's. On reading, a file that others can read is
refused with the command that mends it, because whoever could read it may have.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from babyagi_nb.errors import KeyStoreError

__all__ = ["PrivateFolder", "config_folder"]

_POSIX = os.name == "posix"
_PATIENCE = 10.0
"""Seconds to wait for another kernel that is changing something."""
_LARGEST = 16 << 20


def config_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where this user's private files are: ``BABYAGI_CONFIG_DIR``, else the system's place."""
    given = (os.environ if environment is None else environment).get("BABYAGI_CONFIG_DIR")
    if given:
        return Path(given).expanduser().absolute()
    from platformdirs import user_config_path

    return user_config_path("babyagi_nb", appauthor=False)


class PrivateFolder:
    """Small files that are this user's alone; the folder is made when something is written.

    Every method raises :class:`~babyagi_nb.errors.KeyStoreError` where it cannot do its work.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self, name: str) -> tuple[int, ...] | None:
        """What changes whenever *name* is replaced; ``None`` where there is no such file."""
        try:
            found = os.stat(self.path / name, follow_symlinks=False)
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode

    def read(self, name: str) -> bytes | None:
        """The content of *name*, or ``None``; refuses what others could read or change."""
        path = self.path / name
        try:
            with open(path, "rb", opener=_open_to_read) as file:
                self._check_folder()
                _check_file(path, os.fstat(file.fileno()))
                return file.read(_LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from error

    def replace(self, name: str, content: bytes) -> None:
        """Make *content* the content of *name*, all of it or nothing."""
        path = self.path / name
        draft = self.path / f".{name}.{os.urandom(8).hex()}"
        try:
            self._make()
            try:
                with open(draft, "xb", opener=_open_to_make) as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(draft, path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            self._sync()
        except OSError as error:
            raise _unusable(path, error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder's lock; other kernels wait for it, ten seconds at the most."""
        path = self.path / ".lock"
        try:
            self._make()
            number = os.open(path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o600)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            self._await(number, path)
            yield
        finally:
            os.close(number)

    def _await(self, number: int, path: Path) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return _lock(number)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    raise _unusable(path, error) from error
            if time.monotonic() > deadline:
                raise KeyStoreError(
                    f"another process has held {str(path)!r} for {_PATIENCE:.0f} seconds",
                    fix="wait until it is done, or end that process",
                )
            time.sleep(0.01)

    def _make(self) -> None:
        if not self.path.is_dir():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Another kernel may be doing the same.
            with suppress(FileExistsError):
                self.path.mkdir(mode=0o700)
        self._check_folder()

    def _check_folder(self) -> None:
        if _POSIX and os.stat(self.path).st_mode & 0o022:
            raise KeyStoreError(
                f"others may change what is in {str(self.path)!r}",
                fix=f"chmod 700 {shlex.quote(str(self.path))}",
            )

    def _sync(self) -> None:
        if not _POSIX:
            return
        number = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""A link that somebody put in the place of a file is not followed; a child does not inherit."""


def _open_to_read(path: str, flags: int) -> int:
    # Without waiting: a pipe in the place of the file would wait for a writer.
    return os.open(path, flags | _SAFELY | getattr(os, "O_NONBLOCK", 0))


def _open_to_make(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL | _SAFELY, 0o600)


def _check_file(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
        raise KeyStoreError(
            f"{str(path)!r} is no file of keys", fix="move it out of the way and set the keys anew"
        )
    if _POSIX and found.st_mode & 0o077:
        raise KeyStoreError(
            f"others may read {str(path)!r} (mode {stat.S_IMODE(found.st_mode):04o})",
            fix=f"chmod 600 {shlex.quote(str(path))}, and replace the keys if somebody did",
        )


def _unusable(path: Path, error: OSError) -> KeyStoreError:
    why = error.strerror or str(error)
    if error.errno == errno.ELOOP:
        why = "it is a link, and links are not followed"
    return KeyStoreError(
        f"{str(path)!r} cannot be used: {why}",
        fix="see to its permissions and the space on its disk, or set BABYAGI_CONFIG_DIR",
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
