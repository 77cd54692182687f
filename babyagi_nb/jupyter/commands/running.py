"""``%babyagi run``."""

from __future__ import annotations

import shlex
from types import CoroutineType
from typing import Any

from babyagi_nb.jupyter.arguments import read_arguments
from babyagi_nb.jupyter.awaiting import Attentive, finish
from babyagi_nb.jupyter.commands.functions import named
from babyagi_nb.jupyter.grammar import SUBCOMMANDS
from babyagi_nb.jupyter.literals import read_run_line, read_values
from babyagi_nb.jupyter.request import Request

__all__ = ["run"]


def run(request: Request) -> Any:
    """Call a stored function with values and objects of the notebook, and return its value."""
    syntax = SUBCOMMANDS["run"].syntax
    valued = [each.name for each in syntax.options if each.kind != "flag"]
    line = read_run_line(request.rest, valued)
    given = read_arguments(shlex.join([*filter(None, [line.name]), *line.options]), syntax)
    arguments = read_values(line.arguments, request.local)
    app = request.app
    name, version = named(line.name)
    result = app.call(
        name, arguments.args, arguments.kwargs, timeout=given.get("timeout"), version=version
    )
    if type(result) is not CoroutineType:
        return result
    if given.get("awaitable"):
        return Attentive(result)
    return finish(app.executor.loop.run, result)
