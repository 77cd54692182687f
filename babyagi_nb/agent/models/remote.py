"""A model on a server, as the rest of the package asks it: implements ``core.model.Model``.

One ask is one run in the log, however many requests it takes. What the server refuses to
understand is left out and asked again (:mod:`~babyagi_nb.agent.models.abilities`), what failed for
a moment is asked again later (:mod:`~babyagi_nb.agent.models.patience`), and all of it together
takes no longer than the ask allows and nothing that the meter does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from babyagi_nb.agent.models.abilities import Abilities, without
from babyagi_nb.agent.models.client import Line
from babyagi_nb.agent.models.failures import protocol
from babyagi_nb.agent.models.patience import Attempts, Patience
from babyagi_nb.agent.models.prices import Price
from babyagi_nb.agent.models.reply import Reply, estimated, judged
from babyagi_nb.agent.models.vectors import vectors_of
from babyagi_nb.agent.models.wording import asked_text, body_of, prompt_hash
from babyagi_nb.core.budget import Meter
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Answer, Ask, Usage
from babyagi_nb.core.ports import RunLog
from babyagi_nb.errors import ModelError

__all__ = ["Memory", "RemoteModel"]

_ADAPTATIONS = 8
"""How often one question may be worded differently."""
_BATCH = 64
_LONGEST_TEXT = 24_000
"""Characters of a text that a vector is made of."""
_EMBED_SECONDS = 60.0
_PREVIEW = 200


class Memory:
    """What is known of one model; changes are told to *keep*."""

    def __init__(self, can: Abilities, keep: Callable[[Abilities], None]) -> None:
        self.can = can
        self._keep = keep

    def learn(self, can: Abilities) -> Abilities:
        """Know *can* from now on, and return it."""
        self.can = can
        self._keep(can)
        return can


class RemoteModel:
    """Implements ``core.model.Model``.

    ``line`` makes the connection anew for each request, so that a key that was set a moment ago is
    used; ``price`` is asked after each answer.
    """

    def __init__(
        self,
        id: str,
        host: str,
        *,
        line: Callable[[], Line],
        memory: Memory,
        price: Callable[[], Price | None],
        runs: RunLog | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._id, self._host = id, host
        self._line, self._memory, self._price = line, memory, price
        self._runs, self._patience = runs, patience or Patience()

    @property
    def id(self) -> str:
        return self._id

    @property
    def host(self) -> str:
        return self._host

    @property
    def abilities(self) -> Abilities:
        """What the model is known to be able to do."""
        return self._memory.can

    def ask(
        self, ask: Ask, *, meter: Meter | None = None, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Answer *ask*; see ``core.model.Model``."""
        last = ask.messages[-1].content if ask.messages else ""
        with self._logged(
            ask.purpose,
            prompt_hash=prompt_hash(ask),
            messages=len(ask.messages),
            preview=one_line(last, _PREVIEW),
        ) as span:
            answer = self._answered(ask, meter, on_text)
            span["output"] = {
                "prompt_tokens": answer.usage.prompt,
                "completion_tokens": answer.usage.completion,
                "cost": answer.cost,
                "estimated": answer.usage.estimated,
                "finish": answer.finish,
                "attempts": answer.attempts,
            }
        return answer

    def embed(self, texts: Sequence[str], *, meter: Meter | None = None) -> list[list[float]]:
        """A vector for each text; an empty text is asked as a blank.

        Raises :class:`~babyagi_nb.errors.ModelError`.
        """
        made: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [each[:_LONGEST_TEXT] or " " for each in texts[start : start + _BATCH]]
            made += self._embedded(batch, meter)
        if len({len(each) for each in made}) > 1:
            raise protocol("vectors of different lengths")
        return made

    # -- inside --------------------------------------------------------------------------------

    def _answered(
        self, ask: Ask, meter: Meter | None, on_text: Callable[[str], None] | None
    ) -> Answer:
        attempts = Attempts(self._patience, ask.seconds, meter)
        tokens = estimated(len(asked_text(ask)))
        can, adapted = self._memory.can, 0
        while True:
            stream = on_text is not None and can.stream
            body = body_of(ask, self._id, can, stream=stream)
            attempts.request(tokens)
            try:
                reply = self._line().complete(body, attempts.left(), on_text if stream else None)
                answer = self._counted(reply, ask, tokens, meter, attempts.sent)
                judged(reply, tools=bool(ask.tools))
            except ModelError as error:
                other = self._adapted(can, body, error)
                if other is None or adapted == _ADAPTATIONS:
                    attempts.again(error)
                else:
                    can, adapted = other, adapted + 1
            else:
                if on_text is not None and answer.text and not reply.pieces:
                    on_text(answer.text)
                return answer

    def _counted(
        self, reply: Reply, ask: Ask, tokens: int, meter: Meter | None, attempts: int
    ) -> Answer:
        """The answer in *reply*, with what it took; the meter is told."""
        said = len(reply.text) + sum(len(each.arguments) for each in reply.calls)
        usage = Usage(
            prompt=tokens if reply.prompt is None else reply.prompt,
            completion=estimated(said) if reply.completion is None else reply.completion,
            estimated=reply.prompt is None or reply.completion is None,
        )
        price = self._price()
        cost = None if price is None else price.cost(usage.prompt, usage.completion)
        if meter is not None:
            meter.answered(usage.prompt + usage.completion, cost)
        return Answer(
            text=reply.text,
            calls=reply.calls,
            finish=_finish(reply),
            model=reply.model or self._id,
            usage=usage,
            cost=cost,
            prompt_hash=prompt_hash(ask),
            attempts=attempts,
        )

    def _adapted(
        self, can: Abilities, body: Mapping[str, Any], error: ModelError
    ) -> Abilities | None:
        """What to ask with instead, where the refusal taught it; kept where it holds in general."""
        if error.kind == "empty-stream":
            return self._memory.learn(replace(can, stream=False))
        if error.kind not in ("request", "model", "tools"):
            return None
        less = without(can, body, error.message)
        if less is None or "invalid schema" in error.message.lower():
            # One schema that a server cannot use says nothing about the next one.
            return less
        return self._memory.learn(less)

    def _embedded(self, batch: list[str], meter: Meter | None) -> list[list[float]]:
        attempts = Attempts(self._patience, _EMBED_SECONDS, meter)
        tokens = estimated(sum(map(len, batch)))
        with self._logged("embed", texts=len(batch)) as span:
            while True:
                attempts.request(tokens)
                try:
                    body = self._line().embed(self._id, batch, attempts.left())
                    vectors, took = vectors_of(body, len(batch))
                    break
                except ModelError as error:
                    attempts.again(error)
            used = tokens if took is None else took
            price = self._price()
            cost = None if price is None else price.cost(used, 0)
            if meter is not None:
                meter.answered(used, cost)
            span["output"] = {
                "prompt_tokens": used, "completion_tokens": 0, "cost": cost,
                "estimated": took is None, "finish": "stop", "attempts": attempts.sent,
            }  # fmt: skip
        return vectors

    @contextmanager
    def _logged(self, purpose: str, **more: Any) -> Iterator[dict[str, Any]]:
        """A run in the log around the body; what is put under ``output`` is what it returned."""
        said: dict[str, Any] = {}
        if self._runs is None:
            yield said
            return
        params = {"model": self._id, "purpose": purpose, "host": self._host, **more}
        with self._runs("model", params) as span:
            yield said
            span.output = said.get("output")


def _finish(reply: Reply) -> str:
    """Why the answer ended, in the words of ``core.model.Answer``."""
    if reply.finish in ("length", "truncated"):
        return reply.finish
    return "tool_calls" if reply.calls else "stop"
