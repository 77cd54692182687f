"""Stubs: functions that do nothing, which good tests tell from one that does something."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from babyagi_nb.core.parameters import FunctionNode, own_nodes

__all__ = ["stubs"]

_BODIES = {
    "stub: returns None": "return None",
    "stub: returns its first argument": (
        "return args[0] if args else next(iter(kwargs.values()), None)"
    ),
    "stub: raises NotImplementedError": "raise NotImplementedError",
}
_STEPS = {
    "stub: yields nothing": "yield from ()",
    "stub: yields its first argument": (
        "yield args[0] if args else next(iter(kwargs.values()), None)"
    ),
    "stub: raises NotImplementedError": "raise NotImplementedError\n    yield",
}


def stubs(node: FunctionNode, constant: str | None = None) -> Mapping[str, str]:
    """Label to text of stubs for the function *node*: of its kind, for any arguments.

    *constant* is the source of a value that one more stub always returns.

    >>> sorted(stubs(ast.parse("def f(x): ...").body[0], "7"))[0]
    'stub: always returns 7'
    """
    is_async = isinstance(node, ast.AsyncFunctionDef)
    steps = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own_nodes(node))
    bodies = dict(_STEPS if steps else _BODIES)
    if steps and is_async:
        bodies["stub: yields nothing"] = "return\n    yield"
    if constant is not None and not steps:
        bodies[f"stub: always returns {constant}"] = f"return {constant}"
    head = f"{'async ' if is_async else ''}def {node.name}(*args, **kwargs):\n    "
    return {label: f"{head}{body}\n" for label, body in bodies.items()}
