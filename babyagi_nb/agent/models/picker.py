"""Which models there are, which one is asked, and opening it: :class:`Models`.

An argument goes before what was picked in the store, and that before the settings. Nothing is
connected to, and no client library imported, before the first question.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from babyagi_nb.agent.models.abilities import Abilities, abilities_of
from babyagi_nb.agent.models.access import (
    OPENAI,
    Picked,
    Seal,
    Server,
    Wishes,
    address,
    is_here,
    sealed_text,
    server_for,
)
from babyagi_nb.agent.models.client import Clients, Line, Target
from babyagi_nb.agent.models.failures import failure_of, protocol
from babyagi_nb.agent.models.patience import Attempts, Patience
from babyagi_nb.agent.models.prices import Prices
from babyagi_nb.agent.models.probing import probe
from babyagi_nb.agent.models.remote import Memory, RemoteModel
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.ports import RunLog, Shelf
from babyagi_nb.errors import (
    BabyAGIError,
    ModelError,
    ModelUnavailable,
    StoreUnwritable,
    UsageError,
)

__all__ = ["Models"]

_DOCUMENT = "model"
_LIST_SECONDS = 20.0
_MOST_LISTED = 1000
_LONGEST_NAME = 200


class Models:
    """The models that an application can ask.

    ``key`` gives the value of a key by its name. ``seal`` keeps the user's word about servers;
    without one it holds in this process only. Close it when it is of no use any more.
    """

    def __init__(
        self,
        settings: Wishes,
        key: Callable[[str], str | None],
        shelf: Shelf,
        runs: RunLog | None = None,
        environment: Mapping[str, str] = os.environ,
        *,
        seal: Seal | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._settings, self._key, self._shelf = settings, key, shelf
        self._runs, self._environment, self._seal = runs, environment, seal
        self._patience = patience or Patience()
        self._clients = Clients()
        self._memories: dict[str, Memory] = {}
        self._said: set[bytes] = set()
        """What the user said in this process."""
        self._here: Picked | None = None
        """What was picked where the store could not keep it."""
        self.prices = Prices(shelf)

    def list(self) -> list[str]:
        """What the server calls its models, sorted; raises ``ModelError``."""
        server = self.server()
        attempts = Attempts(self._patience, _LIST_SECONDS, None)
        while True:
            attempts.request(0)
            try:
                return _names(self._line(server).models(attempts.left()))
            except ModelError as error:
                attempts.again(error)

    def pick(self, name: str, base_url: str | None = None, key: str | None = None) -> None:
        """Ask the model *name* in this store from now on.

        With *base_url* at that server, and with the key named *key* where it needs one: that is
        the user's word for it (:mod:`~babyagi_nb.agent.models.access`). An empty *base_url* goes
        back to what the settings say; with a *base_url*, *name* may be empty until one is known.
        Raises :class:`~babyagi_nb.errors.UsageError`.
        """
        before = self._remembered()
        unnamed = not name.strip() and not base_url
        if unnamed or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UsageError(
                f"{name[:80]!r} is no name of a model", fix="%babyagi model lists them"
            )
        if key is not None and not key.isidentifier():
            raise UsageError(
                f"{key[:80]!r} is no name of a key", fix="name it; its value is never typed here"
            )
        made = replace(before, model=name)
        if base_url is not None:
            url = address(base_url) if base_url else ""
            made = Picked(model=name, base_url=url, key=key or "", trusted=True)
        elif key is not None:
            # Naming a key is no word about an address: one that nobody vouched for is refused here.
            made = replace(made, key=key, trusted=True, base_url=self.server().base_url)
        self._keep(made, said=base_url is not None or key is not None)

    def picked(self) -> tuple[str, str]:
        """Name and address of what is asked; the name is empty where nothing was picked."""
        picked = self._remembered()
        with suppress(ModelUnavailable):
            return picked.model or self._settings.model, self.server().base_url
        return picked.model or self._settings.model, picked.base_url or self._settings.base_url

    def server(self) -> Server:
        """The server that is asked; raises :class:`~babyagi_nb.errors.ModelUnavailable`."""
        return server_for(self._settings, self._environment, self._remembered())

    def open(self, name: str | None = None) -> RemoteModel:
        """The model called *name*, or the one that was picked.

        Raises :class:`~babyagi_nb.errors.ModelUnavailable` where none was, or a key is missing.
        """
        wanted = name or self._remembered().model or self._settings.model
        server = self.server()
        self._target(server)
        if not wanted:
            raise ModelUnavailable(
                "no model was picked", kind="model",
                fix="%babyagi model lists what the server has, %babyagi model NAME picks one",
            )  # fmt: skip
        return self._opened(wanted, server)

    def embedder(self) -> RemoteModel | None:
        """The model that makes vectors; ``None`` where there is none, or nothing to ask it with."""
        if not self._settings.embeddings:
            return None
        try:
            server = self.server()
            self._target(server)
        except ModelError:
            return None
        return self._opened(self._settings.embeddings, server)

    def probe(self, name: str | None = None) -> Abilities:
        """Try out what the model can be asked for, with a few small questions, and remember it."""
        model = self.open(name)
        memory = self._memory(model.id, self.server())
        memory.learn(replace(self._start(self.server()), probed=False))
        memory.learn(probe(model))
        return memory.can

    def close(self) -> None:
        """Let go of every connection."""
        self._clients.close()

    # -- inside --------------------------------------------------------------------------------

    def _opened(self, name: str, server: Server) -> RemoteModel:
        return RemoteModel(
            name,
            server.host,
            line=lambda: self._line(server),
            memory=self._memory(name, server),
            price=lambda: self.prices.of(name),
            runs=self._runs,
            patience=self._patience,
        )

    def _line(self, server: Server) -> Line:
        return self._clients.line(self._target(server), server.host)

    def _target(self, server: Server) -> Target:
        here = is_here(server.base_url)
        value = (self._key(server.key) or "") if server.key else ""
        # Only a key that was named for a server on this machine is waited for there.
        if server.key and not value and not here:
            raise ModelUnavailable(
                f"no key for {server.host}", kind="key",
                fix=f"%babyagi key set {server.key}, or ask a server of your own:"
                " %babyagi model NAME url=http://localhost:11434/v1",
            )  # fmt: skip
        if not value.isascii() or not value.isprintable():
            raise ModelUnavailable(
                f"the key {server.key} holds characters that no key has", kind="key",
                fix=f"%babyagi key set {server.key}",
            )  # fmt: skip
        return Target(server.base_url, value.strip(), direct=here)

    def _memory(self, name: str, server: Server) -> Memory:
        mark = hashlib.sha256(f"{server.base_url}\0{name}".encode()).hexdigest()[:16]
        found = self._memories.get(mark)
        if found is None:
            start = self._start(server)
            said = abilities_of(self._shelf.get(f"models/{mark}"), start)
            about = {"model": name, "base_url": server.base_url}

            def keep(can: Abilities) -> None:
                # Not to remember it costs a request; it is no reason to fail.
                with suppress(BabyAGIError):
                    self._shelf.put(f"models/{mark}", about | can.row())

            found = self._memories[mark] = Memory(said, keep)
        return found

    def _start(self, server: Server) -> Abilities:
        # OpenAI's newer models refuse the older name; elsewhere the older one is the known one.
        openai = server.base_url == OPENAI
        return Abilities(limit="max_completion_tokens" if openai else "max_tokens")

    def _remembered(self) -> Picked:
        """What was picked, and whether by this user."""
        if self._here is not None:
            return self._here
        found = self._shelf.get(_DOCUMENT)
        if not isinstance(found, Mapping):
            return Picked()
        model, url, key = (_text(found.get(each)) for each in ("model", "base_url", "key"))
        text = sealed_text(url, key)
        trusted = text in self._said
        if not trusted and url and self._seal is not None:
            trusted = self._seal.holds(text, _text(found.get("seal")))
        return Picked(model=model, base_url=url, key=key, trusted=trusted)

    def _keep(self, picked: Picked, *, said: bool) -> None:
        text = sealed_text(picked.base_url, picked.key)
        document = {"model": picked.model, "base_url": picked.base_url, "key": picked.key}
        if said:
            self._said.add(text)
        if self._seal is not None and picked.trusted and picked.base_url:
            document["seal"] = self._seal.sign(text)
        try:
            self._shelf.put(_DOCUMENT, document)
            self._here = None
        except StoreUnwritable:
            self._here = picked


def _names(body: bytes) -> list[str]:
    """Names of models in what a server answered."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise protocol(
            "no list of models", fix="check its address; it usually ends in /v1"
        ) from None
    if isinstance(document, Mapping) and document.get("error"):
        raise failure_of(200, document["error"], {})
    rows = document.get("data") if isinstance(document, Mapping) else document
    if not isinstance(rows, list):
        raise protocol("no list of models", fix="check its address; it usually ends in /v1")
    names = (each.get("id") for each in rows if isinstance(each, Mapping))
    found = {one_line(each, _LONGEST_NAME) for each in names if isinstance(each, str) and each}
    return sorted(found)[:_MOST_LISTED]


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 2000 else ""
