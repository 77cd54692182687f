"""One function from its plan to a draft: tests, reuse, code, gate, repair, register.

The loop is bounded in every direction. Code is repaired at most three times, each time from the
best that was seen, and not again when the gate says the same twice. Tests are stated again at most
twice: when the gate finds fault with them, and when code keeps failing some of them, for whoever
stated them may have been wrong. They are judged by the description, never by what the code did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babyagi_nb.agent.building.cases import Case, TestSet, check_cases, dealt
from babyagi_nb.agent.building.forms import TestsForm
from babyagi_nb.agent.building.nearness import nearest
from babyagi_nb.agent.building.plan import Known, Planned, parameters
from babyagi_nb.agent.building.prompts import case_messages, code_messages, repair_messages
from babyagi_nb.agent.building.provenance import PROVENANCE, declared_of
from babyagi_nb.agent.building.sitting import Sitting
from babyagi_nb.agent.building.workshop import Workshop
from babyagi_nb.agent.gate.candidate import Candidate
from babyagi_nb.agent.gate.report import Finding, Report
from babyagi_nb.agent.models.extraction import code as code_in
from babyagi_nb.agent.models.ladder import ask_form
from babyagi_nb.core.budget import Budget
from babyagi_nb.core.builds import Made
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Ask, Message
from babyagi_nb.errors import RegistrationError

__all__ = ["EACH", "REPAIRS", "Making", "Order"]

REPAIRS = 3
EACH = Budget(calls=24)
"""What one function may take of the build's budget."""

_CLIPPED = 1_600
"""Characters of the gate's words in a prompt."""
_REASON = 300
_FAILED = frozenset({"tests-failed", "hidden-failed", "timeout"})
"""Rules of the gate that say which tests code does not pass."""
_NUMBERED = re.compile(r"(?:^|(?<=[ (;]))(hidden )?test (\d+)(?=[:,)])")
_WEAK = (
    "A function with a small fault would pass them all. Add cases on both sides of every edge that "
    "the description names, and cases whose answers differ."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made."""

    planned: Planned
    replaces: str | None = None
    """``name@number`` of the version that it is the next of."""
    code: str = ""
    """Code to begin with."""
    remark: str = ""
    """What is to change about that code."""
    tests: TestSet | None = None
    """Tests that were there before; ``None``: state them."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    code: str
    report: Report
    tests: TestSet

    @property
    def rank(self) -> tuple[bool, int]:
        """Higher is better: first whether it could be run at all, then how little is wrong."""
        found = self.report.findings
        return (any("test" in each.where for each in found), -len(found))


class Making:
    """Makes one function within one sitting."""

    def __init__(self, shop: Workshop, sitting: Sitting, order: Order, used: Sequence[str]) -> None:
        self._shop = shop
        self._sitting = sitting
        self._order = order
        self._planned = order.planned
        self._uses = tuple(dict.fromkeys(used))
        self._meter = sitting.meter_of(EACH)
        self._phrases: list[str] = []
        self._cost: float | None = 0.0
        self._hash = ""
        self._stated = 0

    def make(self) -> Made:
        """The function as a draft, or the stored one that does the same; or why there is none."""
        tests = self._order.tests or self._state()
        twin = None if self._order.replaces else self._reuse(tests)
        if twin is not None:
            return self._reused(twin, "it passes all tests already")
        best = self._write(tests)
        if best.report.same is not None:
            return self._reused(best.report.same, "it is the same code")
        if not best.report.ok:
            return Made(name=self._planned.name, how="failed", reason=_reason(best.report))
        return self._register(best)

    # -- tests ---------------------------------------------------------------------------------

    def _state(self, earlier: Sequence[str] = (), problem: str = "") -> TestSet:
        """Have the tests stated, by a call that never sees code."""
        planned = self._planned
        self._stated += 1

        def ask() -> dict[str, Any]:
            form, _ = ask_form(
                self._sitting.model,
                self._ask("tests", case_messages(planned, used, tests=earlier, problem=problem)),
                TestsForm,
                meter=self._meter,
                check=lambda form: self._check(form.stated()),
            )
            cases = [[each.title, each.code, each.raises] for each in form.stated()]
            return {"cases": cases, "phrases": form.phrases()}

        used = self._known()
        inputs = [planned.row(), [each.line() for each in used], list(earlier), problem]
        found = self._once("tests", inputs, ask, lambda value: f"{len(value['cases'])} cases")
        self._phrases = found["phrases"] or self._phrases
        stated = [
            Case(title=title, code=code, raises=raises) for title, code, raises in found["cases"]
        ]
        return dealt(planned.name, stated).beside(self._order.tests)

    def _check(self, stated: Sequence[Case]) -> str | None:
        """What is wrong with cases, as far as it shows before there is code."""
        name = self._planned.name
        problem = check_cases(name, stated)
        if problem is not None:
            return problem
        found = self._shop.judge.check_tests(self._candidate("", dealt(name, stated)))
        return "\n".join(each.model for each in found[:6]) or None

    def _reuse(self, tests: TestSet) -> str | None:
        """A stored function that passes the tests of this one already."""
        reuse = self._shop.reuse
        if reuse is None:
            return None

        def search() -> list[str]:
            names = [each.name for each in self._shop.library(_query(self._planned))]
            return reuse(self._planned, tests.all, names) if names else []

        found = self._sitting.once(
            "reuse", [self._planned.row(), tests.row()], search,
            function=self._planned.name, words=lambda value: ", ".join(value) or "none fits",
        )  # fmt: skip
        return found[0] if found else None

    # -- code ----------------------------------------------------------------------------------

    def _write(self, tests: TestSet) -> _Attempt:
        best: _Attempt | None = None
        said = ""
        for at in range(1 + REPAIRS):
            attempt = self._examine(self._code(at, tests, best), tests)
            if _about_tests(attempt.report) and self._stated < 2:
                tests = self._state(tests.all, _about_weakness(attempt.report))
                attempt = self._examine(attempt.code, tests)
            if attempt.report.ok or attempt.report.same is not None:
                return attempt
            if best is None or attempt.rank >= best.rank:
                best = attempt
            problem = attempt.report.for_model("code", _CLIPPED)
            if problem == said:
                break
            said = problem
        assert best is not None
        return self._doubt(best)

    def _code(self, at: int, tests: TestSet, best: _Attempt | None) -> str:
        planned, used = self._planned, self._known()
        if best is not None:
            problem = best.report.for_model("code", _CLIPPED) or best.report.for_model("tests")
            messages = repair_messages(planned, used, tests.shown, best.code, problem)
        elif self._order.code:
            remark = self._order.remark or "It fails some of these tests."
            messages = repair_messages(planned, used, tests.shown, self._order.code, remark)
        else:
            messages = code_messages(planned, used, tests.shown)
        step = "repair" if best is not None else "code"

        def ask() -> dict[str, Any]:
            answer = self._sitting.model.ask(self._ask(step, messages), meter=self._meter)
            return {"code": "" if answer.finish == "length" else code_in(answer.text)}

        inputs = [at, [each.content for each in messages]]
        found = self._once(step, inputs, ask, lambda value: _lines(value["code"]))
        return str(found["code"])

    def _examine(self, code: str, tests: TestSet) -> _Attempt:
        if not code.strip():
            return _Attempt("", _NO_CODE, tests)
        planned = self._planned
        candidate = self._candidate(code, tests)
        row = self._sitting.once(
            "gate", [planned.row(), list(self._uses), code, tests.row()],
            lambda: self._shop.judge.examine(candidate).row(),
            function=planned.name, words=lambda row: _verdict(Report.from_row(row)),
            good=lambda row: bool(row.get("ok") or row.get("same")),
        )  # fmt: skip
        return _Attempt(code, Report.from_row(row), tests)

    def _candidate(self, code: str, tests: TestSet) -> Candidate:
        planned = self._planned
        # Nobody's key is in the sandbox; its name is, so that code which reads it can be tried.
        keys = "".join(f"\n{each} = ''\n" for each in planned.keys)
        return Candidate(
            name=planned.name,
            code=f"{code}\n{keys}" if keys and code else code,
            tests=tests.shown,
            hidden=tests.hidden,
            uses=self._uses,
            description=planned.description,
            parameters=parameters(planned.signature),
            imports=planned.imports,
            replaces=planned.name if self._order.replaces else None,
        )

    def _doubt(self, best: _Attempt) -> _Attempt:
        """Where code fails single tests only, have those looked at once more."""
        failing = _failing(best)
        if not failing or self._stated > 1 or self._order.tests is not None:
            return best
        problem = (
            "A function that was written to the description disagrees with the cases below. Work "
            "out by hand what the description says for each, correct those that are wrong, and "
            "keep those that are right.\n\n" + "\n\n".join(failing)
        )
        tests = self._state(best.tests.all, problem)
        if set(tests.all) == set(best.tests.all):
            return best
        again = self._examine(best.code, tests)
        return again if again.report.ok or again.report.same is not None else best

    # -- into the store ------------------------------------------------------------------------

    def _register(self, best: _Attempt) -> Made:
        planned = self._planned
        sitting = self._sitting
        # Drafts are tried without keys, so tests of code that reads one would fail: they are kept
        # beside it.
        tests = () if planned.keys else best.tests.all
        text = "\n\n\n".join([best.code.strip(), *tests])
        draft = sitting.once(
            "draft", [planned.row(), text],
            lambda: declared_of(
                planned, sitting, best.report, best.tests, phrases=self._phrases,
                replaces=self._order.replaces, cost=self._cost, prompt_hash=self._hash,
                near=self._nearest(best.code),
            ),
            function=planned.name, words=None,
        )  # fmt: skip

        def propose() -> dict[str, Any]:
            try:
                done = self._shop.propose(text, origin=f"model:{sitting.model.id}", **draft)
            except RegistrationError as error:
                return {"refused": str(error)}
            return {"version": int(done.functions[0].version.number)}

        found = sitting.once(
            "register", [text, draft], propose,
            function=planned.name, words=lambda value: _registered(planned.name, value),
        )  # fmt: skip
        if "refused" in found:
            reason = one_line(found["refused"], _REASON)
            return Made(name=planned.name, how="failed", reason=reason)
        near = draft["metadata"][PROVENANCE]["near"]
        reason = f"nearly the same code as {near}: one of the two may do" if near else ""
        return Made(name=planned.name, how="written", version=found["version"], reason=reason)

    def _nearest(self, code: str) -> str | None:
        """A stored function that may be merged with this one."""
        planned = self._planned
        found = map(self._shop.usable, (each.name for each in self._shop.library(_query(planned))))
        return nearest(
            code,
            {each.name: each.spec.code for each in found if each and each.name != planned.name},
        )

    def _reused(self, name: str, reason: str) -> Made:
        found = self._shop.usable(name)
        number = None if found is None else int(found.number)
        return Made(name=name, how="reused", version=number, reason=reason)

    # -- asking --------------------------------------------------------------------------------

    def _ask(self, purpose: str, messages: tuple[Message, ...]) -> Ask:
        remaining = self._meter.remaining()
        return Ask(
            messages=messages,
            purpose=purpose,
            seconds=120.0 if remaining is None else max(1.0, min(120.0, remaining)),
        )

    def _once(
        self,
        step: str,
        inputs: Sequence[Any],
        ask: Callable[[], dict[str, Any]],
        words: Callable[[Any], str],
    ) -> Mapping[str, Any]:
        """A step that asks the model: with what it cost, so that a known one costs the same."""

        def make() -> dict[str, Any]:
            model = self._sitting.model
            model.cost = 0.0
            value = ask()
            return {**value, "cost": model.cost, "hash": model.prompt_hash}

        found: Mapping[str, Any] = self._sitting.once(
            step, inputs, make, function=self._planned.name, words=words
        )
        costs = (self._cost, found["cost"])
        self._cost = None if None in costs else sum(costs)
        self._hash = found["hash"]
        return found

    def _known(self) -> list[Known]:
        found = map(self._shop.known, self._uses)
        return [each for each in found if each is not None]


_NO_CODE = Report(
    ok=False,
    findings=(
        Finding(
            rule="no-code",
            model="the answer held no Python code block, or was cut off; give one block, shorter",
            people="the model gave no code",
        ),
    ),
)


def _query(planned: Planned) -> str:
    return f"{planned.name.replace('_', ' ')} {planned.description}"


def _about_tests(report: Report) -> bool:
    return any(each.about == "tests" for each in report.findings)


def _failing(attempt: _Attempt) -> list[str]:
    """The tests that a candidate fails, when that is all that is wrong with it."""
    found: list[str] = []
    for each in attempt.report.findings:
        if each.rule not in _FAILED:
            return []
        # What people are told names held out tests, too.
        for hidden, number in _NUMBERED.findall(f"{each.where}: {each.people}"):
            texts = attempt.tests.hidden if hidden else attempt.tests.shown
            found += texts[int(number) - 1 : int(number)]
    return list(dict.fromkeys(found))


def _about_weakness(report: Report) -> str:
    """What is wrong with the tests, in words that hold nothing of the code."""
    if any(each.rule == "tests-weak" for each in report.findings):
        return _WEAK
    return report.for_model("tests", _CLIPPED)


def _reason(report: Report) -> str:
    said = "; ".join(each.people for each in report.findings[:3])
    return one_line(said or "it did not pass", _REASON)


def _verdict(report: Report) -> str:
    if report.same is not None:
        return f"the same code as {report.same}"
    if report.ok:
        return f"passed, {report.killed} of {report.mutants} mutants noticed"
    return _reason(report)


def _registered(name: str, value: Mapping[str, Any]) -> str:
    return value.get("refused") or f"{name}@{value['version']}"


def _lines(code: str) -> str:
    count = len(code.splitlines())
    return f"{count} lines" if count else "no code"
