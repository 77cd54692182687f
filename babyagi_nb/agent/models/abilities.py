"""What one model on one server can be asked for, learned from its refusals.

Nobody says beforehand which parts of the interface a server knows. We begin with all of them; when
a request is refused and the refusal names a part, that part is left out from then on. Each step
only takes something away, so a request is adapted a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

__all__ = ["Abilities", "Form", "Limit", "abilities_of", "without"]

Form = Literal["schema", "object", "text"]
"""How the form of an answer can be asked for, best first; ``text``: in words only."""
Limit = Literal["max_tokens", "max_completion_tokens"]
"""How the server calls the limit of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What is taken."""

    form: Form = "schema"
    limit: Limit = "max_tokens"
    temperature: bool = True
    stream: bool = True
    stream_usage: bool = True
    """Whether a stream may be asked to end with its usage."""
    tools: bool = True
    probed: bool = False
    """Whether it was tried out on purpose, rather than met by chance."""

    def row(self) -> dict[str, Any]:
        return asdict(self)


def abilities_of(document: object, start: Abilities) -> Abilities:
    """What a remembered *document* says; members that make no sense are as in *start*.

    >>> abilities_of({"form": "object", "tools": "yes"}, Abilities()).form
    'object'
    """
    if not isinstance(document, Mapping):
        return start
    sound = {
        each.name: document[each.name]
        for each in fields(Abilities)
        if each.name in document and _fits(each.name, document[each.name])
    }
    return replace(start, **sound)


def _fits(name: str, value: object) -> bool:
    choices = {"form": get_args(Form), "limit": get_args(Limit)}.get(name)
    return type(value) is bool if choices is None else value in choices


def without(can: Abilities, sent: Mapping[str, Any], refusal: str) -> Abilities | None:
    """What is left of *can* when a server refused the request *sent* with these words.

    ``None`` when the words name nothing that could be left out.

    >>> without(Abilities(), {"max_tokens": 5}, "Use 'max_completion_tokens' instead.").limit
    'max_completion_tokens'
    >>> without(Abilities(), {"messages": []}, "Bad request") is None
    True
    """
    said = refusal.lower()
    for part, named, step in _STEPS:
        if part in sent and any(word in said for word in named):
            return step(can, sent)
    return None


_Step = Callable[[Abilities, Mapping[str, Any]], Abilities]


def _lower_form(can: Abilities, sent: Mapping[str, Any]) -> Abilities:
    schema = sent["response_format"].get("type") == "json_schema"
    return replace(can, form="object" if schema else "text")


def _other_limit(can: Abilities, sent: Mapping[str, Any]) -> Abilities:
    other: Limit = "max_tokens" if "max_tokens" not in sent else "max_completion_tokens"
    return replace(can, limit=other)


_STEPS: tuple[tuple[str, tuple[str, ...], _Step], ...] = (
    ("stream_options", ("stream_options", "include_usage"),
     lambda can, sent: replace(can, stream_usage=False)),
    ("max_tokens", ("max_completion_tokens",), _other_limit),
    ("max_completion_tokens", ("max_completion_tokens",), _other_limit),
    ("temperature", ("temperature",), lambda can, sent: replace(can, temperature=False)),
    ("response_format",
     ("response_format", "json_schema", "json_object", "structured output", "grammar"),
     _lower_form),
    ("stream", ("'stream'", '"stream"', "streaming"),
     lambda can, sent: replace(can, stream=False)),
)  # fmt: skip
"""A part of a request, the words by which a refusal means it, and what is left then."""
