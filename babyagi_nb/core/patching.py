"""Changing what is given and keeping everything else: the source of the next version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from babyagi_nb.core.declaring import declare
from babyagi_nb.core.parsing import parse_cell
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.source import CellSource, Declared

__all__ = ["declared_by", "patched"]

_MEMBERS = {
    "imports": "imports",
    "dependencies": "dependencies",
    "triggers": "triggers",
    "key_dependencies": "keys",
    "description": "description",
    "tags": "tags",
    "effects": "effects",
    "log": "log",
    "timeout": "timeout",
    "validate": "validate",
    "input_parameters": "input_parameters",
    "output_parameters": "output_parameters",
    "trust": "trust",
}
"""Field of a call → member of a declaration."""

_ASKED = ("hosts", "reads", "calls", "memory")


def declared_by(version: FunctionVersion) -> Declared:
    """What would have to be declared to get *version* from its code."""
    spec = version.spec
    return Declared(
        name=spec.name,
        dependencies=tuple(spec.dependencies),
        imports=spec.imports,
        keys=spec.keys,
        triggers=tuple(spec.triggers),
        description=spec.description,
        tags=spec.tags,
        metadata=spec.metadata,
        effects=spec.effects,
        log=spec.log,
        timeout=spec.timeout,
        validate=spec.validate,
        input_parameters=spec.input_parameters,
        output_parameters=spec.output_parameters,
        origin=spec.origin,
        trust=spec.trust,
        asks=spec.asks,
        lenient=bool(spec.unresolved),
    )


def patched(version: FunctionVersion, code: str | None, given: Mapping[str, Any]) -> CellSource:
    """The source of a version like *version*, but with *code* and all of *given* that is not
    ``None``.

    New metadata is merged into the old. When the code changes, the dependencies follow it, and so
    does a description that came from the docstring, unless they are given too. Tests come with
    code: new code has its own. The author of new code is the user; other changes keep the origin.
    """
    said = {name: value for name, value in given.items() if value is not None}
    new = declare(said)
    base = declared_by(version)
    if code is not None:
        (before,) = parse_cell(version.spec.code, version.name).functions
        kept = None if before.description == version.spec.description else base.description
        base = replace(base, dependencies=None, description=kept, origin="user")
    changes: dict[str, Any] = {
        member: getattr(new, member) for field, member in _MEMBERS.items() if field in said
    }
    asks = {name: getattr(new.asks, name) for name in _ASKED if name in said}
    if asks:
        changes["asks"] = replace(base.asks, **asks)
    if "metadata" in said:
        changes["metadata"] = {**base.metadata, **new.metadata}
        for field in ("description", "tags", "keys"):
            if getattr(new, field):
                changes.setdefault(field, getattr(new, field))
    text = version.spec.code if code is None else code
    tests = "" if code is not None else "\n\n".join(("", *version.spec.tests))
    return CellSource(text=text + tests, declared=replace(base, **changes))
