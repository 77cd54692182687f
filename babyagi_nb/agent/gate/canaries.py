"""Canaries: tests that nothing honest can pass.

A canary is a test in which whatever was expected is replaced by something that is equal to nothing
else. A candidate that passes it returns what is equal to everything, or has changed what a failed
assertion does.
"""

from __future__ import annotations

import ast
import copy

from babyagi_nb.core.parameters import FunctionNode

__all__ = ["canary"]


def canary(tree: ast.Module) -> str | None:
    """The text of a test that cannot be passed, made of a test; ``None`` where none can be made.

    >>> canary(ast.parse("assert f(1) == 2"))
    'assert f(1) == object()'
    """
    made = copy.deepcopy(tree)
    changer = _Changer()
    made = changer.visit(made)
    if changer.changed:
        return ast.unparse(ast.fix_missing_locations(made))
    if any(isinstance(each, ast.Return | ast.Yield) for each in ast.walk(made)):
        return None
    tests = [each for each in made.body if isinstance(each, FunctionNode)]
    failing = ast.parse("assert False").body
    for each in tests:
        if each.name.startswith("test_"):
            each.body += failing
            return ast.unparse(ast.fix_missing_locations(made))
    made.body += failing
    return ast.unparse(ast.fix_missing_locations(made))


class _Changer(ast.NodeTransformer):
    changed = False

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            test.comparators[0] = ast.Call(ast.Name("object", ast.Load()), [], [])
            self.changed = True
        return node
