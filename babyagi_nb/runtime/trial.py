"""Running the tests that travel with functions, before anything is stored."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from babyagi_nb.errors import TestFailure

__all__ = ["run_tests"]


def run_tests(
    tests: Mapping[str, None],
    space: Mapping[str, Any],
    finish: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
) -> int:
    """Run each source text of *tests* in a copy of *space*; return how many tests there were.

    A text is a bare ``assert``, or definitions whose ``test_*`` functions are then called; *finish*
    runs the coroutine of an ``async def`` test. Raises
    :class:`~babyagi_nb.errors.TestFailure` for the first that fails; its cause is what the test
    itself raised.
    """
    count = 0
    for text in tests:
        own = dict(space)
        tree = ast.parse(text)
        named = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
        ]
        label = ", ".join(named) or text.strip().splitlines()[-1]
        try:
            exec(compile(tree, "<babyagi test>", "exec", dont_inherit=True), own)
            for name in named:
                result = own[name]()
                if inspect.iscoroutine(result):
                    finish(result)
        except Exception as error:
            said = f": {error}" if str(error) else ""
            raise TestFailure(
                f"test failed: {label}: {type(error).__name__}{said}",
                fix="nothing was stored; mend the function or the test",
            ) from error
        count += max(1, len(named))
    return count
