"""Which libraries the fork server should have imported before it forks.

Importing pandas takes most of a second; a child forked from a process that has it takes
milliseconds. The fork server is not confined, so only libraries from a fixed list are imported
there, and only when a job that ran wanted them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from babyagi_nb.core.isolation import Member

__all__ = ["wanted"]

_KNOWN: Final = {
    "numpy": "numpy",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "duckdb": "duckdb",
    "matplotlib": "matplotlib.pyplot",
    "scipy": "scipy",
}
"""Top-level names, and the module that brings in most of what takes time."""

_IMPORT = re.compile(rf"^\s*(?:import|from)\s+({'|'.join(_KNOWN)})\b", re.MULTILINE)


def wanted(members: Iterable[Member], already: Iterable[str]) -> list[str]:
    """Modules that these members import and that are not among those *already* seen to.

    >>> from babyagi_nb.ids import FunctionName, VersionNumber
    >>> code = "import numpy as np\\ndef mean(x): return np.mean(x)"
    >>> member = Member(name=FunctionName("mean"), version=VersionNumber(1), code=code)
    >>> wanted([member], []), wanted([member], ["numpy"])
    (['numpy'], [])
    """
    done = set(already)
    found: dict[str, None] = {}
    for member in members:
        for text in (*member.imports, member.code):
            for name in _IMPORT.findall(text):
                if _KNOWN[name] not in done:
                    found[_KNOWN[name]] = None
    return list(found)
