"""What can be said of tests without running them.

Tests come from a model as well. They have to call the function, be able to fail, differ from one
another, and try a wrong argument at least once; otherwise passing them says nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.forbidden import forbidden
from babyagi_nb.agent.gate.report import Finding
from babyagi_nb.agent.gate.shape import check_text, is_deep
from babyagi_nb.core.names import BUILTINS, MODULE_NAMES, free_names
from babyagi_nb.core.parameters import FunctionNode
from babyagi_nb.core.syntax import check, tree_of

__all__ = ["LEAST", "Case", "check_cases", "expected_constant", "read_cases"]

LEAST = 4
"""Assertions and error cases that shown and hidden tests must have together."""

_SWALLOWING = frozenset({"AssertionError", "Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Case:
    """One test text."""

    label: str
    """``test 1``, ``hidden test 2``."""
    text: str
    tree: ast.Module | None
    """``None`` when it does not parse."""
    hidden: bool
    error: str = ""


def read_cases(candidate: Candidate) -> tuple[Case, ...]:
    """The tests of *candidate*, parsed; those shown come first."""
    shown = [_read(f"test {at}", text, False) for at, text in enumerate(candidate.tests, 1)]
    hidden = [_read(f"hidden test {at}", text, True) for at, text in enumerate(candidate.hidden, 1)]
    return (*shown, *hidden)


def check_cases(
    candidate: Candidate,
    cases: Collection[Case],
    *,
    installed: Callable[[str], bool],
    least: int = LEAST,
) -> Iterator[Finding]:
    """Everything that makes the tests useless or harmful."""
    for case in cases:
        yield from check_text(case.text, "tests")
        if case.tree is None:
            yield _finding("test-syntax", f"it does not parse: {case.error}", case)
            continue
        for each in forbidden(
            case.tree, declared=candidate.imports, installed=installed, about="tests"
        ):
            where = f"{case.label}, {each.where}"
            yield Finding(
                rule=each.rule, model=each.model, people=each.people, where=where, about="tests"
            )
        yield from _check_case(candidate, case, case.tree)
    yield from _check_all(candidate, [each.tree for each in cases if each.tree], least)


def expected_constant(trees: Collection[ast.Module]) -> str | None:
    """The constant that is compared with most often, as source text.

    >>> expected_constant([tree_of("assert f(1) == 2"), tree_of("assert f(2) == 2")])
    '2'
    """
    found = Counter(
        ast.unparse(side)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare)
        for side in node.test.comparators
        if isinstance(side, ast.Constant)
    )
    return found.most_common(1)[0][0] if found else None


def _read(label: str, text: str, hidden: bool) -> Case:
    try:
        tree = tree_of(text)
        check(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Case(label, text, None, hidden, str(error))
    if is_deep(tree):
        return Case(label, text, None, hidden, "it is nested too deeply")
    return Case(label, text, tree, hidden)


def _check_case(candidate: Candidate, case: Case, tree: ast.Module) -> Iterator[Finding]:
    name = candidate.name
    nodes = list(ast.walk(tree))
    bound = {each.id for each in nodes if isinstance(each, ast.Name) and _stores(each)} | {
        each.name for each in nodes if isinstance(each, FunctionNode | ast.ClassDef)
    }
    if name in bound or set(candidate.uses) & bound:
        yield _finding("test-redefines", f"it must not define {name} or what that calls", case)
    elif not any(_calls(each, name) for each in nodes):
        yield _finding("test-no-target", f"it does not call {name}", case)
    if not any(isinstance(each, ast.Assert | ast.Raise) for each in nodes):
        yield _finding("test-no-assert", "it asserts nothing", case)
    if any(_is_idle(each) for each in nodes):
        yield _finding("test-idle", "an assertion that is always true proves nothing", case)
    for each in nodes:
        if isinstance(each, ast.Try) and _swallows(each):
            yield _finding(
                "test-swallows", "it catches its own failed assertion; catch what is expected", case
            )
    for function in tree.body:
        if (
            isinstance(function, FunctionNode)
            and function.name.startswith("test_")
            and (function.args.args or function.args.posonlyargs or function.args.kwonlyargs)
        ):
            yield _finding("test-arguments", f"{function.name} must take no arguments", case)
    needed = free_names(case.text, tree).needed - BUILTINS - MODULE_NAMES
    for missing in sorted(needed - {name} - set(candidate.uses)):
        yield _finding("test-undefined", f"{missing} is not defined; import it in the test", case)


def _check_all(candidate: Candidate, trees: list[ast.Module], least: int) -> Iterator[Finding]:
    asserts = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.Assert)]
    errors = [each for tree in trees for each in ast.walk(tree) if _expects_error(each)]
    if len(asserts) + len(errors) < least:
        words = f"there are {len(asserts) + len(errors)} cases; at least {least} are needed"
        yield _finding("tests-few", words)
    if not errors:
        words = "no test tries a wrong argument: add one that expects an exception with try/except"
        yield _finding("tests-no-error-case", words)
    texts = [ast.dump(each.test) for each in asserts]
    if len(texts) > 1 and len(set(texts)) == 1:
        yield _finding("tests-same", "all tests assert the same")
    elif len(asserts) > 1 and _one_answer(asserts) and len(errors) * 2 <= len(asserts):
        yield _finding("tests-same", "all tests expect the same answer; add one with another")


def _one_answer(asserts: list[ast.Assert]) -> bool:
    """Whether every assertion compares with one and the same constant."""
    found = set()
    for each in asserts:
        test = each.test
        if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq | ast.Is):
            return False
        if not isinstance(test.comparators[0], ast.Constant):
            return False
        found.add(ast.dump(test.comparators[0]))
    return len(found) == 1


def _expects_error(node: ast.AST) -> bool:
    """Whether it is a ``try`` around a call whose handler knows what it expects."""
    if not isinstance(node, ast.Try) or not node.handlers:
        return False
    return any(isinstance(part, ast.Call) for each in node.body for part in ast.walk(each))


def _swallows(node: ast.Try) -> bool:
    """Whether a failed assertion in its body is caught and forgotten."""
    asserted = any(
        isinstance(part, ast.Assert) or (isinstance(part, ast.Raise) and _raises_assertion(part))
        for each in node.body
        for part in ast.walk(each)
    )
    for handler in node.handlers:
        names = {each.id for each in ast.walk(handler.type or ast.Name("BaseException"))
                 if isinstance(each, ast.Name)}  # fmt: skip
        checks = any(isinstance(each, ast.Raise | ast.Assert) for each in ast.walk(handler))
        if asserted and names & _SWALLOWING and not checks:
            return True
    return False


def _raises_assertion(node: ast.Raise) -> bool:
    return node.exc is not None and "AssertionError" in ast.unparse(node.exc)


def _is_idle(node: ast.AST) -> bool:
    """``assert True``, ``assert x == x``, ``assert (x, "message")``."""
    if not isinstance(node, ast.Assert):
        return False
    test = node.test
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(isinstance(each, ast.Constant) and bool(each.value) for each in test.values)
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Eq | ast.Is)
        and isinstance(test.left, ast.Name | ast.Constant)
        and ast.dump(test.left) == ast.dump(test.comparators[0])
    )


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _calls(node: ast.AST, name: str) -> bool:
    """Whether it calls *name*, or hands it over to be called."""
    if not isinstance(node, ast.Call):
        return False
    parts = [node.func, *node.args, *(each.value for each in node.keywords)]
    return any(isinstance(each, ast.Name) and each.id == name for each in parts)


def _finding(rule: str, words: str, case: Case | None = None) -> Finding:
    where = case.label if case else ""
    return Finding(rule=rule, model=words, people=words, where=where, about="tests")
