"""Questions to a model may end in a question mark.

IPython takes ``%babyagi chat what is a monoid?`` for a wish to see the help on ``monoid``: a word
and a question mark at the end of a line. Where the line is one of ours that ends in plain words,
this input transformation puts a blank behind the mark, which IPython passes on as it is. Help on
the magic itself, ``%babyagi?``, stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["QuestionRule"]

_LINE = re.compile(r"\s*(?:[^\W\d]\w*\s*=\s*)?%babyagi\s+(?P<word>\w+)\s+\S.*\?\s*")


class QuestionRule:
    """An input transformation (of lines) for the subcommands *words*.

    >>> rule = QuestionRule({"chat"})
    >>> rule(["%babyagi chat why?\\n", "%babyagi run f?\\n", "f?\\n"])
    ['%babyagi chat why? \\n', '%babyagi run f?\\n', 'f?\\n']
    """

    def __init__(self, words: Collection[str]) -> None:
        self._words = words

    def __call__(self, lines: list[str]) -> list[str]:
        # The body of a cell magic is its own.
        body = bool(lines) and lines[0].startswith("%%")
        return lines if body else [self._kept(line) for line in lines]

    def _kept(self, line: str) -> str:
        found = _LINE.fullmatch(line)
        if found is None or found["word"] not in self._words:
            return line
        return f"{line.rstrip()} \n" if line.endswith("\n") else f"{line.rstrip()} "
