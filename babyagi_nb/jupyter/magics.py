"""The two magics: ``%%babyagi_function`` and ``%babyagi``.

They only pass on: to ``registering`` and to the handlers that ``grammar`` names, each imported when
it is used. ``no_var_expand`` keeps IPython from turning ``$name`` and ``{expression}`` into text;
we hand over the objects themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from IPython.core.magic import (
    Magics,
    cell_magic,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import read_arguments
from babyagi_nb.jupyter.grammar import find_subcommand
from babyagi_nb.jupyter.prose import read_prose
from babyagi_nb.jupyter.request import Request
from babyagi_nb.jupyter.visibility import hide_machinery

__all__ = ["BabyAGIMagics", "dispatch"]


@magics_class
class BabyAGIMagics(Magics):
    """What ``%load_ext babyagi_nb`` adds."""

    @no_var_expand
    @cell_magic
    def babyagi_function(self, line: str, cell: str) -> Any:
        """Store the functions of this cell.

        %%babyagi_function [NAME] deps=a,b imports=math triggers=fn keys=k desc="…"

        %babyagi help babyagi_function lists every option.
        """
        from babyagi_nb.jupyter.registering import register_cell

        try:
            return register_cell(self.shell, line, cell)
        except BaseException as error:
            hide_machinery(error)
            raise

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def babyagi(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Any:
        """Run, list, show, edit and inspect stored functions: %babyagi SUBCOMMAND …

        %babyagi help lists the subcommands.
        """
        try:
            return dispatch(self.shell, line, cell, local_ns)
        except BaseException as error:
            hide_machinery(error)
            raise


def dispatch(
    shell: Any, line: str, cell: str | None = None, local: Mapping[str, Any] | None = None
) -> Any:
    """Carry out one line of ``%babyagi``, or a cell of ``%%babyagi``."""
    word, _, rest = line.strip().partition(" ")
    names: Mapping[str, Any] = shell.user_ns
    if local is not None and local is not names:
        names = {**names, **local}
    if not word and cell is None:
        return _handler("commands.guide:status")(Request(shell=shell, given={}, local=names))
    subcommand = find_subcommand(word)
    if cell is not None:
        if not subcommand.cell:
            raise UsageError(
                f"%%babyagi {word} is no cell magic", fix=f"use the line %babyagi {word}"
            )
        if not subcommand.prose:
            rest = f"{rest}\n{cell}".strip()
    if subcommand.prose:
        given, text = read_prose(rest, subcommand.syntax, body=cell)
        request = Request(shell=shell, given=given, rest=text, local=names)
    elif subcommand.rest:
        request = Request(shell=shell, given={}, rest=rest.strip(), local=names)
    else:
        given = read_arguments(rest, subcommand.syntax)
        request = Request(shell=shell, given=given, local=names)
    return _handler(subcommand.handler)(request)


def _handler(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(f"babyagi_nb.jupyter.{module}"), name)
