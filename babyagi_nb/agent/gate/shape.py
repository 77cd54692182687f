"""The shape of a candidate: one public function of the right name, and nothing that runs by itself.

A module text is executed whenever its function is linked, in the sandbox or, once approved, in the
kernel. So what stands at its top may only bring names into being: imports, constants, helpers,
classes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.library import Library
from babyagi_nb.agent.gate.report import Finding
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.disguises import disguises
from babyagi_nb.core.graph import closure
from babyagi_nb.core.names import BUILTINS, MODULE_NAMES, free_names
from babyagi_nb.core.parameters import FunctionNode, own_nodes, parse_parameters

__all__ = ["LONGEST", "check_names", "check_shape", "check_text", "is_deep", "target_of"]

LONGEST = 20_000
"""Characters that the code may have; as many lines as a twentieth of it."""
_DEEPEST = 100
"""Nodes of a syntax tree inside one another; what reads trees goes as deep as they are."""
_CONSTANT_CALLS_WORDS = """
    frozenset set dict list tuple range str int float bytes Decimal Fraction compile date
    datetime timedelta timezone Path PurePosixPath namedtuple NamedTuple TypedDict TypeVar Enum
    IntEnum ZoneInfo maketrans defaultdict Counter OrderedDict deque itemgetter MappingProxyType
    zip enumerate sorted len min max sum bytearray fromkeys split strip
"""
_CONSTANT_CALLS = frozenset(_CONSTANT_CALLS_WORDS.split())
"""Calls by which a constant may be made at the top."""


def check_text(code: str, about: str = "code") -> Iterator[Finding]:
    """Size, and characters that a reader does not see as the interpreter does."""
    lines = code.count("\n") + 1
    if len(code) > LONGEST or lines > LONGEST // 20:
        size = f"{len(code):,} characters in {lines:,} lines"
        yield _finding("size", f"{size} are too many; write less, or leave parts to others", about)
        return
    if not code.strip():
        yield _finding("size", "there is no code", about)
    for each in disguises(code):
        if each.kind == "hidden" or (each.kind == "lookalike" and not _is_plain(each.words)):
            yield _finding("unicode", f"{each.words}; write it as an escape or in ASCII", about)


def check_shape(candidate: Candidate, tree: ast.Module) -> Iterator[Finding]:
    """The definitions at the top, and the parameters."""
    name = candidate.name
    defined = [each for each in tree.body if isinstance(each, FunctionNode)]
    named = [each for each in defined if each.name == name]
    if not named:
        others = ", ".join(each.name for each in defined if not each.name.startswith("_"))
        hint = f", it defines {others}" if others else ""
        yield _finding("name-wrong", f"the code must define a function {name}{hint}")
    elif len(named) > 1:
        yield _finding("name-twice", f"the code defines {name} more than once", at=named[1])
    for each in defined:
        if each.name != name and not each.name.startswith("_"):
            yield _finding(
                "function-extra",
                f"{each.name} is a second public function; call it _{each.name} or nest it",
                at=each,
            )
    for each in defined:
        for decorator in each.decorator_list:
            if not _is_known_decorator(decorator):
                yield _finding(
                    "decorator", f"the decorator @{ast.unparse(decorator)} is not allowed", at=each
                )
    yield from _top_level(tree)
    if named:
        yield from _parameters(candidate, named[0])
        yield from _body(named[0])


def check_names(candidate: Candidate, tree: ast.Module, library: Library) -> Iterator[Finding]:
    """Names that nobody provides, dependencies that are unknown or go in a circle, a taken name."""
    name = candidate.name
    if candidate.replaces != name and (refusal := library.refusal(name)):
        yield _finding("name-taken", f"{refusal}; the plan has to choose another name")
    needed = free_names(candidate.code, tree).needed - BUILTINS - MODULE_NAMES
    for each in sorted(needed - set(candidate.uses) - {name}):
        if library.dependencies(each) is not None:
            yield _finding(
                "dependency-undeclared",
                f"the stored function {each} is not among those it may call; "
                + (f"it may call {', '.join(candidate.uses)}" if candidate.uses else "do without"),
                where=_line_of(tree, each),
            )
        else:
            yield _finding(
                "name-undefined", f"{each} is not defined; define or import it",
                where=_line_of(tree, each),
            )  # fmt: skip
    yield from _dependencies(candidate, library)
    for each in _bound_at_top(tree):
        if each in BUILTINS:
            yield _finding("name-builtin", f"{each} shadows Python's own {each}; rename it")
        elif each in candidate.uses:
            yield _finding(
                "name-dependency", f"{each} is a stored function; call it, do not define it"
            )


def is_deep(tree: ast.AST) -> bool:
    """Whether a tree is deeper than code that people write."""
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for each in level for child in ast.iter_child_nodes(each)]
    return bool(level)


def target_of(tree: ast.Module, name: str) -> FunctionNode | None:
    """The definition of the function itself."""
    found = [each for each in tree.body if isinstance(each, FunctionNode) and each.name == name]
    return found[-1] if found else None


def _dependencies(candidate: Candidate, library: Library) -> Iterator[Finding]:
    def edges(name: str) -> Iterable[str]:
        return library.dependencies(name) or ()

    for each in candidate.uses:
        if each == candidate.name:
            yield _finding("dependency-circle", f"{each} is itself; it needs no declaration")
        elif library.dependencies(each) is None:
            yield _finding("dependency-unknown", f"there is no stored function {each}")
        elif candidate.name in closure([each], edges):
            yield _finding(
                "dependency-circle", f"{each} itself depends on {candidate.name}; do without it"
            )


def _top_level(tree: ast.Module) -> Iterator[Finding]:
    for at, node in enumerate(tree.body):
        if isinstance(node, FunctionNode | ast.ClassDef | ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and at == 0:
            continue
        if (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and _is_constant(node.value)
            and all(isinstance(each, ast.Name | ast.Tuple) for each in _targets(node))
        ):
            continue
        kind = ast.unparse(node).splitlines()[0]
        yield _finding(
            "top-level",
            f"`{one_line(kind, 60)}` runs by itself; put it into the function or leave it out",
            at=node,
        )
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.Expr) and not isinstance(each.value, ast.Constant):
                    yield _finding("top-level", "a class body may only define", at=each)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _is_constant(value: ast.expr | None) -> bool:
    """Whether it makes a value out of literals, and nothing else happens."""
    if value is None:
        return True
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else None
            name = function.id if isinstance(function, ast.Name) else name
            if name not in _CONSTANT_CALLS:
                return False
        elif isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
    return True


def _parameters(candidate: Candidate, node: FunctionNode) -> Iterator[Finding]:
    stars = {"var_positional": "*", "var_keyword": "**"}
    found = tuple(stars.get(each.kind, "") + each.name for each in parse_parameters(node))
    planned = candidate.parameters
    bare = tuple(each.lstrip("*") for each in found)
    if planned is not None and tuple(planned) not in (found, bare):
        wanted = ", ".join(planned) or "none"
        yield _finding(
            "parameters", f"the parameters must be {wanted}; they are {', '.join(found) or 'none'}",
            at=node,
        )  # fmt: skip


def _body(node: FunctionNode) -> Iterator[Finding]:
    """A body without anything in it is no attempt."""
    body = [
        each
        for each in node.body
        if not isinstance(each, ast.Pass)
        and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    if not body or (raised is not None and "NotImplemented" in ast.unparse(raised)):
        yield _finding("empty", "the function does nothing; write its body", at=node)
    if any(isinstance(each, ast.Global) for each in own_nodes(node)):
        yield _finding(
            "global-written", "it must not keep anything between two calls; leave out `global`",
            at=node,
        )  # fmt: skip


def _is_known_decorator(node: ast.expr) -> bool:
    name = ast.unparse(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
    return name in ("lru_cache", "cache", "wraps", "contextmanager", "singledispatch", "dataclass")


def _bound_at_top(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, FunctionNode | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for each in node.names:
                yield (each.asname or each.name).partition(".")[0]
        else:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id


def _line_of(tree: ast.Module, name: str) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            return f"line {node.lineno}"
    return ""


def _is_plain(words: str) -> bool:
    """Whether the odd name is one that people write, such as ``größe``."""
    return "which Python reads as" not in words and "LATIN" in words


def _finding(
    rule: str, words: str, about: str = "code", *, at: ast.AST | None = None, where: str = ""
) -> Finding:
    where = f"line {getattr(at, 'lineno', 1)}" if at is not None else where
    return Finding(rule=rule, model=words, people=words, where=where, about=about)
