"""A stored version as the cell that would register it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from babyagi_nb.core.records import FunctionSpec, FunctionVersion, Import
from babyagi_nb.core.trust import is_trusted

__all__ = ["cell_text"]


def cell_text(version: FunctionVersion) -> str:
    """The text of a ``%%babyagi_function`` cell; registering it unchanged makes no new version."""
    spec = version.spec
    line = " ".join(["%%babyagi_function", spec.name, *_options(spec)])
    tests = "".join(f"\n\n{each.strip()}" for each in spec.tests)
    return f"{line}\n{spec.code.strip()}{tests}\n"


def _options(spec: FunctionSpec) -> list[str]:
    every: list[tuple[str, Any]] = [
        ("deps", ",".join(spec.dependencies)),
        ("imports", _imports(spec.imports)),
        ("keys", ",".join(spec.keys)),
        ("triggers", ",".join(spec.triggers)),
        ("desc", _described(spec)),
        ("tags", ",".join(spec.tags)),
        ("effects", "" if spec.effects == "unknown" else spec.effects),
        ("log", "" if spec.log == "all" else spec.log),
        ("timeout", "" if spec.timeout is None else f"{spec.timeout:g}"),
        ("validate", "" if spec.validate else "off"),
        # Somebody else's code stays in the sandbox when it becomes a cell of the user's.
        ("trust", spec.trust or ("" if is_trusted(spec) else "sandbox")),
        ("hosts", ",".join(spec.asks.hosts)),
        ("reads", ",".join(spec.asks.reads)),
        ("calls", ",".join(spec.asks.calls)),
        ("memory", "" if spec.asks.memory is None else str(spec.asks.memory)),
        ("meta", _json(dict(spec.metadata))),
        ("in", _json([dict(each) for each in spec.input_parameters])),
        ("out", _json([dict(each) for each in spec.output_parameters])),
    ]
    told = [(name, value) for name, value in every if value or (name == "desc" and value == "")]
    return [f"{name}={shlex.quote(value)}" for name, value in told]


def _described(spec: FunctionSpec) -> str | None:
    """The description on one line, unless the docstring says it anyway."""
    from babyagi_nb.core.parsing import parse_cell
    from babyagi_nb.errors import SourceError

    try:
        parsed = parse_cell(spec.code, spec.name)
    except SourceError:
        return " ".join(spec.description.splitlines())
    own = next((each.description for each in parsed.functions if each.name == spec.name), "")
    return None if own == spec.description else " ".join(spec.description.splitlines())


def _imports(imports: Iterable[Import]) -> str:
    """As they can be declared: by name where that says all, else as JSON."""
    listed = list(imports)
    if all(each.attribute is None and not each.distribution for each in listed):
        return ",".join(_module(each) for each in listed)
    return json.dumps([_member(each) for each in listed])


def _module(each: Import) -> str:
    plain = each.name == each.module.partition(".")[0]
    return each.module if plain else f"{each.module} as {each.name}"


def _member(each: Import) -> Mapping[str, str] | str:
    if each.attribute is not None:
        return each.statement()
    if each.requirement:
        return f"{each.distribution or each.module}{each.requirement}"
    if each.distribution:
        return {"name": each.module, "lib": each.distribution}
    return _module(each)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""
