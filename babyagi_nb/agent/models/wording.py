"""A question as JSON, in the wording of the chat completions interface, and its fingerprint.

What is sent depends on what the server can do (:mod:`~babyagi_nb.agent.models.abilities`); what is
fingerprinted does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from babyagi_nb.agent.models.abilities import Abilities
from babyagi_nb.agent.models.texts import plain, plain_value
from babyagi_nb.core.model import Ask, Message, Tool, ToolCall

__all__ = ["asked_text", "body_of", "prompt_hash", "strict_schema"]


def prompt_hash(ask: Ask) -> str:
    """The first 16 hex digits of the SHA-256 of what is asked: messages, tools, form, limits.

    Not of the purpose or the time limit, and not of the model.

    >>> hello = Ask(messages=(Message(role="user", content="hi"),), purpose="chat")
    >>> len(prompt_hash(hello))
    16
    """
    return hashlib.sha256(asked_text(ask).encode()).hexdigest()[:16]


def asked_text(ask: Ask) -> str:
    """What is asked, canonically written: about as long as what a model has to read."""
    asked = {
        "messages": [_message(each) for each in ask.messages],
        "tools": [_tool(each) for each in ask.tools],
        "schema": ask.schema,
        "max_tokens": ask.max_tokens,
        "temperature": ask.temperature,
    }
    return json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)


def body_of(ask: Ask, model: str, can: Abilities, *, stream: bool) -> dict[str, Any]:
    """What is sent for *ask* to a server that *can* do so much."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(each) for each in ask.messages],
    }
    if ask.tools:
        body["tools"] = [_tool(each) for each in ask.tools]
    if ask.schema is not None and can.form == "schema":
        body["response_format"] = _schema_format(ask.schema)
    elif ask.schema is not None and can.form == "object":
        body["response_format"] = {"type": "json_object"}
    if ask.max_tokens is not None:
        body[can.limit] = ask.max_tokens
    if ask.temperature is not None and can.temperature:
        body["temperature"] = ask.temperature
    if stream:
        body["stream"] = True
        if can.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def _message(message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"role": message.role, "content": plain(message.content)}
    if message.calls:
        said["tool_calls"] = [_call(each) for each in message.calls]
        said["content"] = said["content"] or None
    if message.answers is not None:
        said["tool_call_id"] = message.answers
    return said


def _call(call: ToolCall) -> dict[str, Any]:
    called = {"name": call.name, "arguments": plain(call.arguments)}
    return {"id": call.id, "type": "function", "function": called}


def _tool(tool: Tool) -> dict[str, Any]:
    described = {
        "name": tool.name,
        "description": plain(tool.description),
        "parameters": plain_value(tool.parameters),
    }
    return {"type": "function", "function": described}


def _schema_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    strict = strict_schema(schema)
    form = {"name": "answer", "schema": strict or dict(schema), "strict": strict is not None}
    return {"type": "json_schema", "json_schema": form}


_OPEN = ("default", "title", "examples", "minLength", "maxLength", "minProperties", "maxProperties")
"""What strict servers do not take; whoever validates the answer checks it."""


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """*schema* as strict servers want it: every member required, no other allowed.

    ``None`` where that would say something else, as for an object with members of any name.

    >>> strict_schema({"type": "object", "properties": {"a": {"type": "string", "default": ""}}})
    {'type': 'object', 'properties': {'a': {'type': 'string'}}, 'required': ['a'],
     'additionalProperties': False}
    """
    try:
        made = _strict(schema)
    except (_Loose, RecursionError):
        return None
    return made if isinstance(made, dict) else None


class _Loose(Exception):
    """A part of the schema has no strict form."""


def _strict(part: Any) -> Any:
    if isinstance(part, list):
        return [_strict(each) for each in part]
    if not isinstance(part, Mapping):
        return part
    if not part:
        # A value of any type.
        raise _Loose
    made = {
        key: _members(value) if key in ("properties", "$defs") else _strict(value)
        for key, value in part.items()
        if key not in _OPEN
    }
    if made.get("type") == "object" or "properties" in made:
        if not made.get("properties") or made.get("additionalProperties") not in (None, False):
            raise _Loose
        made["required"] = list(made["properties"])
        made["additionalProperties"] = False
    return made


def _members(named: Any) -> Any:
    # Names of members are not keywords, whatever they are.
    return {key: _strict(value) for key, value in named.items()}
