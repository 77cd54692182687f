"""What a scripted model answers in a build: one plan, and tests and code for each function of it.

A build names its step in the first sentence of the system's text and its function in a ``def`` line
of the prompt; rules are matched by these two. Each rule answers for ever, so a cell of a notebook
can be run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from babyagi_nb.testing.request import Request
from babyagi_nb.testing.script import Rule

__all__ = ["REPAIR", "Part", "build_rules", "fenced", "plan_rule"]

_PLAN = "You plan Python functions."
_TESTS = "You write tests for one Python function."
_CODE = "You write one Python function."
REPAIR = "You repair one Python function."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One function as a model plans, tests and writes it."""

    signature: str
    description: str
    cases: Sequence[tuple[str, str, str]]
    """Title, statements, and the error that they have to raise or nothing."""
    code: Any
    """A text, or a function of the request."""
    first: str = ""
    """What is written at first, and repaired into ``code``; empty: ``code`` itself."""
    uses: Sequence[str] = ()
    phrases: Sequence[str] = ()

    @property
    def name(self) -> str:
        return self.signature.partition("(")[0]

    def planned(self) -> dict[str, Any]:
        """As it stands in a plan."""
        return {
            "name": self.name,
            "signature": self.signature,
            "description": self.description,
            "uses": list(self.uses),
        }

    def tests(self) -> dict[str, Any]:
        """The answer of who states its tests."""
        cases = [
            {"title": title, "code": code, "raises": raises} for title, code, raises in self.cases
        ]
        return {"cases": cases, "search_phrases": list(self.phrases)}


def build_rules(task: str, main: str, parts: Sequence[Part]) -> Iterator[Rule]:
    """Everything that a build asks for a task that has *task* in its words."""
    yield plan_rule(task, main, parts)
    for part in parts:
        here = f"\ndef {part.name}("
        code = part.code if callable(part.code) else fenced(part.code)
        yield Rule(part.tests(), system=_TESTS, contains=here, times=None)
        yield Rule(fenced(part.first) if part.first else code, system=_CODE, contains=here,
                   times=None)  # fmt: skip
        yield Rule(code, system=REPAIR, contains=here, times=None)


def plan_rule(task: str, main: str, parts: Sequence[Part]) -> Rule:
    """The plan for a task that has *task* in its words."""
    plan = {"functions": [each.planned() for each in parts], "main": main}

    def asked(request: Request) -> bool:
        # Descriptions of stored functions, which stand below, are no task.
        return task in request.last.partition("<data ")[0]

    return Rule(plan, system=_PLAN, when=asked, times=None)


def fenced(code: str) -> str:
    """*code* as models write it."""
    return f"```python\n{code.strip()}\n```"
