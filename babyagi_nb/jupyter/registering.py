"""What ``%%babyagi_function`` does: read, register, bind, run, and say so in a line each."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.declaring import declare
from babyagi_nb.core.parsing import parse_cell
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.errors import SourceError, UsageError
from babyagi_nb.jupyter.arguments import read_arguments
from babyagi_nb.jupyter.awaiting import finish
from babyagi_nb.jupyter.cell import VisibleCell, cell_of, read_cell
from babyagi_nb.jupyter.grammar import FUNCTION
from babyagi_nb.jupyter.literals import Arguments, read_call_text
from babyagi_nb.jupyter.request import application
from babyagi_nb.runtime.compiler import Location

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI
    from babyagi_nb.widgets.view import View

__all__ = ["bind", "declared_of", "notes_of", "register_cell"]

_FIELDS = {
    "NAME": "name", "deps": "dependencies", "keys": "key_dependencies", "desc": "description",
    "meta": "metadata", "in": "input_parameters", "out": "output_parameters",
}  # fmt: skip


def register_cell(shell: Any, line: str, body: str) -> Any:
    """Store the functions of a cell, run what is to be run, and show a line for each function.

    Statements above the first function run before it is stored, those below after.
    Returns the value of ``run=``, if any.
    """
    given = read_arguments(line, FUNCTION)
    app = application(shell)
    given.setdefault("validate", app.settings.validate)
    declared = declared_of(given)
    visible = read_cell(shell, "babyagi_function", line, body)
    source = CellSource(text=visible.text, declared=declared, cell=cell_of(shell))
    try:
        above, below = _immediate(visible, declared)
        _execute(above, visible, shell)
        registration = app.register_cell(
            source, location=Location(filename=visible.filename, text=visible.text)
        )
    except SourceError as error:
        _show_as_python_would(error, visible, shell)
        raise
    bind(app, shell.user_ns, (str(each.version.name) for each in registration.functions))
    _show(notes_of(registration))
    _execute(below, visible, shell)
    if "run" in given:
        return _call(app, registration, read_call_text(given["run"], shell.user_ns))
    return None


def declared_of(given: Mapping[str, Any]) -> Declared:
    """What was said on the line, by the names that registration knows."""
    fields = {_FIELDS.get(name, name): value for name, value in given.items() if name != "run"}
    if "metadata" in fields:
        fields["metadata"] = _json(fields["metadata"], "meta", dict)
    for name, option in (("input_parameters", "in"), ("output_parameters", "out")):
        if name in fields:
            fields[name] = _parameters(fields[name], option)
    return declare(fields)


def bind(app: BabyAGI, namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Make each name the logged callable of the function."""
    for name in names:
        namespace[name] = app.executor.logged(name)
        with suppress(Exception):
            # What the top of the function's code raises belongs to the first call.
            app.executor.prepare(name)


def notes_of(registration: Registration) -> View:
    """One line for each function; warnings and the number of tests stand with the first."""
    from babyagi_nb.widgets.card import Outcome, RegistrationNote
    from babyagi_nb.widgets.view import Stack

    notes: list[View] = []
    for at, each in enumerate(registration.functions):
        outcome: Outcome = "registered"
        if each.change in ("unchanged", "activated", "proposed"):
            outcome = each.change
        notes.append(
            RegistrationNote(
                each.version,
                outcome=outcome,
                tests=0 if at else registration.tests,
                warnings=() if at else registration.warnings,
                notes=_NEXT.get(each.change, ()),
            )
        )
    return notes[0] if len(notes) == 1 else Stack(*notes)


_NEXT: Mapping[str, tuple[str, ...]] = {
    "updated": ("%babyagi undo takes it back",),
    "proposed": ("a draft, which runs in the sandbox only: %babyagi drafts",),
}


def _show(view: View) -> None:
    from IPython.display import display

    display(view)  # type: ignore[no-untyped-call]


# -- the rest of the cell --------------------------------------------------------------------


def _immediate(visible: VisibleCell, declared: Declared) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Statements that run once: those above the first function, and those below it."""
    parsed = parse_cell(visible.text, declared.name)
    first = min(each.line for each in parsed.functions)
    above = [node for node in parsed.immediate if node.lineno < first]
    return above, [node for node in parsed.immediate if node.lineno >= first]


def _execute(statements: list[ast.stmt], visible: VisibleCell, shell: Any) -> None:
    if statements:
        module = ast.Module(body=statements, type_ignores=[])
        code = compile(module, visible.filename, "exec", dont_inherit=True)
        exec(code, shell.user_ns)


def _call(app: BabyAGI, registration: Registration, arguments: Arguments) -> Any:
    if len(registration.functions) > 1:
        raise UsageError(
            "run= needs one function, but the cell has several",
            fix="name one after %%babyagi_function",
        )
    (only,) = registration.functions
    result = app.call(only.version.name, arguments.args, arguments.kwargs)
    return finish(app.executor.loop.run, result) if type(result) is CoroutineType else result


def _show_as_python_would(error: SourceError, visible: VisibleCell, shell: Any) -> None:
    """Let a syntax error look exactly as it does in any other cell."""
    syntax = error.syntax
    if syntax is None:
        return
    syntax.filename = visible.filename
    lines = shell.SyntaxTB.structured_traceback(SyntaxError, syntax, [])
    error._render_traceback_ = lambda: lines  # type: ignore[method-assign]


# -- values of options -----------------------------------------------------------------------


def _json(text: str, option: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{option} is no JSON: {error}", fix=f'write {option}=\'{{"owner": "ann"}}\''
        ) from None
    if not isinstance(value, kind):
        raise UsageError(f"{option} is {value!r}", fix=f'write {option}=\'{{"owner": "ann"}}\'')
    return value


def _parameters(text: str, option: str) -> list[dict[str, Any]]:
    """``text:str,n:int``, or the same as a JSON list of objects."""
    if text.strip().startswith(("[", "{")):
        value = _json(text, option, object)
        return value if isinstance(value, list) else [value]
    found = []
    for part in _split_outside_brackets(text):
        name, _, kind = part.partition(":")
        if not name.strip().isidentifier():
            raise UsageError(f"{option} holds {part!r}", fix=f"write {option}=text:str,n:int")
        found.append({"name": name.strip(), "type": kind.strip() or "Any"})
    return found


def _split_outside_brackets(text: str) -> list[str]:
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part.strip()]
