"""A dry run: what would be installed, down to the hash of each file, without installing it.

The installer resolves against the present environment and reports the files it chose. Each file's
upload time is then asked of the same index, and must be *age* ago: a package that was published by
an intruder is mostly found out within days. Where the installer can leave out young files itself,
it is told to, so that an older version is chosen instead; the times are compared here all the same.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from babyagi_nb.distributions.failure import explain, too_young
from babyagi_nb.distributions.index import Page, read_page
from babyagi_nb.distributions.installed import Installed, read_installed
from babyagi_nb.distributions.pip import Pip
from babyagi_nb.distributions.report import Change, Package, Report
from babyagi_nb.errors import PackageError

__all__ = ["AGE", "plan"]

AGE = timedelta(days=7)
"""How long a file has to be public unless told otherwise."""

_ARCHIVES = (".whl", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".xz", ".txz", ".tlz", ".lzma")


def plan(
    requirements: Sequence[str],
    *,
    known: Collection[str] = (),
    age: timedelta = AGE,
    now: datetime | None = None,
    installed: Installed | None = None,
    pip: Pip | None = None,
) -> Report:
    """What installing *requirements* would bring; nothing is changed.

    *known* are the distributions that a person vouches for (well known, or declared by the user);
    every other one that is asked for counts as unknown. *age* of zero asks no index for times.
    *installed* and *pip* belong to this interpreter unless given; both must be of the same one.
    Raises :class:`~babyagi_nb.errors.PackageError` for whatever keeps it from being installed:
    no such package, no wheel, too young, conflicts, an index out of reach, a wrong hash.
    """
    pip = Pip() if pip is None else pip
    here = read_installed() if installed is None else installed
    wanted = tuple(_requirement(text) for text in requirements)
    if not wanted:
        return Report(requirements=())
    cutoff = (now or datetime.now(UTC)) - age if age else None
    vouched = {canonicalize_name(each) for each in known}
    packages = [_package(each, here, vouched) for each in _dry_run(wanted, cutoff, pip)]
    if cutoff is not None:
        packages = _dated(packages, cutoff, pip)
    return Report(
        requirements=tuple(map(str, wanted)),
        packages=tuple(sorted(packages, key=lambda each: (each.transitive, each.name))),
        broken=tuple(_broken(packages, here)),
    )


def _requirement(text: str) -> Requirement:
    """Read one requirement; an option, an address or a path is none."""
    fix = "write a name such as numpy, or numpy>=2"
    try:
        read = Requirement(text)
    except InvalidRequirement:
        raise PackageError(f"{text!r} is no name of a package", fix=fix) from None
    if read.url:
        raise PackageError(f"{read.name} is asked for from an address of its own", fix=fix)
    if read.name.lower().endswith(_ARCHIVES):
        # The installer would look for a file before it asks an index.
        raise PackageError(f"{read.name!r} is the name of a file", fix=fix)
    read.marker = None
    return read


def _dry_run(
    wanted: Sequence[Requirement], cutoff: datetime | None, pip: Pip
) -> Iterable[Mapping[str, Any]]:
    age = []
    if cutoff is not None and pip.has_age:
        age = ["--uploaded-prior-to", cutoff.isoformat()]
    with tempfile.TemporaryDirectory(prefix="babyagi-") as folder:
        # Standard output is for what it has to say, such as what contradicts what.
        file = Path(folder) / "report.json"
        answer = pip.run(
            "install", "--dry-run", "--report", str(file), "--only-binary", ":all:", *age,
            "--", *map(str, wanted),
        )  # fmt: skip
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if answer.code:
        raise explain(answer, wanted, lambda project: _pages(project, pip), cutoff)
    try:
        found: list[Mapping[str, Any]] = json.loads(text)["install"]
    except (ValueError, KeyError, TypeError):
        raise PackageError(
            "the report of pip cannot be read", fix=f"`{pip.python} -m pip install --upgrade pip`"
        ) from None
    return found


def _package(item: Mapping[str, Any], here: Installed, vouched: Collection[str]) -> Package:
    name = canonicalize_name(item["metadata"]["name"])
    version = str(item["metadata"]["version"])
    source = item["download_info"]
    file = unquote(urlsplit(source["url"]).path.rpartition("/")[2])
    digest = str(source.get("archive_info", {}).get("hashes", {}).get("sha256", ""))
    if item.get("is_direct") or not file.endswith(".whl") or len(digest) != 64:
        raise PackageError(
            f"{name} {version} is no wheel with a SHA-256 from an index",
            fix="ask for another version, or install it yourself",
        )
    if item.get("is_yanked"):
        raise PackageError(
            f"{name} {version} was withdrawn by its publisher", fix="ask for another version"
        )
    before = here.version(name)
    asked = bool(item.get("requested"))
    return Package(
        name=name,
        version=version,
        file=file,
        sha256=digest.lower(),
        uploaded=None,
        change=_change(before, version),
        before=before,
        transitive=not asked,
        unknown=asked and name not in vouched,
    )


def _change(before: str, version: str) -> Change:
    """What *version* does to an installed one; ``""`` is none.

    >>> _change("", "1"), _change("9", "10"), _change("2", "1"), _change("1.0", "1")
    ('new', 'upgrade', 'downgrade', 'reinstall')
    """
    if not before:
        return "new"
    try:
        old, new = Version(before), Version(version)
    except InvalidVersion:
        return "upgrade"
    return "upgrade" if new > old else "downgrade" if new < old else "reinstall"


def _dated(packages: Sequence[Package], cutoff: datetime, pip: Pip) -> list[Package]:
    """*packages* with their upload times; raises for those after *cutoff* or unknown."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        pages = list(pool.map(lambda each: _pages(each.name, pip), packages))
    dated = [
        replace(each, uploaded=_uploaded(each, found))
        for each, found in zip(packages, pages, strict=True)
    ]
    for each, found in zip(dated, pages, strict=True):
        if each.uploaded is None or each.uploaded > cutoff:
            raise too_young(each.name, each.version, each.uploaded, found, cutoff)
    return dated


def _uploaded(package: Package, pages: Iterable[Page]) -> datetime | None:
    """When this very file was uploaded; the latest time, should indexes differ."""
    times = [
        file.uploaded
        for page in pages
        for file in page.files
        if file.name == package.file and file.sha256 == package.sha256
    ]
    known = [each for each in times if each is not None]
    return max(known) if known and len(known) == len(times) else None


def _pages(project: str, pip: Pip) -> tuple[Page, ...]:
    return tuple(read_page(index, project, pip.configured) for index in pip.indexes)


def _broken(packages: Iterable[Package], here: Installed) -> Iterable[str]:
    """Installed distributions that stay, and whose requirements would no longer be met."""
    coming = {each.name: each.version for each in packages}
    for distribution in here.distributions.values():
        if distribution.name in coming:
            continue
        for needed in distribution.needed():
            version = coming.get(canonicalize_name(needed.name))
            if version and not needed.specifier.contains(version, prereleases=True):
                yield (
                    f"{distribution.name} {distribution.version}, which is installed, "
                    f"needs {needed.name}{needed.specifier}, not {version}"
                )
