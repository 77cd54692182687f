"""Records of the gate's corpora, read from text.

A record is a module text, a line ``# tests``, and the tests: paragraphs. A paragraph of nothing but
one-line asserts is as many tests as it has lines; ``!ValueError f(0)`` stands for a test that
expects that exception. Every second test is hidden. Lines ``# uses: a, b``, ``# imports: x`` and
``# planned: a, b`` (parameters) may come first. The function is the first public one.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from babyagi_nb.agent.gate import Candidate

__all__ = ["Bad", "bad", "good", "stored"]


@dataclass(frozen=True)
class Bad:
    """A candidate that must not pass, and the rules of which one must say so."""

    rules: tuple[str, ...]
    candidate: Candidate


def good(text: str) -> Candidate:
    headers, code, tests = _parts(text)
    named = [
        node
        for node in ast.parse(code).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]
    name, args = named[0].name, named[0].args
    every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    planned = tuple(each.arg for each in every if each is not None)
    return _candidate(headers, code, tests, name, planned)


def bad(rules: str, name: str, text: str) -> Bad:
    """*rules* are separated by ``|``; the text is never run here, nor need it parse."""
    headers, code, tests = _parts(text)
    planned = tuple(_words(headers["planned"])) if "planned" in headers else None
    return Bad(tuple(rules.split("|")), _candidate(headers, code, tests, name, planned))


def stored() -> dict[str, str]:
    """Functions that the store has, for candidates that depend on some."""
    return dict(_STORED)


def _candidate(
    headers: dict[str, str],
    code: str,
    tests: list[str],
    name: str,
    planned: tuple[str, ...] | None,
) -> Candidate:
    return Candidate(
        name=name,
        code=code,
        tests=tuple(tests[::2]),
        hidden=tuple(tests[1::2]),
        uses=tuple(_words(headers.get("uses", ""))),
        imports=tuple(_words(headers.get("imports", ""))),
        parameters=planned,
    )


def _parts(text: str) -> tuple[dict[str, str], str, list[str]]:
    body, _, after = textwrap.dedent(text).strip("\n").partition("# tests\n")
    headers = dict(re.findall(r"^# (uses|imports|planned): *(.*)$", body, re.MULTILINE))
    code = re.sub(r"^# (uses|imports|planned):.*\n", "", body, flags=re.MULTILINE)
    return headers, code.strip("\n") + "\n", _tests(after)


def _tests(text: str) -> list[str]:
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        lines = paragraph.splitlines()
        if all(each.startswith(("assert ", "!")) for each in lines):
            found += [_expected(each) for each in lines]
        elif paragraph.strip():
            found.append(paragraph + "\n")
    return found


def _expected(line: str) -> str:
    if not line.startswith("!"):
        return line + "\n"
    kind, _, call = line[1:].partition(" ")
    return (
        f"try:\n    {call}\nexcept {kind}:\n    pass\n"
        f"else:\n    raise AssertionError('no {kind}')\n"
    )


def _words(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


_STORED = {
    "average": '''
def average(numbers: list[float]) -> float:
    """The arithmetic mean."""
    if not numbers:
        raise ValueError("no numbers")
    return sum(numbers) / len(numbers)
''',
    "words_of": '''
import re

def words_of(text: str) -> list[str]:
    """Words in lower case."""
    return re.findall(r"[a-z]+", text.lower())
''',
    "later": '''
async def later(value: int) -> int:
    """The value, doubled, after a turn of the loop."""
    import asyncio

    await asyncio.sleep(0)
    return value * 2
''',
    "spread": '''
def spread(numbers: list[float]) -> float:
    """How far the farthest is from the mean."""
    middle = average(numbers)
    return max(abs(each - middle) for each in numbers)
''',
    "circular": '''
def circular(text: str) -> str:
    """Calls what a candidate wants to be."""
    return text
''',
}
