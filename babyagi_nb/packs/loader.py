"""Reading a pack: from a file to a list of declarations, without touching the store.

The file is executed once with the host's modules replaced by a recorder, so that decorator
arguments may be computed; the functions themselves are then cut from the *text*, by the same
parser as a notebook cell. Imports and helpers at the top of the file travel with the functions
that need them. What a pack writes while it loads is queued until all of it has been read.
"""

from __future__ import annotations

import ast
import builtins
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from babyagi_nb.core.records import Import
from babyagi_nb.errors import BabyAGIError, NotFound, PackError, near
from babyagi_nb.packs.shim import Host, is_host_module

__all__ = ["GROUP", "Pack", "PackFunction", "defines", "find_pack", "installed_packs", "read_pack"]

GROUP = "babyagi_nb.packs"
"""Entry point group of installed packs; an entry names a module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFunction:
    """One function of a pack: its name and what its decorator was given."""

    name: str
    line: int
    """Of its ``def``; 0 when it was not written at the top of the file."""
    declared: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that was read."""

    name: str
    file: str
    text: str
    """The file without the host's imports and decorators; line numbers are unchanged."""
    host_imports: tuple[Import, ...]
    """Names under which the file imported the host."""
    functions: tuple[PackFunction, ...]
    queued: tuple[Callable[[], object], ...]
    """Further writes that the file asked for while it was executed."""

    def error(self, error: BabyAGIError) -> PackError:
        """*error* with the file, and the line of the function it names."""
        named = (each.line for each in self.functions if repr(each.name) in error.message)
        line = getattr(error, "line", None) or next(named, 0)
        where = f", line {line}" if line else ""
        return PackError(f"{self.file}{where}: {error.message}", fix=error.fix)


def installed_packs() -> dict[str, Path]:
    """Packs that can be loaded by name: our own and those of installed packages."""
    own = Path(str(files("babyagi_nb.packs") / "library"))
    found = {file.stem: file for file in sorted(own.glob("*.py")) if file.stem != "__init__"}
    for entry in entry_points(group=GROUP):
        file = _file_of(entry)
        if file is not None:
            found[entry.name] = file
    return found


def defines(file: Path, name: str) -> bool:
    """Whether the pack in *file* may define *name*; a look at the text rules out most."""
    return f"def {name}(" in file.read_text(encoding="utf-8")


def find_pack(name_or_path: str | Path) -> Path:
    """Return the file of a pack given by path, or by name as ``default_functions``.

    The original's own form ``default/default_functions`` is understood. Raises
    :class:`~babyagi_nb.errors.NotFound`.
    """
    text = str(name_or_path)
    path = Path(text).expanduser()
    if path.is_file():
        return path
    known = installed_packs()
    name = text.removesuffix(".py").rpartition("/")[2]
    if name in known:
        return known[name]
    hint = near(name, known) or f"known packs: {', '.join(known)}"
    raise NotFound(f"no pack {text!r}, neither a file nor a known name", fix=hint)


def read_pack(file: Path, host: Host) -> Pack:
    """Read the pack in *file*; calls that only look something up go to *host* meanwhile.

    Raises :class:`~babyagi_nb.errors.PackError` with file and line for whatever goes wrong.
    """
    try:
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text, filename=str(file))
    except SyntaxError as error:
        raise PackError(f"{file}, line {error.lineno}: {error.msg}", fix="mend the file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{file} cannot be read: {error}") from error
    recorder = _Recorder(host)
    _execute(tree, file, recorder)
    if not recorder.functions and not recorder.queued:
        raise PackError(f"{file}: no function is registered in it", fix="decorate one")
    host_nodes = [node for node in ast.walk(tree) if _is_host_import(node)]
    imports = tuple(each for node in host_nodes for each in _host_names(node))
    decorators = [node for node in ast.walk(tree) if _is_host_decorator(node)]
    top = [node for node in tree.body if _is_host_import(node)]
    return Pack(
        name=file.stem,
        file=str(file),
        text=_without(text, tree, top, decorators),
        host_imports=imports,
        functions=_in_file(recorder.functions, tree),
        queued=tuple(recorder.queued),
    )


def _in_file(functions: list[PackFunction], tree: ast.Module) -> tuple[PackFunction, ...]:
    """The registered functions with the lines of their ``def``; the last of a name counts."""
    lines = {
        node.name: node.lineno
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    last = {each.name: each for each in functions}
    return tuple(replace(each, line=lines.get(each.name, 0)) for each in last.values())


class _Recorder:
    """Stands for the host while a pack is executed: notes functions, queues other writes."""

    _WRITES = frozenset(
        {
            "activate_function_version", "add_function", "add_key", "add_trigger",
            "load_functions", "remove_function", "update_function",
        }
    )  # fmt: skip

    def __init__(self, host: Host) -> None:
        self._host = host
        self.functions: list[PackFunction] = []
        self.queued: list[Callable[[], object]] = []
        self.func = self.registrar = self

    def register_function(self, *args: Any, **declared: Any) -> Any:
        if args and callable(args[0]):
            return self.register_function()(args[0])
        if args:
            declared["metadata"] = args[0]

        def decorate(function: Any) -> Any:
            name = getattr(function, "__name__", "")
            self.functions.append(PackFunction(name=name, line=0, declared=declared))
            return function

        return decorate

    def get_func_instance(self) -> _Recorder:
        return self

    def __getattr__(self, name: str) -> Any:
        if name in self._WRITES:
            return lambda *args, **kwargs: self.queued.append(
                lambda: getattr(self._host, name)(*args, **kwargs)
            )
        return getattr(self._host, name)


def _execute(tree: ast.Module, file: Path, recorder: _Recorder) -> None:
    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        # Only statements of the pack itself come here: builtins are looked up per namespace.
        return (
            _stand_in(name, recorder) if is_host_module(name) else __import__(name, *args, **kwargs)
        )

    space: dict[str, Any] = {
        "__name__": f"babyagi_pack_{file.stem}",
        "__file__": str(file),
        "__builtins__": {**vars(builtins), "__import__": importing},
        "func": recorder,
    }
    try:
        exec(compile(tree, str(file), "exec", dont_inherit=True), space)
    except Exception as error:
        lines = [each.lineno for each in traceback.extract_tb(sys.exc_info()[2])
                 if each.filename == str(file)]  # fmt: skip
        where = f", line {lines[-1]}" if lines else ""
        raise PackError(
            f"{file}{where}: {type(error).__name__}: {error}", fix="the store is as it was"
        ) from error


def _stand_in(name: str, recorder: _Recorder) -> Any:
    """A module-like object for ``import a.b`` and ``from a.b import func`` alike."""
    module = ModuleType(name)
    module.__getattr__ = lambda key: getattr(recorder, key)  # type: ignore[method-assign]
    module.__dict__["func"] = recorder
    module.__dict__["register_function"] = recorder.register_function
    return module


def _is_host_import(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and is_host_module(node.module or "")
    return isinstance(node, ast.Import) and all(is_host_module(each.name) for each in node.names)


def _host_names(node: ast.AST) -> list[Import]:
    if isinstance(node, ast.ImportFrom):
        return [
            Import(module=node.module or "", attribute=each.name, name=each.asname or each.name)
            for each in node.names
        ]
    assert isinstance(node, ast.Import)
    return [
        Import(module=each.name, name=each.asname or each.name.partition(".")[0])
        for each in node.names
    ]


def _is_host_decorator(node: ast.AST) -> bool:
    """Whether *node* is ``register_function(…)``, plain or as an attribute of something."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        return target.attr == "register_function"
    return isinstance(target, ast.Name) and target.id == "register_function"


def _without(
    text: str, tree: ast.Module, imports: list[ast.stmt], decorators: list[ast.AST]
) -> str:
    """Blank out host imports and decorators; every other line keeps its number."""
    lines = text.splitlines()
    marked = {id(each) for each in decorators}
    spans: list[tuple[int, int]] = [
        (each.lineno, each.end_lineno or each.lineno) for each in imports
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            spans += [
                (each.lineno, each.end_lineno or each.lineno)
                for each in node.decorator_list
                if id(each) in marked
            ]
    for first, last in spans:
        for number in range(first - 1, last):
            lines[number] = ""
    return "\n".join(lines) + "\n"


def _file_of(entry: EntryPoint) -> Path | None:
    """The file of an entry point's module, found without importing it."""
    from importlib.util import find_spec

    try:
        spec = find_spec(entry.module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin else None
