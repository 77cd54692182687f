"""What is installed: which module comes from which distribution, and in which version.

One reading goes through the metadata of every distribution on a search path. It is kept until one
of the directories on that path changes, which is what installing and removing does to them.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

__all__ = ["Distribution", "Installed", "read_installed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One installed distribution."""

    name: str
    """Canonical: lower case, with hyphens."""
    version: str
    requires: tuple[str, ...] = ()
    """Requirements as its metadata words them."""

    def needed(self) -> Iterator[Requirement]:
        """What it requires here, extras left out; what cannot be read is left out too."""
        for text in self.requires:
            try:
                requirement = Requirement(text)
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                    yield requirement
            except (InvalidRequirement, UndefinedEnvironmentName):
                continue


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The distributions of one search path."""

    distributions: Mapping[str, Distribution]
    """By canonical name."""
    modules: Mapping[str, tuple[str, ...]]
    """Canonical names of what provides a module; below a shared name, by the dotted path."""

    def version(self, distribution: str) -> str:
        """Its version; empty when it is not installed."""
        found = self.distributions.get(canonicalize_name(distribution))
        return found.version if found else ""

    def providers(self, module: str) -> tuple[str, ...]:
        """Distributions that *module* is imported from; empty when there is none.

        Of several that share a top-level name, the one that has the longest part of the path.
        """
        path = module
        while path:
            if path in self.modules:
                return self.modules[path]
            path = path.rpartition(".")[0]
        if "." in module:
            return ()
        below = (each for name, each in self.modules.items() if name.startswith(f"{module}."))
        return next(below, ())


def read_installed(paths: Iterable[str | Path] | None = None) -> Installed:
    """What is installed on *paths*, by default on the search path of this interpreter."""
    places = tuple(map(str, sys.path if paths is None else paths))
    return _read(tuple((place, _changed(place)) for place in places))


def _changed(place: str) -> int:
    """Nanoseconds since the epoch of the last change of a directory; 0 when there is none."""
    try:
        return os.stat(place or ".").st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _read(places: tuple[tuple[str, int], ...]) -> Installed:
    distributions: dict[str, Distribution] = {}
    modules: dict[str, dict[str, None]] = {}
    for each in metadata.distributions(path=[place for place, _ in places]):
        name = each.metadata["Name"]
        # A folder of the right name without metadata is the left-over of a broken removal.
        if not name or canonicalize_name(name) in distributions:
            continue
        canonical = canonicalize_name(name)
        distributions[canonical] = Distribution(
            name=canonical, version=each.version, requires=tuple(each.requires or ())
        )
        for module in _modules(each):
            modules.setdefault(module, {})[canonical] = None
    return Installed(
        distributions=distributions,
        modules={module: tuple(names) for module, names in modules.items()},
    )


def _modules(distribution: metadata.Distribution) -> set[str]:
    """Modules that a distribution brings: top-level ones, and the first real ones of namespaces."""
    record = distribution.read_text("RECORD")
    if record is None:
        return set((distribution.read_text("top_level.txt") or "").split())
    files = {line.rsplit(",", 2)[0].strip('"') for line in record.splitlines() if line}
    packages = {each.removesuffix("/__init__.py") for each in files if each.endswith("__init__.py")}
    return {name for each in files if (name := _module_of(each, packages))}


def _module_of(file: str, packages: set[str]) -> str:
    """The shortest module that *file* belongs to; empty for data, metadata and scripts.

    >>> _module_of("google/cloud/storage/blob.py", {"google/cloud/storage"})
    'google.cloud.storage'
    >>> _module_of("six.py", set()), _module_of("../../bin/tool.py", set())
    ('six', '')
    """
    if not file.endswith((".py", ".so", ".pyd")):
        return ""
    parts = file.split("/")
    for length in range(1, len(parts)):
        if not parts[length - 1].isidentifier():
            return ""
        if "/".join(parts[:length]) in packages:
            return ".".join(parts[:length])
    module = inspect.getmodulename(parts[-1]) or ""
    return ".".join((*parts[:-1], module)) if module.isidentifier() else ""
