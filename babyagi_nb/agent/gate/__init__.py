"""The gate: what code that a model wrote has to pass before it becomes a draft."""

from __future__ import annotations

from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.fingerprint import fingerprint
from babyagi_nb.agent.gate.gate import Gate
from babyagi_nb.agent.gate.library import CatalogueLibrary, Library
from babyagi_nb.agent.gate.report import Finding, Report
from babyagi_nb.agent.gate.reuse import fits, reusable

__all__ = [
    "Candidate", "CatalogueLibrary", "Finding", "Gate", "Library", "Report", "fingerprint",
    "fits", "reusable",
]  # fmt: skip
