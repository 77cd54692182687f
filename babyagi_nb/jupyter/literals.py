"""The arguments of ``%babyagi run``: values as Python writes them, and objects of the notebook.

A word is, in this order: ``$name`` (also ``$df.head()``) and ``{expression}``, which hand over the
notebook's object itself; a Python literal; or plain text. ``name=value`` is a keyword argument. A
word ends at a blank outside quotes and brackets. In braces, a dict display or a set of two or more
items is that literal; anything else is an expression.

What looks like Python but is no literal is refused rather than taken as text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babyagi_nb.errors import MissingName, UsageError, near

__all__ = ["Arguments", "RunLine", "read_call_text", "read_run_line", "read_values", "words"]

_KEYWORD = re.compile(r"([^\W\d]\w*)=(?!=)(.*)", re.DOTALL)
_OPEN, _CLOSE = "([{", ")]}"
_NOT_TEXT = frozenset("[({'\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a call is made with."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """The words of a ``run`` line, told apart."""

    options: tuple[str, ...]
    """Words that begin with two dashes, and their values."""
    name: str
    arguments: tuple[str, ...]


def read_run_line(line: str, valued: Collection[str]) -> RunLine:
    """Tell options, function name and arguments apart; options named in *valued* take a word.

    Options stand before the name or after it, always with two dashes; what follows a word ``--``
    is arguments only.

    >>> read_run_line("--timeout 5 f 1 --awaitable", {"timeout"})
    RunLine(options=('--timeout', '5', '--awaitable'), name='f', arguments=('1',))
    """
    options: list[str] = []
    others: list[str] = []
    waiting = iter(_words(line))
    for word in waiting:
        if word == "--":
            others += waiting
        elif word.startswith("--"):
            options.append(word)
            if word[2:] in valued:
                options += [value for value in [next(waiting, None)] if value is not None]
        else:
            others.append(word)
    name, *arguments = others or [""]
    return RunLine(options=tuple(options), name=name, arguments=tuple(arguments))


def words(line: str) -> list[str]:
    """Split *line* at blanks outside quotes and brackets, keeping the quotes.

    >>> words("f 1 x='a b' y=[1, 2]")
    ['f', '1', "x='a b'", 'y=[1, 2]']
    """
    return list(_words(line))


def read_values(parts: Iterable[str], namespace: Mapping[str, Any]) -> Arguments:
    """Turn *parts* into arguments; names are looked up in *namespace*.

    Raises :class:`~babyagi_nb.errors.UsageError` for what is neither literal nor text.

    >>> read_values(["1", "x='a'", "n=$n", "{n + 1}"], {"n": 6})
    Arguments(args=(1, 7), kwargs={'x': 'a', 'n': 6})
    """
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for part in parts:
        keyword = _KEYWORD.fullmatch(part)
        if keyword is None:
            args.append(_value(part, namespace))
        elif keyword[1] in kwargs:
            raise UsageError(f"argument {keyword[1]!r} is given twice", fix="leave one out")
        else:
            kwargs[keyword[1]] = _value(keyword[2], namespace)
    return Arguments(args=tuple(args), kwargs=kwargs)


def read_call_text(text: str, namespace: Mapping[str, Any]) -> Arguments:
    """Read ``1, x='a'``, the inside of a call's brackets; names are looked up in *namespace*.

    >>> read_call_text("1, x='a'", {})
    Arguments(args=(1,), kwargs={'x': 'a'})
    """

    def take(*args: Any, **kwargs: Any) -> Arguments:
        return Arguments(args=args, kwargs=kwargs)

    try:
        tree = ast.parse(f"_({text}\n)", "<run>", "eval")
    except (SyntaxError, ValueError) as error:
        raise UsageError(
            f"cannot read the arguments {text!r}: {_said(error)}", fix="write run='1, x=2'"
        ) from None
    call = tree.body
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"):
        raise UsageError(f"cannot read the arguments {text!r}", fix="write run='1, x=2'")
    call.func.id = "__take"
    return _evaluate(tree, text, {**namespace, "__take": take})  # type: ignore[no-any-return]


def _words(line: str) -> Iterator[str]:
    start, depth, quote = None, 0, ""
    at = 0
    while at < len(line):
        char = line[at]
        if start is None and not char.isspace():
            start = at
        if quote:
            if char == "\\":
                at += 1
            elif line.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
        elif char in "'\"" and (depth or _may_open(line, at)):
            quote = char * 3 if line.startswith(char * 3, at) else char
            at += len(quote) - 1
        elif char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(depth - 1, 0)
        elif char.isspace() and not depth and start is not None:
            yield line[start:at]
            start = None
        at += 1
    if quote or depth:
        raise UsageError(
            f"cannot read {line[start:].strip()!r}",
            fix=f"close the {'quote' if quote else 'bracket'}",
        )
    if start is not None:
        yield line[start:]


def _may_open(line: str, at: int) -> bool:
    """A quote begins a string at a word's start, after a sign or a prefix; ``it's`` has none."""
    before = re.search(r"\S*$", line[:at])
    word = before.group() if before else ""
    return not word or not word[-1].isalnum() or bool(re.search(r"(^|\W)[rbfuRBFU]{1,2}$", word))


def _value(text: str, namespace: Mapping[str, Any]) -> Any:
    if text.startswith("$"):
        return _expression(text[1:], namespace)
    if text.startswith("{"):
        return _braces(text, namespace)
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        if text[:1] in _NOT_TEXT or not text:
            raise UsageError(
                f"cannot read {text!r}: {_said(error)}",
                fix="write a literal, or {…} for an expression of the notebook",
            ) from None
        return text


def _braces(text: str, namespace: Mapping[str, Any]) -> Any:
    display = _parse(text)
    if isinstance(display, ast.Dict) or (isinstance(display, ast.Set) and len(display.elts) > 1):
        return _evaluate(ast.Expression(display), text, namespace)
    if not text.endswith("}"):
        raise UsageError(f"cannot read {text!r}", fix="close the bracket")
    return _expression(text[1:-1], namespace)


def _expression(text: str, namespace: Mapping[str, Any]) -> Any:
    tree = _parse(text)
    if tree is None:
        raise UsageError(f"{text!r} is no expression", fix="write $name or {expression}")
    return _evaluate(ast.Expression(tree), text, namespace)


def _parse(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), "<run>", "eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _evaluate(tree: ast.Expression, text: str, namespace: Mapping[str, Any]) -> Any:
    """Evaluate the user's own expression; what it raises is the user's own exception."""
    __tracebackhide__ = True
    try:
        code = compile(tree, "<run>", "eval", dont_inherit=True)
        return eval(code, dict(namespace))
    except NameError as error:
        name = getattr(error, "name", None) or text
        raise MissingName(f"no name {name!r} in the notebook", fix=near(name, namespace)) from None


def _said(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else "not a literal"
