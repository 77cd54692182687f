"""The top-level statements of a cell: what each is for, what it binds, and its exact text.

===========  ==================================================================================
function     a public ``def`` or ``async def``
helper       a ``_private`` def, a class, a type alias, an assignment to ``_private`` names
constant     a public name bound to an immutable literal or a type variable; travels like a
             helper, and is also bound in the notebook
import       imports, also inside ``try`` or ``if`` with nothing else in it
test         a ``test_*`` def, or a bare ``assert``
remark       a text that stands alone
other        anything else: run once, part of no function
===========  ==================================================================================
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Kind", "Statement", "read_statements"]

Kind = Literal["function", "helper", "constant", "import", "test", "remark", "other"]

_MAKERS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "namedtuple"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One top-level statement; registering decorators are taken off."""

    node: ast.stmt
    kind: Kind
    binds: frozenset[str]
    text: str
    """Exact source with the comments directly above it; no newline at the end."""


def read_statements(tree: ast.Module, text: str | None = None) -> list[Statement]:
    """Classify the statements of *tree*; without its *text*, their source is written anew."""
    cut = _Cutter(text) if text is not None else None
    found = []
    for original in tree.body:
        node = _without_registration(original)
        source = cut.cut(original, node) if cut else ast.unparse(node)
        kind, binds = _classify(node)
        found.append(Statement(node=node, kind=kind, binds=frozenset(binds), text=source))
    return found


def _classify(node: ast.stmt) -> tuple[Kind, set[str]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            if name.startswith("test_"):
                return "test", {name}
            return "helper" if name.startswith("_") else "function", {name}
        case ast.ClassDef(name=name):
            return "helper", {name}
        case ast.Import() | ast.ImportFrom():
            return "import", _bound(node)
        case ast.Assert():
            return "test", set()
        case ast.Expr(value=ast.Constant()):
            return "remark", set()
        case ast.Assign() | ast.AnnAssign():
            return _classify_assignment(node)
        case ast.Try() | ast.If() if _only_imports(node):
            return "import", _bound(node)
    if type(node).__name__ == "TypeAlias":
        return "helper", {node.name.id}  # type: ignore[attr-defined]
    return "other", _bound(node)


def _classify_assignment(node: ast.Assign | ast.AnnAssign) -> tuple[Kind, set[str]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    binds = _bound(node)
    if node.value is None or not all(map(_is_plain_target, targets)):
        return "other", binds
    if all(name.startswith("_") and name.strip("_") for name in binds):
        return "helper", binds
    return "constant" if _is_immutable(node.value) or _makes_type(node.value) else "other", binds


def _is_plain_target(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(_is_plain_target, node.elts))
    return isinstance(node, ast.Name)


def _is_immutable(node: ast.expr) -> bool:
    """Whether an expression is made of immutable literals only."""
    allowed = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop)
    return all(isinstance(each, (*allowed, ast.expr_context)) for each in ast.walk(node))


def _makes_type(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _MAKERS


def _only_imports(node: ast.Try | ast.If) -> bool:
    """Whether a compound statement holds imports, fallback constants and ``pass`` alone."""
    inside = list(_blocks(node))
    simple = (ast.Import, ast.ImportFrom, ast.Pass, ast.Raise)
    return any(isinstance(each, ast.Import | ast.ImportFrom) for each in inside) and all(
        isinstance(each, simple) or (isinstance(each, ast.Assign) and _is_immutable(each.value))
        for each in inside
    )


def _blocks(node: ast.stmt) -> Iterator[ast.stmt]:
    """The simple statements inside nested ``try`` and ``if`` statements."""
    if not isinstance(node, ast.Try | ast.If):
        yield node
        return
    bodies = [node.body, node.orelse]
    if isinstance(node, ast.Try):
        bodies += [node.finalbody, *(handler.body for handler in node.handlers)]
    for body in bodies:
        for each in body:
            yield from _blocks(each)


def _bound(node: ast.stmt) -> set[str]:
    """Names that a statement binds at the top level."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        elif isinstance(each, ast.alias):
            found.add(each.asname or each.name.partition(".")[0])
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(each.name)
    return found


def _without_registration(node: ast.stmt) -> ast.stmt:
    """A copy of a definition without the decorators that register it, if it has any."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node
    kept = [each for each in node.decorator_list if not _registers(each)]
    if len(kept) == len(node.decorator_list):
        return node
    fields = {name: getattr(node, name) for name in node._fields if hasattr(node, name)}
    copy = type(node)(**{**fields, "decorator_list": kept})
    return ast.copy_location(copy, node)


def _registers(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name == "register_function"


class _Cutter:
    """Cuts exact source out of a text; columns of the tree count UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._end = (0, 0)

    def cut(self, original: ast.stmt, kept: ast.stmt) -> str:
        """Return the text of *kept*, with comments above *original*; call in source order."""
        first, column = _start(original)
        last, end = original.end_lineno or first, original.end_col_offset or 0
        comments = self._comments_above(first) if self._end[0] < first else []
        self._end = (last, end)
        if kept is not original:
            parts = [self._between(*_span(each), "@") for each in _decorators(kept)]
            return "\n".join([*comments, *parts, self._between(kept.lineno, 0, last, end)])
        return "\n".join([*comments, self._between(first, column, last, end)])

    def _between(self, first: int, column: int, last: int, end: int, prefix: str = "") -> str:
        lines = self._lines[first - 1 : last]
        tail = lines[-1].encode()
        rest = tail[end:].strip()
        if not rest or rest.startswith(b"#"):
            end = len(tail.rstrip())
        lines[-1] = tail[:end].decode()
        lines[0] = lines[0].encode()[column:].decode()
        return prefix + "\n".join(lines)

    def _comments_above(self, first: int) -> list[str]:
        at = first - 1
        while at > self._end[0] and self._lines[at - 1].startswith("#"):
            at -= 1
        return self._lines[at : first - 1]


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return list(getattr(node, "decorator_list", ()))


def _span(node: ast.expr) -> tuple[int, int, int, int]:
    last, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return node.lineno, node.col_offset, last, end


def _start(node: ast.stmt) -> tuple[int, int]:
    decorators = _decorators(node)
    return (decorators[0].lineno, 0) if decorators else (node.lineno, node.col_offset)
