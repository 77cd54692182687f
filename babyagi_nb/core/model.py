"""What is said to a language model and what it answers: messages, tools, answers, and the port.

A :class:`Model` answers one :class:`Ask`. It has no memory: a conversation is the list of its
messages, handed over each time. Whatever comes back is text that somebody else wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from babyagi_nb.core.budget import Meter

__all__ = ["Answer", "Ask", "Message", "Model", "Role", "Tool", "ToolCall", "Usage"]

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What a model wants called."""

    id: str
    """Names the call in the conversation; made by us where the model gave none, or one twice."""
    name: str
    arguments: str
    """JSON text, as the model wrote it: it may be anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool as a model sees it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON schema of the arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str = ""
    calls: tuple[ToolCall, ...] = ()
    """Of the assistant."""
    answers: str | None = None
    """Id of the call that this message of role ``tool`` answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a model."""

    messages: tuple[Message, ...]
    purpose: str
    """One word for the log: ``plan``, ``tests``, ``code``, ``chat``, …."""
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer's text has to fit, for servers that can be told so."""
    max_tokens: int | None = None
    """Of the answer; ``None`` leaves it to the server."""
    temperature: float | None = None
    seconds: float = 120.0
    """Of wall time for everything: attempts, waiting between them, reading the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that one answer took."""

    prompt: int
    completion: int
    estimated: bool = False
    """Whether the server did not say, and we counted characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said, and what it took."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    finish: str = "stop"
    """Why it ended: ``stop``, ``tool_calls``, ``length``; ``truncated`` when a stream broke off."""
    model: str = ""
    """As the server calls it."""
    usage: Usage = Usage(prompt=0, completion=0, estimated=True)
    cost: float | None = None
    """US dollars; ``None`` when the price of the model is not known."""
    prompt_hash: str = ""
    """The first 16 hex digits of the SHA-256 of what was asked, canonically written."""
    attempts: int = 1
    """Requests that were sent for it."""


class Model(Protocol):
    """One model behind one server.

    Every method raises a subclass of :class:`~babyagi_nb.errors.ModelError`, never an error of a
    client library, and lets ``KeyboardInterrupt`` through within a second.
    """

    @property
    def id(self) -> str:
        """How the server calls the model."""
        ...

    @property
    def host(self) -> str:
        """Where the server is, without credentials: for provenance and messages."""
        ...

    def ask(
        self, ask: Ask, *, meter: Meter | None = None, on_text: Callable[[str], None] | None = None
    ) -> Answer:
        """Answer *ask*; *meter* is asked before each request and told after it.

        With *on_text* the answer is streamed, and each piece of text handed over as it comes.
        """
        ...

    def embed(self, texts: Sequence[str], *, meter: Meter | None = None) -> list[list[float]]:
        """A vector for each text, all of one length."""
        ...
