"""What a client asked: one request, as a script matches it and a test reads it afterwards.

A request is the same record whether it came over a socket or was made in memory, so one script
serves both. Credentials never get into it: what is recorded may end up in a notebook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CHAT", "EMBEDDINGS", "MODELS", "Request", "masked"]

CHAT = "/v1/chat/completions"
EMBEDDINGS = "/v1/embeddings"
MODELS = "/v1/models"

_SECRET = frozenset({"authorization", "api-key", "x-api-key", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a model server.

    >>> asked = Request(path=CHAT, parsed={"messages": [{"role": "user", "content": "Hello"}]})
    >>> asked.last, asked.stream, asked.tools
    ('Hello', False, ())
    """

    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; what could be a credential reads ``***``."""
    body: bytes = b""
    """As it was sent; empty where the request was made in memory."""
    parsed: Any = None
    """The body as JSON; ``None`` where it is none."""
    purpose: str = ""
    """Why it was asked, as the caller says; known in memory only, never over a socket."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """The top level of the body; empty where it is no JSON object."""
        return self.parsed if isinstance(self.parsed, Mapping) else {}

    @property
    def messages(self) -> tuple[Mapping[str, Any], ...]:
        return _objects(self.fields.get("messages"))

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of every message."""
        return tuple(map(_text, self.messages))

    @property
    def last(self) -> str:
        """The text of the last message."""
        return self.texts[-1] if self.messages else ""

    @property
    def system(self) -> str:
        """The text of the system messages."""
        return "\n".join(
            _text(each) for each in self.messages if each.get("role") in ("system", "developer")
        )

    @property
    def model(self) -> str:
        return str(self.fields.get("model", ""))

    @property
    def stream(self) -> bool:
        return self.fields.get("stream") is True

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools that were offered."""
        functions = _objects([each.get("function") for each in _objects(self.fields.get("tools"))])
        return tuple(str(each.get("name")) for each in functions)

    def brief(self) -> str:
        """Name the request on one line, for a message."""
        said = " ".join(self.last.split())
        quoted = f" {said[:80]!r}" if said else ""
        return f"{self.method} {self.path}{quoted}"


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Return *headers* with names in lower case and without credentials.

    >>> masked({"Authorization": "Bearer sk-1", "Accept": "*/*"})
    {'authorization': '***', 'accept': '*/*'}
    """
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: "***" if name in _SECRET else value for name, value in lower.items()}


def _objects(given: Any) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list, which anybody may have sent."""
    return (
        tuple(each for each in given if isinstance(each, Mapping))
        if isinstance(given, list)
        else ()
    )


def _text(message: Mapping[str, Any]) -> str:
    """The text of one message, whose content may be a string, parts, or nothing."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return "" if content is None else json.dumps(content)
