"""Functions that are nearly the same code, so that somebody may make one of two.

Equal code is found by its fingerprint at the gate. Here two texts are compared token by token,
without documentation and hints, every name that they bind counting as the same.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from difflib import SequenceMatcher

__all__ = ["nearest"]

_NEAR = 0.85
_MOST = 600
"""Tokens of one text that are compared."""
_SKIPPED = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    | {tokenize.ENDMARKER}
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def nearest(code: str, others: Mapping[str, str]) -> str | None:
    """The name in *others* (name to code) whose code is nearly *code*, if there is one.

    >>> code = "def total(xs):\\n    s = 0\\n    for x in xs:\\n        s += x\\n    return s"
    >>> nearest(code, {"add_up": code.replace("xs", "values").replace("return s", "return +s")})
    'add_up'
    """
    mine = _tokens(code)
    if not mine:
        return None
    best, name = _NEAR, None
    for other, text in others.items():
        theirs = _tokens(text)
        matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
        if theirs and matcher.real_quick_ratio() >= best and matcher.quick_ratio() >= best:
            ratio = matcher.ratio()
            if ratio >= best:
                best, name = ratio, other
    return name


def _tokens(code: str) -> list[str]:
    """The tokens of *code* that say what it does; empty for what does not parse."""
    try:
        tree = ast.parse(code)
        bound = _bound(tree)
        text = ast.unparse(_bare(tree))
        found = tokenize.generate_tokens(io.StringIO(text).readline)
        return [
            "$" if each.string in bound else each.string
            for each in found
            if each.type not in _SKIPPED
        ][:_MOST]
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return []


def _bound(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, _DEFINITIONS):
            found.add(node.name)
    return found


def _bare(tree: ast.Module) -> ast.Module:
    """*tree* without documentation and hints."""
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS):
            said = ast.get_docstring(node, clean=False) is not None
            node.body = (node.body[1:] if said else node.body) or [ast.Pass()]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return tree
