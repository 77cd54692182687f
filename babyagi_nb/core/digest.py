"""What a version *is*: a tagged hash of its meaning.

Canonical form ``b1`` is the SHA-256 of a sequence of JSON texts, one a line:

1. the syntax tree of ``code``, node by node in order: class name, then each field that is not
   empty. Left out are positions, comments and layout (no tree has them), expression contexts,
   string prefixes and type comments. Top-level imports come first, one name each, sorted (unless
   two bind the same name); adjacent texts of an f-string are joined.
2. the trees of the tests, sorted.
3. the other members that say something of their own, as one object with sorted keys. Members whose
   order says nothing (tags, keys, dependencies, …) are sorted; members that ``code`` determines
   (parameters, return annotation, async, generator) and those about where and by whom it was
   written (cell, origin) are left out, and so are trust and asks where they say nothing.

The form does not depend on the version of Python, as long as the code parses there. Nothing here
recurses, so code of any depth that Python can parse has a digest.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from babyagi_nb.core.records import FunctionSpec, FunctionVersion, Import
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.core.trust import grants_to_json
from babyagi_nb.errors import RegistrationError, SourceError
from babyagi_nb.ids import Digest, FunctionName, VersionNumber

__all__ = ["digest", "freeze", "verify"]

_TAG = "b1:"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SKIPPED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def digest(spec: FunctionSpec, tree: ast.Module | None = None) -> Digest:
    """Return the identity of *spec*; *tree* is the syntax tree of its code, if at hand.

    Raises :class:`~babyagi_nb.errors.SourceError` for code that does not parse, and
    :class:`~babyagi_nb.errors.RegistrationError` for metadata that JSON cannot hold.

    >>> one = FunctionSpec(name="f", code="def f(): return 1")
    >>> same = FunctionSpec(name="f", code="def f():  # a remark\\n    return (1)")
    >>> digest(one) == digest(same)
    True
    """
    code = _canonical_code(spec.code) if tree is None else _canonical(tree)
    hashed = hashlib.sha256(code)
    for test in sorted(_canonical_code(each) for each in spec.tests):
        hashed.update(b"\n" + test)
    hashed.update(b"\n" + _facts(spec))
    return Digest(_TAG + hashed.hexdigest())


def verify(version: FunctionVersion) -> bool:
    """Whether a stored version still is what its digest says."""
    try:
        return version.digest == digest(version.spec)
    except RegistrationError:
        return False


def freeze(
    spec: FunctionSpec,
    number: VersionNumber,
    created_at: int,
    peers: tuple[FunctionName, ...] = (),
) -> FunctionVersion:
    """Give *spec* its number and identity; *created_at* is in nanoseconds since the epoch."""
    return FunctionVersion(
        spec=spec, number=number, digest=digest(spec), created_at=created_at, peers=peers
    )


# -- code ------------------------------------------------------------------------------------


def _canonical_code(code: str) -> bytes:
    try:
        tree = tree_of(code)
    except SyntaxError as error:
        raise SourceError(f"the code does not parse: {error}", line=error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"the code does not parse: {error}") from error
    return _canonical(tree)


def _canonical(tree: ast.Module) -> bytes:
    tokens: list[Any] = []
    _walk(_imports_first(tree.body), tokens)
    return _json(tokens)


def _walk(statements: list[ast.stmt], tokens: list[Any]) -> None:
    """Append the tokens of a tree: names of nodes and fields, lengths of lists, constants."""
    add = tokens.append
    stack: list[Any] = [statements]
    while stack:
        value = stack.pop()
        if isinstance(value, ast.Constant):
            add(_constant(value.value))
        elif isinstance(value, ast.AST):
            add(type(value).__name__)
            fields = _fields(value)
            add(len(fields))
            for name, content in reversed(fields):
                stack.append(content)
                stack.append((name,))
        elif type(value) is list:
            add(len(value))
            stack.extend(reversed(value))
        elif type(value) is tuple:
            add(value[0])
        else:
            add([value])


def _fields(node: ast.AST) -> list[tuple[str, Any]]:
    """Fields that say something; a default added by a later Python is empty, and so is left out."""
    found = []
    for name in node._fields:
        if name in _SKIPPED:
            continue
        content = getattr(node, name, None)
        if content is None or content == []:
            continue
        if name == "values" and isinstance(node, ast.JoinedStr):
            content = _joined(content)
        found.append((name, content))
    return found


def _constant(value: Any) -> list[Any]:
    # Integers go in base sixteen: Python refuses to write very long ones in base ten.
    if type(value) is int:
        return ["int", f"{value:x}"]
    if type(value) is str:
        return ["str", value]
    return [type(value).__name__, ascii(value)]


def _joined(values: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string with neighbouring texts joined and empty ones dropped."""
    parts: list[ast.expr] = []
    for value in values:
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            parts.append(value)
        elif value.value:
            last = parts[-1] if parts else None
            if isinstance(last, ast.Constant):
                parts[-1] = ast.Constant(value=f"{last.value!s}{value.value}")
            else:
                parts.append(value)
    return parts


def _imports_first(body: list[ast.stmt]) -> list[ast.stmt]:
    """Move top-level imports to the front, one name each and sorted, where order says nothing."""
    imports = list(_single(body))
    if not imports:
        return body
    bound = [_binding(each) for each in imports]
    bound += [each.name for each in body if isinstance(each, _DEFINITIONS)]
    if len(set(bound)) < len(bound):
        return body
    rest = [each for each in body if not isinstance(each, ast.Import | ast.ImportFrom)]
    return [*sorted(imports, key=ast.unparse), *rest]


def _single(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (ast.Import(names=[each]) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield ast.ImportFrom(module=node.module, names=[each], level=node.level)


def _binding(node: ast.stmt) -> str:
    assert isinstance(node, ast.Import | ast.ImportFrom)
    (each,) = node.names
    # "import a.b" and "import a.c" bind the same root without disturbing one another.
    return each.asname or each.name


# -- everything else -------------------------------------------------------------------------


def _facts(spec: FunctionSpec) -> bytes:
    facts = {
        "name": spec.name,
        "description": spec.description,
        "tags": _sorted(spec.tags),
        "metadata": spec.metadata,
        "input_parameters": spec.input_parameters,
        "output_parameters": spec.output_parameters,
        "imports": sorted(map(_import, spec.imports)),
        "dependencies": _sorted(spec.dependencies),
        "keys": _sorted(spec.keys),
        "uses": _sorted(spec.uses),
        "unresolved": _sorted(spec.unresolved),
        "triggers": _sorted(spec.triggers),
        "effects": spec.effects,
        "log": spec.log,
        "timeout": None if spec.timeout is None else float(spec.timeout),
        "validate": spec.validate,
    }
    # Members that came later count where they say something, so that older digests stay.
    if spec.trust is not None:
        facts["trust"] = spec.trust
    if spec.asks:
        facts["asks"] = {
            name: _sorted(value) if isinstance(value, list) else value
            for name, value in grants_to_json(spec.asks).items()
        }
    try:
        return _json(facts)
    except (TypeError, ValueError, RecursionError) as error:
        raise RegistrationError(
            f"metadata of {spec.name!r} cannot be stored: {error}",
            fix="use texts, numbers, true and false, lists and dicts with text keys",
        ) from error


def _import(each: Import) -> list[str]:
    parts = (each.module, each.name, each.attribute, each.distribution, each.requirement)
    return [part or "" for part in parts]


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=dict).encode()
