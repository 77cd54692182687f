"""Reading the line of a magic: words and options, in one grammar for all of them.

``deps=world``, ``deps = world``, ``--deps world`` and ``--deps=world`` mean the same; a list may
have blanks after its commas; quotes work as in a shell. A :class:`Syntax` is data: the parser, the
completer, the help and the test that compares the reference page with the code all read the same
tables. Nothing here knows IPython or the store.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from babyagi_nb.errors import UsageError, near

__all__ = ["Option", "OptionKind", "Place", "Syntax", "Values", "read_arguments", "split_line"]

OptionKind = Literal["text", "names", "clauses", "number", "count", "switch", "flag"]
"""``names`` and ``clauses`` are comma-separated, ``clauses`` may hold ``a as b``; ``number`` is a
positive float, ``count`` a positive integer, ``switch`` is on or off, ``flag`` takes no value."""

Values = Literal["", "function", "version", "run", "pack", "key", "source", "subcommand", "file"]
"""What kind of name belongs here, for completion."""

_ASSIGNED = re.compile(r"([^\W\d]\w*)=(.*)", re.DOTALL)
_TRUE = ("on", "true", "yes", "1")
_FALSE = ("off", "false", "no", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One ``name=value``."""

    name: str
    help: str
    kind: OptionKind = "text"
    choices: tuple[str, ...] = ()
    values: Values = ""
    aliases: tuple[str, ...] = ()
    """Other names that mean the same, such as those of the Python API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One word that is known by where it stands."""

    name: str
    help: str
    required: bool = False
    values: Values = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """What may follow one magic or subcommand."""

    command: str
    """As it is typed, with its percent signs."""
    places: tuple[Place, ...] = ()
    options: tuple[Option, ...] = ()
    rest: str = ""
    """Name of what takes the remainder of the line as it stands; such a line is not split."""
    prose: str = ""
    """Name of the text that the line ends in (see :mod:`~babyagi_nb.jupyter.prose`)."""

    def usage(self) -> str:
        """The whole syntax on one line.

        >>> Syntax(command="%x", places=(Place(name="NAME", help=""),)).usage()
        '%x [NAME]'
        """
        parts = [self.command]
        parts += [each.name if each.required else f"[{each.name}]" for each in self.places]
        parts += [f"[{_spelled(each)}]" for each in self.options]
        return " ".join([*parts, *filter(None, (self.rest, self.prose))])

    def find(self, word: str) -> Option:
        """The option called *word*; raises :class:`UsageError` with a near miss."""
        wanted = word.replace("-", "_")
        for option in self.options:
            if wanted == option.name or wanted in option.aliases:
                return option
        known = [name for each in self.options for name in (each.name, *each.aliases)]
        raise UsageError(
            f"unknown option {word!r}",
            fix=near(wanted, known) or self.mend(),
        )

    def mend(self) -> str:
        """What to tell who wrote something else: the usage, or where to find it when it is long."""
        usage = self.usage()
        name = self.command.rpartition(" ")[2].lstrip("%")
        return f"usage: {usage}" if len(usage) <= 100 else f"%babyagi help {name} shows the usage"

    def knows(self, word: str) -> bool:
        return any(word == each.name or word in each.aliases for each in self.options)


def read_arguments(line: str, syntax: Syntax) -> dict[str, Any]:
    """Read *line* into a dict by option and place name; what was not said is not in it.

    Raises :class:`~babyagi_nb.errors.UsageError` for whatever *syntax* does not know.

    >>> deps = Option(name="deps", help="", kind="names")
    >>> syntax = Syntax(command="%x", places=(Place(name="NAME", help=""),), options=(deps,))
    >>> read_arguments("hello deps=a, b", syntax)
    {'NAME': 'hello', 'deps': 'a,b'}
    >>> read_arguments("hello --dep a", syntax)
    Traceback (most recent call last):
    babyagi_nb.errors.UsageError: unknown option 'dep'; did you mean 'deps'?
    """
    return _Reader(split_line(line), syntax).read()


def split_line(line: str) -> list[str]:
    """Split *line* at blanks, honouring quotes; raises ``UsageError`` for an open quote."""
    try:
        return shlex.split(line, posix=True)
    except ValueError as error:
        raise UsageError(f"cannot read the line: {error}".lower(), fix="close the quote") from None


class _Reader:
    """One pass over the words of one line."""

    def __init__(self, words: Sequence[str], syntax: Syntax) -> None:
        self._words = list(words)
        self._syntax = syntax
        self._at = 0
        self._found: dict[str, Any] = {}
        self._places: list[str] = []

    def read(self) -> dict[str, Any]:
        while self._at < len(self._words):
            word = self._words[self._at]
            self._at += 1
            assigned = _ASSIGNED.fullmatch(word)
            if word.startswith("--") and len(word) > 2:
                name, sign, value = word[2:].partition("=")
                self._option(self._syntax.find(name), value if sign else None)
            elif assigned and (self._syntax.knows(assigned[1]) or not assigned[2].startswith("=")):
                self._option(self._syntax.find(assigned[1]), assigned[2])
            elif self._syntax.knows(word) and self._peek().startswith("="):
                self._words[self._at : self._at + 1] = filter(None, [self._peek()[1:]])
                self._option(self._syntax.find(word), None)
            elif word.startswith("-") and len(word) > 1 and not word[1:].isdigit():
                self._option(self._syntax.find(word[1:]), None)
            else:
                self._places.append(word)
        return {**self._placed(), **self._found}

    def _peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _option(self, option: Option, value: str | None) -> None:
        if option.kind == "flag":
            read: Any = True if value is None else _switch(option, value)
        else:
            listed = option.kind in ("names", "clauses")
            if value is None or (listed and value == "" and self._continues()):
                value = self._take(option)
            read = _read(option, self._whole(option, value))
        if option.name in self._found:
            if option.kind not in ("names", "clauses"):
                raise UsageError(f"option {option.name!r} is given twice", fix="leave one out")
            read = f"{self._found[option.name]},{read}"
        self._found[option.name] = read

    def _take(self, option: Option) -> str:
        if self._at == len(self._words) or self._words[self._at].startswith("--"):
            raise UsageError(
                f"option {option.name!r} needs a value", fix=f"write {_spelled(option)}"
            )
        self._at += 1
        return self._words[self._at - 1]

    def _whole(self, option: Option, value: str) -> str:
        """A list goes on after a comma, before a comma, and around ``as``."""
        if option.kind not in ("names", "clauses"):
            return value
        while self._at < len(self._words):
            following = self._words[self._at]
            ends = value.rstrip().endswith(",")
            renames = option.kind == "clauses" and (
                following == "as" or value.rstrip().endswith(" as")
            )
            if not following.startswith(",") and not renames and not (ends and self._continues()):
                break
            value = f"{value} {following}"
            self._at += 1
        return value

    def _continues(self) -> bool:
        """Whether the next word can belong to a value: it begins no option."""
        word = self._peek()
        assigned = _ASSIGNED.fullmatch(word)
        return (
            bool(word)
            and not word.startswith("--")
            and not (assigned is not None and self._syntax.knows(assigned[1]))
        )

    def _placed(self) -> dict[str, str]:
        places = self._syntax.places
        if len(self._places) > len(places):
            extra = self._places[len(places)]
            known = [each.name for each in self._syntax.options]
            raise UsageError(
                f"unexpected {extra!r}",
                fix=near(extra, known) or self._syntax.mend(),
            )
        for place in places[len(self._places) :]:
            if place.required:
                raise UsageError(
                    f"{self._syntax.command} needs {place.name}",
                    fix=self._syntax.mend(),
                )
        return {
            place.name: _choice(place.name, word, place.choices)
            for place, word in zip(places, self._places, strict=False)
        }


def _read(option: Option, value: str) -> Any:
    if option.kind == "names":
        words = value.strip().removeprefix("[").removesuffix("]").split(",")
        names = [word.strip() for word in words if word.strip()]
        return ",".join(_choice(option.name, name, option.choices) for name in names)
    if option.kind == "switch":
        return _switch(option, value)
    if option.kind in ("number", "count"):
        return _number(option, value)
    return _choice(option.name, value, option.choices)


def _number(option: Option, value: str) -> float | int:
    try:
        number = int(value) if option.kind == "count" else float(value)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise UsageError(
            f"{option.name} is {value!r}", fix=f"give a number, for example {option.name}=20"
        )
    return number


def _switch(option: Option, value: str) -> bool:
    if value.lower() not in (*_TRUE, *_FALSE):
        raise UsageError(f"{option.name} is {value!r}", fix=f"write {option.name}=on or off")
    return value.lower() in _TRUE


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if choices and value not in choices:
        fix = near(value, choices) or f"use one of {', '.join(choices)}"
        raise UsageError(f"{name} is {value!r}", fix=fix)
    return value


def _spelled(option: Option) -> str:
    if option.kind == "flag":
        return f"--{option.name}"
    shown = "|".join(option.choices) or {
        "names": "a,b", "clauses": "a,b", "number": "N", "count": "N", "switch": "on|off",
    }.get(option.kind, "…")  # fmt: skip
    return f"{option.name}={shown}"
