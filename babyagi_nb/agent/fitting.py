"""Whether arguments that a model wrote fit the JSON schema of a tool, and what is wrong if not.

Only the part of JSON schema that schemas of functions are made of is checked: types, members,
items, choices, references. An unknown word of a schema allows everything, because the call itself
checks again. What is found is written for the model: where, what is there, what belongs there, all
of it at once, so that one more round mends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.errors import near

__all__ = ["misfits"]

_DEPTH = 20
_MOST = 5
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (Mapping,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def misfits(value: Any, schema: Mapping[str, Any], *, where: str = "") -> list[str]:
    """What keeps *value* from fitting *schema*, at most five lines; ``[]`` when it fits.

    >>> schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    >>> misfits({"n": "3"}, schema)
    ["n: '3' is a string, not integer"]
    >>> misfits({}, schema)
    ["'n' is missing"]
    """
    found = []
    for line in _lines(value, schema, where, schema, 0):
        found.append(line)
        if len(found) == _MOST:
            break
    return found


def _lines(
    value: Any, schema: Any, where: str, whole: Mapping[str, Any], depth: int
) -> Iterator[str]:
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return
    if "$ref" in schema:
        yield from _lines(value, _referred(schema["$ref"], whole), where, whole, depth + 1)
        return
    for word in ("anyOf", "oneOf"):
        ways = schema.get(word)
        if isinstance(ways, Sequence) and ways and not isinstance(ways, str):
            yield from _none_of(value, ways, where, whole, depth)
    for part in schema.get("allOf", ()):
        yield from _lines(value, part, where, whole, depth + 1)
    kinds = schema.get("type")
    if kinds is not None and not _is(value, kinds):
        yield f"{_at(where)}{_shown(value)} is {_kind(value)}, not {_named(kinds)}"
        return
    if "enum" in schema and not any(_same(value, each) for each in schema["enum"]):
        yield f"{_at(where)}{_shown(value)} is none of {one_line(schema['enum'], 200)}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{_at(where)}{_shown(value)} is not {_shown(schema['const'])}"
    if isinstance(value, Mapping):
        yield from _members(value, schema, where, whole, depth)
    elif isinstance(value, list):
        yield from _items(value, schema, where, whole, depth)


def _members(
    value: Mapping[str, Any],
    schema: Mapping[str, Any],
    where: str,
    whole: Mapping[str, Any],
    depth: int,
) -> Iterator[str]:
    known = schema.get("properties")
    known = known if isinstance(known, Mapping) else {}
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{_at(where)}{name!r} is missing"
    others = schema.get("additionalProperties", True)
    for name, each in value.items():
        inside = f"{where}.{one_line(name, 40)}" if where else one_line(name, 40)
        if name in known:
            yield from _lines(each, known[name], inside, whole, depth + 1)
        elif others is False:
            hint = near(str(name), known) or (
                f"there is {', '.join(known)}" if known else "leave it out"
            )
            yield f"{_at(where)}there is no {one_line(repr(name), 60)}; {one_line(hint, 200)}"
        else:
            yield from _lines(each, others, inside, whole, depth + 1)


def _items(
    value: list[Any], schema: Mapping[str, Any], where: str, whole: Mapping[str, Any], depth: int
) -> Iterator[str]:
    first = schema.get("prefixItems")
    first = first if isinstance(first, Sequence) else ()
    if len(value) < schema.get("minItems", 0):
        yield f"{_at(where)}{len(value)} items are fewer than {schema['minItems']}"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{_at(where)}{len(value)} items are more than {schema['maxItems']}"
    for at, each in enumerate(value):
        wanted = first[at] if at < len(first) else schema.get("items")
        yield from _lines(each, wanted, f"{where}[{at}]", whole, depth + 1)


def _none_of(
    value: Any, ways: Sequence[Any], where: str, whole: Mapping[str, Any], depth: int
) -> Iterator[str]:
    """Nothing when one way fits; else what the first way of the right kind has against it."""
    complaints = []
    for way in ways:
        lines = list(_lines(value, way, where, whole, depth + 1))
        if not lines:
            return
        resolved = (
            _referred(way["$ref"], whole) if isinstance(way, Mapping) and "$ref" in way else way
        )
        kind = resolved.get("type") if isinstance(resolved, Mapping) else None
        complaints.append((kind, lines))
    kinds = [kind for kind, _ in complaints if kind is not None]
    for kind, lines in complaints:
        if kind is None or _is(value, kind):
            yield from lines
            return
    yield f"{_at(where)}{_shown(value)} is {_kind(value)}, not {_named(kinds)}"


def _referred(reference: Any, whole: Mapping[str, Any]) -> Any:
    """What ``#/$defs/Name`` stands for; anything else allows everything."""
    found: Any = whole
    parts = str(reference).split("/")
    if parts[0] != "#":
        return {}
    for part in parts[1:]:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _is(value: Any, kinds: Any) -> bool:
    listed = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in listed:
        expected = _TYPES.get(kind)
        if expected is None:
            return True
        if isinstance(value, bool) and kind != "boolean":
            continue
        if isinstance(value, expected):
            return True
        if kind == "integer" and isinstance(value, float) and value.is_integer():
            return True
    return False


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and bool(value == other)


def _kind(value: Any) -> str:
    for name, types in _TYPES.items():
        if isinstance(value, types) and (name == "boolean" or not isinstance(value, bool)):
            return "null" if value is None else f"{'an' if name[0] in 'aio' else 'a'} {name}"
    return f"a {type(value).__name__}"


def _named(kinds: Any) -> str:
    flat = [kinds] if isinstance(kinds, str) else kinds
    names = [name for each in flat for name in ([each] if isinstance(each, str) else each)]
    return " or ".join(dict.fromkeys(str(each) for each in names))


def _shown(value: Any) -> str:
    return one_line(repr(value), 60)


def _at(where: str) -> str:
    return f"{where}: " if where else ""
