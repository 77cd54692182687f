"""What a function looks like from outside, made without running a line of its code.

A sandboxed function must not be executed here, and neither may its annotations or defaults, which
are code too. Its parameters are known as text; those hints that are made of well-known words are
understood, everything else accepts anything.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Optional, Union

from babyagi_nb.core.records import FunctionSpec, Parameter

__all__ = ["Words", "outline", "read_hint"]


Words = Mapping[str, Any]


def outline(
    spec: FunctionSpec, body: Callable[..., Any], words: Words | None = None
) -> Callable[..., Any]:
    """Give *body* the name, documentation, signature and hints of the function *spec* is of.

    *words* are hints that are understood beside the well-known ones.

    >>> from babyagi_nb.core.records import FunctionSpec, Parameter
    >>> spec = FunctionSpec(name="f", code="", parameters=(Parameter(name="n", annotation="int"),))
    >>> inspect.signature(outline(spec, lambda *args, **kwargs: None))
    <Signature (n: int)>
    """
    known = {**_WORDS, **(words or {})}
    parameters = [_parameter(each, known) for each in spec.parameters]
    body.__name__ = body.__qualname__ = spec.name
    body.__doc__ = spec.description or None
    body.__module__ = f"babyagi_functions.{spec.name}"
    body.__annotations__ = {
        each.name: each.annotation for each in parameters if each.annotation is not each.empty
    }
    body.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return body


def read_hint(text: str, words: Words | None = None) -> Any:
    """The type that *text* means, or ``Any`` for words that nobody here knows.

    >>> read_hint("dict[str, list[int]]"), read_hint("np.ndarray")
    (dict[str, list[int]], typing.Any)
    """
    try:
        return _read(ast.parse(text, mode="eval").body, _WORDS if words is None else words)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return Any


class _Default:
    """A default that is not a plain value; shown as it was written."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _parameter(parameter: Parameter, words: Words) -> inspect.Parameter:
    empty = inspect.Parameter.empty
    hint = empty if parameter.annotation is None else read_hint(parameter.annotation, words)
    return inspect.Parameter(
        parameter.name,
        getattr(inspect.Parameter, parameter.kind.upper()),
        default=empty if parameter.default is None else _default(parameter.default),
        annotation=hint,
    )


def _default(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _Default(text)


_WORDS: dict[str, Any] = {
    each.__name__: each
    for each in (int, float, str, bool, bytes, complex, list, dict, tuple, set, frozenset, object)
} | {
    "Any": Any, "Optional": Optional, "Union": Union, "Literal": Literal, "List": list,
    "Dict": dict, "Tuple": tuple, "Set": set, "FrozenSet": frozenset, "Sequence": Sequence,
    "Mapping": Mapping, "Iterable": Iterable,
}  # fmt: skip


def _read(node: ast.expr, words: Words) -> Any:
    match node:
        case ast.Constant(value=None):
            return None
        case ast.Constant(value=str(text)):
            return read_hint(text, words)
        case ast.Name(id=name) if name in words:
            return words[name]
        case ast.Attribute(value=ast.Name(id="typing" | "t"), attr=name) if name in _WORDS:
            return _WORDS[name]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return Union[_read(left, words), _read(right, words)]  # noqa: UP007 - made from values
        case ast.Subscript(value=base, slice=inner):
            return _subscripted(_read(base, words), inner, words)
    return Any


def _subscripted(base: Any, inner: ast.expr, words: Words) -> Any:
    if base is Any:
        return Any
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if base is Literal:
        return Literal[tuple(ast.literal_eval(each) for each in parts)]
    if base is tuple and any(isinstance(each, ast.Constant) for each in parts):
        # tuple[int, ...]
        return tuple.__class_getitem__(
            tuple(... if getattr(each, "value", 0) is ... else _read(each, words) for each in parts)
        )
    read = tuple(_read(each, words) for each in parts)
    return base[read if len(read) > 1 else read[0]]
