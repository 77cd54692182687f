"""Which tier this machine has, found by trying, and why it is no better one."""

from __future__ import annotations

import os
import sys

from babyagi_nb.core.isolation import TIERS, Tier, TierReport
from babyagi_nb.errors import SandboxUnavailable
from babyagi_nb.sandbox import bubblewrap
from babyagi_nb.sandbox.inside.confinement import ability

__all__ = ["at_least", "choose"]

_BEST = "files, network, processes and users of its own"


def choose(forced: Tier | None = None) -> TierReport:
    """Try tiers from the best; *forced* tries that one only.

    The report's tier is ``None`` when none can be had; its reason then says why.
    """
    standard = _why_not_standard()
    if forced == "process":
        return TierReport(tier="process", reason="asked for; it is not a security boundary")
    if standard:
        if forced is not None:
            return TierReport(tier=None, reason=standard)
        return TierReport(tier="process", reason=f"{standard}; not a security boundary")
    if forced == "standard":
        return TierReport(tier="standard", reason="asked for")
    strong = bubblewrap.probe().reason
    if not strong:
        return TierReport(tier="strong", reason=_BEST)
    return TierReport(tier=None if forced == "strong" else "standard", reason=strong)


def at_least(report: TierReport, minimum: Tier | None) -> Tier:
    """The tier to use; raises :class:`~babyagi_nb.errors.SandboxUnavailable` if it is too low.

    >>> at_least(TierReport(tier="standard", reason="no bubblewrap"), "strong")
    Traceback (most recent call last):
    ...
    babyagi_nb.errors.SandboxUnavailable: the 'strong' sandbox is required, and there is only ...
    """
    if report.tier is None:
        raise SandboxUnavailable("no sandbox can be started here", fix=report.reason)
    if minimum is not None and TIERS.index(report.tier) > TIERS.index(minimum):
        raise SandboxUnavailable(
            f"the {minimum!r} sandbox is required, and there is only {report.tier!r} here",
            fix=report.reason,
        )
    return report.tier


def _why_not_standard() -> str:
    able = ability()
    if able.reason:
        return able.reason
    if not hasattr(os, "pidfd_open"):
        return f"this Python has no os.pidfd_open ({sys.version.split()[0]})"
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        return f"the kernel has no process descriptors: {error.strerror}"
    return ""
