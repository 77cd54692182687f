"""Tags: how a snapshot speaks of values that JSON has no word for.

A tag is a dict that begins with ``"$type"``, the name of the value's class. What follows depends
on how much can be said: ``"$value"`` or ``"$items"`` say all; ``"$repr"`` is a short text for
people; ``"$fields"`` are attributes that could be read without running the class's code; members
without a dollar (``shape``, ``dtype``, …) are facts about arrays and frames.

A class is recognised by the module and name that its *type object* carries, so nothing heavy is
imported here. Attributes are read through the type's own descriptors: an instance cannot answer
with ``__getattr__`` or a property. Only classes in the tables below have methods called, and the
walk guards that call (see ``core.preview``).
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from babyagi_nb.core import scrubbing
from babyagi_nb.core.arrays import ARRAYS
from babyagi_nb.core.walk import Tagger, Walk

__all__ = ["RESTORABLE", "TEXT", "clean_text", "length_tag", "tag", "type_name"]

TEXT: Final = 16_384
"""Characters of one string that a snapshot shows."""

RESTORABLE: Final = frozenset(
    {"bytes", "complex", "dict", "float", "frozenset", "int", "set", "tuple"}
    | {"datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta"}
    | {"decimal.Decimal", "fractions.Fraction", "uuid.UUID"}
)
"""Types whose tag says all about a value, if it has no ``$repr`` and no ``$more``."""

_BYTES: Final = 1024
_FIELDS: Final = 20

_mro: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_own: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__
_static: Callable[[type, str], Any] = type.__getattribute__


def tag(walk: Walk, value: Any, kind: type, depth: int) -> dict[str, Any]:
    """Return the tag of *value*, whose type is *kind*."""
    made: dict[str, Any] = {"$type": type_name(kind)}
    bases = _mro(kind)
    # A member of an enumeration may be a number or a text as well, and those come first in order.
    if any(_path(base) == "enum:Enum" for base in bases[1:]):
        made.update(_enum(walk, value, kind, depth))
        return made
    for base in bases:
        tagger = _TAGGERS.get(_path(base))
        if tagger is not None:
            made.update(tagger(walk, value, base, depth))
            return made
    made.update(_object(walk, value, kind, depth))
    return made


def type_name(kind: type) -> str:
    """The name a tag gives to a class: ``tuple``, ``decimal.Decimal``, ``pandas.DataFrame``."""
    module, _, name = _path(kind).partition(":")
    if module in ("builtins", ""):
        return name
    # Libraries move their classes between inner modules; the first part is what people know.
    return f"{module.partition('.')[0] if module.startswith(_LIBRARIES) else module}.{name}"


def length_tag(value: Any, kind: type, *, cyclic: bool) -> dict[str, Any]:
    """Return a tag for a container that is not entered: part of itself, or too deep inside."""
    name = type_name(kind)
    return {"$type": name, "$repr": f"<{name} inside itself>" if cyclic else f"<{name} …>"}


def clean_text(text: str) -> str:
    """Return *text* itself, or a copy with lone surrogates spelt out, so that it encodes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _path(kind: type) -> str:
    """``module:qualname`` of a class, cleaned and bounded, without asking its metaclass."""
    module = _static(kind, "__module__")
    name = type.__dict__["__qualname__"].__get__(kind)
    path = f"{module[:80] if type(module) is str else '?'}:{name[:80]}"
    if path.isascii() and path.isprintable():
        return path
    return path.encode("ascii", "backslashreplace").decode().replace("\0", "?")[:160]


# -- numbers and texts -----------------------------------------------------------------------


def _int(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    plain = int.__add__(value, 0)
    if plain.bit_length() > 4096:
        return {"$repr": f"<integer of {plain.bit_length()} bits>"}
    walk.left -= plain.bit_length() // 3
    return {"$value": str(plain)}


def _float(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    plain = float.__float__(value)
    return {"$value": plain if plain - plain == 0.0 else repr(plain)}


def _str(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    return {"$value": walk.text(str.__str__(value))}


def _bytes(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    size = base.__len__(value)
    # A byte takes up to four characters, and a backslash is doubled in JSON.
    room = min(_BYTES, max(0, walk.left // 8))
    text = repr(bytes(base.__getitem__(value, slice(0, room + scrubbing.reach()))))
    if scrubbing.active():
        text = scrubbing.head(text, 4 * room + 3, cut=size > room)
    walk.left -= 2 * len(text)
    if base is bytes and size <= room:
        return {"$value": text}
    return {"$repr": text, "size": size}


def _worded(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    return {"$value": walk.text(base.__str__(value), 1000)}


def _repr(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    return {"$repr": walk.text(base.__repr__(value), 1000)}


def _moment(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    if type_name(type(value)).startswith("pandas."):
        # Timestamps hold nanoseconds, and the missing one is no moment at all.
        return {"$repr": walk.text(str(value), 200)}
    text = base.isoformat(value)
    # The text has neither the rules of a zone nor which of two equal hours is meant.
    zone = getattr(value, "tzinfo", None)
    fixed = zone is None or _path(type(zone)) == "datetime:timezone"
    told = fixed and not getattr(value, "fold", 0)
    return {"$value" if told else "$repr": walk.text(text, 200)}


def _timedelta(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    return {"$value": [value.days, value.seconds, value.microseconds]}


# -- containers ------------------------------------------------------------------------------


def _sequence(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    length: int = base.__len__(value)
    names = _named_fields(type(value))
    if names is not None and len(names) == length:
        pairs = zip(names, tuple.__iter__(value), strict=False)
        return {"$fields": walk.fields(pairs, length, depth)}
    first = list(islice(base.__iter__(value), 200))
    return {"$items": walk.items(first, length, depth)}


def _set(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    first: list[Any] = list(islice(base.__iter__(value), 200))
    kinds = [type(each) for each in first]
    # Sorting needs comparisons, which are harmless among plain strings or plain integers only.
    if all(kind is str for kind in kinds) or all(kind is int for kind in kinds):
        first.sort()
    return {"$items": walk.items(first, base.__len__(value), depth)}


def _mapping(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    pairs = list(islice(base.items(value), 200))
    return {"$items": walk.items(map(list, pairs), base.__len__(value), depth)}


def _named_fields(kind: type) -> tuple[str, ...] | None:
    """Field names of a named tuple class, or ``None``."""
    names = next((_own(each)["_fields"] for each in _mro(kind) if "_fields" in _own(each)), 0)
    if type(names) is tuple and all(type(name) is str and len(name) < 100 for name in names):
        return tuple(map(clean_text, names))
    return None


# -- things with a name ----------------------------------------------------------------------


def _enum(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    inside = _instance_dict(value) or {}
    name = inside.get("_name_")
    shown = f"{type_name(type(value)).rpartition('.')[2]}.{name}"
    return {"$repr": walk.text(shown, 200), "value": walk.take(inside.get("_value_"), depth + 1)}


def _named(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    name = base.__dict__["__qualname__"].__get__(value)
    module = _own(value).get("__module__") if base is type else value.__module__
    shown = f"{module}.{name}" if type(module) is str else str(name)
    return {"$repr": walk.text(f"<{base.__name__} {shown}>", 300)}


def _module(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    name = (_instance_dict(value) or {}).get("__name__")
    return {"$repr": walk.text(f"<module {name}>" if type(name) is str else "<module>", 300)}


def _exception(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    args = BaseException.__dict__["args"].__get__(value)
    name = type_name(type(value)).rpartition(".")[2]
    said = (
        scrubbing.head(str.__str__(args[0]), 300) if args and issubclass(type(args[0]), str) else ""
    )
    shown = f"{name}: {said}" if said else name
    return {"$repr": walk.text(shown), "args": walk.items(args, len(args), depth)}


# -- anything else ---------------------------------------------------------------------------


def _object(walk: Walk, value: Any, kind: type, depth: int) -> dict[str, Any]:
    """Say what can be read of an unknown object without running any of its code."""
    name = type_name(kind)
    pairs = list(islice(_attributes(value, kind), _FIELDS + 1))
    if not pairs:
        return {"$repr": f"<{name}>"}
    shown = walk.fields(pairs[:_FIELDS], len(pairs), depth)
    return {"$repr": f"<{name}>", "$fields": shown}


def _attributes(value: Any, kind: type) -> Iterator[tuple[str, Any]]:
    """Public attributes that lie in the instance's dict or slots."""
    for base in _mro(kind):
        slots = _own(base) if "__slots__" in _own(base) else {}
        for name, descriptor in list(slots.items()):
            if type(descriptor) is types.MemberDescriptorType and _shown(name):
                try:
                    yield name, descriptor.__get__(value)
                except AttributeError:
                    continue
    for name, inside in list((_instance_dict(value) or {}).items()):
        if _shown(name):
            yield name, inside


def _shown(name: Any) -> bool:
    plain = type(name) is str and not name.startswith(("_", "$")) and len(name) <= 100
    return plain and bool(name.isprintable()) and clean_text(name) is name


def _instance_dict(value: Any) -> dict[str, Any] | None:
    """The instance's own attributes, unless its class pretends to have a ``__dict__``."""
    for base in _mro(type(value)):
        found = _own(base).get("__dict__")
        if found is not None:
            if type(found) not in (types.GetSetDescriptorType, types.MemberDescriptorType):
                return None
            inside = found.__get__(value)
            return inside if type(inside) is dict else None
    return None


_LIBRARIES = ("numpy", "pandas", "polars", "torch", "tensorflow", "jax", "pyarrow", "xarray")

_TAGGERS: dict[str, Tagger] = {
    **ARRAYS,
    "builtins:int": _int,
    "builtins:float": _float,
    "builtins:complex": _worded,
    "builtins:str": _str,
    "builtins:bytes": _bytes,
    "builtins:bytearray": _bytes,
    "builtins:tuple": _sequence,
    "builtins:list": _sequence,
    "collections:deque": _sequence,
    "builtins:set": _set,
    "builtins:frozenset": _set,
    "builtins:dict": _mapping,
    "builtins:range": _repr,
    "builtins:ellipsis": _repr,
    "builtins:NotImplementedType": _repr,
    "builtins:type": _named,
    "builtins:function": _named,
    "builtins:builtin_function_or_method": _named,
    "builtins:module": _module,
    "builtins:BaseException": _exception,
    "datetime:datetime": _moment,
    "datetime:date": _moment,
    "datetime:time": _moment,
    "datetime:timedelta": _timedelta,
    "decimal:Decimal": _worded,
    "fractions:Fraction": _worded,
    "uuid:UUID": _worded,
    "pathlib:PurePath": _worded,
    "pathlib._local:PurePath": _worded,
}
