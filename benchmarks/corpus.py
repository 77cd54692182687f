"""Real functions to search in: some 1,700 of the standard library's, read from its sources.

``search/functions.txt`` names them as ``module:function`` or ``module:Class.method``. They were
chosen once: public, with a docstring of four words or more whose first paragraph is the same in
Python 3.11, 3.12 and 3.13, so that a figure does not depend on the interpreter; of functions with
the same docstring, and of methods of one name in one module, only the first. Modules that belong
to one platform, that are about the interpreter's own machinery, or that not every installation has,
are left out. Names, parameters and docstrings are read when they are asked for, with
:mod:`ast`: nothing of the library is imported or kept here.
"""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babyagi_nb.core.parameters import FunctionNode, parse_parameters
from babyagi_nb.core.records import Parameter

__all__ = ["FOLDER", "Real", "real_functions"]

FOLDER = Path(__file__).with_name("search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """One function of the standard library."""

    name: str
    """``module:function`` or ``module:Class.method``."""
    parameters: tuple[Parameter, ...]
    returns: str | None
    description: str
    """First paragraph of its docstring, on one line."""

    @property
    def signature(self) -> str:
        return f"({', '.join(_written(each) for each in self.parameters)})"


@cache
def real_functions() -> tuple[Real, ...]:
    """Every function of the list, in its order; ``LookupError`` when one is not there."""
    names = (FOLDER / "functions.txt").read_text(encoding="utf-8").split()
    modules = {name.partition(":")[0] for name in names}
    found = {
        f"{module}:{path}": (node, text)
        for module in modules
        for path, node, text in _documented(module)
    }
    return tuple(_real(name, *found[name]) for name in names)


def _documented(module: str) -> Iterator[tuple[str, FunctionNode, str]]:
    """Functions of a module and methods of its classes that have a docstring."""
    for node in ast.parse(_file(module).read_bytes()).body:
        # What is defined twice, for two platforms or as a fallback, counts as well.
        branches = [*node.body, *node.orelse] if isinstance(node, ast.If | ast.Try) else [node]
        for each in branches:
            named = [("", each)]
            if isinstance(each, ast.ClassDef):
                named = [(f"{each.name}.", method) for method in each.body]
            for before, function in named:
                if isinstance(function, FunctionNode):
                    text = ast.get_docstring(function)
                    if text:
                        yield before + function.name, function, text


def _file(module: str) -> Path:
    path = Path(sysconfig.get_path("stdlib"), *module.split("."))
    package = path / "__init__.py"
    return package if package.exists() else path.with_name(f"{path.name}.py")


def _real(name: str, node: FunctionNode, text: str) -> Real:
    every = parse_parameters(node)
    bound = every and every[0].name in ("self", "cls")
    return Real(
        name=name,
        parameters=every[1:] if bound else every,
        returns=ast.unparse(node.returns) if node.returns else None,
        description=" ".join(text.split("\n\n")[0].split()),
    )


def _written(parameter: Parameter) -> str:
    stars = {"var_positional": "*", "var_keyword": "**"}.get(parameter.kind, "")
    default = "" if parameter.default is None else f"={parameter.default}"
    return f"{stars}{parameter.name}{default}"
