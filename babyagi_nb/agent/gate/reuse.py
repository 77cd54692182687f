"""Reuse by behaviour: a stored function that passes the tests of a planned one does its work.

The candidates are aliases in one experiment, next to the stubs. Few or weak tests would find a
function that does something else, so the tests must tell: no stub passes them, and at least four of
them fail on every stub.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence

from babyagi_nb.agent.gate.stubs import stubs
from babyagi_nb.core.laboratory import Experiment, Laboratory, Outcome
from babyagi_nb.core.parameters import FunctionNode
from babyagi_nb.core.records import Parameter
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.ids import FunctionName

__all__ = ["LEAST_TELLING", "fits", "reusable"]

LEAST_TELLING = 4
"""Tests that no stub may pass, for the rest to mean anything."""


def fits(planned: Collection[str], parameters: Sequence[Parameter]) -> bool:
    """Whether a function with *parameters* can be called with so many positional arguments.

    >>> from babyagi_nb.core.records import Parameter
    >>> fits(["values"], [Parameter(name="xs"), Parameter(name="digits", default="2")])
    True
    """
    positional = [each for each in parameters if each.kind.startswith("positional")]
    others = [each for each in parameters if each.kind == "keyword_only" and each.required]
    open_ended = any(each.kind == "var_positional" for each in parameters)
    required = sum(1 for each in positional if each.required)
    count = len(planned)
    return not others and required <= count and (open_ended or count <= len(positional))


def reusable(
    laboratory: Laboratory,
    *,
    name: str,
    tests: Sequence[str],
    among: Iterable[str],
    uses: Iterable[str] = (),
    least: int = LEAST_TELLING,
    seconds: float = 1.0,
    limit: float = 10.0,
) -> tuple[str, ...]:
    """Those *among* stored functions that pass every one of the *tests* of a planned function.

    *name* is what the tests call it; *uses* are further stored functions that the tests call. Empty
    when the tests do not tell. Raises what the laboratory raises.
    """
    names = [each for each in dict.fromkeys(among) if each != name]
    if not names or len(tests) < least:
        return ()
    plain = stubs(_definition(name, tests))
    variants = dict(plain) | {f"stored: {each}": f"{name} = {each}\n" for each in names}
    labels = {f"test {at}": text for at, text in enumerate(tests, 1)}
    outcomes = laboratory.run(
        Experiment(
            name=FunctionName(name),
            variants=variants,
            tests=labels,
            uses=tuple(FunctionName(each) for each in dict.fromkeys((*names, *uses))),
            seconds=seconds,
            limit=limit,
        )
    )
    passed: dict[str, set[str]] = {each: set() for each in variants}
    for each in outcomes:
        if each.result == "passed":
            passed[each.variant].add(each.test)
    if not _tell(outcomes, {each: passed[each] for each in plain}, labels, least):
        return ()
    return tuple(each for each in names if len(passed[f"stored: {each}"]) == len(labels))


def _tell(
    outcomes: Collection[Outcome],
    passed: dict[str, set[str]],
    labels: Collection[str],
    least: int,
) -> bool:
    """Whether every stub was tried and failed, on enough tests together."""
    tried = {(each.variant, each.test) for each in outcomes}
    if any((stub, test) not in tried for stub in passed for test in labels):
        return False
    telling = [test for test in labels if not any(test in each for each in passed.values())]
    return len(telling) >= least


def _definition(name: str, tests: Iterable[str]) -> FunctionNode:
    """A definition of the kind that the tests call: ``async`` where any of them awaits it."""
    awaited = any(_awaits(text, name) for text in tests)
    text = f"{'async ' if awaited else ''}def {name}():\n    return None"
    found = tree_of(text).body[0]
    assert isinstance(found, FunctionNode)
    return found


def _awaits(text: str, name: str) -> bool:
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError):
        return False
    for node in ast.walk(tree):
        inner = node.value if isinstance(node, ast.Await) else None
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("asyncio.run", "run"):
            inner = node.args[0] if node.args else None
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            return inner.func.id == name
    return False
