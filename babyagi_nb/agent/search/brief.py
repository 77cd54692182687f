"""What a model is told of a function, in few tokens: one line, and a schema without noise.

Tools are sent with every request of a conversation, so each word of them is paid for again and
again. A tool is made to fit a number of characters: first by a shorter description, then by leaving
out how nested values look inside, at last by leaving out optional parameters, which the function
then fills itself. Names and kinds of required parameters always stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from babyagi_nb.agent.search.schema import compact, schema_of
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Tool
from babyagi_nb.core.records import FunctionSpec

__all__ = ["LIMIT", "brief", "tokens"]

LIMIT = 360
"""Characters of one tool as JSON: ten of them stay below 1,500 tokens, by :func:`tokens`."""

_DESCRIPTION = 160
_SHORT = 60


def tokens(text: str) -> int:
    """About how many tokens *text* takes, rather too many than too few.

    Written English and JSON have four characters to a token or more with the tokenizers in use;
    this counts one for every three, because names of functions split badly.

    >>> tokens('{"type":"integer"}')
    6
    """
    return -(-len(text.encode("utf-8", "replace")) // 3)


def brief(
    spec: FunctionSpec, limit: int = LIMIT, *, schema: Mapping[str, Any] | None = None
) -> Tool:
    """The function *spec* as a tool of about *limit* characters of JSON.

    *schema* is the JSON schema of its arguments where one was made from the living function;
    without it, one is read off the annotations.

    >>> from babyagi_nb.core.records import Parameter
    >>> text = Parameter(name="text", annotation="str")
    >>> spec = FunctionSpec(name="count", code="", description="Count words.", parameters=(text,))
    >>> brief(spec).parameters
    {'type': 'object', 'properties': {'text': {'type': 'string'}}, 'required': ['text']}
    """
    whole = compact(schema if schema is not None else schema_of(spec))
    description = spec.description.strip().partition("\n\n")[0]
    tool = Tool(name=spec.name, description="", parameters=whole)
    for smaller in _smaller(whole):
        for most in (_DESCRIPTION, _SHORT):
            tool = Tool(name=spec.name, description=one_line(description, most), parameters=smaller)
            if len(_written(tool)) <= limit:
                return tool
    return tool


# -- smaller and smaller -------------------------------------------------------------------


def _smaller(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """*schema*, then ever less of it; the last has the required parameters only."""
    yield schema
    flat = {name: _flat(inner) for name, inner in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    if not flat:
        return
    yield {**schema, "properties": flat}
    # Optional ones go from the end, where what is seldom given stands.
    for name in [each for each in reversed(flat) if each not in required]:
        flat = {each: inner for each, inner in flat.items() if each != name}
        yield {**schema, "properties": flat}


def _flat(schema: Any) -> Any:
    """The kind of a value without how it looks inside."""
    if isinstance(schema, dict) and "type" in schema:
        return {"type": schema["type"]}
    return {}


def _written(tool: Tool) -> str:
    said = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=str)
