"""From JSON that fits a schema to the arguments of a call.

A notebook passes objects, and those are checked, never converted. A form or a model can pass JSON
only: there, a date is a text and a dataclass an object, and the hints say which is meant. A hint
that nobody knows takes the JSON value as it is.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from babyagi_nb.errors import ArgumentError, near
from babyagi_nb.runtime.validation import adapter_of, hints_of

__all__ = ["arguments_of"]


def arguments_of(
    function: Callable[..., Any], given: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword arguments for *function* out of *given*, by parameter name.

    Raises :class:`~babyagi_nb.errors.ArgumentError` for a value that does not fit, an argument
    that is missing and one that is not known.

    >>> def f(a: int, /, *rest: int, on: bool = False): ...
    >>> arguments_of(f, {"a": 1, "rest": [2, 3], "on": True})
    ((1, 2, 3), {'on': True})
    """
    name = getattr(function, "__name__", "the function")
    hints = hints_of(function)
    left = dict(given)
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        kind = parameter.kind
        hint = hints.get(parameter.name, Any)
        if kind is parameter.VAR_KEYWORD:
            continue
        if parameter.name not in left:
            if parameter.default is parameter.empty and kind is not parameter.VAR_POSITIONAL:
                raise ArgumentError(
                    f"{name}() needs the argument {parameter.name!r}", fix="give it a value"
                )
            continue
        value = left.pop(parameter.name)
        if kind is parameter.VAR_POSITIONAL:
            listed = value if isinstance(value, list) else [value]
            args += [_read(name, parameter.name, hint, each) for each in listed]
        elif kind is parameter.POSITIONAL_ONLY:
            args.append(_read(name, parameter.name, hint, value))
        else:
            kwargs[parameter.name] = _read(name, parameter.name, hint, value)
    extra = next((each for each in parameters.values() if each.kind is each.VAR_KEYWORD), None)
    for key, value in left.items():
        if extra is None:
            fix = near(key, parameters) or "leave it out"
            raise ArgumentError(f"{name}() takes no argument {key!r}", fix=fix)
        kwargs[key] = _read(name, key, hints.get(extra.name, Any), value)
    if args and parameters:
        # What stands before surplus positional arguments has to be positional too.
        _move_before(parameters, args, kwargs)
    return tuple(args), kwargs


def _move_before(
    parameters: Mapping[str, inspect.Parameter], args: list[Any], kwargs: dict[str, Any]
) -> None:
    """Where ``*rest`` gets values, pass by position what comes before it."""
    ordinary = [
        each.name for each in parameters.values() if each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    only = sum(each.kind is each.POSITIONAL_ONLY for each in parameters.values())
    if len(args) <= only or not ordinary:
        return
    args[only:only] = [kwargs.pop(name, parameters[name].default) for name in ordinary]


def _read(function: str, name: str, hint: Any, value: Any) -> Any:
    """*value*, which is JSON, as what *hint* means."""
    adapter = None if hint is Any else adapter_of(hint)
    if adapter is None:
        return value
    from pydantic import ValidationError

    try:
        return adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = "".join(f"[{part!r}]" for part in first["loc"])
        raise ArgumentError(
            f"{function}() argument {name!r}: {where + ': ' if where else ''}{first['msg']}",
            fix=f"the hint says {inspect.formatannotation(hint)}",
        ) from None
    except Exception:
        # A validator of the user's own may raise anything; the call itself will tell.
        return value
