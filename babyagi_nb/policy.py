"""Where policies are read from: files that an administrator writes and users cannot weaken.

``/etc/babyagi_nb/policy.toml`` holds for the machine, ``<sys.prefix>/etc/babyagi_nb/policy.toml``
for one environment. Both count, and a policy can only forbid. A file that cannot be read forbids
everything it could have forbidden: the application does not open until it is mended.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from babyagi_nb.core.policy import Policy, read_policy, strictest
from babyagi_nb.errors import UsageError

__all__ = ["POLICY_FILES", "machine_policy"]

POLICY_FILES: tuple[Path, ...] = (
    Path("/etc/babyagi_nb/policy.toml"),
    Path(sys.prefix, "etc", "babyagi_nb", "policy.toml"),
)


def machine_policy(files: Iterable[Path] | None = None) -> Policy:
    """The strictest of all policy files; raises :class:`~babyagi_nb.errors.UsageError`."""
    found = []
    for file in POLICY_FILES if files is None else files:
        try:
            text = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"the policy {file} cannot be read: {error}", fix="ask who administers it"
            ) from error
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"the policy {file} is no TOML: {error}", fix="mend it") from error
        found.append(read_policy(table, str(file)))
    return strictest(found)
