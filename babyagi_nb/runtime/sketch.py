"""The schema of a function that was not executed yet: what its text alone says.

A form has to be there before anything runs, also beside a busy cell, where code of the user must
not be executed. So what the outline does not understand, because a name could mean anything, is
taken here for what it usually means: ``date`` is a date, and a class of constants an enumeration.
That is good enough to draw a form. Whether a value fits is decided by the function itself.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from babyagi_nb.core.records import FunctionSpec
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.runtime.outline import outline

__all__ = ["sketch"]

_USUAL: dict[str, Any] = {
    each.__name__: each for each in (date, datetime, time, timedelta, Decimal, Path, UUID)
}
_ENUMS = ("Enum", "StrEnum", "IntEnum")


def sketch(spec: FunctionSpec) -> Callable[..., Any]:
    """A function that looks like that of *spec*, and cannot be called.

    >>> from babyagi_nb.runtime.validation import json_schema
    >>> code = "class Unit(Enum):\\n    A = 'a'\\n    B = 'b'\\n\\ndef f(unit: Unit): ..."
    >>> from babyagi_nb.core.records import Parameter
    >>> one = Parameter(name="unit", annotation="Unit")
    >>> drawn = sketch(FunctionSpec(name="f", code=code, parameters=(one,)))
    >>> json_schema(drawn)["properties"]["unit"]
    {'enum': ['a', 'b'], 'type': 'string'}
    """

    def body(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    return outline(spec, body, {**_USUAL, **dict(_enumerations(spec.code))})


def _enumerations(code: str) -> Iterator[tuple[str, Any]]:
    """Classes of constants in *code*, each as the choice between its values."""
    try:
        body = tree_of(code).body
    except (SyntaxError, ValueError):
        return
    for node in body:
        if isinstance(node, ast.ClassDef) and any(map(_is_enum, node.bases)):
            values = [
                each.value.value
                for each in node.body
                if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
            ]
            if values and all(type(each) in (str, int) for each in values):
                yield node.name, Literal[tuple(values)]


def _is_enum(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    return name in _ENUMS
