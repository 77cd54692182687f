"""A build from its task to drafts, in as many sittings as it takes.

A sitting walks the whole way from the beginning each time. What the journal knows is not done
again, so a build that was interrupted, killed or out of budget goes on where it was. Nothing it
makes is active: everything arrives as drafts, and people decide.

How a sitting ends: ``done`` when the main function exists; ``failed`` when it cannot be built this
way; ``stopped`` for everything that may be mended from outside (no budget left, no server, no
package, an interrupt). The message says the mend. Only an interrupt, and errors of the store, leave
:meth:`Builder.build` as exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import time_ns
from typing import Any

from babyagi_nb.agent.building.cases import TestSet
from babyagi_nb.agent.building.forms import PlanForm
from babyagi_nb.agent.building.making import Making, Order
from babyagi_nb.agent.building.plan import Known, Plan, Planned, check_plan, in_order
from babyagi_nb.agent.building.prompts import plan_messages, replan_messages
from babyagi_nb.agent.building.sitting import Sitting, Watch
from babyagi_nb.agent.building.summary import made_rows, summary
from babyagi_nb.agent.building.workshop import Workshop
from babyagi_nb.agent.models.ladder import ask_form
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.builds import Build, Made, Steps
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Ask, Message, Model
from babyagi_nb.errors import (
    AnswerError,
    BabyAGIError,
    BudgetSpent,
    BuildError,
    ModelError,
    ModelRefused,
    StoreError,
)

__all__ = ["Builder"]

_LINE = 400


class Builder:
    """Carries out builds with one model.

    ``build`` takes a journal that was begun with :meth:`header` or :meth:`next_header`.
    """

    def __init__(self, shop: Workshop, model: Model) -> None:
        self.shop = shop
        self.model = model

    def header(self, task: str, *, budget: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the journal of a build for *task* begins with."""
        return {
            "kind": "build", "task": task, "model": self.model.id, "started": time_ns(),
            "budget": dict(budget or {}),
        }  # fmt: skip

    def next_header(
        self,
        name: str,
        version: int,
        *,
        remark: str = "",
        tests: tuple[str, ...] = (),
        budget: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The same for the next version of a stored function.

        With a *remark* its plan and tests are made anew; without one they stay, and *tests*
        (source texts of test functions) are added.
        """
        what = f"revise {name}@{version}: {remark}" if remark else f"improve {name}@{version}"
        return {
            **self.header(one_line(what, 1000), budget=budget),
            "kind": "next", "name": name, "version": version, "remark": remark,
            "tests": list(tests),
        }  # fmt: skip

    def build(
        self,
        steps: Steps,
        *,
        meter: Meter,
        watch: Watch | None = None,
        how: Callable[[Sitting], dict[str, Any]] | None = None,
    ) -> Build:
        """One sitting of the build that *steps* is the journal of; closes the journal.

        *how* carries it out; by default what its header says. ``KeyboardInterrupt`` passes on, once
        it is written down that the build stopped.
        """
        sitting = Sitting(steps, self.model, meter, watch)
        try:
            steps.note(state="running", message="")
            facts = self._attempt(sitting, how or self._carry_on)
            steps.note(**facts, spent=meter.spent.row())
            good = facts["state"] == "done"
            sitting.tell(
                "done", "ended" if good else "failed", message=facts["message"], end=facts["state"]
            )
            return summary(steps)
        except KeyboardInterrupt:
            self._stop(sitting, f"interrupted; {_resume(steps)} goes on")
            raise
        except Exception as error:
            self._stop(sitting, one_line(f"{type(error).__name__}: {error}", _LINE))
            raise
        finally:
            steps.close()

    def _carry_on(self, sitting: Sitting) -> dict[str, Any]:
        return (self._next if sitting.steps.header.get("kind") == "next" else self._new)(sitting)

    def _attempt(
        self, sitting: Sitting, how: Callable[[Sitting], dict[str, Any]]
    ) -> dict[str, Any]:
        """How the sitting ended, as facts for the journal."""
        steps = sitting.steps
        try:
            with self._logged(sitting) as outcome:
                outcome |= {"cause": "", **how(sitting)}
                return outcome
        except AnswerError as error:
            fix = "another model may do better: %babyagi model"
            message = one_line(f"{error.message}; {fix}", _LINE)
            return {"state": "failed", "message": message, "cause": "answer"}
        except BudgetSpent as error:
            limit = getattr(sitting.meter.budget, error.what, None)
            more = f" {error.what}={limit * 2:g}" if limit else ""
            message = f"{error.message}; {_resume(steps)}{more} goes on"
            return {"state": "stopped", "message": message, "cause": "budget"}
        except ModelRefused as error:
            # The same words would be declined again.
            other = f"begin anew in other words, or {_resume(steps)} model=NAME"
            message = one_line(f"{error.message}; {other}", _LINE)
            return {"state": "stopped", "message": message, "cause": "model"}
        except StoreError:
            raise
        except BabyAGIError as error:
            message = one_line(f"{error}; then {_resume(steps)}", _LINE)
            cause = "model" if isinstance(error, ModelError) else "other"
            return {"state": "stopped", "message": message, "cause": cause}

    @contextmanager
    def _logged(self, sitting: Sitting) -> Iterator[dict[str, Any]]:
        """A run in the log, below which the questions to the model stand."""
        outcome: dict[str, Any] = {}
        if self.shop.runs is None:
            yield outcome
            return
        params = {"build": sitting.id, "task": sitting.steps.header.get("task", "")}
        with self.shop.runs("build", params) as span:
            sitting.steps.note(run=span.id)
            yield outcome
            span.output = {name: outcome.get(name) for name in ("state", "main", "message")}

    def _stop(self, sitting: Sitting, message: str) -> None:
        # The journal may be what is broken; the error under way says so.
        with suppress(StoreError):
            spent = sitting.meter.spent.row()
            sitting.steps.note(state="stopped", message=message, spent=spent)
        sitting.tell("done", "failed", message=message, end="stopped")

    # -- a new task ----------------------------------------------------------------------------

    def _new(self, sitting: Sitting) -> dict[str, Any]:
        task = str(sitting.steps.header.get("task", ""))
        library = self.library(sitting, task)
        plan = self._plan(sitting, plan_messages(task, library), [task], self._check)
        self._provide(plan)
        made: dict[str, Made] = {}
        for planned in in_order(plan):
            made[planned.name] = self._make(sitting, planned, made)
            sitting.steps.note(made=made_rows(list(made.values())))
        return self._outcome(plan, made)

    def _make(self, sitting: Sitting, planned: Planned, made: Mapping[str, Made]) -> Made:
        """One function of the plan; what it uses was made before it."""
        lost = [each for each in planned.uses if each in made and made[each].how == "failed"]
        if lost:
            reason = f"it needs {', '.join(lost)}"
            sitting.tell("code", "failed", planned.name, reason)
            return Made(name=planned.name, how="failed", reason=reason)
        used = [made[each].name if each in made else each for each in planned.uses]
        return self._carry_out(sitting, Order(planned=planned), used)

    def _carry_out(self, sitting: Sitting, order: Order, used: list[str]) -> Made:
        name = order.planned.name
        try:
            return Making(self.shop, sitting, order, used).make()
        except BudgetSpent as error:
            # The limit of the whole build stops it, the limit of one function only this one.
            sitting.meter.check()
            reason = f"{error.message} for this function"
        except AnswerError as error:
            reason = one_line(error.message, _LINE)
        sitting.tell("code", "failed", name, reason)
        return Made(name=name, how="failed", reason=reason)

    def _outcome(self, plan: Plan, made: Mapping[str, Made]) -> dict[str, Any]:
        found = made.get(plan.main)
        facts: dict[str, Any] = {"made": made_rows(list(made.values()))}
        if found is None:
            main = plan.main
            return {**facts, "state": "done", "main": main, "message": f"{main} does it already"}
        if found.how == "failed":
            message = f"{plan.main} could not be built: {found.reason}"
            return {**facts, "state": "failed", "main": None, "message": message}
        return {
            **facts, "state": "done", "main": found.name, "message": self._wanting(plan, made),
        }  # fmt: skip

    def _wanting(self, plan: Plan, made: Mapping[str, Made]) -> str:
        """What the finished drafts ask for that is not there."""
        written = [each for each in plan.functions if made[each.name].how == "written"]
        keys = dict.fromkeys(key for each in written for key in each.keys)
        missing = [key for key in keys if not self.shop.has_key(key)]
        return "; ".join(f"the key {key!r} has no value yet: %babyagi key set {key}"
                         for key in missing)  # fmt: skip

    # -- the next version ----------------------------------------------------------------------

    def _next(self, sitting: Sitting) -> dict[str, Any]:
        header = sitting.steps.header
        name, number = str(header["name"]), int(header["version"])
        version = self.shop.catalogue().version(name, number)
        spec = version.spec
        remark = str(header.get("remark") or "")
        planned = Planned(
            name=name,
            signature=_signature(self.shop, name, number),
            description=spec.description or f"{name} as its code says",
            uses=tuple(map(str, spec.dependencies)),
            imports=tuple(_modules(spec.imports)),
            keys=spec.keys,
            hosts=spec.asks.hosts,
        )
        tests = None
        if remark:
            library = self.library(sitting, f"{name} {remark}")
            messages = replan_messages(planned, remark, library)
            plan = self._plan(sitting, messages, [planned.row(), remark], _checking(self, name))
            planned = plan.functions[0]
            self._provide(plan)
        else:
            tests = TestSet(shown=(*spec.tests, *map(str, header.get("tests") or ())), hidden=())
        order = Order(
            planned=planned, replaces=version.label, code=spec.code, remark=remark, tests=tests
        )
        made = self._carry_out(sitting, order, list(planned.uses))
        return self._outcome(Plan(main=name, functions=(planned,)), {name: made})

    # -- planning ------------------------------------------------------------------------------

    def library(self, sitting: Sitting, query: str) -> list[Known]:
        """What the planner is shown; written down, because the library changes between sittings."""
        rows = sitting.once(
            "search", [query],
            lambda: [[each.name, each.signature, each.description]
                     for each in self.shop.library(query)],
            words=lambda rows: ", ".join(row[0] for row in rows) or "nothing fits",
        )  # fmt: skip
        return [Known(name=name, signature=said, description=text) for name, said, text in rows]

    def _plan(
        self,
        sitting: Sitting,
        messages: tuple[Message, ...],
        inputs: list[Any],
        check: Callable[[Plan], str | None],
    ) -> Plan:
        def make() -> dict[str, Any]:
            ask = Ask(messages=messages, purpose="plan", seconds=_seconds(sitting.meter))
            form, _ = ask_form(
                sitting.model, ask, PlanForm, meter=sitting.meter,
                check=lambda form: check(form.plan()),
            )  # fmt: skip
            return form.plan().row()

        row = sitting.once("plan", inputs, make, words=_planned_words)
        return Plan.of(row)

    def _check(self, plan: Plan) -> str | None:
        return check_plan(
            plan, stored=lambda name: self.shop.usable(name) is not None, refuse=self.shop.refuse
        )

    def _provide(self, plan: Plan) -> None:
        """Refuse to go on without packages that the plan needs."""
        for each in plan.functions:
            for module in each.imports:
                if not self.shop.installed(module):
                    raise BuildError(
                        f"{each.name} is to use {module!r}, which is not installed",
                        fix="install it in this environment, or say in the task to do without",
                    )


def _checking(builder: Builder, name: str) -> Callable[[Plan], str | None]:
    """A check of the plan of one function that is stored already."""

    def check(plan: Plan) -> str | None:
        if [each.name for each in plan.functions] != [name] or plan.main != name:
            return f"plan exactly one function, {name!r}, and name it as main"
        return check_plan(
            plan,
            stored=lambda used: builder.shop.usable(used) is not None,
            refuse=lambda planned: None,
        )

    return check


def _planned_words(row: dict[str, Any]) -> str:
    names = [each["name"] for each in row["functions"]]
    return ", ".join(names) or f"{row['main']} does it already"


def _resume(steps: Steps) -> str:
    return f"%babyagi resume {steps.id[-6:]}"


def _seconds(meter: Meter) -> float:
    remaining = meter.remaining()
    return 120.0 if remaining is None else max(1.0, min(120.0, remaining))


def _signature(shop: Workshop, name: str, number: int) -> str:
    from babyagi_nb.agent.building.plan import known_of

    return known_of(shop.catalogue().version(name, number).spec).signature


def _modules(imports: Any) -> list[str]:
    return list(dict.fromkeys(each.module.partition(".")[0] for each in imports))
