"""Completion of our magics: subcommands, options, names from the store.

:func:`suggest` is pure: text and cursor in, suggestions out. :func:`matcher_for` wraps it as one of
IPython's context matchers. On the line of a magic ours are the only suggestions; in the body of a
function cell the names of stored functions join the usual ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import Option, Syntax, Values
from babyagi_nb.jupyter.grammar import FUNCTION, SUBCOMMANDS

__all__ = ["Known", "Suggestions", "matcher_for", "suggest"]

_LINE = re.compile(r"\s*(?:[^%=]+=\s*)?%{1,2}babyagi(?P<blank>\s+)(?P<rest>.*)", re.DOTALL)
_FUNCTION_LINE = re.compile(r"\s*%%babyagi_function(?P<blank>\s+)(?P<rest>.*)", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*$|$")


class Known(Protocol):
    """What there is to be named."""

    def names(self, kind: Values) -> Iterable[str]:
        """Names of one kind; none when they cannot be told now."""
        ...

    def parameters(self, function: str) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What could stand in place of ``fragment``, which ends at the cursor."""

    fragment: str = ""
    texts: tuple[str, ...] = ()
    exclusive: bool = True
    """Whether nobody else's suggestions make sense here."""


_NOTHING = Suggestions(exclusive=False)


def suggest(text: str, line: int, column: int, known: Known) -> Suggestions:
    """Suggestions at a cursor; *line* and *column* count from 0."""
    lines = text.split("\n")
    before = lines[line][:column]
    match = _LINE.fullmatch(before)
    if match is not None:
        return _after_babyagi(match["rest"], known)
    match = _FUNCTION_LINE.fullmatch(before)
    if match is not None:
        return _after_syntax(match["rest"], FUNCTION, known)
    if _is_body(lines, line):
        return _names_in_code(before, known)
    return _NOTHING


def matcher_for(known: Known) -> Callable[[Any], Any]:
    """One entry for ``ip.Completer.custom_matchers``."""
    from IPython.core.completer import (
        CompletionContext,
        SimpleCompletion,
        SimpleMatcherResult,
        context_matcher,
    )

    @context_matcher(identifier="babyagi_matcher", priority=60)  # type: ignore[untyped-decorator]
    def babyagi_matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = suggest(context.full_text, context.cursor_line, context.cursor_position, known)
        return SimpleMatcherResult(
            completions=[SimpleCompletion(text, type=_kind(text)) for text in found.texts],
            matched_fragment=found.fragment,
            suppress=found.exclusive and bool(found.texts),
            ordered=True,
        )

    matcher: Callable[[Any], Any] = babyagi_matcher
    return matcher


def _kind(text: str) -> str:
    if text.endswith("=") or text.startswith("--"):
        return "param"
    return "keyword" if text in SUBCOMMANDS else "function"


def _after_babyagi(rest: str, known: Known) -> Suggestions:
    word, blank, further = rest.partition(" ")
    if not blank:
        return _starting(word, SUBCOMMANDS)
    subcommand = SUBCOMMANDS.get(word)
    if subcommand is None:
        return _NOTHING
    if word == "run":
        return _after_run(further, subcommand.syntax, known)
    return _after_syntax(further, subcommand.syntax, known)


def _after_run(rest: str, syntax: Syntax, known: Known) -> Suggestions:
    """A function, then its parameters, or ``$`` and names of the notebook."""
    *earlier, fragment = rest.split(" ")
    names = [each for each in earlier if each and not each.startswith("--")]
    if fragment.startswith("--"):
        return _starting(fragment, (_spelled(each, dashed=True) for each in syntax.options))
    if not names:
        return _starting(fragment, known.names("function"))
    if "$" in fragment:
        return _NOTHING
    used = {each.partition("=")[0] for each in names}
    free = [f"{each}=" for each in known.parameters(names[0]) if each not in used]
    return _starting(fragment, free)


def _after_syntax(rest: str, syntax: Syntax, known: Known) -> Suggestions:
    *earlier, fragment = rest.split(" ")
    words = [each for each in earlier if each]
    name, sign, value = fragment.partition("=")
    if sign:
        return _values(_option(syntax, name.removeprefix("--")), value, known)
    option = _unfinished(syntax, words)
    if option is not None:
        return _values(option, fragment, known)
    if fragment.startswith("--"):
        return _starting(fragment, (_spelled(each, dashed=True) for each in syntax.options))
    taken = [each for each in words if "=" not in each and not each.startswith("--")]
    found: list[str] = []
    if len(taken) < len(syntax.places):
        place = syntax.places[len(taken)]
        found += place.choices or _named(place.values, fragment, known)
    if not found or not syntax.places or fragment:
        given = {each.partition("=")[0].removeprefix("--") for each in words}
        found += [_spelled(each) for each in syntax.options if each.name not in given]
    return _starting(fragment, found)


def _unfinished(syntax: Syntax, words: list[str]) -> Option | None:
    """The option that the next word still belongs to: after ``--name``, ``name=`` or a comma."""
    if not words:
        return None
    last = words[-1]
    if last.startswith("--") and "=" not in last:
        option = _option(syntax, last[2:])
        return option if option is not None and option.kind != "flag" else None
    if last.endswith((",", "=")):
        for word in reversed(words):
            if "=" in word or word.startswith("--"):
                return _option(syntax, word.partition("=")[0].removeprefix("--"))
    return None


def _values(option: Option | None, value: str, known: Known) -> Suggestions:
    if option is None:
        return _NOTHING
    fragment = value.rpartition(",")[2] if option.kind == "names" else value
    if option.kind == "switch":
        return _starting(fragment, ("on", "off"))
    return _starting(fragment, option.choices or _named(option.values, fragment, known))


def _named(kind: Values, fragment: str, known: Known) -> list[str]:
    if kind == "subcommand":
        return [*SUBCOMMANDS, "babyagi_function"]
    if kind == "version" and "@" not in fragment:
        kind = "function"
    return list(known.names(kind)) if kind else []


def _names_in_code(before: str, known: Known) -> Suggestions:
    match = _WORD.search(before)
    word = match.group() if match else ""
    if not word or before[: -len(word)].endswith("."):
        return _NOTHING
    found = _starting(word, known.names("function"))
    return Suggestions(fragment=word, texts=found.texts, exclusive=False)


def _starting(fragment: str, texts: Iterable[str]) -> Suggestions:
    return Suggestions(
        fragment=fragment,
        texts=tuple(dict.fromkeys(text for text in texts if text.startswith(fragment))),
    )


def _option(syntax: Syntax, name: str) -> Option | None:
    try:
        return syntax.find(name)
    except UsageError:
        return None


def _spelled(option: Option, *, dashed: bool = False) -> str:
    if option.kind == "flag" or dashed:
        return f"--{option.name}"
    return f"{option.name}="


def _is_body(lines: list[str], line: int) -> bool:
    first = next((at for at, each in enumerate(lines) if each.strip()), 0)
    return line > first and lines[first].lstrip().startswith("%%babyagi_function")
