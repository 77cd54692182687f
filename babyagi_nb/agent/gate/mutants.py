"""Mutants: a text with one small mistake each. Tests that are worth something notice most of them.

Each place where a mistake fits is visited in the order of the text, and of all the mistakes so many
as are wanted are taken, spread evenly over the places and the kinds, the same ones every time. Some
mutants do what the original does (``i < n`` and ``i != n`` may be the same); nobody can tell them
apart, which is why a gate asks for half of them and not for all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from babyagi_nb.core.syntax import tree_of

__all__ = ["Mutant", "mutants"]

_Change = Callable[[ast.AST], ast.AST]
"""Makes the mistake in a copy, and returns what stands in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One text with one mistake."""

    label: str
    """``line 3: `<` became `<=```."""
    line: int
    kind: str
    code: str


_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


def mutants(code: str, limit: int = 16) -> tuple[Mutant, ...]:
    """At most *limit* mutants of *code*, in the order of its lines; all of them compile.

    >>> [each.label for each in mutants("def f(a):\\n    return a + 1")][:2]
    ['line 2: 1 became 2', 'line 2: `+` became `-`']
    """
    tree = tree_of(code)
    places = [
        (path, label, kind, change)
        for path, node in _places(tree)
        for label, kind, change in _mistakes(node)
    ]
    original = ast.unparse(tree) + "\n"
    found: dict[str, Mutant] = {}
    for path, label, kind, change in _spread(places):
        if len(found) >= limit:
            break
        made = tree_of(code)  # far quicker than a copy
        line = _apply(made, path, change)
        text = _text(made)
        if text is not None and text != original and text not in found:
            words = f"line {line}: {label}"
            found[text] = Mutant(label=words, line=line, kind=kind, code=text)
    return tuple(sorted(found.values(), key=lambda each: (each.line, each.label)))


_Path = tuple[tuple[str, int | None], ...]
_Place = tuple[_Path, str, str, _Change]


def _places(tree: ast.AST, path: _Path = ()) -> Iterator[tuple[_Path, ast.AST]]:
    """Every node that may hold a mistake, with the way to it; annotations and words left out."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        if name == "exc" or (name == "msg" and isinstance(tree, ast.Assert)):
            continue  # what an exception says is no part of what a function does
        items = value if isinstance(value, list) else [value]
        for at, node in enumerate(items):
            if not isinstance(node, ast.AST) or _is_text(node):
                continue
            here = (*path, (name, at if isinstance(value, list) else None))
            yield here, node
            yield from _places(node, here)


def _mistakes(node: ast.AST) -> Iterator[tuple[str, str, _Change]]:
    """What can go wrong at one node: words, kind, and how to do it."""
    if isinstance(node, ast.stmt):
        yield from _in_statement(node)
    elif isinstance(node, ast.Constant):
        yield from _in_constant(node)
    elif isinstance(node, ast.Slice):
        yield from _in_slice(node)
    else:
        yield from _in_expression(node)


def _in_statement(node: ast.stmt) -> Iterator[tuple[str, str, _Change]]:
    match node:
        case ast.AugAssign(op=op) if type(op) in _OPERATORS:
            new = _OPERATORS[type(op)]
            yield f"{_sign(type(op))}= became {_sign(new)}=", "arithmetic", _set("op", new)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield "returns None", "return", _set("value", lambda: ast.Constant(None))
        case ast.If():
            yield "the condition is always true", "branch", _set("test", lambda: ast.Constant(True))
            yield "the condition is never true", "branch", _set("test", lambda: ast.Constant(False))
        case ast.Raise():
            yield "nothing is raised", "raise", _instead(ast.Pass)
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield "the call was dropped", "call", _instead(ast.Pass)
        case ast.Continue():
            yield "`continue` became `break`", "loop", _instead(ast.Break)
        case ast.Break():
            yield "`break` was dropped", "loop", _instead(ast.Pass)


def _in_expression(node: ast.AST) -> Iterator[tuple[str, str, _Change]]:
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in _COMPARISONS:
            other = _COMPARISONS[type(op)]
            yield f"{_sign(type(op))} became {_sign(other)}", "comparison", _first_op(other)
        case ast.BinOp(op=op) if type(op) in _OPERATORS and not _is_text_format(node):
            new = _OPERATORS[type(op)]
            yield f"{_sign(type(op))} became {_sign(new)}", "arithmetic", _set("op", new)
        case ast.BoolOp(op=ast.And()):
            yield "`and` became `or`", "boolean", _set("op", ast.Or)
        case ast.BoolOp(op=ast.Or()):
            yield "`or` became `and`", "boolean", _set("op", ast.And)
        case ast.UnaryOp(op=ast.Not()):
            yield "`not` was dropped", "boolean", _part("operand")
        case ast.UnaryOp(op=ast.USub()) if not isinstance(node.operand, ast.Constant):
            yield "the minus was dropped", "arithmetic", _part("operand")
        case ast.Yield(value=value) if value is not None and not _is_none(value):
            yield "yields None", "return", _set("value", lambda: ast.Constant(None))
        case ast.IfExp():
            yield "the first choice is always taken", "branch", _part("body")
            yield "the second choice is always taken", "branch", _part("orelse")
        case ast.comprehension(ifs=[_, *_]):
            yield "the filter was dropped", "branch", _set("ifs", list)
        case ast.Call(func=ast.Name(id=name)) if name in _SWAPS:
            yield f"`{name}` became `{_SWAPS[name]}`", "call", _renamed(_SWAPS[name])
        case ast.Call(func=ast.Attribute(attr=name)) if name in _METHODS:
            yield f"`.{name}()` was dropped", "call", lambda made: made.func.value  # type: ignore[attr-defined]


_SWAPS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "sum": "len",
    "set": "list", "abs": "float", "reversed": "list", "len": "bool",
}  # fmt: skip
_METHODS_WORDS = """
    strip lstrip rstrip lower upper casefold title capitalize replace swapcase removeprefix
    removesuffix zfill ljust rjust
"""
_METHODS = frozenset(_METHODS_WORDS.split())


def _in_constant(node: ast.Constant) -> Iterator[tuple[str, str, _Change]]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} became {not value}", "constant", _set("value", lambda: not value)
    elif isinstance(value, int | float) and abs(value) < 1e15:
        yield f"{value} became {value + 1}", "constant", _set("value", lambda: value + 1)
    elif isinstance(value, str) and value:
        yield f"{value[:20]!r} became ''", "constant", _set("value", str)
    elif value == "":
        yield "'' became 'x'", "constant", _set("value", lambda: "x")


def _in_slice(node: ast.Slice) -> Iterator[tuple[str, str, _Change]]:
    if node.lower is not None:
        yield "the slice begins at the beginning", "slice", _set("lower", lambda: None)
    if node.upper is not None:
        yield "the slice ends at the end", "slice", _set("upper", lambda: None)
    if node.step is not None:
        yield "the slice has no step", "slice", _set("step", lambda: None)


# -- doing it --------------------------------------------------------------------------------


def _set(field: str, make: Callable[[], object]) -> _Change:
    def change(made: ast.AST) -> ast.AST:
        setattr(made, field, make())
        return made

    return change


def _part(field: str) -> _Change:
    def change(made: ast.AST) -> ast.AST:
        part = getattr(made, field)
        assert isinstance(part, ast.AST)
        return part

    return change


def _instead(make: Callable[[], ast.stmt]) -> _Change:
    return lambda made: make()


def _first_op(make: Callable[[], ast.cmpop]) -> _Change:
    def change(made: ast.AST) -> ast.AST:
        assert isinstance(made, ast.Compare)
        made.ops[0] = make()
        return made

    return change


def _renamed(name: str) -> _Change:
    def change(made: ast.AST) -> ast.AST:
        assert isinstance(made, ast.Call)
        made.func = ast.Name(name, ast.Load())
        made.keywords = []
        return made

    return change


def _apply(tree: ast.AST, path: _Path, change: _Change) -> int:
    """Make the mistake at the end of *path*; return its line."""
    parent: ast.AST = tree
    line = 1
    for name, at in path[:-1]:
        value = getattr(parent, name)
        parent = value if at is None else value[at]
        line = getattr(parent, "lineno", line)
    name, at = path[-1]
    value = getattr(parent, name)
    node = value if at is None else value[at]
    line = getattr(node, "lineno", line)
    new = change(node)
    if at is None:
        setattr(parent, name, new)
    else:
        value[at] = new
    return line


def _text(tree: ast.AST) -> str | None:
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        compile(text, "<mutant>", "exec", 0, True)
    except (SyntaxError, ValueError, TypeError, AttributeError):
        return None
    return text


def _spread(places: list[_Place]) -> list[_Place]:
    """The places in another order: of every kind in turn, and of each kind evenly over the text."""
    kinds: dict[str, list[_Place]] = {}
    for each in places:
        kinds.setdefault(each[2], []).append(each)
    queues = [_evenly(found) for found in kinds.values()]
    turns = zip_longest(*queues)
    return [each for turn in turns for each in turn if each is not None]


def _evenly(found: list[_Place]) -> list[_Place]:
    """The same places, ordered so that every beginning is spread over the whole."""
    order: list[int] = []
    step = 1
    while step < len(found):
        step *= 2
    while step >= 1:
        order += [at for at in range(0, len(found), step) if at not in order]
        step //= 2
    return [found[at] for at in order]


def _sign(kind: type) -> str:
    return f"`{_SIGNS[kind.__name__]}`"


_SIGNS = {
    "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "In": "in",
    "NotIn": "not in", "Is": "is", "IsNot": "is not", "Add": "+", "Sub": "-", "Mult": "*",
    "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "BitAnd": "&", "BitOr": "|",
    "BitXor": "^", "LShift": "<<", "RShift": ">>",
}  # fmt: skip


def _is_text(node: ast.AST) -> bool:
    """Documentation: a text that stands by itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text_format(node: ast.BinOp) -> bool:
    return isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
