"""Checking arguments against the hints of a function, and the schema that follows from them.

An exact match of a plain class is decided by one identity test; everything else goes to pydantic
in strict mode, built at the first argument that needs it. Values are checked, never converted: a
function receives the very object its caller passed.
"""

from __future__ import annotations

import inspect
import numbers
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from babyagi_nb.errors import ArgumentError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Check", "adapter_of", "argument_check", "hints_of", "json_schema"]

Check = Callable[[tuple[Any, ...], Mapping[str, Any]], None]
"""Raises :class:`~babyagi_nb.errors.ArgumentError` when an argument does not fit."""

_NUMBERS: dict[type, type] = {int: numbers.Integral, float: numbers.Real}

_UNCHECKED: tuple[Any, ...] = (Any, object, inspect.Parameter.empty)


class _Hint:
    """The hint of one parameter, with its validator built on demand."""

    __slots__ = ("adapter", "exact", "hint", "name", "none_allowed")

    def __init__(self, name: str, hint: Any, none_allowed: bool) -> None:
        self.name = name
        self.hint = hint
        self.exact = hint if isinstance(hint, type) else None
        self.none_allowed = none_allowed
        self.adapter: TypeAdapter[Any] | bool | None = None

    def fits(self, value: Any) -> str:
        """Return ``""`` when *value* fits, else what pydantic has against it."""
        if value is None and self.none_allowed:
            return ""
        # numpy's scalars are no ``int`` or ``float``, and every data frame hands them out.
        number = _NUMBERS.get(self.hint) if isinstance(self.hint, type) else None
        if number is not None and isinstance(value, number) and not isinstance(value, bool):
            return ""
        if self.adapter is None:
            self.adapter = adapter_of(self.hint) or False
        if self.adapter is False:
            return ""
        from pydantic import ValidationError

        try:
            self.adapter.validate_python(value, strict=True)  # type: ignore[union-attr]
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = "".join(f"[{part!r}]" for part in first["loc"])
            return f"{where + ': ' if where else ''}{first['msg']}"
        except Exception:
            # A user's own validator class may raise anything; a hint must not break a call.
            return ""
        return ""


def argument_check(function: Callable[..., Any], name: str) -> Check | None:
    """Return a check for calls of *function*, or ``None`` when no hint asks for one."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    hints = hints_of(function)
    positional: list[_Hint | None] = []
    by_name: dict[str, _Hint] = {}
    rest: _Hint | None = None
    extra: _Hint | None = None
    for parameter in signature.parameters.values():
        hint = hints.get(parameter.name, inspect.Parameter.empty)
        wanted = (
            None
            if any(hint is each for each in _UNCHECKED) or isinstance(hint, typing.TypeVar)
            else _Hint(parameter.name, hint, parameter.default is None)
        )
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = wanted
        elif parameter.kind is parameter.VAR_KEYWORD:
            extra = wanted
        else:
            if parameter.kind is not parameter.KEYWORD_ONLY:
                positional.append(wanted)
            if wanted is not None and parameter.kind is not parameter.POSITIONAL_ONLY:
                by_name[parameter.name] = wanted
    if not (by_name or rest or extra or any(positional)):
        return None
    count = len(positional)

    def check(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        for wanted, value in zip(positional, args, strict=False):
            if wanted is not None and type(value) is not wanted.exact:
                _refuse(name, wanted, value)
        if rest is not None:
            for value in args[count:]:
                if type(value) is not rest.exact:
                    _refuse(name, rest, value)
        for key, value in kwargs.items():
            wanted = by_name.get(key, extra)
            if wanted is not None and type(value) is not wanted.exact:
                _refuse(name, wanted, value)

    return check


def json_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """JSON schema (2020-12) of the arguments of *function*, as an object.

    Parameters whose hint pydantic does not know become ``{}``: anything goes.
    """
    required: list[str] = []
    properties: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    hints = hints_of(function)
    closed = True
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            closed = False
            continue
        adapter = adapter_of(hints.get(parameter.name, Any))
        schema = _schema_of(adapter)
        # References are to the whole document, so what they refer to has to stand there.
        shared |= schema.pop("$defs", {})
        if parameter.kind is parameter.VAR_POSITIONAL:
            schema = {"type": "array", "items": schema}
        elif parameter.default is parameter.empty:
            required.append(parameter.name)
        else:
            schema = _with_default(schema, parameter.default)
        properties[parameter.name] = schema
    whole = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": not closed,
    }
    return whole | ({"$defs": shared} if shared else {})


def _refuse(function: str, wanted: _Hint, value: Any) -> None:
    __tracebackhide__ = True
    complaint = wanted.fits(value)
    if complaint:
        raise ArgumentError(
            f"{function}() argument {wanted.name!r}: {complaint}; "
            f"got {type(value).__name__}, hint says {inspect.formatannotation(wanted.hint)}",
            fix="pass a fitting value, or register with validate=False",
        )


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    target = inspect.unwrap(function)
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:
        # One hint that does not resolve must not switch off the others.
        space = getattr(target, "__globals__", {})
        found: dict[str, Any] = {}
        for name, hint in getattr(target, "__annotations__", {}).items():
            try:
                found[name] = eval(hint, space) if isinstance(hint, str) else hint
            except Exception:
                continue
        return found


def adapter_of(hint: Any) -> TypeAdapter[Any] | None:
    from pydantic import ConfigDict, TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:
        # Models and dataclasses carry a configuration of their own.
        try:
            return TypeAdapter(hint)
        except Exception:
            return None
    except Exception:
        return None


def _schema_of(adapter: TypeAdapter[Any] | None) -> dict[str, Any]:
    try:
        return adapter.json_schema() if adapter is not None else {}
    except Exception:
        return {}


def _with_default(schema: dict[str, Any], default: object) -> dict[str, Any]:
    if default is None or type(default) in (bool, int, float, str):
        return {**schema, "default": default}
    return schema
