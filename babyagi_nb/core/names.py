"""Which names a piece of source needs from outside, and which names a function may bear.

The compiler's own symbol tables say which names each scope reads from the globals, so nested
functions, lambdas, comprehensions, class bodies, the walrus, ``match`` and ``except`` are judged as
Python judges them. Two things the tables do not tell are read off the tree: a class body that
reads a global before it binds the same name, and annotations.

Annotations are needed in different degrees. Under ``from __future__ import annotations``, in
quotes, or on a local variable they are never evaluated: their names are *hints*, worth having for
argument checks but no reason to refuse a function. All others count as needed, on every version of
Python alike. Names reached through ``exec`` or ``globals()`` stay unknown.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Collection
from dataclasses import dataclass
from keyword import iskeyword

from babyagi_nb.core.syntax import symbols_of, tree_of
from babyagi_nb.errors import RegistrationError

__all__ = ["BUILTINS", "FreeNames", "MODULE_NAMES", "check_name", "free_names"]

BUILTINS = frozenset(dir(builtins)) - {"display", "get_ipython"}
"""Python's own; a notebook shell adds ``display`` and ``get_ipython`` to the living module."""

MODULE_NAMES = frozenset(
    {"__name__", "__doc__", "__file__", "__builtins__", "__annotations__", "__dict__"}
    | {"__package__", "__spec__", "__loader__", "__path__", "__module__", "__qualname__"}
    | {"__debug__", "__class__", "__conditional_annotations__", "__annotate__", "__classdict__"}
)
"""Names every module or class body has without defining them."""

_RESERVED = frozenset({"babyagi", "babyagi_nb"})
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeNames:
    """What a module text needs from its surroundings."""

    needed: frozenset[str]
    """Read from the globals somewhere, bound nowhere in the text."""
    hints: frozenset[str] = frozenset()
    """Only in annotations that are not evaluated."""
    written: frozenset[str] = frozenset()
    """Bound by ``global name`` inside a function, and not at the top of the text."""


def free_names(code: str, tree: ast.Module | None = None) -> FreeNames:
    """Return what *code*, a whole module text, needs from outside; built-in names left in.

    *tree* is its syntax tree when the caller has it already. Raises ``SyntaxError`` as the
    compiler would.

    >>> sorted(free_names("def f(x):\\n    return [g(y) for y in x if y > limit]").needed)
    ['g', 'limit']
    """
    tree = tree_of(code) if tree is None else tree
    top = symbols_of(code)
    read, written, bound = _tables(top)
    annotations, classes = _survey(tree)
    soft = _hints(tree, annotations)
    if soft:
        read -= soft - _loaded(tree, annotations)
    for each in classes:
        read |= _read_early(each)
    needed = read - bound
    return FreeNames(
        needed=frozenset(needed),
        hints=frozenset(soft - needed - bound),
        written=frozenset(written - bound),
    )


def check_name(
    name: str, *, keys: Collection[str] = (), methods: Collection[str] = ()
) -> list[str]:
    """Return warnings about a function called *name*, or refuse it.

    *keys* are those the function or the store declares; *methods* are attributes of the façade,
    which a function of the same name cannot be reached through. Raises
    :class:`~babyagi_nb.errors.RegistrationError`.

    >>> check_name("get_logs", methods=["get_logs"])
    ["app.get_logs is BabyAGI's own method; call this function by its name or execute_function()"]
    """
    other = f"name it {name}_ or my_{name}"
    if not name.isidentifier() or iskeyword(name):
        raise RegistrationError(f"Python allows no function to be named {name!r}", fix="rename it")
    if name in _RESERVED or name.startswith("__"):
        mend = f"name it my_{name.strip('_')}"
        raise RegistrationError(f"the name {name!r} is reserved", fix=mend)
    if name in BUILTINS:
        raise RegistrationError(f"{name!r} would shadow Python's built-in {name}", fix=other)
    if name in keys:
        raise RegistrationError(f"{name!r} would shadow the declared key {name!r}", fix=other)
    if name in methods:
        return [
            f"app.{name} is BabyAGI's own method; "
            "call this function by its name or execute_function()"
        ]
    return []


def _tables(top: symtable.SymbolTable) -> tuple[set[str], set[str], set[str]]:
    """Names read from the globals in any scope, written by ``global``, and bound at the top."""
    read: set[str] = set()
    written: set[str] = set()
    bound: set[str] = set()
    for symbol in top.get_symbols():
        if symbol.is_assigned() or symbol.is_imported():
            bound.add(symbol.get_name())
        elif symbol.is_referenced():
            read.add(symbol.get_name())
    stack = top.get_children()
    while stack:
        table = stack.pop()
        stack += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_global():
                if symbol.is_referenced():
                    read.add(symbol.get_name())
                if symbol.is_declared_global() and symbol.is_assigned():
                    written.add(symbol.get_name())
    return read - MODULE_NAMES, written, bound


def _survey(tree: ast.Module) -> tuple[list[tuple[ast.expr, bool]], list[ast.ClassDef]]:
    """Every annotation, with whether it is evaluated where it stands, and every class."""
    annotations: list[tuple[ast.expr, bool]] = []
    classes: list[ast.ClassDef] = []
    # Only statements are visited: no expression holds an annotation or a class.
    stack: list[tuple[ast.AST, bool]] = [(tree, False)]
    while stack:
        node, local = stack.pop()
        if isinstance(node, ast.AnnAssign):
            annotations.append((node.annotation, not local))
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            annotations += ((each, True) for each in _signature(node))
            local = True
        elif isinstance(node, ast.ClassDef):
            classes.append(node)
            local = False
        for block in _BLOCKS:
            stack += [(child, local) for child in getattr(node, block, ())]
    return annotations, classes


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    args = node.args
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    found = [each.annotation for each in every if each is not None and each.annotation]
    return [*found, node.returns] if node.returns else found


def _hints(tree: ast.Module, annotations: list[tuple[ast.expr, bool]]) -> set[str]:
    """Names that stand in annotations which are never evaluated, and in no other annotation."""
    postponed = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(each.name == "annotations" for each in node.names)
        for node in tree.body
    )
    soft: set[str] = set()
    firm: set[str] = set()
    for annotation, evaluated in annotations:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name):
                (firm if evaluated and not postponed else soft).add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                soft |= _quoted(node.value)
    return soft - firm


def _quoted(text: str) -> set[str]:
    try:
        inside = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.id for node in ast.walk(inside) if isinstance(node, ast.Name)}


def _loaded(tree: ast.Module, annotations: list[tuple[ast.expr, bool]]) -> set[str]:
    """Names that are read anywhere outside annotations."""
    skipped = {id(annotation) for annotation, _ in annotations}
    found: set[str] = set()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        stack += [each for each in ast.iter_child_nodes(node) if id(each) not in skipped]
    return found


def _read_early(node: ast.ClassDef) -> set[str]:
    """Globals that a class body reads before it binds the same name, as in ``limit = limit``."""
    found: set[str] = set()
    stored: set[str] = set()
    for statement in node.body:
        if isinstance(statement, ast.Assign) or (
            isinstance(statement, ast.AnnAssign) and statement.value
        ):
            targets = getattr(statement, "targets", None) or [statement.target]  # type: ignore[union-attr]
            stores = {each.id for each in targets if isinstance(each, ast.Name)}
            value: ast.expr = statement.value  # type: ignore[assignment]
            names = [each for each in ast.walk(value) if isinstance(each, ast.Name)]
            loads = {each.id for each in names}
            # What a comprehension or a walrus binds inside the value is not read from outside.
            inside = {each.id for each in names if isinstance(each.ctx, ast.Store)}
            found |= (loads & stores) - stored - inside
        stored |= _bound_in(statement)
    return found


def _bound_in(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
