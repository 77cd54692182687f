"""A model without a server: the same scripts, answered in memory.

It stands where a real model stands, :class:`~babyagi_nb.core.model.Model`, and behaves as one that
has its own patience: a fault that recovers costs one more request, one that does not is raised as
the error that a client would have made of it. What only a wire can show, such as a broken chunk, is
such an error too; for the bytes themselves use :class:`~babyagi_nb.testing.FaultServer`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from babyagi_nb.core.budget import Meter
from babyagi_nb.core.model import Answer, Ask, Message, ToolCall, Usage
from babyagi_nb.errors import ModelError, ModelRefused
from babyagi_nb.testing.fault import Fault
from babyagi_nb.testing.loading import read_script
from babyagi_nb.testing.reply import Reply, tokens
from babyagi_nb.testing.request import CHAT, EMBEDDINGS, Request
from babyagi_nb.testing.script import Script
from babyagi_nb.testing.vectors import vector

__all__ = ["ScriptedModel"]

_ATTEMPTS = 4
"""Requests for one question before a fault is raised, whether it recovers or not."""


class ScriptedModel:
    """A model that says what its script tells it.

    *rules* are as for :class:`~babyagi_nb.testing.FaultServer`. A question that no rule matches
    raises ``AssertionError`` at once.

    >>> model = ScriptedModel(["Hello!"])
    >>> model.ask(Ask(messages=(Message(role="user", content="Hi"),), purpose="chat")).text
    'Hello!'
    """

    def __init__(
        self,
        rules: Iterable[Any] | Script = (),
        *,
        id: str = "scripted",
        host: str = "memory",
    ) -> None:
        self.script = rules if isinstance(rules, Script) else Script(rules)
        self._id = id
        self._host = host
        self._requests: list[Request] = []
        self._lock = threading.Lock()

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> ScriptedModel:
        """Answer from the script in the file *path*; raises ``UsageError`` where it is none."""
        script = read_script(path)
        return cls(script.rules, **{"id": next(iter(script.models), "scripted"), **options})

    @property
    def id(self) -> str:
        """How the model is called."""
        return self._id

    @property
    def host(self) -> str:
        """Where it seems to be."""
        return self._host

    @property
    def requests(self) -> list[Request]:
        """What was asked until now; each attempt is one."""
        with self._lock:
            return list(self._requests)

    def inject(
        self, fault: Fault, *, after: int = 0, when: Callable[[Request], bool] | None = None
    ) -> None:
        """Let *fault* happen to the first fitting question behind the first *after* ones."""
        self.script.inject(fault, after=after, when=when)

    def assert_consumed(self) -> None:
        """Raise ``AssertionError`` for unexpected questions, unused rules and unused faults."""
        found = self.script.complaints()
        if found:
            raise AssertionError("\n".join(found))

    def ask(
        self, ask: Ask, *, meter: Meter | None = None, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Answer *ask*, counting each attempt with *meter*."""
        request = _request(ask, self.id, streamed=on_text is not None)
        said, attempts = self._patiently(request, meter)
        answer = _answer(said, request, attempts=attempts, model=self.id)
        if meter is not None:
            meter.answered(answer.usage.prompt + answer.usage.completion, None)
        _hand_over(answer, on_text)
        return answer

    def embed(self, texts: Sequence[str], *, meter: Meter | None = None) -> list[list[float]]:
        """A vector for each text; texts that share words are near."""
        body = {"model": self.id, "input": list(texts)}
        request = Request(path=EMBEDDINGS, parsed=body)
        good, _ = self._patiently(request, meter, default=Reply())
        if meter is not None:
            meter.answered(sum(map(tokens, texts)), None)
        if good.body is not None:
            return [list(each["embedding"]) for each in good.body["data"]]
        return [vector(text) for text in texts]

    def _patiently(
        self, request: Request, meter: Meter | None, default: Reply | None = None
    ) -> tuple[Reply, int]:
        """What is said in the end, and after how many attempts."""
        for attempt in range(1, _ATTEMPTS + 1):
            good, fault = self._attempt(request, meter, default)
            if fault is None or fault.says is not None or fault.delivers:
                return (fault.says(request, good) if fault and fault.says else good), attempt
            if not fault.recovers:
                break
        assert fault is not None
        raise fault.error() if fault.error else ModelError(fault.about, kind="protocol")

    def _attempt(
        self, request: Request, meter: Meter | None, default: Reply | None = None
    ) -> tuple[Reply, Fault | None]:
        if meter is not None:
            meter.check(sum(map(tokens, request.texts)))
            meter.request()
        with self._lock:
            self._requests.append(request)
        served = self.script.serve(request, default)
        return served.good, served.fault


def _request(ask: Ask, model: str, *, streamed: bool) -> Request:
    """The request that a client would send for *ask*."""
    body: dict[str, Any] = {"model": model, "messages": [_message(each) for each in ask.messages]}
    if ask.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": each.name,
                    "description": each.description,
                    "parameters": dict(each.parameters),
                },
            }
            for each in ask.tools
        ]
    if ask.schema is not None:
        wanted = {"name": ask.purpose or "answer", "schema": dict(ask.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    if ask.max_tokens is not None:
        body["max_tokens"] = ask.max_tokens
    if ask.temperature is not None:
        body["temperature"] = ask.temperature
    if streamed:
        body["stream"] = True
    return Request(path=CHAT, parsed=body, purpose=ask.purpose)


def _message(message: Message) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        written["tool_calls"] = [
            {
                "id": each.id,
                "type": "function",
                "function": {"name": each.name, "arguments": each.arguments},
            }
            for each in message.calls
        ]
    if message.answers is not None:
        written["tool_call_id"] = message.answers
    return written


def _answer(said: Reply, request: Request, *, attempts: int, model: str) -> Answer:
    """What a client makes of *said*; raises ``ModelRefused`` for a refusal."""
    if said.refusal is not None or said.ending == "content_filter":
        raise ModelRefused(f"the model declined: {said.refusal or 'filtered'}", kind="refused")
    counted = said.counted(request)
    usage = Usage(
        prompt=int(counted.get("prompt_tokens") or 0),
        completion=int(counted.get("completion_tokens") or 0),
        estimated=True,
    )
    written = json.dumps(request.parsed, sort_keys=True, ensure_ascii=True).encode()
    return Answer(
        text=said.text or "",
        calls=_calls(said),
        finish=said.ending,
        model=model,
        usage=usage,
        prompt_hash=sha256(written).hexdigest()[:16],
        attempts=attempts,
    )


def _calls(said: Reply) -> tuple[ToolCall, ...]:
    """The calls as a client hands them on: each with an id of its own, arguments as text."""
    found: list[ToolCall] = []
    taken: set[str] = set()
    for at, each in enumerate(said.calls):
        function = each.get("function") or {}
        given = each.get("id")
        id = given if isinstance(given, str) and given not in taken else f"made_{at}"
        taken.add(id)
        arguments = function.get("arguments")
        written = arguments if isinstance(arguments, str) else json.dumps(arguments)
        found.append(ToolCall(id=id, name=str(function.get("name") or ""), arguments=written))
    return tuple(found)


def _hand_over(answer: Answer, on_text: Callable[[str], None] | None) -> None:
    if on_text is not None:
        for at in range(0, len(answer.text), 24):
            on_text(answer.text[at : at + 24])
