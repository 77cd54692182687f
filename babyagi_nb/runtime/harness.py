"""The text that runs inside the sandbox for an experiment; :mod:`.laboratory` sends it there.

It is not called in this process. It knows the standard library only, since inside there is nothing
else. It says the outcomes of a variant before the next begins, so that nothing that runs later can
take them back; a careful one says each by itself.

What it does against variants that want to pass without doing the work: each meets each test in
namespaces of its own; their builtins leave out what reaches into the interpreter; after each test
the builtins and the common modules are compared with what they were; every outcome carries a token
that only this text and the kernel know. What remains: code that finds its way to this text's own
variables, by a path that neither its reviewer nor these builtins know, could say what it likes. It
is in a sandbox all the same, and gains no more than a draft that a person will look at.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import importlib
import inspect
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any

__all__ = ["harness"]

_WATCHED = (
    "builtins", "operator", "math", "cmath", "json", "re", "time", "datetime", "random",
    "functools", "itertools", "collections", "statistics", "string", "decimal", "fractions",
    "asyncio", "inspect", "sys", "os", "signal", "ast",
)  # fmt: skip
_MISSING = ("exec", "eval", "compile", "globals", "locals", "breakpoint", "input", "exit", "quit")
_CLOSED_WORDS = """
    ctypes _ctypes gc inspect builtins importlib _imp signal _signal faulthandler subprocess
    multiprocessing socket _socket pty _posixsubprocess unittest pytest doctest code codeop pdb
    bdb trace runpy pickle _pickle marshal shelve mmap atexit babyagi_nb babyagi_functions
"""
_CLOSED = frozenset(_CLOSED_WORDS.split())
_HOLES_WORDS = """
    __globals__ __builtins__ __code__ __closure__ __subclasses__ __mro__ __bases__ __base__
    __loader__ __spec__ __self__ __func__ __wrapped__ __getattribute__ __reduce__ __reduce_ex__
    __import__ __traceback__ tb_frame tb_next f_back f_locals f_globals f_builtins gi_frame
    cr_frame ag_frame gi_code cr_code ag_code _getframe _current_frames modules settrace
    setprofile __get__ __dict__ get_stack get_field mro system popen _exit fdopen
"""
_HOLES = frozenset(_HOLES_WORDS.split())
_MORE = 0.05
"""Seconds after which a variant that went on although its time was over is told again."""


def harness(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the variants and tests of *order*; yield outcomes, then say that it is over."""
    token, clock = order["token"], _Clock(order["seconds"])
    stored = _Stored(order["members"])
    before = _watch()
    yield {"token": token, "began": True}
    tests = [(label, _compiled_test(text, at)) for at, (label, text) in enumerate(order["tests"])]
    sys.stdout = sys.stderr = _Silence()
    hopeless: set[str] = set()
    for variant, text in order["variants"]:
        outcomes: list[dict[str, Any]] = []
        for test, compiled in tests:
            if text in hopeless or [variant, test] in order["done"]:
                continue
            result, message = _meet(order, text, compiled, stored, clock)
            changed = _restore(before)
            if changed:
                result, message = "error", f"it changed {changed}"
            # What takes too long, or too much, does so again: once is enough.
            ends = result == "timeout" or message.startswith("MemoryError")
            if ends:
                hopeless.add(text)
            outcome = {"variant": variant, "test": test, "result": result}
            outcomes.append(outcome | {"message": message[:1_000], "ends": ends})
            if order["careful"]:
                yield {"token": token, "outcomes": outcomes}
                outcomes = []
        if outcomes:
            yield {"token": token, "outcomes": outcomes}
    yield {"token": token, "over": True}


class _Silence(io.TextIOBase):
    """Where everything goes that is printed."""

    def write(self, text: str) -> int:
        return len(text)


class _TooLong(BaseException):
    """The time of one variant with one test is over."""


class _Clock:
    """Interrupts what takes too long: by the processor's time, and three times that by the wall's.

    Processor time does not pass while others use the machine. It goes on interrupting, since code
    may catch what it raises. Python hears of a signal only between two of its own instructions: for
    a search or a power without end, the last of the timers ends the process.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.running = self.rang = False

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._ring)
        signal.signal(signal.SIGALRM, self._ring)
        self.rang, self.running = False, True
        signal.setitimer(signal.ITIMER_PROF, self._seconds, _MORE)
        signal.setitimer(signal.ITIMER_REAL, self._seconds * 3, _MORE)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds * 2 + 0.2)

    def stop(self) -> None:
        self.running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self.running:
            self.rang = True
            raise _TooLong


class _Stored:
    """Stored functions, each linked with what it depends on in a namespace of its own."""

    def __init__(self, members: list[list[Any]]) -> None:
        self._members = {each[0]: each for each in members}
        self._made: dict[str, Callable[..., Any]] = {}

    def find(self, name: str, *, awaits: bool) -> Callable[..., Any]:
        """The function *name*; a coroutine function is finished for those that cannot await."""
        made = self._made[name] if name in self._made else self._link(name)
        if self._members[name][4] and not awaits and inspect.iscoroutinefunction(made):
            return _finished(made)
        return made

    def _link(self, name: str) -> Callable[..., Any]:
        _, code, imports, dependencies, is_async = self._members[name]
        space = _module(f"babyagi_functions.{name}")
        for statement in imports:
            exec(compile(statement, f"<imports of {name}>", "exec", 0, True), space)

        def late(other: str) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                return self.find(other, awaits=is_async)(*args, **kwargs)

            return call

        for other in dependencies:
            space[other] = late(other)
        exec(compile(code, f"<stored {name}>", "exec", 0, True), space)
        made: Callable[..., Any] = space[name]
        self._made[name] = made
        return made


def _meet(
    order: dict[str, Any], text: str, test: Any, stored: _Stored, clock: _Clock
) -> tuple[str, str]:
    """What one variant does with one test: result and message."""
    outcome = ("passed", "")
    try:
        try:
            clock.start()
            outcome = _tried(order, text, test, stored)
        finally:
            clock.stop()
    except _TooLong:
        outcome = ("timeout", "")
    except BaseException as error:
        # It came out of the looks that were taken at what was raised.
        outcome = ("error", type(error).__name__)
    clock.stop()
    # Who catches the interruption is too late all the same.
    return ("timeout", "it took too long") if clock.rang else outcome


def _tried(order: dict[str, Any], text: str, test: Any, stored: _Stored) -> tuple[str, str]:
    try:
        _try(order, text, test, stored)
    except _TooLong:
        raise
    except AssertionError as error:
        return "failed", _said(error)
    except BaseException as error:
        return "error", _said(error)
    return "passed", ""


def _try(order: dict[str, Any], text: str, test: Any, stored: _Stored) -> None:
    if isinstance(test, Exception):
        raise test
    name = order["name"]
    space = _module("babyagi_variant", _closed())
    for statement in order["imports"]:
        exec(compile(statement, "<imports>", "exec", 0, True), space)
    compiled = _compiled(text)
    # A variant awaits what is a coroutine function where it is one itself, or only another name.
    awaits = "async def" in text or "def " not in text
    for used in order["uses"]:
        space[used] = stored.find(used, awaits=awaits)
    exec(compiled, space)
    target = space.get(name)
    if not callable(target):
        raise NameError(f"the code does not define {name}")
    own = _module("babyagi_test", _closed())
    own.update({used: stored.find(used, awaits=True) for used in order["uses"]})
    own[name] = target
    own["_babyagi_said"] = _compared
    code, functions = test
    exec(code, own)
    for each in functions:
        made = own[each]()
        if inspect.iscoroutine(made):
            asyncio.run(made)


_cache: dict[str, Any] = {}


def _compiled(text: str) -> Any:
    if text not in _cache:
        _cache.clear()
        _cache[text] = compile(text, "<code>", "exec", 0, True)
    return _cache[text]


def _compiled_test(text: str, at: int) -> Any:
    """Code of a test and the names of its functions; the error when it does not compile."""
    try:
        tree = _Explaining().visit(ast.parse(text))
        functions = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
        ]
        return compile(ast.fix_missing_locations(tree), "<test>", "exec", 0, True), functions
    except Exception as error:
        return error


class _Explaining(ast.NodeTransformer):
    """Has a bare comparison say both of its sides when it fails."""

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        test = node.test
        if node.msg is None and isinstance(test, ast.Compare) and len(test.ops) == 1:
            sides = []
            for at, side in enumerate((test.left, test.comparators[0])):
                target = ast.Name(f"_babyagi_side_{at}", ast.Store())
                sides.append(ast.NamedExpr(target, side))
            test.left, test.comparators[0] = sides[0], sides[1]
            loaded: list[ast.expr] = [
                ast.Name(f"_babyagi_side_{at}", ast.Load()) for at in range(2)
            ]
            node.msg = ast.Call(ast.Name("_babyagi_said", ast.Load()), loaded, [])
        return node


def _compared(left: Any, right: Any) -> str:
    return f"left side is {_shown(left)}, right side is {_shown(right)}"


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        return f"an object of {type(value).__name__}"
    return text if len(text) <= 200 else text[:199] + "…"


def _said(error: BaseException) -> str:
    """Kind, words and place of what was raised."""
    try:
        words = str(error)[:600]
    except BaseException:
        words = ""
    places = []
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in ("<code>", "<test>"):
            places.append(f"line {trace.tb_lineno} of the {file[1:-1]}")
        trace = trace.tb_next
    kind = type(error).__name__
    where = f" ({places[-1]})" if places else ""
    return f"{kind}: {words}{where}" if words else f"{kind}{where}"


def _finished(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return asyncio.run(function(*args, **kwargs))

    return call


# -- namespaces ------------------------------------------------------------------------------


def _module(name: str, inside: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The namespace of a new module, where classes find it by its name."""
    module = ModuleType(name)
    if inside is not None:
        module.__dict__["__builtins__"] = inside
    sys.modules[name] = module
    return module.__dict__


def _closed() -> dict[str, Any]:
    """Builtins without what reaches into the interpreter."""
    inside = {name: value for name, value in vars(builtins).items() if name not in _MISSING}
    inside.update(
        __import__=_import, open=_open, getattr=_getattr, setattr=_setattr, vars=_vars,
        __name__="builtins",
    )  # fmt: skip
    return inside


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Any = (),
    level: int = 0,
) -> Any:
    if str(name).partition(".")[0] in _CLOSED:
        raise ImportError(f"{name} may not be imported")
    return builtins.__import__(name, globals, locals, fromlist, level)


def _open(file: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(file, int) or os.path.realpath(file).startswith(("/proc/", "/dev/fd")):
        raise PermissionError("open takes the path of a file")
    return builtins.open(file, *args, **kwargs)


def _getattr(value: Any, name: str, *default: Any) -> Any:
    _check(value, name)
    return builtins.getattr(value, name, *default)


def _setattr(value: Any, name: str, new: Any) -> None:
    if isinstance(value, ModuleType):
        raise AttributeError("a module may not be changed")
    _check(value, name)
    builtins.setattr(value, name, new)


def _check(value: Any, name: Any) -> None:
    if type(name) is not str or name in _HOLES:
        raise AttributeError(f"{name!s} may not be reached")
    if isinstance(value, ModuleType) and name in _CLOSED | {"sys"}:
        raise AttributeError(f"{name} may not be reached")


def _vars(*value: Any) -> Any:
    if not value or isinstance(value[0], ModuleType):
        raise TypeError("vars takes an object that is no module")
    return builtins.vars(*value)


# -- what variants may not change ------------------------------------------------------------


def _watch() -> dict[str, dict[str, Any]]:
    """What the common modules hold that can be called."""
    found = {}
    for name in _WATCHED:
        members = vars(importlib.import_module(name))
        found[name] = {key: value for key, value in members.items() if callable(value)}
    return found


def _restore(before: dict[str, dict[str, Any]]) -> str:
    """Put back what was changed; the name of the first thing that was."""
    changed = ""
    for name, members in before.items():
        space = vars(sys.modules[name])
        for key, value in members.items():
            if space.get(key) is not value:
                space[key] = value
                changed = changed or f"{name}.{key}"
    if sys.gettrace() is not None or sys.getprofile() is not None:
        sys.settrace(None)
        sys.setprofile(None)
        changed = changed or "the tracing"
    if signal.getsignal(signal.SIGPROF) is signal.SIG_IGN:
        changed = changed or "the handling of signals"
    os.environ.pop("PYTHONSTARTUP", None)
    return changed
