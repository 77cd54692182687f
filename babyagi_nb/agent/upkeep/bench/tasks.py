"""Tasks in the formats of HumanEval+ and MBPP+: JSON lines, plain or compressed.

What is read of a line: ``task_id``, ``prompt``, ``entry_point``, ``canonical_solution``; then
``base_input`` and ``plus_input`` (lists of argument lists) with ``atol``, or ``test`` with a
function ``check(candidate)``, or ``assertion`` or ``test_list`` with assertions. ``contract`` (what
an input has to fulfil) is not needed, as the inputs of the file fulfil it.

JSON has no tuples and no sets. Where assertions come with a task, their arguments say which lists
are which, and inputs are read accordingly; see :func:`cast`.
"""

from __future__ import annotations

import ast
import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.errors import UsageError

__all__ = ["Example", "Task", "cast", "examples_of", "read_tasks"]

_LARGEST = 256 << 20
"""Bytes of a file when it is unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One assertion of a task, taken apart."""

    args: tuple[Any, ...]
    wrap: str = ""
    """A builtin around the call, such as ``set``: results are compared after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task."""

    id: str
    prompt: str
    """What the model is told."""
    entry: str
    """The function that is to be written."""
    solution: str
    """Code of the file's own solution, whole; empty when it has none."""
    inputs: tuple[tuple[Any, ...], ...] = ()
    """Arguments on which a solution has to do as the file's own does."""
    tolerance: float = 0.0
    """Absolute, of floating point numbers."""
    wrap: str = ""
    """A builtin that results are put through before they are compared."""
    test: str = ""
    """Further ground truth: module text with ``check(candidate)``, or assertions."""


def read_tasks(path: Path, limit: int | None = None) -> list[Task]:
    """The tasks of the file at *path*; raises ``UsageError`` with the line that is none."""
    found: list[Task] = []
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        if limit is not None and len(found) == limit:
            break
        where = f"line {number} of {path.name}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where} is no JSON: {one_line(error, 80)}", fix=_FIX) from None
        task = _task(row, where)
        if task.id in seen:
            raise UsageError(f"{where} repeats task_id {one_line(task.id, 60)!r}", fix=_FIX)
        seen.add(task.id)
        found.append(task)
    if not found:
        raise UsageError(f"no tasks in {path.name}", fix=_FIX)
    return found


def examples_of(text: str, entry: str) -> list[Example]:
    """Assertions of *text* about *entry* whose arguments are literals.

    >>> examples_of("assert set(f((1, 2))) == {1}", "f")
    [Example(args=((1, 2),), wrap='set')]
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            side = node.test.left if isinstance(node.test, ast.Compare) else node.test
            example = _example(side, entry)
            if example is not None:
                found.append(example)
    return found


def cast(value: Any, examples: Sequence[Any]) -> Any:
    """*value* out of JSON, with the types that values in its place have in *examples*.

    >>> cast([[1, 2], [3]], [([(5, 6)])])
    [(1, 2), (3,)]
    """
    kinds = {type(each) for each in examples}
    if len(kinds) != 1:
        return value
    kind = kinds.pop()
    if isinstance(value, str) and kind is complex:
        try:
            return complex(value)
        except ValueError:
            return value
    if isinstance(value, int) and kind is float and not isinstance(value, bool):
        return value
    if isinstance(value, dict) and kind is dict:
        inner = [item for each in examples for item in each.values()]
        return {key: cast(item, inner) for key, item in value.items()}
    if isinstance(value, list) and kind in (list, tuple, set, frozenset):
        items = [cast(item, _at(examples, at)) for at, item in enumerate(value)]
        try:
            return kind(items)
        except TypeError:
            return items
    return value


def _at(examples: Sequence[Any], at: int) -> list[Any]:
    """What stands at one place of sequences; of all places where they are of one type."""
    every = [item for each in examples for item in each]
    if len({type(item) for item in every}) <= 1:
        return every
    return [
        each[at] for each in examples if isinstance(each, list | tuple) and at < len(each)
    ]  # fmt: skip


# -- one line ----------------------------------------------------------------------------------

_FIX = "give a file in the format of HumanEval+ or MBPP+, JSON lines"


def _task(row: Any, where: str) -> Task:
    if not isinstance(row, Mapping):
        raise UsageError(f"{where} is no object", fix=_FIX)
    id, prompt = str(row.get("task_id", "")), row.get("prompt", "")
    if not id or not isinstance(prompt, str) or not prompt.strip():
        raise UsageError(f"{where} has no task_id or no prompt", fix=_FIX)
    said = _joined(row.get("assertion")) or _joined(row.get("test_list"))
    solution = _joined(row.get("canonical_solution")) or _joined(row.get("code"))
    entry = str(row.get("entry_point") or _entry(said, solution))
    if not entry.isidentifier():
        raise UsageError(f"{where} names no entry_point", fix=_FIX)
    examples = examples_of(said, entry)
    inputs = _inputs(row, examples, where)
    test = "" if inputs else _test(row, said, entry)
    if not inputs and not test:
        raise UsageError(f"{where} has neither inputs nor tests", fix=_FIX)
    if inputs and not solution:
        raise UsageError(f"{where} has inputs, but no canonical_solution", fix=_FIX)
    return Task(
        id=id,
        prompt=prompt,
        entry=entry,
        solution=_whole(prompt, solution, entry),
        inputs=inputs,
        tolerance=_number(row.get("atol"), where),
        wrap=next((each.wrap for each in examples if each.wrap), ""),
        test=test,
    )


def _inputs(
    row: Mapping[str, Any], examples: Sequence[Example], where: str
) -> tuple[tuple[Any, ...], ...]:
    found: list[tuple[Any, ...]] = []
    for member in ("base_input", "plus_input"):
        given = row.get(member) or []
        if not isinstance(given, list) or not all(isinstance(each, list) for each in given):
            raise UsageError(f"{where}: {member} is no list of argument lists", fix=_FIX)
        for args in given:
            found.append(
                tuple(
                    cast(value, [each.args[at] for each in examples if at < len(each.args)])
                    for at, value in enumerate(args)
                )
            )
    return tuple(found)


def _test(row: Mapping[str, Any], said: str, entry: str) -> str:
    """Ground truth for a task without inputs, as a module text."""
    text = row.get("test")
    imports = _joined(row.get("test_imports"))
    if isinstance(text, str) and "def check" in text:
        return f"{text}\n\ncheck({entry})\n"
    if isinstance(text, str) and text.strip():
        return f"{imports}\n{text}\n"
    return f"{imports}\n{said}\n" if said else ""


def _whole(prompt: str, solution: str, entry: str) -> str:
    """The solution as a module; in HumanEval it is the end of the prompt."""
    if not solution:
        return ""
    if any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == entry
        for node in _parsed(solution)
    ):
        return solution
    return f"{prompt}{solution}"


def _entry(said: str, solution: str) -> str:
    """The function that assertions call, or the last that a solution defines."""
    defined = [each.name for each in _parsed(solution) if isinstance(each, ast.FunctionDef)]
    for node in ast.walk(ast.Module(body=_parsed(said), type_ignores=[])):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and (node.func.id in defined or not defined)
            and node.func.id not in _WRAPS
        ):
            return node.func.id
    return defined[-1] if defined else ""


_WRAPS = ("set", "sorted", "list", "tuple", "frozenset", "str", "abs", "round", "len")


def _example(side: ast.AST, entry: str) -> Example | None:
    wrap = ""
    if (
        isinstance(side, ast.Call)
        and isinstance(side.func, ast.Name)
        and side.func.id in ("set", "sorted", "frozenset")
        and len(side.args) == 1
    ):
        wrap, side = side.func.id, side.args[0]
    if not (isinstance(side, ast.Call) and isinstance(side.func, ast.Name)):
        return None
    if side.func.id != entry or side.keywords:
        return None
    try:
        return Example(args=tuple(ast.literal_eval(each) for each in side.args), wrap=wrap)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(str(each) for each in value)
    return value if isinstance(value, str) else ""


def _number(value: Any, where: str) -> float:
    if value is None:
        return 0.0
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:
        return float(value)
    raise UsageError(f"{where}: atol is {one_line(value, 40)!r}", fix="it is a number from 0 on")


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=file) as inner:
                    data = inner.read(_LARGEST + 1)
            else:
                data = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} cannot be read: {said}", fix="data=FILE names it") from None
    if len(data) > _LARGEST:
        raise UsageError(f"{path.name} holds more than {_LARGEST >> 20} MB", fix="cut it in parts")
    try:
        # Only this one ends a line of JSON lines; other separators may stand in a text.
        return data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise UsageError(f"{path.name} is no UTF-8 text", fix=_FIX) from None
