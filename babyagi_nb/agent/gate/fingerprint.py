"""Fingerprints: the same program under other names and in another layout is the same.

Every name that a text binds is replaced by a number in order of appearance, and documentation,
annotations and layout are dropped. Kept are the names that come from outside: attributes, builtins,
other stored functions, what is imported, and those by which arguments are passed. The replacement
is one to one, so that texts with one fingerprint do the same.
"""

from __future__ import annotations

import ast
import hashlib

from babyagi_nb.core.syntax import tree_of

__all__ = ["fingerprint"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAMING = (*_DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


def fingerprint(code: str, name: str) -> str:
    """The fingerprint of *code*, which defines *name*, tagged ``f1:``.

    Positional parameters count as locals. Raises ``SyntaxError`` or ``ValueError`` when it does not
    parse.

    >>> one = fingerprint("def mean(xs):\\n    return sum(xs) / len(xs)", "mean")
    >>> one == fingerprint("def avg(v):\\n    'Average.'\\n    return sum(v)/len(v)", "avg")
    True
    >>> one == fingerprint("def mean(xs):\\n    return sum(xs) // len(xs)", "mean")
    False
    """
    tree = tree_of(code)
    renamer = _Renamer(_bound(tree) - _fixed(tree))
    text = ast.dump(renamer.visit(_Stripper().visit(tree)), annotate_fields=False)
    whole = f"{renamer.numbers.get(name, name)}\n{text}"
    return f"f1:{hashlib.sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def _bound(tree: ast.AST) -> set[str]:
    """Names that the text binds itself; what it imports keeps its name."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, _NAMING) and node.name:
            found.add(node.name)
    return found


def _fixed(tree: ast.AST) -> set[str]:
    """Names that mean something to others: imported ones, keywords, and members of classes."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.arguments):
            found |= {each.arg for each in node.kwonlyargs}
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                found |= _members(each)
    return found


def _members(node: ast.stmt) -> set[str]:
    if isinstance(node, _DEFINITIONS):
        return {node.name}
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


class _Stripper(ast.NodeTransformer):
    """Drops what says nothing to the interpreter: documentation and annotations."""

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            node.body = [each for each in node.body if not _is_text(each)] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        self.generic_visit(node)
        return node


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self._names = names
        self.numbers: dict[str, str] = {}

    def _of(self, name: str) -> str:
        if name not in self._names:
            return name
        return self.numbers.setdefault(name, f"${len(self.numbers)}")

    def visit(self, node: ast.AST) -> ast.AST:
        for field in ("id", "arg", "name"):
            value = getattr(node, field, None)
            if isinstance(value, str) and not isinstance(node, ast.keyword | ast.alias):
                setattr(node, field, self._of(value))
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self._of(each) for each in node.names]
        self.generic_visit(node)
        return node


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
