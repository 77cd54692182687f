"""A job's members made runnable: one namespace each, linked when first called.

A member finds its dependencies as wrappers that tell the kernel when they begin and end, host
functions as stubs that ask the kernel, and the values of its own keys. Its code is compiled as
``<babyagi NAME@VERSION>``, and its lines are left where tracebacks look for them.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from babyagi_nb.sandbox.inside.runs import Runs

__all__ = ["MemberText", "Program", "finish"]

Ask = Callable[[str, list[Any], dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class MemberText:
    """One function as it came in."""

    name: str
    version: int
    code: str
    imports: list[str]
    dependencies: list[str]
    keys: list[str]
    is_async: bool
    is_generator: bool


class Program:
    """The members of one job; *ask* runs a host function."""

    def __init__(
        self,
        members: list[MemberText],
        *,
        keys: Mapping[str, str],
        calls: list[str],
        ask: Ask,
        runs: Runs,
    ) -> None:
        self._members = {each.name: each for each in members}
        self._keys = keys
        self._calls = frozenset(calls)
        self._ask = ask
        self._runs = runs
        self._linked: dict[str, Callable[..., Any]] = {}
        self._spaces: dict[str, dict[str, Any]] = {}
        self._linking = threading.RLock()

    def function(self, name: str) -> Callable[..., Any]:
        """The bare function of a member; whatever its code raises at the top passes through."""
        function = self._linked.get(name)
        if function is None:
            with self._linking:
                function = self._linked.get(name) or self._link(self._members[name])
        return function

    def space(self, name: str) -> dict[str, Any]:
        """The namespace of a member, linked."""
        self.function(name)
        return self._spaces[name]

    def wrapper(self, name: str, *, awaits: bool) -> Callable[..., Any]:
        """What a function finds under the name of a member; *awaits*: it can await a coroutine."""
        member = self._members[name]
        made: Callable[..., Any]
        if member.is_generator:
            made = self._stepped_async(member) if member.is_async else self._stepped(member)
        elif member.is_async:
            made = self._awaited(member)
            if not awaits:
                made = _finished(made)
        else:
            made = self._called(member)
        made.__name__ = made.__qualname__ = name
        return made

    def _link(self, member: MemberText) -> Callable[..., Any]:
        self._need_keys(member)
        module = ModuleType(f"babyagi_functions.{member.name}")
        space = module.__dict__
        for statement in member.imports:
            exec(compile(statement, f"<babyagi {member.name} imports>", "exec", 0, True), space)
        awaited = _awaited_names(member.code) if member.is_async else frozenset()
        for name in member.dependencies:
            space[name] = self._dependency(member, name, name in awaited)
        space.update({key: self._keys[key] for key in member.keys})
        filename = f"<babyagi {member.name}@{member.version}>"
        lines = member.code.splitlines(keepends=True)
        # No modification time: linecache then keeps the entry although it is no file.
        linecache.cache[filename] = (len(member.code), None, lines, filename)
        # Dataclasses, pickling and string annotations look a class's module up by its name.
        sys.modules[module.__name__] = module
        exec(compile(member.code, filename, "exec", 0, True), space)
        function = space.get(member.name)
        if not callable(function):
            raise NameError(f"the code of {member.name!r} does not define it")
        made: Callable[..., Any] = function
        space[member.name] = self.wrapper(member.name, awaits=member.is_async)
        self._spaces[member.name] = space
        self._linked[member.name] = made
        return made

    def _need_keys(self, member: MemberText) -> None:
        for key in member.keys:
            if key not in self._keys:
                raise NameError(
                    f"{member.name!r} needs the key {key!r}, which it was not given; "
                    f"approve it with keys={key}"
                )

    def _dependency(self, caller: MemberText, name: str, awaited: bool) -> Callable[..., Any]:
        if name in self._members:
            return self.wrapper(name, awaits=caller.is_async)
        allowed = name in self._calls

        def host(*args: Any, **kwargs: Any) -> Any:
            if not allowed:
                raise PermissionError(
                    f"{caller.name!r} may not call {name!r} from the sandbox; "
                    f"approve it with calls={name}"
                )
            return self._ask(name, list(args), kwargs)

        async def host_awaited(*args: Any, **kwargs: Any) -> Any:
            import asyncio

            return await asyncio.to_thread(host, *args, **kwargs)

        made = host_awaited if awaited else host
        made.__name__ = made.__qualname__ = name
        return made

    # -- wrappers ------------------------------------------------------------------------------

    def _begin(
        self, member: MemberText, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Callable[..., Any], int]:
        function = self.function(member.name)
        return function, self._runs.begin(member.name, _named(function, args, kwargs))

    def _called(self, member: MemberText) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            function, run = self._begin(member, args, kwargs)
            try:
                with self._runs.under(run):
                    output = function(*args, **kwargs)
            except BaseException as error:
                self._runs.fail(run, error)
                raise
            self._runs.end(run, output)
            return output

        return call

    def _awaited(self, member: MemberText) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            function, run = self._begin(member, args, kwargs)
            try:
                with self._runs.under(run):
                    output = await function(*args, **kwargs)
            except BaseException as error:
                self._runs.fail(run, error)
                raise
            self._runs.end(run, output)
            return output

        return call

    def _stepped(self, member: MemberText) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            function, run = self._begin(member, args, kwargs)
            result: Any = None
            try:
                with self._runs.under(run):
                    steps = function(*args, **kwargs)
                advance, given, count = steps.send, None, 0
                while True:
                    # Between two steps the caller's own run is the current one again.
                    try:
                        with self._runs.under(run):
                            item = advance(given)
                    except StopIteration as stop:
                        result = stop.value
                        break
                    count += 1
                    try:
                        given = yield item
                        advance = steps.send
                    except GeneratorExit:
                        with self._runs.under(run):
                            steps.close()
                        break
                    except BaseException as thrown:
                        advance, given = steps.throw, thrown
            except BaseException as error:
                self._runs.fail(run, error)
                raise
            self._runs.end(run, {"items": count})
            return result

        return call

    def _stepped_async(self, member: MemberText) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            function, run = self._begin(member, args, kwargs)
            try:
                with self._runs.under(run):
                    steps = function(*args, **kwargs)
                advance, given, count = steps.asend, None, 0
                while True:
                    try:
                        with self._runs.under(run):
                            item = await advance(given)
                    except StopAsyncIteration:
                        break
                    count += 1
                    try:
                        given = yield item
                        advance = steps.asend
                    except GeneratorExit:
                        with self._runs.under(run):
                            await steps.aclose()
                        break
                    except BaseException as thrown:
                        advance, given = steps.athrow, thrown
            except BaseException as error:
                self._runs.fail(run, error)
                raise
            self._runs.end(run, {"items": count})

        return call


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end for code that cannot await."""
    import asyncio  # as costly as all that is imported above; many jobs do without

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    outcome: list[Any] = []
    failure: list[BaseException] = []
    context = copy_context()

    def work() -> None:
        try:
            outcome.append(context.run(asyncio.run, coroutine))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def _finished(made: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return finish(made(*args, **kwargs))

    return call


def _named(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The arguments of a call by name; those that do not fit are numbered."""
    try:
        named = dict(inspect.signature(function).bind(*args, **kwargs).arguments)
    except (TypeError, ValueError):
        return {**{str(place): value for place, value in enumerate(args)}, **kwargs}
    return named


_GATHERING = frozenset({"gather", "wait_for", "create_task", "ensure_future", "shield"})


def _awaited_names(code: str) -> frozenset[str]:
    """Names whose calls the code awaits, directly or by way of ``gather`` and its kin."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Await):
            found |= _called_names([node.value])
        elif isinstance(node, ast.Call) and _last_name(node.func) in _GATHERING:
            found |= _called_names([*node.args])
    return frozenset(found)


def _called_names(waiting: list[ast.AST]) -> set[str]:
    """Names called in these expressions, but not in the arguments of another call."""
    found = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            found.add(_last_name(node.func))
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
