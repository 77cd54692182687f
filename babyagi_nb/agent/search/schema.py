"""JSON schemas of arguments as a model needs them: without titles, prose and references.

:func:`compact` takes from a schema what only people read. :func:`schema_of` reads one off the
annotations of a function, as text: nothing of the function has to run for it, so it works for
drafts as well.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from babyagi_nb.core.records import FunctionSpec, Parameter

__all__ = ["compact", "schema_of"]

_NOISE = frozenset(
    ("title", "description", "default", "examples", "example", "deprecated", "$schema", "$id")
)
_NAMED = frozenset(("properties", "$defs", "definitions", "patternProperties"))
"""Members whose keys are names that somebody chose, not words of the schema."""
_DEEP = 6
"""How far references are followed; a type that holds itself ends there."""

_KINDS = {
    "str": "string", "int": "integer", "float": "number", "complex": "string", "bool": "boolean",
    "list": "array", "tuple": "array", "set": "array", "frozenset": "array", "Sequence": "array",
    "Iterable": "array", "List": "array", "Tuple": "array", "Set": "array", "Collection": "array",
    "dict": "object", "Dict": "object", "Mapping": "object", "MutableMapping": "object",
    "None": "null", "Path": "string", "bytes": "string", "date": "string", "datetime": "string",
}  # fmt: skip


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema *schema* without what only people read; references are written out.

    >>> compact({"title": "X", "type": "object", "properties": {"title": {"type": "string"}},
    ...          "required": [], "additionalProperties": False})
    {'type': 'object', 'properties': {'title': {'type': 'string'}}}
    """
    shared = schema.get("$defs") or schema.get("definitions") or {}
    found: dict[str, Any] = _bare(schema, shared if isinstance(shared, Mapping) else {}, 0)
    if not isinstance(found.get("properties", {}), dict):
        del found["properties"]
    if not isinstance(found.get("required", []), list):
        del found["required"]
    for name, inner in found.get("properties", {}).items():
        if name not in found.get("required", ()):
            # Leaving it out says the same as null.
            found["properties"][name] = _without_null(inner)
    return found


def schema_of(spec: FunctionSpec) -> dict[str, Any]:
    """A JSON schema of the arguments of *spec*, as far as its annotations tell.

    >>> schema_of(FunctionSpec(name="f", code="", parameters=(
    ...     Parameter(name="n", annotation="list[int] | None", default="None"),)))["properties"]
    {'n': {'type': ['array', 'null'], 'items': {'type': 'integer'}}}
    """
    properties: dict[str, Any] = {}
    for each in spec.parameters:
        if each.kind == "var_positional":
            properties[each.name] = {"type": "array", "items": _kind(each)}
        elif each.kind != "var_keyword":
            properties[each.name] = _kind(each)
    required = [each.name for each in spec.parameters if each.required]
    return {"type": "object", "properties": properties, "required": required}


# -- compact -------------------------------------------------------------------------------


def _bare(value: Any, shared: Mapping[str, Any], depth: int) -> Any:
    if isinstance(value, list | tuple):
        return [_bare(each, shared, depth) for each in value]
    if not isinstance(value, Mapping):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str):
        meant = shared.get(reference.rpartition("/")[2])
        return _bare(meant, shared, depth + 1) if meant is not None and depth < _DEEP else {}
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if key in ("$defs", "definitions") or key in _NOISE:
            continue
        if key in ("enum", "const", "required"):
            found[key] = inner
        elif key in _NAMED and isinstance(inner, Mapping):
            found[key] = {name: _bare(each, shared, depth) for name, each in inner.items()}
        else:
            found[key] = _bare(inner, shared, depth)
    if found.get("additionalProperties") is False:
        del found["additionalProperties"]
    if not found.get("required", True):
        del found["required"]
    return _one_type(found)


def _one_type(schema: dict[str, Any]) -> dict[str, Any]:
    """``anyOf`` of plain types as one list of types."""
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or set(schema) != {"anyOf"}:
        return schema
    plain = [each for each in choices if isinstance(each, dict) and set(each) == {"type"}]
    rich = [each for each in choices if each not in plain]
    types: list[Any] = []
    for each in plain:
        types += each["type"] if isinstance(each["type"], list) else [each["type"]]
    if not all(isinstance(each, str) for each in types) or len(rich) > 1:
        return schema
    if not rich:
        return {"type": list(dict.fromkeys(types))}
    (only,) = rich
    if types == ["null"] and isinstance(only, dict) and isinstance(only.get("type"), str):
        return {**only, "type": [only["type"], "null"]}
    return schema


def _without_null(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("type"), list):
        types = [each for each in schema["type"] if each != "null"]
        return {**schema, "type": types[0] if len(types) == 1 else types} if types else schema
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        left = [each for each in choices if each != {"type": "null"}]
        if len(left) == 1 and set(schema) == {"anyOf"}:
            return left[0]
        return {**schema, "anyOf": left} if left else schema
    return schema


# -- annotations ---------------------------------------------------------------------------


def _kind(parameter: Parameter) -> dict[str, Any]:
    if not parameter.annotation or len(parameter.annotation) > 500:
        return {}
    try:
        tree = ast.parse(parameter.annotation, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return _read(tree, 0)


def _read(node: ast.expr, depth: int) -> dict[str, Any]:
    if depth > _DEEP:
        return {}
    match node:
        case ast.Constant(value=None):
            return {"type": "null"}
        case ast.Constant(value=str() as text):
            try:
                return _read(ast.parse(text, mode="eval").body, depth + 1)
            except (SyntaxError, ValueError):
                return {}
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return {"type": _KINDS[name]} if name in _KINDS else {}
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _either([_read(left, depth + 1), _read(right, depth + 1)])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return _generic(name, inner, depth)
    return {}


def _generic(name: str, inner: ast.expr, depth: int) -> dict[str, Any]:
    several = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Literal":
        literals = [each.value for each in several if isinstance(each, ast.Constant)]
        plain = [each for each in literals if each is None or isinstance(each, str | int)]
        return {"enum": plain} if len(plain) == len(several) else {}
    if name in ("Optional", "Union"):
        more = [{"type": "null"}] if name == "Optional" else []
        return _either([*(_read(each, depth + 1) for each in several), *more])
    if name == "Annotated":
        return _read(several[0], depth + 1)
    kind = _KINDS.get(name)
    if kind == "array" and (len(several) == 1 or name in ("list", "List")):
        items = _read(several[0], depth + 1)
        return {"type": kind, "items": items} if items else {"type": kind}
    if kind == "object" and len(several) == 2:
        values = _read(several[1], depth + 1)
        return {"type": kind, "additionalProperties": values} if values else {"type": kind}
    return {"type": kind} if kind else {}


def _either(choices: list[dict[str, Any]]) -> dict[str, Any]:
    flat: list[dict[str, Any]] = []
    for each in choices:
        flat.extend(each["anyOf"] if set(each) == {"anyOf"} else [each])
    # A choice that nothing is known of leaves everything open.
    return _one_type({"anyOf": flat}) if all(flat) else {}
