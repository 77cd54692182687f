"""What packs find under the name ``litellm``: the model that the user picked, asked our way.

Packs of the original, and many others, ask models through the library of this name. Inside packs
this stands in its place, installed or not, at the top of a file and inside of functions: so keys
stay where they are kept, every question is in the log and counted, and no second client is needed.
The model a pack names is a wish that no server here may know: the picked one is asked. A key or an
address that a pack hands over is not used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from babyagi_nb.core.model import Answer, Ask
from babyagi_nb.errors import ModelError, UsageError, near
from babyagi_nb.packs.response import (
    Item,
    bare,
    embeddings_of,
    messages_of,
    pieces_of,
    response_of,
    tools_of,
)
from babyagi_nb.packs.spending import Spending
from babyagi_nb.packs.trouble import EXCEPTIONS, translated

__all__ = ["LiteLLM", "Questions"]

_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """How the application is asked."""

    answer: Callable[..., tuple[Any, Answer]]
    """``(ask, *, form, meter)``: the answer, and before it an instance of the pydantic *form*."""
    embed: Callable[..., list[list[float]]]
    """``(texts, *, meter)``: a vector for each."""


class LiteLLM(ModuleType):
    """A module-like object with what packs use of the library."""

    set_verbose = False
    drop_params = True
    suppress_debug_info = True
    api_key: str | None = None
    """May be set, and changes nothing."""
    ModelResponse = EmbeddingResponse = Item

    def __init__(self, questions: Questions, spending: Spending) -> None:
        super().__init__("litellm", __doc__)
        self._questions = questions
        self._spending = spending
        self.exceptions = ModuleType("litellm.exceptions")
        for name, kind in EXCEPTIONS.items():
            setattr(self, name, kind)
            setattr(self.exceptions, name, kind)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        known = [each for each in dir(type(self)) if not each.startswith("_")]
        hint = near(name, known) or "it has completion, embedding and the exceptions"
        raise AttributeError(f"the stand-in for litellm in packs has no {name!r}; {hint}")

    def completion(
        self,
        model: str = "",
        messages: Sequence[Mapping[str, Any]] = (),
        *,
        tools: Sequence[Mapping[str, Any]] | None = None,
        tool_choice: Any = None,
        response_format: Any = None,
        max_tokens: int | None = None,
        max_completion_tokens: int | None = None,
        temperature: float | None = None,
        timeout: float | None = None,
        stream: bool = False,
        **unused: Any,
    ) -> Any:
        """Answer *messages*; a response, or with *stream* an iterator over its pieces.

        Raises the errors of ``litellm.exceptions``, and
        :class:`~babyagi_nb.errors.BudgetSpent` when this run has asked enough.
        """
        form = response_format if _is_form(response_format) else None
        ask = Ask(
            messages=messages_of(messages),
            purpose="pack",
            tools=() if tool_choice == "none" else tools_of(tools),
            schema=None if form else _schema(response_format),
            max_tokens=max_completion_tokens or max_tokens,
            temperature=temperature,
            seconds=float(timeout) if isinstance(timeout, int | float) else _SECONDS,
        )
        with _translating():
            found, answer = self._questions.answer(ask, form=form, meter=self._spending.meter())
        if found is not None:
            text = found.model_dump_json(by_alias=True)
        else:
            text = bare(answer.text, "json" if response_format else _asked(ask))
        response = response_of(answer, text)
        return pieces_of(response) if stream else response

    async def acompletion(self, *args: Any, **kwargs: Any) -> Any:
        """The same, awaited; the loop goes on meanwhile."""
        response = await asyncio.to_thread(self.completion, *args, **kwargs)
        return _awaited(response) if kwargs.get("stream") else response

    def embedding(self, model: str = "", input: str | Sequence[str] = (), **unused: Any) -> Item:
        """A vector for each text, from the model that the setting ``embeddings`` names."""
        texts = [input] if isinstance(input, str) else list(input)
        with _translating():
            vectors = self._questions.embed(texts, meter=self._spending.meter())
        return embeddings_of(vectors, model)

    async def aembedding(self, *args: Any, **kwargs: Any) -> Item:
        return await asyncio.to_thread(self.embedding, *args, **kwargs)

    def token_counter(self, model: str = "", text: str = "", messages: Any = (), **_: Any) -> int:
        """About how many tokens it is: one for four characters."""
        said = text + "".join(each.content for each in messages_of(messages or ()))
        return (len(said) + 3) // 4

    def completion_cost(self, *args: Any, **kwargs: Any) -> float:
        """Nothing: what was spent stands in the log, and in no response."""
        return 0.0

    def supports_function_calling(self, *args: Any, **kwargs: Any) -> bool:
        return True

    supports_response_schema = supports_function_calling


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except ModelError as error:
        known = translated(error)
        raise (known if known is not error else error) from None


def _is_form(given: Any) -> bool:
    return isinstance(given, type) and callable(getattr(given, "model_json_schema", None))


def _schema(given: Any) -> Mapping[str, Any] | None:
    """The JSON schema in a ``response_format``, or of any object; ``None`` for text."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise UsageError(
            f"response_format is {given!r:.60}", fix="give a pydantic class or {'type': …}"
        )
    named = given.get("json_schema") or {}
    if given.get("type") == "json_schema" and named:
        found: Mapping[str, Any] = named.get("schema") or named
        return found
    return {"type": "object"} if given.get("type") == "json_object" else None


def _asked(ask: Ask) -> str:
    return "\n".join(each.content for each in ask.messages if each.role != "assistant")


async def _awaited(pieces: Iterator[Item]) -> Any:
    for each in pieces:
        yield each
