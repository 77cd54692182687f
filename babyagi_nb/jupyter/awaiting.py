"""Async functions at a cell's top level: ``%babyagi run f`` awaits, without saying ``await``.

The kernel's event loop is running while a cell does, so nothing can wait for a coroutine but the
cell itself. A rule of IPython's input transformation therefore puts ``await`` before a top-level
call of our line magic when the function it names is stored as ``async def``. Everywhere else (in
functions, before the extension is loaded) the coroutine runs on the background loop.

Ctrl-C during an ``await`` cancels the cell's task, which the loop notices only when it wakes. So a
heartbeat keeps it awake, and the cancellation is turned into the ``KeyboardInterrupt`` that it is:
the run is then logged as interrupted.
"""

from __future__ import annotations

import ast
import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from types import coroutine as generator_coroutine
from typing import Any

__all__ = ["AsyncRule", "Attentive", "finish"]

_BEAT = 0.1
"""Seconds between two wakings of the loop while a cell waits."""

_LAST_WORDS = 1.0
"""Seconds that an interrupted function has to end."""


class Attentive:
    """Awaits *coroutine* so that Ctrl-C is noticed at once and reaches it as an interrupt."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._interrupted = False

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        __tracebackhide__ = True
        value, error = await self.outcome()
        if error is not None:
            raise error
        return value

    async def outcome(self) -> tuple[Any, BaseException | None]:
        """Wait to the end and return value and exception; raises nothing."""
        task = asyncio.ensure_future(_outcome(self))
        while not task.done():
            try:
                await asyncio.wait({task}, timeout=_BEAT)
            except asyncio.CancelledError:
                # Only the cell's own task was cancelled; the function's learns why.
                self._interrupted = True
                task.cancel()
        return task.result()

    @generator_coroutine
    def steps(self) -> Generator[Any, Any, Any]:
        """The coroutine's own steps, with an interrupt in place of the cancellation it caused."""
        __tracebackhide__ = True
        advance: Callable[[Any], Any] = self._coroutine.send
        given: Any = None
        while True:
            try:
                waited_for = advance(given)
            except StopIteration as stop:
                return stop.value
            try:
                given, advance = (yield waited_for), self._coroutine.send
            except BaseException as error:
                advance = self._coroutine.throw
                caused = self._interrupted and isinstance(error, asyncio.CancelledError)
                given = KeyboardInterrupt() if caused else error


async def _outcome(attentive: Attentive) -> tuple[Any, BaseException | None]:
    """An interrupt must not leave a task by itself: it would stop the kernel's event loop."""
    __tracebackhide__ = True
    try:
        return await attentive.steps(), None
    except BaseException as error:
        return None, error


def finish(run: Callable[[Coroutine[Any, Any, Any]], Any], coroutine: Any) -> Any:
    """Run *coroutine* to its end by *run*, which waits for a coroutine on another loop.

    Ctrl-C reaches it as an interrupt, and it has a moment to end before the wait is given up. The
    exception it ended with is raised, because that one knows where the function was.
    """
    __tracebackhide__ = True
    ended = threading.Event()
    value: Any = None
    error: BaseException | None = None

    async def told() -> None:
        nonlocal value, error
        try:
            value, error = await Attentive(coroutine).outcome()
        finally:
            ended.set()

    try:
        run(told())
    except KeyboardInterrupt:
        ended.wait(_LAST_WORDS)
        if error is None:
            raise
    if error is not None:
        raise error
    return value


class AsyncRule:
    """An input transformation; ``is_async`` tells whether a line of ``%babyagi`` is to be awaited.

    >>> rule = AsyncRule(lambda line: line == "run f")
    >>> rule(["x = get_ipython().run_line_magic('babyagi', 'run f')\\n"])
    ["x = await get_ipython().run_line_magic('babyagi', 'run --awaitable f')\\n"]
    """

    def __init__(self, is_async: Callable[[str], bool]) -> None:
        self._is_async = is_async

    def __call__(self, lines: list[str]) -> list[str]:
        text = "".join(lines)
        if "run_line_magic('babyagi', 'run" not in text:
            return lines
        try:
            calls = list(_calls(ast.parse(text)))
        except (SyntaxError, ValueError, RecursionError):
            return lines
        raw = text.encode()
        starts = _line_starts(raw)
        for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset), reverse=True):
            argument = call.args[1]
            line = argument.value if isinstance(argument, ast.Constant) else ""
            if isinstance(line, str) and self._is_async(line):
                begin = starts[call.lineno - 1] + call.col_offset
                end = starts[(call.end_lineno or call.lineno) - 1] + (call.end_col_offset or 0)
                said = line.replace("run", "run --awaitable", 1)
                new = f"await get_ipython().run_line_magic('babyagi', {said!r})"
                raw = raw[:begin] + new.encode() + raw[end:]
        return raw.decode().splitlines(keepends=True)


def _calls(tree: ast.Module) -> Generator[ast.Call, None, None]:
    """Calls of our line magic that run in the cell itself, not in a function of it."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and _is_ours(node):
            yield node
        stack += ast.iter_child_nodes(node)


def _is_ours(call: ast.Call) -> bool:
    match call:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Name(id="get_ipython")), attr="run_line_magic"
            ),
            args=[ast.Constant(value="babyagi"), ast.Constant()],
        ):
            return True
    return False


def _line_starts(raw: bytes) -> list[int]:
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
