"""Installing what was reported: these files, by their hashes, and nothing else.

Two places. The environment of the kernel is changed in place, by the installer. A *target* is a
directory of its own for one draft: it is filled beside its place and then put there by a rename,
so it is there whole or as it was. What an interrupt or a crash leaves beside it is removed, by the
same call or by the next one for that target.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import PathFinder
from pathlib import Path

from babyagi_nb.distributions.failure import explain
from babyagi_nb.distributions.pip import Pip
from babyagi_nb.distributions.report import Report
from babyagi_nb.errors import PackageError

__all__ = ["install", "target_of"]


def target_of(folder: Path, name: str, number: int) -> Path:
    """Where the packages of the draft ``name@number`` belong below *folder*.

    >>> target_of(Path("packages"), "hello", 2).as_posix()
    'packages/hello@2'
    """
    if not name.isidentifier() or number < 1:
        raise PackageError(f"{name!r}@{number} names no version", fix="write hello@2")
    return folder / f"{name}@{number}"


def install(
    report: Report,
    target: Path | None = None,
    *,
    modules: Sequence[str] = (),
    pip: Pip | None = None,
) -> tuple[str, ...]:
    """Install exactly the files of *report*, and return them as ``name==version``.

    Into the environment of *pip* (by default this interpreter's), or into the directory *target*,
    replacing what is there. *modules* must be importable afterwards; a target that does not hold
    them is not put in place. Raises :class:`~babyagi_nb.errors.PackageError`.
    """
    if not report.packages:
        return ()
    pip = Pip() if pip is None else pip
    if target is None:
        _run(report, pip)
        # Another interpreter's modules cannot be looked for from here.
        if pip.python == sys.executable:
            importlib.invalidate_caches()
            _verify(modules, None)
    else:
        with _beside(target) as fresh:
            _run(report, pip, "--target", str(fresh))
            _verify(modules, fresh)
        importlib.invalidate_caches()
    return tuple(each.pin for each in report.packages)


def _run(report: Report, pip: Pip, *where: str) -> None:
    with tempfile.TemporaryDirectory(prefix="babyagi-") as folder:
        file = Path(folder) / "requirements.txt"
        lines = [f"{each.pin} --hash=sha256:{each.sha256}" for each in report.packages]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        answer = pip.run(
            "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:",
            *where, "--requirement", str(file),
        )  # fmt: skip
    if answer.code:
        raise explain(answer, (), lambda _: (), None)


def _verify(modules: Iterable[str], target: Path | None) -> None:
    missing = [each for each in modules if not _found(each.partition(".")[0], target)]
    if missing:
        raise PackageError(
            f"what was installed has no module {', '.join(missing)}"
            if target is None
            else f"nothing was installed: these packages have no module {', '.join(missing)}",
            fix="say which distribution provides it: imports={'name': module, 'lib': distribution}",
        )


def _found(module: str, target: Path | None) -> bool:
    if target is not None:
        # The caches of the finder know nothing of a directory that was just filled.
        PathFinder.invalidate_caches()
        if PathFinder.find_spec(module, [str(target)]) is not None:
            return True
    with suppress(ImportError, ValueError):
        return importlib.util.find_spec(module) is not None
    return False


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """An empty directory that takes the place of *target* when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _tidy(target)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.{os.getpid()}.", dir=target.parent))
    aside = fresh.with_name(f"{fresh.name}.old")
    try:
        yield fresh
        if target.exists():
            target.rename(aside)
        try:
            fresh.rename(target)
        except BaseException:
            if aside.exists():
                aside.rename(target)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _tidy(target: Path) -> None:
    """Remove what a killed process left beside *target*; put back what it had set aside."""
    for each in sorted(target.parent.glob(f".{target.name}.*")):
        owner = each.name.removeprefix(f".{target.name}.").partition(".")[0]
        if not owner.isdigit() or _alive(int(owner)):
            continue
        if each.suffix == ".old" and not target.exists():
            each.rename(target)
        else:
            shutil.rmtree(each, ignore_errors=True)


def _alive(process: int) -> bool:
    if sys.platform == "win32":
        # Signal 0 is no question there. What is left over stays.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
