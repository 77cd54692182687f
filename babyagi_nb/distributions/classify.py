"""Telling apart where an import comes from, or would come from.

========== =================================================================================
stdlib     part of Python
installed  a distribution that is installed provides it
local      importable, but no distribution's: a file next to the notebook, an editable install
mapped     not there; a well-known table, or the user, says which distribution provides it
unknown    not there, and nobody but its author says what provides it
========== =================================================================================

Nothing is imported on the way, and nothing is asked over the network.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from babyagi_nb.distributions.installed import Installed, read_installed
from babyagi_nb.distributions.needs import Need
from babyagi_nb.distributions.wellknown import WELL_KNOWN

__all__ = ["Classified", "NeedState", "classify", "locked"]

NeedState = Literal["stdlib", "installed", "local", "mapped", "unknown"]

_DECLARED = re.compile(r"\s*([^\[\]\s]*)\s*(\[[^\[\]]*\])?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """A need, and where it is met or could be."""

    need: Need
    state: NeedState
    distribution: str = ""
    """What provides it; for an unknown one the name that would have to be tried."""
    version: str = ""
    """The installed version."""
    satisfied: bool = True
    """Whether the installed version is one that was asked for."""

    @property
    def missing(self) -> bool:
        """Whether the function cannot run as it is here."""
        absent = self.state in ("mapped", "unknown")
        return not self.need.optional and (absent or not self.satisfied)

    @property
    def requirement(self) -> str:
        """What an installer would be asked for, such as ``requests[socks]>=2``."""
        match = _DECLARED.fullmatch(self.need.distribution)
        extras = match[2] or "" if match else ""
        return f"{self.distribution}{extras}{self.need.requirement}"


def classify(
    wanted: Iterable[Need], installed: Installed | None = None, *, local: bool = True
) -> tuple[Classified, ...]:
    """Tell each of *wanted* apart; *installed* is by default what this interpreter has.

    ``local=False`` looks for no modules outside distributions: what this interpreter could import
    says nothing about another one.

    >>> [each.state for each in classify([Need(module="json"), Need(module="no_such_module")])]
    ['stdlib', 'unknown']
    """
    here = read_installed() if installed is None else installed
    return tuple(_classify(each, here, local=local) for each in wanted)


def locked(wanted: Iterable[Need], installed: Installed | None = None) -> tuple[str, ...]:
    """``name==version`` of every installed distribution that *wanted* come from, sorted."""
    found = classify(wanted, installed)
    return tuple(sorted({f"{each.distribution}=={each.version}" for each in found if each.version}))


def _classify(need: Need, here: Installed, *, local: bool) -> Classified:
    match = _DECLARED.fullmatch(need.distribution)
    declared = match[1] if match else need.distribution
    met = _met(need, need.module, declared, here)
    if met is None and local and _importable(need.module.partition(".")[0]):
        met = Classified(need=need, state="local")
    if met is None and declared.isidentifier():
        # The declared provider may be a module that holds the name (see ``core.imports``).
        met = _met(need, declared, "", here)
        known = WELL_KNOWN.get(declared) if declared not in WELL_KNOWN.values() else None
        if met is None and known and need.module not in WELL_KNOWN:
            met = Classified(need=need, state="mapped", distribution=known)
    if met is not None:
        return met
    if declared and need.declared:
        return Classified(need=need, state="mapped", distribution=declared)
    known = _well_known(need.module)
    if known and (not declared or canonicalize_name(declared) == canonicalize_name(known)):
        return Classified(need=need, state="mapped", distribution=known)
    guess = declared or need.module.replace(".", "-")
    return Classified(need=need, state="unknown", distribution=guess)


def _met(need: Need, module: str, declared: str, here: Installed) -> Classified | None:
    """How *module* is there already, or ``None``."""
    if module.partition(".")[0] in sys.stdlib_module_names:
        return Classified(need=need, state="stdlib")
    providers = here.providers(module)
    if not providers:
        return None
    wanted = canonicalize_name(declared) if declared else ""
    name = wanted if wanted in providers else providers[0]
    version = here.version(name)
    return Classified(
        need=need,
        state="installed",
        distribution=name,
        version=version,
        satisfied=_fits(version, need.requirement),
    )


def _fits(version: str, requirement: str) -> bool:
    try:
        return SpecifierSet(requirement).contains(version, prereleases=True)
    except InvalidSpecifier:
        # It can be neither met nor missed; asking to install it says so.
        return True


def _well_known(module: str) -> str:
    path = module
    while path:
        if path in WELL_KNOWN:
            return WELL_KNOWN[path]
        path = path.rpartition(".")[0]
    return ""


def _importable(root: str) -> bool:
    """Whether a module or package of that name is found; an empty folder is none."""
    try:
        spec = importlib.util.find_spec(root)
    except (ImportError, ValueError, AttributeError):
        # A module without a spec, such as __main__ or one that was made by hand, is there.
        return root in sys.modules
    return spec is not None and spec.origin is not None
