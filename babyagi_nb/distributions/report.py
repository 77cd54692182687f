"""What an installation would bring, exactly: the record that people are shown and agree to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Change", "Package", "Report"]

Change = Literal["new", "upgrade", "downgrade", "reinstall"]
"""What happens to the environment; all but ``new`` replace something that is installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One file that would be installed."""

    name: str
    """Canonical name of the distribution."""
    version: str
    file: str
    """Name of the wheel."""
    sha256: str
    uploaded: datetime | None
    """Aware, UTC; unknown only where no age was asked for."""
    change: Change = "new"
    before: str = ""
    """The installed version that it replaces."""
    transitive: bool = False
    """Whether nobody asked for it but another package."""
    unknown: bool = False
    """Whether it was asked for under a name that nobody but a function's author vouches for."""

    @property
    def pin(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of a dry run; everything in it has a hash, and is old enough."""

    requirements: tuple[str, ...]
    """What was asked for."""
    packages: tuple[Package, ...] = ()
    """What would be installed; empty when everything is there."""
    broken: tuple[str, ...] = ()
    """Installed distributions that would not get along with it, one line each."""

    @property
    def changed(self) -> tuple[Package, ...]:
        """Those that replace what is installed."""
        return tuple(each for each in self.packages if each.change != "new")

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names that have to be typed before they are installed."""
        return tuple(each.name for each in self.packages if each.unknown)
