"""From a version's source to a code object, and where tracebacks and debuggers find the text.

A version that was just written in a cell is compiled *as that cell*: under the file name that the
notebook's debugger uses, with the visible line numbers, so that breakpoints stop and tracebacks
point at what the person sees. Everywhere else it is compiled as ``<babyagi NAME@NUMBER>``.
"""

from __future__ import annotations

import ast
import linecache
from dataclasses import dataclass
from types import CodeType

from babyagi_nb.core.parsing import select_nodes
from babyagi_nb.core.records import FunctionVersion

__all__ = ["Location", "compile_version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """The visible source a version came from, in this process."""

    filename: str
    text: str
    """The whole cell body, padded so that its line numbers are the visible ones."""


def compile_version(version: FunctionVersion, location: Location | None = None) -> CodeType:
    """Compile what defines *version*; executing the result in a namespace defines the function.

    ``dont_inherit`` keeps this module's own ``__future__`` flags out of the user's code.
    """
    if location is not None:
        nodes = select_nodes(
            ast.parse(location.text), version.name, apart=version.spec.dependencies
        )
        module = ast.Module(body=nodes, type_ignores=[])
        return compile(module, location.filename, "exec", dont_inherit=True)
    filename = f"<babyagi {version.label}>"
    text = version.spec.code
    lines = text.splitlines(keepends=True)
    # No modification time: linecache then never drops the entry for not being a file.
    linecache.cache[filename] = (len(text), None, lines, filename)
    return compile(text, filename, "exec", dont_inherit=True)
