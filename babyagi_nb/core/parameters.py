"""A function's parameters and results, as records and in the original's list-of-dicts form."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from babyagi_nb.core.records import FunctionSpec, Parameter, ParameterKind
from babyagi_nb.core.syntax import tree_of

__all__ = [
    "FunctionNode",
    "input_parameters",
    "output_parameters",
    "own_nodes",
    "parse_parameters",
]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def parse_parameters(node: FunctionNode) -> tuple[Parameter, ...]:
    """Return the parameters of a function definition in the order in which they are written."""
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    no_default = [None] * (len(positional) - len(args.defaults))
    defaults: list[ast.expr | None] = [*no_default, *args.defaults]
    found: list[Parameter] = []
    for at, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
        only = at < len(args.posonlyargs)
        found.append(_parameter(arg, "positional_only" if only else None, default))
    if args.vararg:
        found.append(_parameter(args.vararg, "var_positional", None))
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        found.append(_parameter(arg, "keyword_only", default))
    if args.kwarg:
        found.append(_parameter(args.kwarg, "var_keyword", None))
    return tuple(found)


def input_parameters(spec: FunctionSpec) -> list[dict[str, Any]]:
    """Inputs in the original's form: as declared, else one per named parameter.

    >>> from babyagi_nb.core.records import FunctionSpec, Parameter
    >>> input_parameters(FunctionSpec(name="f", code="", parameters=(Parameter(name="n"),)))
    [{'name': 'n', 'type': 'Any'}]
    """
    if spec.input_parameters:
        return [dict(each) for each in spec.input_parameters]
    return [
        {"name": each.name, "type": each.annotation or "Any"}
        for each in spec.parameters
        if not each.kind.startswith("var_")
    ]


def output_parameters(spec: FunctionSpec) -> list[dict[str, Any]]:
    """Outputs in the original's form: as declared, else read off the first ``return``.

    A returned dict display gives one output per literal key; anything else is one ``output``,
    typed by the return annotation. A function that returns nothing has none.
    """
    if spec.output_parameters:
        return [dict(each) for each in spec.output_parameters]
    node = _definition(spec)
    first = next((each for each in own_nodes(node) if isinstance(each, ast.Return)), None)
    if first is None or first.value is None:
        return []
    if isinstance(first.value, ast.Dict):
        keys = [key.value for key in first.value.keys if isinstance(key, ast.Constant)]
        return [{"name": key, "type": "Any"} for key in keys if isinstance(key, str)]
    kind = spec.returns or "Any"
    if spec.returns is None and isinstance(first.value, ast.Constant):
        kind = type(first.value.value).__name__
    return [{"name": "output", "type": kind}]


def own_nodes(node: FunctionNode | None) -> Iterator[ast.AST]:
    """Every node of a function's own body in source order, nested scopes left out."""
    stack: list[ast.AST] = [*reversed(node.body)] if node else []
    while stack:
        found = stack.pop()
        yield found
        if not isinstance(found, _SCOPES):
            stack.extend(reversed(list(ast.iter_child_nodes(found))))


def _parameter(arg: ast.arg, kind: ParameterKind | None, default: ast.expr | None) -> Parameter:
    return Parameter(
        name=arg.arg,
        kind=kind or "positional_or_keyword",
        annotation=ast.unparse(arg.annotation) if arg.annotation else None,
        default=ast.unparse(default) if default else None,
    )


def _definition(spec: FunctionSpec) -> FunctionNode | None:
    try:
        body = tree_of(spec.code).body
    except (SyntaxError, ValueError):
        return None
    for node in reversed(body):
        if isinstance(node, FunctionNode) and node.name == spec.name:
            return node
    return None
