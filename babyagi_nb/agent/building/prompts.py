"""What the model is told at each step.

The first sentence of every system text never changes: it names the step. What comes out of the
store or out of an earlier answer is fenced (see ``agent.fencing``); the task is the user's own
word and is not. Who writes tests never sees code, and who writes code sees half of the tests.
"""

from __future__ import annotations

from collections.abc import Sequence

from babyagi_nb.agent.building.plan import MOST, Known, Planned
from babyagi_nb.agent.fencing import fence
from babyagi_nb.core.cleaning import clean
from babyagi_nb.core.model import Message

__all__ = [
    "CODER",
    "PLANNER",
    "REPAIRER",
    "TASKER",
    "TESTER",
    "code_messages",
    "plan_messages",
    "repair_messages",
    "replan_messages",
    "task_messages",
    "case_messages",
]

PLANNER = "You plan Python functions."
TESTER = "You write tests for one Python function."
CODER = "You write one Python function."
REPAIRER = "You repair one Python function."
TASKER = "You think of tasks for Python functions."

_TASK = 4_000
_PROBLEM = 1_600
_CODE = 12_000

_PLAN_RULES = f"""\
Split the task into few small functions, at most {MOST}, with one main function that does all of it.
- Prefer stored functions that do a part already: list them under uses and do not plan them again.
- If one stored function does the whole task, name it as main and plan nothing.
- Each function is a plain def: no async, no generator, no global state.
- Work that is only computing stands apart from work that needs a network.
- A description says what is returned for which input, what happens at the edges (nothing, zero, \
one), and which built-in error is raised for which bad input. Tests are made from it alone.
- Use Python's own library. List other modules under imports only if nothing else will do.
- A function that needs a secret lists its name under keys, and the server under hosts."""

_TEST_RULES = """\
State what the description says, for somebody who has not seen any code; work each expected value \
out with care.
- At least four cases; at least one is about bad input and names the built-in error in raises.
- A case is a few plain statements that call the function and assert what it returns. \
With raises, the code only makes the call that must fail.
- Different inputs, different answers; edges too. No files, no network, no clock, no chance.
- Compare floating point numbers with a tolerance.
Then give five short phrases with which somebody who does not know its name would search for it."""

_CODE_RULES = """\
Answer with one Python code block and nothing else.
- It holds the imports and exactly one public function, with the given name and signature, type \
hints and a docstring. Helpers have names that begin with an underscore.
- The functions you are told of are there already: call them by name, do not import or define them.
- No input and output, no exec or eval, no subprocess, no code at the top level beside \
definitions and constants.
- The code does what the description says for every input, not only for the tests that you see."""


def plan_messages(task: str, library: Sequence[Known]) -> tuple[Message, ...]:
    """Ask for a plan; *library* are stored functions that may be of use."""
    parts = [f"The task:\n{clean(task, _TASK)}", _library(library, "stored functions")]
    return _ask(f"{PLANNER}\n{_PLAN_RULES}", parts)


def replan_messages(planned: Planned, remark: str, library: Sequence[Known]) -> tuple[Message, ...]:
    """Ask for one function's plan again, with a remark of the person who reviewed it."""
    parts = [
        f"There is a function {planned.name!r}. Plan only this one anew, under the same name, and "
        "name it as main. Keep whatever the remark does not ask to change.",
        _about(planned),
        f"The remark:\n{clean(remark, _TASK)}",
        _library(library, "stored functions"),
    ]
    return _ask(f"{PLANNER}\n{_PLAN_RULES}", parts)


def case_messages(
    planned: Planned, used: Sequence[Known], *, tests: Sequence[str] = (), problem: str = ""
) -> tuple[Message, ...]:
    """Ask for tests; with earlier *tests* and a *problem*, ask for better ones."""
    parts = [_about(planned), _library(used, "functions it may call")]
    if tests:
        parts.append(fence("\n\n".join(tests), "the tests so far", limit=_CODE))
    if problem:
        parts += [fence(problem, "what is wrong with them", limit=_PROBLEM), "State all cases."]
    return _ask(f"{TESTER}\n{_TEST_RULES}", parts)


def code_messages(
    planned: Planned, used: Sequence[Known], shown: Sequence[str]
) -> tuple[Message, ...]:
    """Ask for code that passes tests of which *shown* are half."""
    return _ask(f"{CODER}\n{_CODE_RULES}", _coding(planned, used, shown))


def repair_messages(
    planned: Planned, used: Sequence[Known], shown: Sequence[str], code: str, problem: str
) -> tuple[Message, ...]:
    """Ask for better code than *code*, which has a *problem*."""
    parts = [
        *_coding(planned, used, shown),
        fence(code, "the code so far", limit=_CODE),
        fence(problem, "what is wrong with it", limit=_PROBLEM),
        "Give the whole code, mended.",
    ]
    return _ask(f"{REPAIRER}\n{_CODE_RULES}", parts)


def task_messages(role: str, n: int, library: Sequence[Known]) -> tuple[Message, ...]:
    """Ask for tasks that somebody in a *role* has and that the library does not do yet."""
    rules = (
        f"Give {n} different tasks that the person has often and that one Python function with a "
        "few helpers can do. Say for each how feasible it is in plain Python. Leave out what the "
        "stored functions do already; fewer tasks are fine."
    )
    parts = [f"The person:\n{clean(role, _TASK)}", _library(library, "stored functions")]
    return _ask(f"{TASKER}\n{rules}", parts)


def _ask(system: str, parts: Sequence[str]) -> tuple[Message, ...]:
    text = "\n\n".join(each for each in parts if each)
    return (Message(role="system", content=system), Message(role="user", content=text))


def _coding(planned: Planned, used: Sequence[Known], shown: Sequence[str]) -> list[str]:
    parts = [_about(planned), _library(used, "functions you may call")]
    if planned.imports:
        parts.append(f"You may also import: {', '.join(planned.imports)}.")
    if planned.keys:
        parts.append(f"These secrets are global variables of these names: {_names(planned.keys)}.")
    if planned.hosts:
        parts.append(f"It may connect to: {', '.join(planned.hosts)}.")
    parts.append(fence("\n\n".join(shown), "some of its tests", limit=_CODE))
    return parts


def _about(planned: Planned) -> str:
    return fence(f"def {planned.signature}\n{planned.description}", "the function")


def _library(known: Sequence[Known], label: str) -> str:
    return fence("\n".join(each.line() for each in known), label) if known else ""


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)
