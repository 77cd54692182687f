"""Executing the file of a pack once, with the host replaced by a recorder.

This module stands alone: it is executed in this process for packs that the user vouches for, and
its text travels into the sandbox for all others. What it gives back is plain data either way.
"""

from __future__ import annotations

import ast
import builtins
import sys
import traceback
from types import ModuleType
from typing import Any

HOST_MODULES = ("babyagi", "functionz", "PythonFunc", "babyagi_nb")
"""Names under which packs import the host."""

CLIENT_MODULES = ("litellm",)
"""Names of client libraries that we stand in for. Reading a pack asks no model."""

WRITES = (
    "activate_function_version", "add_function", "add_key", "add_trigger", "load_functions",
    "remove_function", "update_function",
)  # fmt: skip
"""What a pack may ask the host to do while it is read; done when all of it was read."""


class _Recorder:
    """Stands for the host: notes functions, queues writes, passes questions on."""

    def __init__(self, host: Any) -> None:
        self._host = host
        self.functions: list[dict[str, Any]] = []
        self.queued: list[list[Any]] = []
        self.func = self.registrar = self

    def register_function(self, *args: Any, **declared: Any) -> Any:
        if args and callable(args[0]):
            return self.register_function()(args[0])
        if args:
            declared["metadata"] = args[0]

        def decorate(function: Any) -> Any:
            name = getattr(function, "__name__", "")
            self.functions.append({"name": name, "declared": declared})
            return function

        return decorate

    def get_func_instance(self) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        if name in WRITES:
            return lambda *args, **kwargs: self.queued.append([name, list(args), kwargs])
        if self._host is None:
            raise AttributeError(f"a pack that is read in the sandbox cannot ask for {name!r}")
        return getattr(self._host, name)


def record_pack(text: str, file: str, host: Any = None) -> dict[str, Any]:
    """Execute *text*, and return what it registered and queued.

    ``{"functions": [{"name", "declared"}], "queued": [[name, args, kwargs]], "failure": None}``;
    a failure is ``{"line", "kind", "message"}``.
    """
    recorder = _Recorder(host)

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        # Only statements of the pack itself come here: builtins are looked up per namespace.
        if name.partition(".")[0] in HOST_MODULES:
            return _stand_in(name, recorder)
        if name.partition(".")[0] in CLIENT_MODULES:
            return _Client(name)
        return __import__(name, *args, **kwargs)

    space: dict[str, Any] = {
        "__name__": "babyagi_pack",
        "__file__": file,
        "__builtins__": {**vars(builtins), "__import__": importing},
        "func": recorder,
    }
    failure = None
    try:
        exec(compile(_without_annotations(text, file), file, "exec", dont_inherit=True), space)
    except Exception as error:
        frames = traceback.extract_tb(sys.exc_info()[2])
        lines = [each.lineno for each in frames if each.filename == file]
        failure = {
            "line": lines[-1] if lines else None,
            "kind": type(error).__name__,
            "message": str(error),
        }
    return {"functions": recorder.functions, "queued": recorder.queued, "failure": failure}


def _without_annotations(text: str, file: str) -> ast.Module:
    """The functions' annotations may speak of what is only declared as an import."""
    tree = ast.parse(text, file)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            for each in ast.walk(node.args):
                if isinstance(each, ast.arg):
                    each.annotation = None
    return tree


def _stand_in(name: str, recorder: _Recorder) -> Any:
    """A module-like object for ``import a.b`` and ``from a.b import func`` alike."""
    module = ModuleType(name)
    vars(module)["__getattr__"] = lambda key: getattr(recorder, key)
    vars(module)["func"] = recorder
    vars(module)["register_function"] = recorder.register_function
    return module


class _Client(ModuleType):
    """Stands for a client library while a pack is read: its names are there, and ask nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "exceptions":
            return self
        if name[:1].isupper():
            return type(name, (Exception,), {})

        def refused(*args: Any, **kwargs: Any) -> Any:
            raise RuntimeError(f"a pack may not call {self.__name__}.{name} while it is read")

        return refused
