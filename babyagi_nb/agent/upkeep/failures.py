"""Inputs that a version failed on, made into tests of its next version.

The log holds bounded pictures of arguments. Only an input that is there whole, that is plain
enough to be written as Python, and from which no secret was taken out can be put to a function
again. Errors that the code raises on purpose, by a ``raise`` of its own, are no failures: they are
kept as what has to stay. Results are kept where the function is declared pure, and where the log
shows that they are always of one type the failing inputs have to give that type.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.agent.upkeep.evidence import BLAMELESS
from babyagi_nb.core.preview import is_exact
from babyagi_nb.core.records import FunctionSpec
from babyagi_nb.core.restoring import restore
from babyagi_nb.core.runs import Run

__all__ = ["Case", "Lessons", "lessons"]

FAILURES = 6
"""Failing inputs that become tests."""
_KEPT = 6
"""Further tests of each kind: of results, and of errors on purpose."""
_LONGEST = 4_000
"""Characters of the arguments of one test."""
_REDACTED = re.compile(r"\[key [^\]\n]{1,80}\]")
"""What stands where the value of a key was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run, as a test can say it again."""

    call: str
    """The call as source text."""
    run: str
    error: str = ""
    """What was raised."""
    result: str = ""
    """What was returned as source text, where nothing was raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What the log teaches about one version."""

    name: str
    failing: tuple[Case, ...] = ()
    meant: tuple[Case, ...] = ()
    """Inputs that it refuses on purpose."""
    results: tuple[Case, ...] = ()
    """Inputs with what came of them, of a pure function."""
    type: str = ""
    """The builtin type that every result in the log has."""
    unusable: int = 0
    """Failed runs whose input cannot be put again."""
    tests: tuple[str, ...] = field(init=False, default=())
    """Source texts of test functions."""

    @property
    def nothing(self) -> str:
        """Why there is no failing input, in one line; empty when there is one."""
        if self.failing:
            return ""
        if self.unusable:
            return f"failed runs whose input the log does not hold whole: {self.unusable}"
        if self.meant:
            return "what it refused in the log it refuses on purpose"
        return "the log holds no input that it failed on"

    def __post_init__(self) -> None:
        object.__setattr__(self, "tests", tuple(_tests(self)))


def lessons(spec: FunctionSpec, runs: Iterable[Run]) -> Lessons:
    """What *runs* of one version of *spec* teach, newest first.

    Only builtin exceptions become tests: another one cannot be named where tests run.
    """
    failing: dict[str, Case] = {}
    meant: dict[str, Case] = {}
    results: dict[str, Case] = {}
    lost: set[str] = set()
    kinds: set[str] = set()
    did: set[str] = set()
    for run in runs:
        if run.status == "success":
            kinds.add(_kind(run.output))
        elif not _counts(run):
            continue
        call = _call(spec, run.params)
        if call is None:
            if run.status != "success":
                lost.add(json.dumps(run.params, sort_keys=True, default=str))
            continue
        if run.status == "success":
            did.add(call)
            result = _literal(run.output) if spec.effects == "pure" else None
            if result is not None:
                results.setdefault(call, Case(call=call, run=run.id, result=result))
        elif _on_purpose(spec.name, run):
            meant.setdefault(call, Case(call=call, run=run.id, error=run.error or ""))
        else:
            kind = "TimeoutError" if run.status == "timeout" else run.error or ""
            failing.setdefault(call, Case(call=call, run=run.id, error=kind))
    # Where the same input went well at another time, the input is not what is wrong.
    bad = [each for each in failing.values() if each.call not in did]
    return Lessons(
        name=spec.name,
        failing=tuple(bad[:FAILURES]),
        meant=tuple(list(meant.values())[:_KEPT]),
        results=_varied(results.values()),
        type=kinds.pop() if len(kinds) == 1 else "",
        unusable=len(lost),
    )


def _counts(run: Run) -> bool:
    """Whether a run failed by what the function does."""
    if run.status == "timeout":
        return True
    return run.status == "error" and bool(run.error) and run.error not in BLAMELESS


def _on_purpose(name: str, run: Run) -> bool:
    """Whether the innermost line of a traceback is the function's own ``raise``."""
    if not run.traceback or run.status == "timeout":
        return False
    place, told = "", ""
    for line in run.traceback.splitlines():
        if line.startswith("  File "):
            place, told = line, ""
        elif place and not told and line.startswith("    "):
            told = line.strip()
    return f"<babyagi {name}@" in place and (told == "raise" or told.startswith("raise "))


def _call(spec: FunctionSpec, params: Mapping[str, Any]) -> str | None:
    """The call with *params*, or ``None`` when it cannot be made again."""
    known = {each.name: each for each in spec.parameters}
    if not set(params) <= set(known):
        return None
    parts: list[str] = []
    named = False
    for each in spec.parameters:
        if each.name not in params:
            if each.required:
                return None
            named = True
            continue
        text = _literal(params[each.name])
        if text is None or each.kind.startswith("var_"):
            return None
        if named and each.kind == "positional_only":
            return None
        by_name = named or each.kind == "keyword_only"
        parts.append(f"{each.name}={text}" if by_name else text)
    call = f"{spec.name}({', '.join(parts)})"
    return call if len(call) <= _LONGEST else None


def _literal(shown: Any) -> str | None:
    """The value that *shown* is a picture of as source text, where all of it is there."""
    if not is_exact(shown):
        return None
    try:
        value = restore(shown)
    except (ValueError, TypeError, KeyError):
        return None
    if not _is_plain(value):
        return None
    text = repr(value)
    return text if len(text) <= _LONGEST and not _REDACTED.search(text) else None


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether *value* can be written as a literal that is equal to it."""
    if value is None or type(value) in (bool, int, str, bytes):
        return True
    if type(value) is float:
        return bool(value - value == 0.0)
    if depth > 8:
        return False
    if type(value) in (list, tuple, set):
        return all(_is_plain(each, depth + 1) for each in value)
    if type(value) is dict:
        return all(_is_plain(each, depth + 1) for pair in value.items() for each in pair)
    return False


def _kind(output: Any) -> str:
    """The builtin type that a picture of a result is of; empty for others."""
    if isinstance(output, dict) and "$type" in output:
        return "tuple" if output["$type"] == "tuple" else ""
    kind = type(output)
    return "" if output is None else kind.__name__ if kind.__module__ == "builtins" else ""


def _varied(found: Collection[Case]) -> tuple[Case, ...]:
    """A few results, different ones first."""
    seen: dict[str, Case] = {}
    rest: list[Case] = []
    for each in found:
        if each.result in seen:
            rest.append(each)
        else:
            seen[each.result] = each
    return tuple([*seen.values(), *rest][:_KEPT])


# -- texts -------------------------------------------------------------------------------------


def _tests(found: Lessons) -> Iterable[str]:
    for at, each in enumerate(found.failing, 1):
        yield _failing_test(found, at, each)
    for at, each in enumerate(found.results, 1):
        yield _function(f"test_{found.name}_result_{at}", [_equal(each)])
    for at, each in enumerate(found.meant, 1):
        if _builtin(each.error):
            yield _refusal_test(found.name, at, each)


def _failing_test(found: Lessons, at: int, case: Case) -> str:
    """A test that fails as long as the input ends in that error."""
    kind = case.error if _builtin(case.error) else "Exception"
    body = [
        "try:",
        f"    result = {case.call}",
        f"except {kind} as error:",
        f"    raise AssertionError({f'it raised {case.error}'!r}) from error",
    ]
    if found.type:
        kinds = "(int, float)" if found.type in ("int", "float") else found.type
        body.append(f"assert isinstance(result, {kinds})")
    return _function(f"test_{found.name}_logged_{at}", body)


def _refusal_test(name: str, at: int, case: Case) -> str:
    body = [
        "try:",
        f"    {case.call}",
        f"except {case.error}:",
        "    pass",
        "else:",
        f"    raise AssertionError({f'{case.error} was to be raised'!r})",
    ]
    return _function(f"test_{name}_refused_{at}", body)


def _equal(case: Case) -> str:
    if case.result in ("None", "True", "False"):
        return f"assert {case.call} is {case.result}"
    value = ast.literal_eval(case.result) if case.result != "set()" else set()
    if isinstance(value, float):
        return f"assert abs({case.call} - {value!r}) <= {1e-9 * max(1.0, abs(value))!r}"
    return f"assert {case.call} == {case.result}"


def _function(name: str, body: Iterable[str]) -> str:
    text = "\n".join([f"def {name}():", *(f"    {line}" for line in body)])
    ast.parse(text)
    return text


def _builtin(name: str) -> bool:
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, Exception)
