"""Lines that end in plain words: ``%babyagi build "add two numbers" calls=20``.

Words for a model or a search are not split like options: they may hold an apostrophe, a brace, an
equals sign. Options stand before or after them; after a text in quotes whatever follows has to be
options, after one without quotes only what this subcommand knows is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import Syntax, read_arguments

__all__ = ["read_prose"]

_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[^\s\"']\S*)"
_OPTION = re.compile(rf"(?P<assigned>[^\W\d]\w*)={_VALUE}|--(?P<dashed>[\w-]+)(?:={_VALUE})?")
_WORD = re.compile(r"\S+")


def read_prose(line: str, syntax: Syntax, *, body: str | None = None) -> tuple[dict[str, Any], str]:
    """Read *line* into options and places by name, and the text; a cell's *body* goes on with it.

    Raises :class:`~babyagi_nb.errors.UsageError` for a text that is missing.

    >>> from babyagi_nb.jupyter.arguments import Option
    >>> calls = Option(name="calls", help="", kind="count")
    >>> syntax = Syntax(command="%x", options=(calls,), prose="TASK…")
    >>> read_prose("what's x=1? calls=3", syntax)
    ({'calls': 3}, "what's x=1?")
    >>> read_prose("calls=3 'sum, then calls=9'", syntax)
    ({'calls': 3}, 'sum, then calls=9')
    """
    known = _knows(syntax)
    before, rest = _leading(line.strip(), known)
    places: list[str] = []
    for _ in syntax.places:
        word = _WORD.match(rest)
        if word is None:
            break
        places.append(word[0])
        more, rest = _leading(rest[word.end() :].lstrip(), known)
        before += more
    text, after = _quoted(rest, syntax) or _trailing(rest, known)
    given = read_arguments(" ".join([*places, *before, *after]), replace(syntax, prose=""))
    whole = "\n".join(each for each in (text, (body or "").strip()) if each)
    if not whole:
        raise UsageError(f"{syntax.command} needs {syntax.prose.rstrip('…')}", fix=syntax.mend())
    return given, whole


def _knows(syntax: Syntax) -> Callable[[re.Match[str]], bool]:
    def known(found: re.Match[str]) -> bool:
        return syntax.knows((found["assigned"] or found["dashed"]).replace("-", "_"))

    return known


def _leading(text: str, known: Callable[[re.Match[str]], bool]) -> tuple[list[str], str]:
    """Options that *text* begins with, and the rest."""
    found = []
    while (option := _OPTION.match(text)) and known(option):
        end = option.end()
        if end < len(text) and not text[end].isspace():
            break
        found.append(option[0])
        text = text[end:].lstrip()
    return found, text


def _quoted(text: str, syntax: Syntax) -> tuple[str, list[str]] | None:
    """The text in quotes that *text* begins with, and the options behind it."""
    mark = text[:1]
    if mark not in ("'", '"') or not mark:
        return None
    # The last mark that only options follow: the text itself may hold some.
    for end in range(len(text) - 1, 0, -1):
        if text[end] != mark:
            continue
        options = text[end + 1 :].strip()
        try:
            read_arguments(options, replace(syntax, places=(), prose=""))
        except UsageError:
            if end == text.find(mark, 1) and _OPTION.match(options):
                raise
            continue
        return text[1:end].strip(), [options] if options else []
    return None


def _trailing(text: str, known: Callable[[re.Match[str]], bool]) -> tuple[str, list[str]]:
    """The text, and known options that it ends in."""
    found: list[str] = []
    while True:
        head, _, last = text.rpartition(" ")
        option = _OPTION.fullmatch(last)
        if option is None or not known(option):
            return text, found
        found.insert(0, last)
        text = head.rstrip()
