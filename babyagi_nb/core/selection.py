"""Which statements of a cell travel with one of its functions, and with its tests.

A function takes along the imports, helpers and constants it reads, and what those read in turn,
in the order of the cell. Other public functions stay behind and become dependencies. A definition
decorated by something that travels (``@show.register``) changes it, so it travels too.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from babyagi_nb.core.names import free_names
from babyagi_nb.core.statements import Statement, read_statements

__all__ = ["Selection", "select_nodes"]

_TRAVELS = frozenset({"helper", "constant", "import"})


class Selection:
    """Answers what travels, for one cell.

    *apart* names public functions that stay behind; ``None`` means all of them. The others travel
    like helpers.
    """

    def __init__(self, statements: list[Statement], apart: Collection[str] | None = None) -> None:
        self.statements = statements
        self._needs: dict[int, frozenset[str]] = {}
        self._carried = {
            at
            for at, each in enumerate(statements)
            if each.kind in _TRAVELS
            or (each.kind == "function" and apart is not None and each.binds.isdisjoint(apart))
        }
        self._bound_by = _index((at, statements[at].binds) for at in self._carried)
        self._defined_by = _index(
            (at, each.binds)
            for at, each in enumerate(statements)
            if each.kind in ("function", "helper")
        )
        self._changed_by = _index(
            (at, _decorator_names(statements[at].node)) for at in self._carried
        )

    def of(self, name: str) -> list[Statement]:
        """Everything that travels with the function *name*, itself included, in cell order."""
        return self.around(self._defined_by.get(name, ()))

    def around(self, start: Iterable[int]) -> list[Statement]:
        """The statements at the positions *start*, and all that they need."""
        taken = set(start)
        queue = list(taken)
        if self._carried:
            self._follow(taken, queue)
        return [self.statements[at] for at in sorted(taken)]

    def needs(self, at: int) -> frozenset[str]:
        """Names that the statement at a position reads from the top level."""
        if at not in self._needs:
            statement = self.statements[at]
            names = free_names(statement.text)
            self._needs[at] = names.needed | names.hints | names.written
        return self._needs[at]

    def _follow(self, taken: set[int], queue: list[int]) -> None:
        futures = {at for at, each in enumerate(self.statements) if _is_future(each.node)}
        queue += futures - taken
        taken |= futures
        while queue:
            at = queue.pop()
            wanted = {other for name in self.needs(at) for other in self._bound_by.get(name, ())}
            for name in self.statements[at].binds:
                wanted.update(self._changed_by.get(name, ()))
            queue += wanted - taken
            taken |= wanted


def select_nodes(
    tree: ast.Module, name: str, *, apart: Collection[str] | None = None
) -> list[ast.stmt]:
    """Return what travels with the function *name* as nodes of *tree*, line numbers untouched.

    With the version's dependencies as *apart*, the nodes mean what its code means, so it can be
    compiled as the cell that the user looks at. Without, every other public function stays behind.
    """
    selection = Selection(read_statements(tree), apart)
    return [each.node for each in selection.of(name)]


def _index(pairs: Iterable[tuple[int, Iterable[str]]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, names in pairs:
        for name in names:
            found.setdefault(name, []).append(at)
    return found


def _decorator_names(node: ast.stmt) -> set[str]:
    return {
        each.id
        for decorator in getattr(node, "decorator_list", ())
        for each in ast.walk(decorator)
        if isinstance(each, ast.Name)
    }


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
