"""Reading a pack: from a file to a list of declarations, without touching the store.

The file is executed once with the host's modules replaced by a recorder, so that decorator
arguments may be computed; where it is executed is the caller's choice. The functions themselves are
then cut from the *text*, by the same parser as a notebook cell. Imports and helpers at the top of
the file travel with the functions that need them. What a pack writes while it loads is queued until
all of it has been read.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

from babyagi_nb.core.records import Import
from babyagi_nb.errors import BabyAGIError, NotFound, PackError, near
from babyagi_nb.packs.leniency import finished, without_client_keys, without_modules
from babyagi_nb.packs.shim import is_host_module

__all__ = [
    "GROUP", "Execute", "Pack", "PackFunction", "defines", "find_pack", "installed_packs",
    "is_shipped", "read_pack",
]  # fmt: skip

Execute = Callable[[str, str], Mapping[str, Any]]
"""Executes the text of a file and returns what :func:`~.recorder.record_pack` does."""

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
    hash: str
    """The first twelve digits of the SHA-256 of the file."""
    text: str
    """The file without the host's imports and decorators; line numbers are unchanged."""
    host_imports: tuple[Import, ...]
    """Names under which the file imported the host."""
    functions: tuple[PackFunction, ...]
    queued: tuple[tuple[str, tuple[Any, ...], Mapping[str, Any]], ...]
    """Further writes that the file asked for while it was executed: method and arguments."""
    warnings: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Which pack, and which text of it."""
        return f"pack:{self.name}@{self.hash}"

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


def is_shipped(file: Path) -> bool:
    """Whether *file* is part of this package, and so as trusted as the package itself."""
    return file.resolve().parent == Path(str(files("babyagi_nb.packs") / "library")).resolve()


def read_pack(file: Path, execute: Execute) -> Pack:
    """Read the pack in *file*.

    Raises :class:`~babyagi_nb.errors.PackError` with file and line for whatever goes wrong.
    """
    try:
        whole = file.read_text(encoding="utf-8")
        text, unfinished = finished(whole)
        tree = ast.parse(text, filename=str(file))
    except SyntaxError as error:
        raise PackError(f"{file}, line {error.lineno}: {error.msg}", fix="mend the file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{file} cannot be read: {error}") from error
    recorded = execute(text, str(file))
    functions = _functions(recorded, file)
    host_nodes = [node for node in ast.walk(tree) if _is_host_import(node)]
    imports = tuple(each for node in host_nodes for each in _host_names(node))
    decorators = [node for node in ast.walk(tree) if _is_host_decorator(node)]
    top = [node for node in tree.body if _is_host_import(node)]
    return Pack(
        name=file.stem,
        file=str(file),
        hash=hashlib.sha256(whole.encode()).hexdigest()[:12],
        text=_without(text, tree, top, decorators),
        host_imports=imports,
        functions=_in_file(functions, tree, [each.name for each in imports]),
        warnings=()
        if unfinished is None
        else (f"{file}, line {unfinished}: a decorator without a function was left out",),
        queued=tuple((name, tuple(args), kwargs) for name, args, kwargs in recorded["queued"]),
    )


def _functions(recorded: Mapping[str, Any], file: Path) -> list[PackFunction]:
    failure = recorded["failure"]
    if failure is not None:
        where = f", line {failure['line']}" if failure["line"] else ""
        raise PackError(
            f"{file}{where}: {failure['kind']}: {failure['message']}", fix="the store is as it was"
        )
    if not recorded["functions"] and not recorded["queued"]:
        raise PackError(f"{file}: no function is registered in it", fix="decorate one")
    return [
        PackFunction(name=str(each["name"]), line=0, declared=each["declared"])
        for each in recorded["functions"]
    ]


def _in_file(
    functions: list[PackFunction], tree: ast.Module, modules: list[str]
) -> tuple[PackFunction, ...]:
    """The registered functions with the lines of their ``def``; the last of a name counts."""
    lines = {
        node.name: node.lineno
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    last = {each.name: each for each in functions}
    return tuple(
        replace(
            each,
            line=lines.get(each.name, 0),
            declared=without_modules(without_client_keys(each.declared, each.name, tree), modules),
        )
        for each in last.values()
    )


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
