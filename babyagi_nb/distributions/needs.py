"""What a function imports: what its code says, and what was declared beside it.

Pure. An import counts wherever it stands, in a body of a function too. It is *optional* where the
code goes on without it: inside a ``try`` that catches ``ImportError``, in such a handler, or under
``suppress(ImportError)``. What stands under ``if TYPE_CHECKING`` is never run and does not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from babyagi_nb.core.imports import imports_in
from babyagi_nb.core.records import FunctionSpec, Import
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.core.trust import is_trusted
from babyagi_nb.distributions.wellknown import NAMESPACES

__all__ = ["Need", "needs"]

_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_BY_NAME = {"import_module", "__import__"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One module that has to be importable."""

    module: str
    """Its top-level name; a dotted path where many distributions share that (``google.cloud``)."""
    distribution: str = ""
    """What provides it, as declared, extras included; empty when nothing was declared."""
    requirement: str = ""
    """Version specifier as declared, such as ``>=2``."""
    optional: bool = False
    """Whether the code goes on without it."""
    declared: bool = False
    """Whether it was the user who named the distribution, and not a model or a pack."""


def needs(spec: FunctionSpec) -> tuple[Need, ...]:
    """Every module that *spec* imports, once, in order of appearance; modules of Python included.

    >>> spec = FunctionSpec(name="f", code="def f():\\n    import numpy.linalg, os")
    >>> [each.module for each in needs(spec)]
    ['numpy', 'os']
    """
    found: dict[str, Need] = {}
    trusted = is_trusted(spec)
    for need in (*_written(spec.code), *(_declared(each, trusted) for each in spec.imports)):
        earlier = found.get(need.module)
        found[need.module] = need if earlier is None else _merged(earlier, need)
    return tuple(found.values())


def _merged(one: Need, other: Need) -> Need:
    """Both in one: needed when either needs it; the first declaration of a distribution counts."""
    said = one if one.distribution or not other.distribution else other
    bounds = dict.fromkeys(filter(None, (one.requirement, other.requirement)))
    return replace(said, requirement=",".join(bounds), optional=one.optional and other.optional)


def _declared(given: Import, trusted: bool) -> Need:
    return Need(
        module=_shared(given.module, given.attribute),
        distribution=given.distribution or "",
        requirement=given.requirement,
        declared=bool(given.distribution) and trusted,
    )


def _written(code: str) -> Iterator[Need]:
    try:
        tree = tree_of(code)
    except (SyntaxError, ValueError):
        # Only a damaged store holds such a text; it can never be run, so it needs nothing.
        return
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, optional = waiting.pop()
        for module in _modules(node):
            yield Need(module=module, optional=optional)
        waiting.extend(reversed(list(_below(node, optional))))


def _modules(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        for each in imports_in(node):
            yield _shared(each.module, each.attribute)
        star = isinstance(node, ast.ImportFrom) and not node.level and node.names[0].name == "*"
        if star and isinstance(node, ast.ImportFrom) and node.module:
            yield _shared(node.module, None)
    elif isinstance(node, ast.Call) and _last(node.func) in _BY_NAME and node.args:
        first = node.args[0]
        # A relative name is resolved against a package, which a stored function has not.
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            name = first.value
            if name and all(part.isidentifier() for part in name.split(".")):
                yield _shared(name, None)


def _shared(module: str, attribute: str | None) -> str:
    """The top-level name of *module*, or its whole path below a name that many share.

    >>> _shared("numpy.linalg", "norm"), _shared("google.cloud", "storage")
    ('numpy', 'google.cloud.storage')
    """
    root = module.partition(".")[0]
    if root not in NAMESPACES:
        return root
    return f"{module}.{attribute}" if attribute else module


def _below(node: ast.AST, optional: bool) -> Iterator[tuple[ast.AST, bool]]:
    """The parts of *node* that may run, each with whether what it imports is optional."""
    if isinstance(node, ast.If) and _last(node.test) == "TYPE_CHECKING":
        yield from ((each, optional) for each in node.orelse)
    elif isinstance(node, ast.Try | ast.TryStar) and any(_catches(each) for each in node.handlers):
        forgiven = [*node.body, *(each for each in node.handlers if _catches(each))]
        others = [each for each in node.handlers if not _catches(each)]
        yield from ((each, True) for each in forgiven)
        yield from ((each, optional) for each in (*others, *node.orelse, *node.finalbody))
    elif isinstance(node, ast.With) and any(_suppresses(each) for each in node.items):
        yield from ((each, True) for each in node.body)
    else:
        yield from ((each, optional) for each in ast.iter_child_nodes(node))


def _catches(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or _names_import_error([handler.type])


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    return (
        isinstance(call, ast.Call)
        and _last(call.func) == "suppress"
        and _names_import_error(call.args)
    )


def _names_import_error(kinds: Iterable[ast.expr]) -> bool:
    for kind in kinds:
        listed = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        if any(_last(each) in _CAUGHT for each in listed):
            return True
    return False


def _last(node: ast.expr) -> str:
    """The last part of a dotted name; empty for any other expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
