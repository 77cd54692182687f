"""Tests as a model states them, made into test functions; and which of them the coder sees.

A case is a few statements that call the function and assert something, or that have to raise. We
write the test functions around them: a case that says ``raises`` becomes one that fails unless
exactly that is raised. Half of the cases are shown to who writes the code and half are held out,
so that code that only repeats the answers it saw does not pass. Which half is which depends on
the cases alone, so a build that goes on after a kill makes the same choice.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.disguises import disguises

__all__ = ["FEWEST", "Case", "TestSet", "check_cases", "dealt"]

FEWEST = 4
"""Cases that a function needs."""

_MOST = 16
_LONGEST = 4_000
_FOREIGN = frozenset({"pytest", "unittest", "nose", "hypothesis"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, as it was stated."""

    title: str
    code: str
    """Statements; with ``raises`` the ones that have to raise."""
    raises: str = ""
    """Name of a built-in exception, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet:
    """The test functions of one function, as source texts."""

    __test__ = False

    shown: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.shown, *self.hidden)

    def row(self) -> dict[str, list[str]]:
        return {"shown": list(self.shown), "hidden": list(self.hidden)}

    def beside(self, given: TestSet | None) -> TestSet:
        """These tests behind those that were *given*, which stay as they are.

        Of two with one name the given one stays.
        """
        if given is None:
            return self
        names = {each.partition("(")[0] for each in given.all}
        shown, hidden = (
            tuple(each for each in some if each.partition("(")[0] not in names)
            for some in (self.shown, self.hidden)
        )
        return TestSet(shown=(*given.shown, *shown), hidden=(*given.hidden, *hidden))


def check_cases(name: str, cases: Sequence[Case]) -> str | None:
    """What is wrong with *cases* for the function *name*, as their writer is told, or ``None``.

    >>> check_cases("mean", [Case(title="one", code="assert mean([1]) == 1")] * 4)
    'no case says which error is raised for bad input; give at least one with raises\\ncase 2 ...'
    """
    found = []
    if len(cases) < FEWEST:
        found.append(f"there are {len(cases)} cases; at least {FEWEST} are needed")
    if len(cases) > _MOST:
        found.append(f"there are {len(cases)} cases; at most {_MOST} are allowed")
    if not any(each.raises for each in cases):
        found.append(
            "no case says which error is raised for bad input; give at least one with raises"
        )
    if cases and all(each.raises for each in cases):
        found.append("no case says what is returned")
    seen: dict[str, int] = {}
    for number, each in enumerate(cases, 1):
        problem = _problem(name, each)
        if problem is None:
            meaning = ast.dump(_body(each))
            if meaning in seen:
                problem = f"is the same as case {seen[meaning]}"
            seen.setdefault(meaning, number)
        if problem is not None:
            found.append(f"case {number} {problem}")
    return "\n".join(found[:6]) or None


def dealt(name: str, cases: Iterable[Case]) -> TestSet:
    """Test functions of good *cases*, half of them held out.

    The errors are dealt out separately, so that whoever writes the code sees one where there are
    several or only one.
    """
    texts: dict[str, str] = {}
    names: set[str] = set()
    for number, each in enumerate(cases, 1):
        called = _called(name, number, each.title)
        called = f"{called}_{number}" if called in names else called
        names.add(called)
        texts[_source(called, each)] = each.raises
    order = sorted(texts, key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest())
    values = [text for text in order if not texts[text]]
    errors = [text for text in order if texts[text]]
    # Where the halves cannot be equal, more of the values are held out: errors are in the words.
    hidden = {*(values[0::2] if len(values) > 1 else ()), *errors[1::2]}
    return TestSet(
        shown=tuple(text for text in texts if text not in hidden),
        hidden=tuple(text for text in texts if text in hidden),
    )


def _problem(name: str, case: Case) -> str | None:
    if len(case.code) > _LONGEST:
        return f"has {len(case.code)} characters; at most {_LONGEST} are allowed"
    try:
        body = _body(case)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"is not Python: {one_line(error, 120)}"
    if disguises(case.code):
        return "holds characters that cannot be seen, or that look like others"
    nodes = list(ast.walk(body))
    if not any(isinstance(each, ast.Name) and each.id == name for each in nodes):
        return f"does not call {name}"
    imported = {root for each in nodes for root in _roots(each)}
    if imported & _FOREIGN:
        return f"imports {min(imported & _FOREIGN)}; use plain assert, and raises for errors"
    if case.raises:
        kind = getattr(builtins, case.raises, None)
        if not isinstance(kind, type) or not issubclass(kind, Exception):
            return f"raises {one_line(case.raises, 60)!r}, which is no built-in error"
        return None
    if not any(isinstance(each, ast.Assert) for each in nodes):
        return "asserts nothing"
    return None


def _body(case: Case) -> ast.Module:
    """The statements of a case; those of a test function that was written around them, too."""
    tree = ast.parse(case.code)
    if not tree.body:
        raise ValueError("it is empty")
    only = tree.body[0]
    if len(tree.body) == 1 and isinstance(only, ast.FunctionDef) and only.name.startswith("test"):
        if only.args.args or only.decorator_list:
            raise ValueError("a test takes no parameters and no decorators")
        tree = ast.Module(body=only.body, type_ignores=[])
    return tree


def _roots(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [each.name.partition(".")[0] for each in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return []


def _called(name: str, number: int, title: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()[:60])[:40].strip("_")
    return f"test_{name}_{slug or number}"


def _source(called: str, case: Case) -> str:
    """One test function; made from a tree, so no text of the case can get out of it."""
    body = list(_body(case).body)
    if case.raises:
        missing = f"{case.raises} was to be raised"
        body = [
            ast.Try(
                body=body,
                handlers=[
                    ast.ExceptHandler(
                        type=ast.Name(id=case.raises, ctx=ast.Load()), body=[ast.Pass()]
                    )
                ],
                orelse=[
                    ast.Raise(
                        exc=ast.Call(
                            func=ast.Name(id="AssertionError", ctx=ast.Load()),
                            args=[ast.Constant(value=missing)],
                            keywords=[],
                        )
                    )
                ],
                finalbody=[],
            )
        ]
    title = one_line(case.title, 100)
    if title:
        body.insert(0, ast.Expr(value=ast.Constant(value=title)))
    made = ast.FunctionDef(
        name=called,
        args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=body,
        decorator_list=[],
    )
    return ast.unparse(ast.fix_missing_locations(made))
