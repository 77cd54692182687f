"""The half of an application that asks models, and that finds functions by what they do.

Nothing is asked before somebody asks: opening an application connects to nothing and imports no
client library. Every question is a run of the log, with what it took.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, overload

from babyagi_nb.core.budget import Meter
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.model import Answer, Ask, Message, Model
from babyagi_nb.core.ports import Keys, Queries, RunLog
from babyagi_nb.core.search import Hit
from babyagi_nb.errors import ModelUnavailable
from babyagi_nb.keys.seal import MemorySeal, Seal
from babyagi_nb.settings import Settings
from babyagi_nb.store.store import Store

if TYPE_CHECKING:
    from babyagi_nb.agent.models.ladder import F as Form
    from babyagi_nb.agent.models.picker import Models
    from babyagi_nb.agent.search.finder import Finder
    from babyagi_nb.agent.upkeep.evidence import Evidence

__all__ = ["Asking"]


_FRESH = 30.0
"""Seconds for which evidence that only ranks is not asked for again."""


class Asking(ABC):
    """Models, and search."""

    keys: Keys
    runs: RunLog
    settings: Settings
    _model: Model | None
    """Asked instead of any other, where one was handed in."""
    _seal: Seal | MemorySeal
    _store: Store
    _ranked: tuple[float, Mapping[tuple[str, int], Evidence]] | None = None

    @property
    @abstractmethod
    def queries(self) -> Queries:
        """Reading the log."""

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store (see :meth:`refresh`)."""

    @abstractmethod
    def refresh(self) -> None:
        """Take in what other kernels changed; cheap."""

    @abstractmethod
    def _tell(self, message: str) -> None: ...

    # -- models --------------------------------------------------------------------------------

    @cached_property
    def picker(self) -> Models:
        """Which server and model are asked, with which key, and at what price."""
        from babyagi_nb.agent.models.picker import Models

        return Models(self.settings, self.keys.get, self._store.shelf, self.runs, seal=self._seal)

    def models(self) -> list[str]:
        """What the server calls its models; raises :class:`~babyagi_nb.errors.ModelError`."""
        return self.picker.list()

    def use_model(self, name: str, base_url: str | None = None, key: str | None = None) -> None:
        """Ask the model *name* from now on, in this store.

        *base_url* is an OpenAI-compatible server, ``""`` the settings' own again; *key* is the name
        of the key that may be sent there. Raises :class:`~babyagi_nb.errors.UsageError`.
        """
        self.picker.pick(name, base_url, key)

    def open_model(self, name: str | None = None) -> Model:
        """The picked model, or the one called *name*.

        Raises :class:`~babyagi_nb.errors.ModelUnavailable` where none was picked or a key is
        missing; the server itself is not asked.
        """
        if self._model is not None and name in (None, self._model.id):
            return self._model
        return self.picker.open(name)

    @overload
    def ask_model(
        self, prompt: str, *, form: type[Form], system: str | None = None,
        model: str | None = None, max_tokens: int | None = None,
        on_text: Callable[[str], None] | None = None, meter: Meter | None = None,
    ) -> Form: ...  # fmt: skip

    @overload
    def ask_model(
        self, prompt: str, *, form: None = None, system: str | None = None,
        model: str | None = None, max_tokens: int | None = None,
        on_text: Callable[[str], None] | None = None, meter: Meter | None = None,
    ) -> str: ...  # fmt: skip

    def ask_model(
        self,
        prompt: str,
        *,
        form: type[Form] | None = None,
        system: str | None = None,
        model: str | None = None,
        max_tokens: int | None = None,
        on_text: Callable[[str], None] | None = None,
        meter: Meter | None = None,
    ) -> str | Form:
        """What the model answers to *prompt*: its text, or an instance of the pydantic *form*.

        With *on_text* the text is handed over as it comes. *meter* counts what it takes. Raises
        :class:`~babyagi_nb.errors.ModelError`.
        """
        told = (Message(role="system", content=system),) if system else ()
        messages = (*told, Message(role="user", content=prompt))
        wanted = Ask(messages=messages, purpose="ask", max_tokens=max_tokens)
        found, answer = self._answer(wanted, form=form, model=model, on_text=on_text, meter=meter)
        return answer.text if found is None else found

    def _answer(
        self,
        ask: Ask,
        *,
        form: type[Form] | None = None,
        model: str | None = None,
        on_text: Callable[[str], None] | None = None,
        meter: Meter | None = None,
    ) -> tuple[Form | None, Answer]:
        """The answer, and before it what of it fits *form* where one is given."""
        asked = self.open_model(model)
        if form is None:
            return None, asked.ask(ask, on_text=on_text, meter=meter)
        from babyagi_nb.agent.models.ladder import ask_form

        return ask_form(asked, ask, form, meter=meter)

    def embed_texts(
        self, texts: str | Sequence[str], *, meter: Meter | None = None
    ) -> list[list[float]]:
        """A vector for each text, from the model that the setting ``embeddings`` names.

        Raises :class:`~babyagi_nb.errors.ModelError`.
        """
        listed = [texts] if isinstance(texts, str) else list(texts)
        model = self._model or self.picker.embedder()
        if model is None:
            raise ModelUnavailable(
                "no model for vectors was named", kind="model",
                fix="set BABYAGI_EMBEDDINGS, or embeddings in [tool.babyagi_nb]",
            )  # fmt: skip
        return model.embed(listed, meter=meter)

    # -- search --------------------------------------------------------------------------------

    def find_functions(self, query: str, k: int = 8) -> list[dict[str, Any]]:
        """The *k* functions that fit *query* best, as rows with ``name``, ``description``,
        ``score`` (0 to 1) and ``why``.

        By name and words; by meaning too, where ``embeddings`` is set.
        """
        return self._rows(self._finder.find(query, k))

    def similar_functions(self, name: str, k: int = 8) -> list[dict[str, Any]]:
        """The *k* functions most like *name*; raises :class:`~babyagi_nb.errors.NotFound`."""
        return self._rows(self._finder.similar(name, k))

    @cached_property
    def _finder(self) -> Finder:
        from babyagi_nb.agent.search.finder import Finder

        embeddings = self.settings.embeddings
        return Finder(
            self._fresh,
            vectors=self._store.vectors if embeddings else None,
            embed=self.embed_texts if embeddings else None,
            embeddings=embeddings,
            notify=self._tell,
        )

    def _fresh(self) -> Catalogue:
        self.refresh()
        return self.catalogue

    def _rows(self, hits: Iterable[Hit]) -> list[dict[str, Any]]:
        return [
            {
                "name": hit.name,
                "description": self.catalogue.version(hit.name).spec.description,
                "score": hit.score,
                "why": hit.why,
            }
            for hit in hits
        ]

    def _offered(self, query: str, k: int, *, drafts: bool = False) -> list[Hit]:
        """What a model may be offered for *query*: found, and ranked by evidence."""
        from babyagi_nb.agent.upkeep.offering import WIDER, offered

        hits = self._finder.find(query, WIDER * k, drafts=drafts)
        return offered(hits, k, catalogue=self.catalogue, evidence=self._ranking)

    def _ranking(self) -> Mapping[tuple[str, int], Evidence]:
        from babyagi_nb.agent.upkeep.evidence import by_version
        from babyagi_nb.agent.upkeep.ledger import Ledger

        now = monotonic()
        if self._ranked is None or now - self._ranked[0] > _FRESH:
            self._ranked = now, by_version(Ledger(self.queries).evidence())
        return self._ranked[1]
