"""Why a dry run or an installation failed, in one line that names the mend.

The installer's own words are read for what kind of failure it was and which package it was about;
why a package was not found is then asked of the indexes, because the installer says the same for a
name that does not exist, a network that is down, and a project without wheels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.distributions.index import IndexFile, Page
from babyagi_nb.distributions.pip import Answer
from babyagi_nb.errors import PackageError

__all__ = ["explain", "too_young"]

_NOT_FOUND = re.compile(
    r"(?:No matching distribution found for|that satisfies the requirement) ([\w.-]+)"
)
_UNDATED = re.compile(r"does not provide upload-time")
_CAUSE = re.compile(r"^ {4}(\S.*(?:depends on|requested) .*)$", re.MULTILINE)
_FIXED: Sequence[tuple[str, str, str]] = (
    (
        "DO NOT MATCH THE HASHES",
        "a file is not what its index says it is: the hash differs",
        "do not install it; tell whoever keeps the index",
    ),
    (
        "externally-managed-environment",
        "this Python belongs to the operating system",
        "work in a virtual environment",
    ),
    (
        "no such option",
        "this pip is too old to report before it installs",
        "run `python -m pip install --upgrade pip` once",
    ),
    (
        "could not find an activated virtualenv",
        "pip is configured to install into virtual environments only",
        "work in a virtual environment",
    ),
    ("No space left on device", "the disk is full", "free some space"),
    (
        "Permission denied",
        "the environment cannot be written to",
        "work in a virtual environment of your own",
    ),
)


def explain(
    answer: Answer,
    wanted: Iterable[Requirement],
    pages: Callable[[str], Sequence[Page]],
    cutoff: datetime | None,
) -> PackageError:
    """The error for an installer that ended with one; *pages* asks the indexes about a project."""
    text = answer.errors
    for sign, what, fix in _FIXED:
        if sign in text:
            return PackageError(what, fix=fix)
    match = _NOT_FOUND.search(text)
    if match is not None:
        name = canonicalize_name(match[1].rstrip("."))
        bounds = [each.specifier for each in wanted if canonicalize_name(each.name) == name]
        bound = bounds[0] if bounds else SpecifierSet()
        return _not_found(name, bound, pages(name), cutoff)
    if _UNDATED.search(text):
        return PackageError(
            "an index does not say when files were uploaded, so all count as too young",
            fix="use an index that does, or set package_age=0 if you trust this one",
        )
    if "ResolutionImpossible" in text or "conflicting dependencies" in text:
        said = dict.fromkeys(one_line(each, 120) for each in _CAUSE.findall(answer.output))
        causes = "; ".join(said)
        return PackageError(
            f"what is asked for contradicts itself: {causes or 'conflicting dependencies'}",
            fix="loosen one of the version bounds",
        )
    return PackageError(f"pip failed: {_last_error(text)}", fix="`pip install` shows it in full")


def too_young(
    name: str, version: str, uploaded: datetime | None, pages: Sequence[Page], cutoff: datetime
) -> PackageError:
    """The error for a file that was uploaded after *cutoff*, or nobody knows when."""
    ripe = _ripe(pages, cutoff)
    older = f"{name}=={max(ripe, key=Version)} is old enough" if ripe else ""
    if uploaded is None:
        return PackageError(
            f"nobody says when {name} {version} was uploaded, so it counts as too young",
            fix=older or "use an index that says it, or set package_age=0 if you trust this one",
        )
    since = _day(uploaded)
    return PackageError(
        f"{name} {version} is too young: uploaded {since}, and only what is from "
        f"{_day(cutoff)} or before is installed",
        fix=older or "wait, or set package_age if you trust it",
    )


def _not_found(
    name: str, bound: SpecifierSet, pages: Sequence[Page], cutoff: datetime | None
) -> PackageError:
    if pages and not any(page.reached for page in pages):
        return PackageError(
            f"{name} cannot be looked up: no package index answers", fix="are you online?"
        )
    files = [file for page in pages for file in page.files if not file.withdrawn]
    if not any(page.exists for page in pages):
        partly = "" if all(page.reached for page in pages) else " (one index does not answer)"
        return PackageError(
            f"no package is called {name!r}{partly}",
            fix="check the name; a model may have made it up",
        )
    if not files:
        return PackageError(f"{name} has no files that can be installed", fix="check the name")
    wheels = [file for file in files if file.is_wheel and file.version]
    if not wheels:
        return PackageError(
            f"{name} has no wheel, only sources, and installing those would run its code",
            fix="install it yourself if you trust it",
        )
    fitting = [file for file in wheels if bound.contains(file.version, prereleases=True)]
    newest = max((file.version for file in wheels), key=Version)
    if not fitting:
        return PackageError(
            f"no wheel of {name} is {bound}", fix=f"the newest there is has version {newest}"
        )
    if cutoff is not None and not any(_is_ripe(file, cutoff) for file in fitting):
        last = max(fitting, key=lambda file: Version(file.version))
        return too_young(name, last.version, last.uploaded, pages, cutoff)
    return PackageError(
        f"no wheel of {name} fits this Python, this platform and what else is asked for",
        fix="try another version, or install it yourself",
    )


def _ripe(pages: Sequence[Page], cutoff: datetime) -> list[str]:
    """Versions whose wheels are old enough."""
    return [
        file.version
        for page in pages
        for file in page.files
        if file.is_wheel and file.version and not file.withdrawn and _is_ripe(file, cutoff)
    ]


def _is_ripe(file: IndexFile, cutoff: datetime) -> bool:
    return file.uploaded is not None and file.uploaded <= cutoff


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _last_error(text: str) -> str:
    lines = [one_line(line.removeprefix("ERROR: "), 200) for line in text.splitlines()]
    marked = [one_line(line[7:], 200) for line in text.splitlines() if line.startswith("ERROR: ")]
    said = marked or [line for line in lines if line.strip()]
    return said[-1] if said else "it says nothing"
