"""The half of an application that lets a model call functions: conversations, and an agent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.budget import Budget
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.model import Model
from babyagi_nb.core.ports import RunLog
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.search import Hit
from babyagi_nb.settings import Settings
from babyagi_nb.store.store import Store

if TYPE_CHECKING:
    from babyagi_nb.agent.chat.conversation import Conversation
    from babyagi_nb.agent.chat.library import Library
    from babyagi_nb.agent.chat.react import Reaction
    from babyagi_nb.agent.chat.transcript import Chats
    from babyagi_nb.agent.toolbox import Permission

__all__ = ["Conversing"]


class Conversing(ABC):
    """Conversations with a model."""

    runs: RunLog
    settings: Settings
    _confirm: Callable[[str], bool]
    _store: Store

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store."""

    @abstractmethod
    def open_model(self, name: str | None = None) -> Model:
        """The picked model, or the one called *name*."""

    @abstractmethod
    def propose(self, code: str, *, origin: str, **declared: Any) -> Registration:
        """Store the functions of *code* as drafts."""

    @abstractmethod
    def _called(self, name: str, given: Mapping[str, Any]) -> Any:
        """Call a stored function with JSON that fits its schema, to its end."""

    @abstractmethod
    def schema(self, name: str) -> dict[str, Any]:
        """JSON schema of the arguments of a stored function."""

    @abstractmethod
    def _offered(self, query: str, k: int, *, drafts: bool = False) -> list[Hit]:
        """What a model is offered for *query*, by evidence."""

    @abstractmethod
    def _fresh(self) -> Catalogue: ...

    def converse(
        self,
        functions: Mapping[str, Permission] | Iterable[str] | None = None,
        *,
        model: str | None = None,
        confirm: Callable[[str], bool] | None = None,
        transcript: str | None = None,
        **limits: float | None,
    ) -> Conversation:
        """A conversation with a model that may call functions.

        *functions* restricts it to those, with ``allow``, ``ask`` or ``deny`` for each where it is
        a mapping; by default it is offered what fits what is said. *confirm* answers where a
        person has to be asked. *transcript* goes on with one that was kept, by its id or a part
        of it. *limits* of each turn: ``calls``, ``tokens``, ``seconds``, ``cost``. Raises
        :class:`~babyagi_nb.errors.ModelUnavailable` and :class:`~babyagi_nb.errors.NotFound`.
        """
        from babyagi_nb.agent.chat.conversation import Conversation

        asked = self.open_model(model)
        return Conversation(
            model=asked,
            library=self._library(asked.id),
            functions=functions,
            offered=self.settings.offered,
            confirm=confirm or self._confirm,
            runs=self.runs,
            budget=self._budget(limits),
            chats=self.chats,
            transcript=None if transcript is None else self.chats.open(transcript),
        )

    def react(
        self,
        task: str,
        functions: Mapping[str, Permission] | Iterable[str] | None = None,
        *,
        model: str | None = None,
        confirm: Callable[[str], bool] | None = None,
        rounds: int = 8,
        watch: Callable[[Any], None] | None = None,
        **limits: float | None,
    ) -> Reaction:
        """Solve *task* by thinking and calling functions in turn, in at most *rounds* rounds."""
        from babyagi_nb.agent.chat.react import react_agent

        asked = self.open_model(model)
        return react_agent(
            task,
            model=asked,
            library=self._library(asked.id),
            functions=functions,
            offered=self.settings.offered,
            confirm=confirm or self._confirm,
            runs=self.runs,
            budget=self._budget(limits),
            rounds=rounds,
            watch=watch,
        )

    def answer_with_functions(self, chat_history: Any, available_function_names: Any) -> str:
        """The answer to a history of messages, for which the model may call the functions named.

        *chat_history* is a list of ``{"role", "message"}``, *available_function_names* a list or a
        text with commas. Raises ``ValueError`` for what is neither.
        """
        from babyagi_nb.agent.chat.history import chat_with_functions

        return chat_with_functions(self.converse, chat_history, available_function_names)

    @cached_property
    def chats(self) -> Chats:
        """Transcripts of the conversations in this store."""
        from babyagi_nb.agent.chat.transcript import Chats

        return Chats(self._store.shelf)

    # -- inside --------------------------------------------------------------------------------

    def _library(self, model: str) -> Library:
        from babyagi_nb.agent.chat.library import Library

        def propose(code: str, **declared: Any) -> list[str]:
            done = self.propose(code, origin=f"model:{model}", **declared)
            return [each.version.label for each in done.functions]

        return Library(
            catalogue=self._fresh,
            call=self._called,
            schema=self.schema,
            propose=propose,
            find=self._offered,
        )

    def _budget(self, limits: Mapping[str, float | None]) -> Budget:
        settings = self.settings
        usual = {"calls": settings.calls, "tokens": settings.tokens, "seconds": settings.seconds}
        given = {name: value for name, value in limits.items() if value is not None}
        return Budget(**{**usual, **given})  # type: ignore[arg-type]
