"""From the text of a cell to the functions in it, each with the code that travels with it.

``parse_cell`` reads a text once and refuses what no function may hold, always with the line and
the mend. The ``code`` it makes for a function is a module text of its own: the imports, helpers and
constants the function needs, then the function, exact to the character within each statement.
Names that the code still needs from outside are ``free``; settling them is ``core.settlement``'s.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass, field

from babyagi_nb.core.names import FreeNames, free_names
from babyagi_nb.core.parameters import FunctionNode, own_nodes, parse_parameters
from babyagi_nb.core.records import Parameter
from babyagi_nb.core.selection import Selection, select_nodes
from babyagi_nb.core.statements import Statement, read_statements
from babyagi_nb.core.syntax import check, tree_of
from babyagi_nb.errors import SourceError, near

__all__ = ["ParsedCell", "ParsedFunction", "parse_cell", "select_nodes"]

_SHELL_LINE = re.compile(
    r"\s*(?:[\w.,\s]+=\s*)?(?P<what>!{1,2}|%{1,2})\s*[\w(./$]"  # !ls, x = !ls, %magic
    r"|\s*\?\w|.*\w\?\s*$"  # ?name, name?
)
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFunction:
    """One function of a cell, as far as its source tells."""

    name: str
    code: str
    """A module text that defines it; compiles alone."""
    line: int
    """Line of its ``def`` in the text that was parsed, from 1."""
    parameters: tuple[Parameter, ...]
    returns: str | None
    description: str
    """First paragraph of the docstring on one line, or empty."""
    is_async: bool
    is_generator: bool
    tests: tuple[str, ...]
    """Sources of the tests that call it, each with the imports and helpers only it needs."""
    free: FreeNames
    tree: ast.Module = field(compare=False, repr=False)
    """The syntax tree of ``code``, with the line numbers of the text that was parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCell:
    """All that a cell holds."""

    functions: tuple[ParsedFunction, ...]
    immediate: tuple[ast.stmt, ...]
    """What is to be run once in the notebook, with the imports and helpers it needs."""
    warnings: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.functions)


def parse_cell(text: str, name: str | tuple[str, ...] | None = None) -> ParsedCell:
    """Read the functions of *text*; *name* picks one or several, and makes the others helpers.

    Raises :class:`~babyagi_nb.errors.SourceError` with ``line`` for text that does not parse,
    shell lines, a top-level ``await``, star imports, and for text without a (public) function.

    >>> cell = parse_cell("import math\\n\\ndef area(r):\\n    return math.pi * r * r")
    >>> cell.names, cell.functions[0].free.needed
    (('area',), frozenset())
    """
    text, tree = _parse(text)
    _refuse(tree)
    statements = read_statements(tree, text)
    names = _pick(statements, name)
    selection = Selection(statements, None if name is None else names)
    tests = _Tests(statements, selection, names)
    functions = tuple(_function(selection, each, tests) for each in names)
    immediate, warnings = _immediate(selection)
    return ParsedCell(functions=functions, immediate=immediate, warnings=warnings)


def _function(selection: Selection, name: str, tests: _Tests) -> ParsedFunction:
    chosen = selection.of(name)
    code = _join(chosen)
    tree = ast.Module(body=[each.node for each in chosen], type_ignores=[])
    node = next(each.node for each in reversed(chosen) if name in each.binds)
    assert isinstance(node, FunctionNode)
    return ParsedFunction(
        name=name,
        code=code,
        line=node.lineno,
        parameters=parse_parameters(node),
        returns=ast.unparse(node.returns) if node.returns else None,
        description=_description(node),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_generator="yield" in code and _yields(node),
        tests=tests.of(name, chosen),
        free=_free(code, tree),
        tree=tree,
    )


def _yields(node: FunctionNode) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own_nodes(node))


def _free(code: str, tree: ast.Module) -> FreeNames:
    try:
        return free_names(code, tree)
    except SyntaxError as error:
        raise SourceError(str(error), line=tree.body[-1].lineno, syntax=error) from error


def _description(node: FunctionNode) -> str:
    paragraph = inspect.cleandoc(ast.get_docstring(node, clean=False) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


def _join(statements: list[Statement]) -> str:
    """One text of several statements: imports line by line, definitions two blank lines apart."""
    parts: list[str] = []
    for before, each in zip([None, *statements], statements, strict=False):
        if before is not None:
            blocks = isinstance(before.node, _BLOCKS) or isinstance(each.node, _BLOCKS)
            apart = before.kind != each.kind
            parts.append("\n\n\n" if blocks else "\n\n" if apart else "\n")
        parts.append(each.text)
    return "".join(parts) + "\n"


_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


# -- reading ---------------------------------------------------------------------------------


def _parse(text: str) -> tuple[str, ast.Module]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        try:
            tree = tree_of(text)
        except IndentationError:
            # Source cut out of a class or a function stands indented as a whole.
            text = textwrap.dedent(text)
            tree = tree_of(text)
        check(tree)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        raise _shell_error(text, error) or SourceError(
            f"{where}{error.msg}", line=error.lineno, syntax=error
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"the source cannot be read: {error or type(error).__name__}") from error
    return text, tree


def _shell_error(text: str, error: SyntaxError) -> SourceError | None:
    """Tell a line meant for the notebook's shell from a plain mistake."""
    lines = text.split("\n")
    at = error.lineno or 0
    for number in (at, at - 1):
        match = _SHELL_LINE.match(lines[number - 1]) if 0 < number <= len(lines) else None
        if match is None:
            continue
        line = lines[number - 1].strip()
        mend = {
            "!": "call subprocess.run([...]) inside the function instead",
            "%": "put the magic into a cell of its own",
        }.get((match["what"] or "?")[0], "ask for help in a cell of its own")
        return SourceError(
            f"line {number}: {line!r} is a line for the notebook's shell, not Python",
            fix=mend,
            line=number,
        )
    return None


def _refuse(tree: ast.Module) -> None:
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            raise SourceError(
                f"line {statement.lineno}: a star import hides which names the function needs",
                fix=f"name them: from {statement.module} import a, b",
                line=statement.lineno,
            )
        awaiting = _find_await(statement)
        if awaiting is not None:
            raise SourceError(
                f"line {awaiting}: await at the top level of a function cell",
                fix="move it into an 'async def', or into a cell of its own",
                line=awaiting,
            )


def _find_await(statement: ast.stmt) -> int | None:
    """Line of an ``await`` that stands in no function."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, _SCOPES):
            # Decorators and defaults are evaluated outside; the body is not.
            stack += getattr(node, "decorator_list", ())
            stack += filter(None, [*node.args.defaults, *node.args.kw_defaults])
            continue
        if isinstance(node, _AWAITS):
            return node.lineno
        if isinstance(node, ast.comprehension) and node.is_async:
            return statement.lineno
        stack += ast.iter_child_nodes(node)
    return None


def _pick(statements: list[Statement], name: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if isinstance(name, tuple):
        known = {
            n for each in statements if isinstance(each.node, FunctionNode) for n in each.binds
        }
        return tuple(each if each in known else _pick(statements, each)[0] for each in name)
    defined = [each for each in statements if isinstance(each.node, FunctionNode)]
    public = dict.fromkeys(n for each in defined if each.kind == "function" for n in each.binds)
    if name is None and public:
        return tuple(public)
    every = [each for statement in defined for each in statement.binds]
    if name in every:
        return (name,)
    if name is not None and every:
        has = ", ".join(map(repr, every))
        raise SourceError(
            f"no function {name!r} in the cell", fix=near(name, every) or f"it has {has}"
        )
    private = next((each for each in defined if each.kind == "helper"), None)
    if private is not None:
        (alone,) = private.binds
        raise SourceError(
            f"line {private.node.lineno}: {alone!r} is private, so the cell has no function",
            fix=f"name it {alone.lstrip('_') or 'something'!r}",
            line=private.node.lineno,
        )
    raise SourceError("no function in the cell", fix="write one: def name(...):")


# -- what does not travel --------------------------------------------------------------------


class _Tests:
    """The tests of a cell, and which of its functions each of them is about."""

    def __init__(
        self, statements: list[Statement], selection: Selection, names: tuple[str, ...]
    ) -> None:
        self._selection = selection
        self._about: list[tuple[int, set[str]]] = []
        for at, each in enumerate(statements):
            if each.kind != "test" or not each.binds.isdisjoint(names):
                continue
            _check_test(each.node)
            called = {name for near_by in selection.around([at]) for name in _reads(near_by)}
            self._about.append((at, called & set(names) or set(names)))

    def of(self, name: str, chosen: list[Statement]) -> tuple[str, ...]:
        """Texts of the tests about *name*, without what travels with the function anyway."""
        have = {id(each) for each in chosen}
        return tuple(
            _join([each for each in self._selection.around([at]) if id(each) not in have])
            for at, about in self._about
            if name in about
        )


def _reads(statement: Statement) -> frozenset[str]:
    return free_names(statement.text).needed


def _check_test(node: ast.stmt) -> None:
    if not isinstance(node, FunctionNode):
        return
    missing = [each.name for each in parse_parameters(node) if each.required]
    if missing:
        raise SourceError(
            f"line {node.lineno}: the test {node.name!r} needs {missing[0]!r}, "
            "but nothing is handed to a test that travels with a function",
            fix="give the parameter a default, or make the value inside the test",
            line=node.lineno,
        )


def _immediate(selection: Selection) -> tuple[tuple[ast.stmt, ...], tuple[str, ...]]:
    now = [at for at, each in enumerate(selection.statements) if each.kind in ("constant", "other")]
    warnings = tuple(
        _warning(selection.statements[at]) for at in now if selection.statements[at].kind == "other"
    )
    return tuple(each.node for each in selection.around(now)) if now else (), warnings


def _warning(statement: Statement) -> str:
    first = statement.text.strip().split("\n")[-1 if statement.text.startswith("#") else 0]
    said = first if len(first) <= 50 else first[:49] + "…"
    note = f"line {statement.node.lineno}: {said!r} ran once and is no part of a function"
    if isinstance(statement.node, ast.Assign | ast.AnnAssign):
        name = next(iter(sorted(statement.binds)), "")
        return f"{note}; a name like _{name} travels with the function" if name else note
    return note
