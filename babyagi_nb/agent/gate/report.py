"""What the gate says: findings, each in words for the model and for people, and one report.

A finding speaks twice because the two may not know the same. People see everything. A model sees
what helps it to mend its code, and nothing of the tests that are held back from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Finding", "Report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason why a candidate does not pass."""

    rule: str
    """Its short name, such as ``name-undefined``; stable, for counting."""
    model: str
    """What to tell the model that wrote the code; says what to change."""
    people: str
    """What to tell people."""
    where: str = ""
    """``line 3`` of the code, ``test 2``, ``hidden test 1``; empty when it is the whole."""
    about: str = "code"
    """What has to change: ``code`` or ``tests``."""

    def row(self) -> dict[str, str]:
        """As plain JSON."""
        return {
            "rule": self.rule,
            "model": self.model,
            "people": self.people,
            "where": self.where,
            "about": self.about,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one examination found.

    >>> Report(ok=True, killed=5, mutants=6, seconds=0.2).row()["killed"]
    5
    """

    ok: bool
    findings: tuple[Finding, ...] = ()
    killed: int = 0
    """Mutants that a test noticed."""
    mutants: int = 0
    """Mutants that were tried."""
    seconds: float = 0.0
    """Of wall time that the examination took."""
    fingerprint: str = ""
    """Of the code (see :mod:`.fingerprint`); empty when it does not parse."""
    same: str | None = None
    """The stored function that is the same code, where there is one."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that were broken, each once, in order."""
        return tuple(dict.fromkeys(each.rule for each in self.findings))

    def for_model(self, about: str = "code", limit: int = 4_000) -> str:
        """What to tell the model that has to mend *about* (``code`` or ``tests``).

        Findings one a line, cut to *limit* characters.
        """
        return _lines((each for each in self.findings if each.about == about), limit)

    def row(self) -> dict[str, Any]:
        """As plain JSON, for the journal of a build and for a draft's metadata."""
        return {
            "ok": self.ok,
            "findings": [each.row() for each in self.findings],
            "killed": self.killed,
            "mutants": self.mutants,
            "seconds": round(self.seconds, 4),
            "fingerprint": self.fingerprint,
            "same": self.same,
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Report:
        """Inverse of :meth:`row`."""
        return cls(**{**row, "findings": tuple(Finding(**each) for each in row["findings"])})


def _lines(findings: Iterable[Finding], limit: int) -> str:
    text = "\n".join(
        f"- {each.where}: {each.model}" if each.where else f"- {each.model}" for each in findings
    )
    return text if len(text) <= limit else text[: limit - 1] + "…"
