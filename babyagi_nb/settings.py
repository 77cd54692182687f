"""What a project or a machine configures, from the least to the most specific.

Defaults, then ``BABYAGI_*`` environment variables, then ``[tool.babyagi_nb]`` of the nearest
``pyproject.toml``, then what the notebook front end sets (``%config BabyAGI``). Reading settings
writes nothing.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from babyagi_nb.core.isolation import TIERS
from babyagi_nb.errors import UsageError, near

__all__ = ["Settings", "read_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its default."""

    store_path: str | None = None
    """Directory of the store, or ``:memory:``; ``None`` finds ``.babyagi`` of the project."""
    read_only: bool = False
    """Whether the store is only looked at; stores of newer versions then open as well."""
    validate: bool = True
    """Whether functions check their arguments unless they say otherwise."""
    packs: tuple[str, ...] = (
        "default_functions", "ai_functions", "os", "function_calling_chat",
    )  # fmt: skip
    """Packs that are in every new store."""
    sandbox: str = "standard"
    """The lowest tier of sandbox that may run anything; ``process`` asks each time."""
    preload: tuple[str, ...] = ()
    """Modules that sandboxes have imported before a function asks for them."""
    deps: str = "ask"
    """Whether missing packages may be installed: ``ask``, ``allowlist`` or ``never``."""
    allowlist: tuple[str, ...] = ()
    """Distributions that ``deps=allowlist`` installs."""
    package_age: int = 7
    """Days that a package has to be public before it is installed."""
    index: str = ""
    """Address of the package index; empty means the package installer's own."""
    model: str = ""
    """The model to ask, as its server calls it; ``%babyagi model NAME`` picks one for a store."""
    base_url: str = ""
    """Address of an OpenAI-compatible server, such as ``http://localhost:11434/v1``; empty means
    ``OPENAI_BASE_URL``, or else OpenAI's own."""
    model_key: str = "openai_api_key"
    """Name of the key that is sent to that server; a server on this machine needs none."""
    embeddings: str = ""
    """The model that makes vectors, for finding functions by meaning; empty: by words alone."""
    calls: int = 60
    """Requests to a model that one build or one turn of a chat may send."""
    tokens: int = 250_000
    """Tokens that one build or one turn of a chat may take."""
    seconds: int = 900
    """Seconds that one build or one turn of a chat may take."""
    offered: int = 8
    """Stored functions that are offered to a model at a time."""


def read_settings(start: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings that hold in directory *start*.

    Raises :class:`~babyagi_nb.errors.UsageError` for a name or value that is none.
    """
    known = os.environ if environment is None else environment
    found = _from_environment(known)
    found |= _from_project(start)
    return replace(Settings(), **found)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(Settings):
        text = environment.get(f"BABYAGI_{each.name.upper()}")
        if text is not None:
            found[each.name] = _value(each.name, text, f"BABYAGI_{each.name.upper()}")
    return found


def _from_project(start: Path) -> dict[str, Any]:
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            # Somebody else's broken file is theirs to mend; a notebook still has to start.
            return {}
        section = table.get("tool", {}).get("babyagi_nb", {})
        where = f"[tool.babyagi_nb] in {file}"
        return {name: _value(name, value, where) for name, value in section.items()}
    return {}


def _value(name: str, value: Any, where: str) -> Any:
    defaults = {each.name: each.default for each in fields(Settings)}
    if name not in defaults:
        raise UsageError(f"unknown setting {name!r} in {where}", fix=near(name, defaults))
    default = defaults[name]
    if isinstance(default, tuple):
        words = value.split(",") if isinstance(value, str) else value
        return tuple(word.strip() for word in words if word.strip())
    if isinstance(default, bool) and not isinstance(value, bool):
        if str(value).lower() not in ("true", "false", "1", "0", "on", "off"):
            raise UsageError(f"{where}: {name} is {value!r}", fix="write true or false")
        return str(value).lower() in ("true", "1", "on")
    if isinstance(default, int) and not isinstance(default, bool):
        if not str(value).isdecimal():
            raise UsageError(f"{where}: {name} is {value!r}", fix="write a whole number")
        return int(value)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise UsageError(f"{where}: {name} is {value!r}", fix=f"use one of {_CHOICES[name]}")
    return value


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "sandbox": TIERS,
    "deps": ("ask", "allowlist", "never"),
}
