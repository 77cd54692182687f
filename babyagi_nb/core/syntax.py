"""Python's own parser and compiler, asked without a word to the user.

A cell is read several times before it is compiled for good. Warnings about its text (``"\\d"``,
``x is 1``) belong to that last time, under the file name that the user knows; here they would be
repeated, or become errors where warnings are errors.
"""

from __future__ import annotations

import ast
import symtable
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["check", "symbols_of", "tree_of"]


def tree_of(text: str) -> ast.Module:
    """Parse a module text; raises what ``ast.parse`` raises."""
    with _quiet():
        return ast.parse(text)


def symbols_of(text: str) -> symtable.SymbolTable:
    """The compiler's symbol table of a module text; raises ``SyntaxError`` as the compiler does."""
    with _quiet():
        return symtable.symtable(text, "<names>", "exec")


def check(tree: ast.Module) -> None:
    """Raise ``SyntaxError`` for what parses but does not compile; a top-level await passes."""
    with _quiet():
        compile(tree, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


# Two threads that silence and restore out of turn would leave the process silent.
_turn = threading.RLock()


@contextmanager
def _quiet() -> Iterator[None]:
    with _turn, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
