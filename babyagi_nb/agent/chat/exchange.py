"""One turn: ask the model, carry out what it calls, tell it what came of it, ask again.

Everything is bounded, so that no model can keep a turn going: :class:`Limits` says how many rounds,
how many calls, how long results are. A call that was made before in the turn, with the same
arguments, is answered from memory. After the last round, or when two rounds brought nothing new,
the model is asked for an answer without tools; calls that it makes even then are left out.

What was said and done until now is in ``messages`` and ``calls`` at every moment, also when an
interrupt or an error ends the turn between two lines of this file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from babyagi_nb.agent.chat.events import ToolBegan, ToolEnded
from babyagi_nb.agent.chat.messages import fitted
from babyagi_nb.agent.chat.offer import Offer
from babyagi_nb.agent.chat.telling import Teller
from babyagi_nb.agent.chat.turn import Called
from babyagi_nb.agent.models.extraction import spoken
from babyagi_nb.agent.toolbox import Done
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.cleaning import clean, one_line
from babyagi_nb.core.model import Answer, Ask, Message, Model, Tool, ToolCall
from babyagi_nb.errors import AnswerError, ModelError

__all__ = ["Exchange", "Limits"]

_LONGEST = 100_000
"""Characters of one answer that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far one turn may go."""

    rounds: int = 8
    """Questions with tools; one without follows."""
    parallel: int = 16
    """Calls of one answer that are carried out."""
    calls: int = 64
    """Calls of the whole turn that are carried out."""
    results: int = 32_000
    """Characters of results in one round, all together."""
    context: int = 120_000
    """Characters of messages that are sent; older ones are left out."""
    seconds: float = 120.0
    """Of one question to the model."""


class Exchange:
    """One turn under way.

    *now* is what the turn begins with, *history* what was said before and may be left out for room.
    """

    def __init__(
        self,
        model: Model,
        offer: Offer,
        *,
        system: str,
        history: Sequence[Message],
        now: Sequence[Message],
        meter: Meter,
        tell: Teller,
        limits: Limits,
        purpose: str = "chat",
    ) -> None:
        self._model = model
        self._offer = offer
        self._system = Message(role="system", content=system)
        self._history = tuple(history)
        self._now = tuple(now)
        self._meter = meter
        self._tell = tell
        self._limits = limits
        self._purpose = purpose
        self._room = limits.context
        self._known: dict[tuple[str, str], Done] = {}
        self.messages: list[Message] = []
        """What the turn added."""
        self.calls: list[Called] = []
        self.partial = ""
        """What was streamed of the answer under way."""

    def run(self) -> tuple[str, str]:
        """Carry the turn out; returns the model's last words, and how it ended (see ``Turn``).

        Raises what the model raises, and :class:`~babyagi_nb.errors.AnswerError` where it twice
        said nothing at all.
        """
        idle = 0
        silent = False
        for _ in range(self._limits.rounds):
            answer = self._ask(self._offer.tools(), _SPEAK if silent else None)
            wanted = _legible(answer.calls, len(self.calls))
            if not wanted and not answer.text:
                if silent:
                    raise _silence(self._model)
                silent = True
                continue
            self._said(answer, tuple(each.call for each in wanted))
            if not wanted:
                return answer.text, _ending(answer)
            silent = False
            idle = 0 if self._carry_out(wanted) else idle + 1
            if idle == 2:
                break
        answer = self._ask([], _CONCLUDE)
        if not answer.text:
            raise _silence(self._model)
        self._said(answer, ())
        return answer.text, "rounds"

    def _said(self, answer: Answer, wanted: tuple[ToolCall, ...]) -> None:
        self.messages.append(Message(role="assistant", content=answer.text, calls=wanted))
        self.partial = ""

    def _ask(self, tools: Sequence[Tool], hint: str | None) -> Answer:
        """One question; where the model's memory is too short for it, a shorter one."""
        for shorter in (4, 4, 0):
            try:
                return self._ask_once(tools, hint)
            except ModelError as error:
                if error.kind != "context" or not shorter:
                    raise
                self._room //= shorter
        raise AssertionError("unreachable")

    def _ask_once(self, tools: Sequence[Tool], hint: str | None) -> Answer:
        now = [*self._now, *self.messages]
        if hint is not None:
            now.append(Message(role="user", content=hint))
        ask = Ask(
            messages=(self._system, *fitted(self._history, now, self._room)),
            purpose=self._purpose,
            tools=tuple(tools),
            seconds=self._limits.seconds,
        )
        self.partial = ""
        on_text = self._streamed if self._tell.watched else None
        answer = self._model.ask(ask, meter=self._meter, on_text=on_text)
        answer = replace(answer, text=spoken(clean(answer.text, _LONGEST)))
        if not self.partial:
            self._tell.text(answer.text)
        return answer

    def _streamed(self, piece: str) -> None:
        if len(self.partial) >= _LONGEST:
            return
        self.partial += piece
        self._tell.text(piece)

    def _carry_out(self, wanted: Sequence[_Wanted]) -> bool:
        """Answer each of *wanted* in the order given; returns whether anything was new."""
        limits = self._limits
        ran = 0
        room = max(1000, limits.results // max(1, min(len(wanted), limits.parallel)))
        for each in wanted:
            call = each.call
            name = one_line(self._offer.toolbox.function(call.name), 80)
            self._tell.call = call.id
            self._tell(ToolBegan(call=call.id, name=name, arguments=one_line(each.written, 300)))
            known = self._known.get(each.key)
            if known is not None:
                self._answered(call, name, "known", replace(known, text=f"{_KNOWN}\n{known.text}"))
                continue
            if ran >= limits.parallel or len(self._known) >= limits.calls:
                done = Done(text=_TOO_MANY, status="refused", note="too many calls at once")
            else:
                try:
                    done = self._offer.toolbox.take(call.name, each.written, limit=room)
                except BaseException:
                    self._answered(call, name, "failed", _INTERRUPTED)
                    raise
                self._known[each.key] = done
                ran += 1
            self._answered(call, name, done.status, done)
        return ran > 0

    def _answered(self, call: ToolCall, name: str, status: str, done: Done) -> None:
        self.messages.append(Message(role="tool", content=done.text, answers=call.id))
        self.calls.append(
            Called(
                id=call.id, name=name, arguments=call.arguments, status=status, note=done.note,
                run=done.run,
            )
        )  # fmt: skip
        self._tell(ToolEnded(call=call.id, name=name, status=status, note=done.note, run=done.run))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One call of an answer."""

    call: ToolCall
    """As it can be sent back to any server: an id of its own, a name, an object."""
    written: str
    """The arguments as the model wrote them."""
    key: tuple[str, str]
    """The same for calls that mean the same."""


def _legible(calls: Sequence[ToolCall], before: int) -> tuple[_Wanted, ...]:
    """*calls*, made fit to be sent back.

    Servers that lay out a conversation for the model read the arguments, and refuse the next
    question when they are no object; so what is none stands there as an empty one, and the answer
    says what was wrong with it.
    """
    found = []
    taken: set[str] = set()
    for at, each in enumerate(calls):
        id = each.id if each.id and each.id not in taken else f"call_{before + at}"
        taken.add(id)
        name = one_line(each.name, 64) or "nameless"
        try:
            value = json.loads(each.arguments)
        except (ValueError, RecursionError):
            value = None
        sent = each.arguments if isinstance(value, dict) else "{}"
        meant = json.dumps(value, sort_keys=True) if value is not None else each.arguments
        call = ToolCall(id=id, name=name, arguments=sent)
        found.append(_Wanted(call=call, written=each.arguments, key=(name, meant)))
    return tuple(found)


def _ending(answer: Answer) -> str:
    return answer.finish if answer.finish in ("length", "truncated") else "stop"


def _silence(model: Model) -> AnswerError:
    return AnswerError(
        f"{one_line(model.id, 80)} said nothing",
        fix="say it in other words, or pick another model with %babyagi model NAME",
        kind="empty",
    )


_INTERRUPTED = Done(
    text="This was interrupted; it may have been done in part.", status="failed", note="interrupted"
)
_KNOWN = "This call was made before in this turn; it was not repeated. The answer was:"
_TOO_MANY = "Not carried out: too many calls at once. Call it again when the others are answered."
_SPEAK = "Your last answer was empty. Answer in words, or call a function."
_CONCLUDE = (
    "No more functions can be called in this turn. Answer now from what you know, "
    "and say what could not be done."
)
