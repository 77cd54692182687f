"""Imports as people declare them, and objects that can be told as an import.

A declaration is ``"math"``, ``"numpy as np"``, ``"requests>=2"``, an import statement, or a dict
``{"name": ..., "lib": ...}``; several may stand in a list, a comma-separated text, or JSON.
In the dict form ``name`` is the module to import *and* the name to bind; ``lib`` is what provides
it: a distribution (``{"name": "sklearn", "lib": "scikit-learn"}``), or a module that holds it
(``{"name": "BeautifulSoup", "lib": "bs4"}``). Which of the two is known only where imports run, so
``lib`` is kept as :attr:`Import.distribution` and the runtime tries ``name`` first, then ``lib``.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from babyagi_nb.core.records import Import
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.errors import UsageError

__all__ = ["import_of", "imports_in", "imports_through", "parse_imports"]

_DECLARED = re.compile(
    r"\s*(?P<module>[^\W\d][\w]*(?:\.[^\W\d]\w*)*)\s*(?P<extras>\[[\w\s,.-]*\])?"
    r"\s*(?P<requirement>(?:[<>=!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*)"
    r"(?:(?<=[\s\]*\w.])\bas\s+(?P<alias>[^\W\d]\w*))?\s*"
)
_FIX = "write module, 'module as name', 'module>=1', or {'name': module, 'lib': distribution}"


def parse_imports(declared: Any) -> tuple[Import, ...]:
    """Read any accepted form of declared imports; a name bound twice keeps its last import.

    Raises :class:`~babyagi_nb.errors.UsageError` for what cannot be read.

    >>> [each.statement() for each in parse_imports("math, numpy as np, requests>=2,<3")]
    ['import math', 'import numpy as np', 'import requests']
    >>> parse_imports({"name": "bs4", "lib": "beautifulsoup4"})[0].distribution
    'beautifulsoup4'
    """
    found: dict[str, Import] = {}
    for each in _parse(declared):
        found[each.name] = each
    return tuple(found.values())


def imports_in(node: ast.stmt) -> tuple[Import, ...]:
    """The imports that one import statement makes; empty for other statements and for ``*``."""
    if isinstance(node, ast.Import):
        return tuple(
            Import(module=each.name, name=each.asname or each.name.partition(".")[0])
            for each in node.names
        )
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return tuple(
            Import(module=node.module, attribute=each.name, name=each.asname or each.name)
            for each in node.names
            if each.name != "*"
        )
    return ()


def import_of(name: str, value: object) -> Import | None:
    """Return the import that would bind *name* to this very *value*, or ``None``.

    Only modules that are already loaded are looked at, and the object found there must be
    identical. The shortest module path that has it wins: ``pandas``, not ``pandas.core.frame``.

    >>> import_of("root", __import__("math").sqrt).statement()
    'from math import sqrt as root'
    >>> import_of("x", object()) is None
    True
    """
    try:
        module = type(sys)
        if isinstance(value, module):
            path = value.__name__
            return Import(module=path, name=name) if sys.modules.get(path) is value else None
        home = getattr(value, "__module__", None)
        attribute = getattr(value, "__qualname__", None)
    except Exception:
        return None
    if type(home) is not str or type(attribute) is not str or not attribute.isidentifier():
        return None
    parts = home.split(".")
    for length in range(1, len(parts) + 1):
        path = ".".join(parts[:length])
        if path != "__main__" and vars(sys.modules.get(path, object)).get(attribute) is value:
            return Import(module=path, attribute=attribute, name=name)
    return None


def imports_through(name: str, package: object, code: str) -> tuple[Import, ...]:
    """The modules below *package*, bound to its own *name*, that *code* reaches as attributes.

    A package does not import its modules by itself, so ``import concurrent`` alone would leave
    ``concurrent.futures`` out where nobody else imported it.
    """
    if getattr(package, "__name__", None) != name or f"{name}." not in code:
        return ()
    found: dict[str, Import] = {}
    for node in ast.walk(tree_of(code)):
        path = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if path.startswith(f"{name}.") and _is_reached(package, path):
            found[path] = Import(module=path, name=name)
    return tuple(found.values())


def _is_reached(package: object, path: str) -> bool:
    """Whether *path* is a loaded module that hangs below *package* under its own name."""
    value: Any = package
    for attribute in path.split(".")[1:]:
        value = getattr(value, "__dict__", {}).get(attribute)
    return value is not None and sys.modules.get(path) is value


def _parse(declared: Any) -> Iterable[Import]:
    if declared is None:
        return ()
    if isinstance(declared, Import):
        return (declared,)
    if isinstance(declared, str):
        return _parse_text(declared)
    if isinstance(declared, Mapping):
        return (_parse_mapping(declared),)
    if isinstance(declared, Iterable):
        return [each for part in declared for each in _parse(part)]
    raise UsageError(f"cannot read the import {declared!r}", fix=_FIX)


def _parse_text(text: str) -> Iterable[Import]:
    text = text.strip()
    if text[:1] in ("[", "{"):
        try:
            return _parse(json.loads(text))
        except json.JSONDecodeError as error:
            raise UsageError(f"cannot read the imports {text!r}", fix=_FIX) from error
    if text.startswith(("import ", "from ")):
        return _parse_statement(text)
    return [_parse_one(part) for part in _split(text)]


def _parse_statement(text: str) -> Iterable[Import]:
    try:
        found = [each for node in ast.parse(text).body for each in imports_in(node)]
    except SyntaxError as error:
        raise UsageError(f"cannot read the import {text!r}", fix=_FIX) from error
    if not found:
        raise UsageError(f"{text!r} names nothing to import", fix="name each thing to import")
    return found


def _split(text: str) -> Iterable[str]:
    """Split at commas, but not inside brackets nor before a further version bound."""
    return filter(None, map(str.strip, re.split(r",(?![^\[]*\])(?!\s*[<>=!~])", text)))


def _parse_one(text: str) -> Import:
    match = _DECLARED.fullmatch(text)
    if match is None:
        raise UsageError(f"cannot read the import {text!r}", fix=_FIX)
    module, extras, alias = match["module"], match["extras"] or "", match["alias"]
    requirement = re.sub(r"\s", "", match["requirement"]).rstrip(",")
    root = module.partition(".")[0]
    return Import(
        module=module,
        name=alias or root,
        distribution=root + extras if requirement or extras else None,
        requirement=requirement,
    )


def _parse_mapping(declared: Mapping[Any, Any]) -> Import:
    name, lib = declared.get("name"), declared.get("lib")
    if not isinstance(name, str) or not (lib is None or isinstance(lib, str)):
        raise UsageError(f"cannot read the import {dict(declared)!r}", fix=_FIX)
    read = _parse_one(name)
    if not lib or lib == name:
        return read
    distribution, requirement = re.fullmatch(r"([^<>=!~]*)(.*)", lib, re.DOTALL).groups()  # type: ignore[union-attr]
    return Import(
        module=read.module,
        name=read.name,
        distribution=distribution.strip(),
        requirement=requirement.strip() or read.requirement,
    )
