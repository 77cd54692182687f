"""One sitting of a build: its journal, its budget, and who watches.

Whatever costs something is done by :meth:`Sitting.once`: a step that the journal knows is not done
again. Answers of the model are written down one by one, below the steps, the moment they arrive. So
a build that was killed in the middle of a step asks only for what it has not been told: the second
sitting walks the same way, because each step depends on nothing but its input.

The value of a step is what the journal gives back, also when it was made just now: values of keys
are not in it, and both sittings see the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from time import monotonic
from typing import Any

from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.core.builds import Progress, Steps, step_key
from babyagi_nb.core.model import Answer, Ask, Model, ToolCall, Usage
from babyagi_nb.errors import BudgetSpent

__all__ = ["Remembered", "Sitting", "Watch"]

Watch = Callable[[Progress], None]
"""Is told what happens; what it raises does not disturb the build."""

_ANSWER = "answer"


class Sitting:
    """One process's hold of a build."""

    def __init__(
        self, steps: Steps, model: Model, meter: Meter, watch: Watch | None = None
    ) -> None:
        self.steps = steps
        self.meter = meter
        self.model = Remembered(model, steps, self._note_spent)
        self.watch = watch

    @property
    def id(self) -> str:
        return self.steps.id

    def meter_of(self, budget: Budget) -> Meter:
        """A meter for a part of the build, under that of the whole."""
        return Meter(budget, above=self.meter, clock=monotonic)

    def once(
        self,
        step: str,
        inputs: Sequence[Any],
        make: Callable[[], Any],
        *,
        function: str | None = None,
        words: Callable[[Any], str] | None = lambda value: "",
        good: Callable[[Any], bool] = lambda value: True,
    ) -> Any:
        """The value of *step* for JSON-able *inputs*: from the journal, or made and written there.

        ``make()`` gives a JSON-able value that is not ``None``; ``words(value)`` says it to people,
        and without it nobody is told. Where ``good(value)`` is false, it is told as a failure.
        Raises :class:`~babyagi_nb.errors.BudgetSpent` when no time is left to begin it.
        """
        name = f"{step}:{function}" if function else step
        key = step_key(name, list(inputs))
        known = self.steps.known(name, key)
        if known is not None:
            if words is not None:
                self.tell(step, "known", function, words(known), good=good(known))
            return known
        if self.meter.remaining() == 0:
            limit = self.meter.budget.seconds or 0
            raise BudgetSpent("seconds", f"the budget of {limit:g} seconds is spent")
        if words is None:
            self.steps.record(name, key, make())
            return self.steps.known(name, key)
        self.tell(step, "began", function)
        try:
            value = make()
        except Exception as error:
            self.tell(step, "failed", function, str(error))
            raise
        self.steps.record(name, key, value)
        value = self.steps.known(name, key)
        self.tell(step, "ended" if good(value) else "failed", function, words(value))
        return value

    def tell(
        self, step: str, state: Any, function: str | None = None, message: str = "", **facts: Any
    ) -> None:
        """Let whoever watches know."""
        if self.watch is None:
            return
        with suppress(Exception):
            self.watch(
                Progress(
                    build=self.id, step=step, state=state, function=function, message=message,
                    spent=self.meter.spent, facts=facts,
                )
            )  # fmt: skip

    def _note_spent(self) -> None:
        self.steps.note(spent=self.meter.spent.row())


class Remembered:
    """A model whose answers are written into the journal of a build, and given from there.

    The same question may be put several times; the second gets the second answer.
    """

    def __init__(self, model: Model, steps: Steps, answered: Callable[[], None]) -> None:
        self._model = model
        self._steps = steps
        self._answered = answered
        self._asked: dict[str, int] = {}
        self.cost: float | None = 0.0
        """US dollars of all answers given, known ones too; ``None`` when one has no price."""
        self.prompt_hash = ""

    def __getattr__(self, name: str) -> Any:
        # What else a model can do, such as saying its capabilities.
        return getattr(self._model, name)

    @property
    def id(self) -> str:
        return self._model.id

    @property
    def host(self) -> str:
        return self._model.host

    def ask(
        self, ask: Ask, *, meter: Meter | None = None, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """The answer that the journal has for *ask*, or a new one, which it has from then on."""
        question = step_key(self.id, _question(ask))
        at = self._asked.get(question, 0)
        known = self._steps.known(_ANSWER, f"{question}.{at}")
        if known is None:
            answer = self._model.ask(ask, meter=meter, on_text=on_text)
            self._steps.record(_ANSWER, f"{question}.{at}", asdict(answer))
            known = self._steps.known(_ANSWER, f"{question}.{at}")
            self._answered()
        self._asked[question] = at + 1
        given = _answer(known or {})
        self.prompt_hash = given.prompt_hash
        self.cost = None if self.cost is None or given.cost is None else self.cost + given.cost
        return given

    def embed(self, texts: Sequence[str], *, meter: Meter | None = None) -> list[list[float]]:
        return self._model.embed(texts, meter=meter)


def _question(ask: Ask) -> list[Any]:
    """All of *ask* that the answer depends on."""
    return [
        ask.purpose,
        [asdict(each) for each in ask.messages],
        [[each.name, each.description, each.parameters] for each in ask.tools],
        ask.schema,
        ask.max_tokens,
        ask.temperature,
    ]


def _answer(row: dict[str, Any]) -> Answer:
    calls = tuple(ToolCall(**each) for each in row["calls"])
    return Answer(**{**row, "calls": calls, "usage": Usage(**row["usage"])})
