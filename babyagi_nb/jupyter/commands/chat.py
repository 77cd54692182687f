"""``%babyagi chat`` and ``%babyagi chats``.

A notebook has one conversation at a time; each line or cell is one turn of it. What happens is
shown in one output that changes in place, and gives way to the result at the end. Questions to the
person come as a prompt below the cell; where a front end has no prompt, the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.request import Request
from babyagi_nb.jupyter.spoken import rows_of
from babyagi_nb.widgets.chatview import ChatTable, ChatView
from babyagi_nb.widgets.view import View

if TYPE_CHECKING:
    from babyagi_nb.agent.chat.conversation import Conversation
    from babyagi_nb.agent.chat.events import Event
    from babyagi_nb.core.budget import Budget

__all__ = ["ask_person", "chat", "chats"]

_PLACE = "babyagi_nb.conversation"
"""Where a shell keeps the application and the conversation of its notebook."""
_EVERY = 0.1
"""Seconds between two updates of an output."""
_LIMITS = ("calls", "tokens", "seconds", "cost")


def chat(request: Request) -> View:
    """Say something, and show what comes of it."""
    conversation = _conversation(request)
    budget = _budget(request.given, conversation.budget)
    view = ChatView()
    live = _Live(request.shell, view)
    try:
        conversation.say(request.rest, live.take, budget=budget)
    except BaseException:
        # What was said and done until then stays on the page, above the error.
        live.update()
        raise
    live.clear()
    return view


def chats(request: Request) -> View:
    """The conversations that were kept, or one of them."""
    kept = request.app.chats
    wanted = request.given.get("ID")
    if wanted is None:
        return ChatTable([{**each.row(), "turns": each.turns} for each in kept.list()])
    return ChatView(list(rows_of(kept.open(wanted).messages)))


def ask_person(question: str) -> bool:
    """Whether the person at the notebook says yes to *question*."""
    try:
        said = input(f"{one_line(question, 400)} [y/N] ")
    except Exception:
        # No prompt here: a notebook that is run by a program, or standard input that is closed.
        return False
    return said.strip().lower() in ("y", "yes")


def _conversation(request: Request) -> Conversation:
    """The notebook's conversation, as the options of the line want it."""
    app, given, meta = request.app, request.given, request.shell.meta
    names = given.get("functions")
    functions = None if names is None else [each for each in names.split(",") if each]
    if given.get("new") and given.get("id"):
        raise UsageError("a conversation is new, or has an id", fix="leave one out")
    known_to, conversation, named = meta.get(_PLACE, (None, None, None))
    found: Conversation = conversation
    named = given.get("model") or named
    if known_to is not app or given.get("new") or given.get("id"):
        found = app.converse(
            functions,
            model=given.get("model"),
            confirm=ask_person,
            transcript=given.get("id"),
        )
        meta[_PLACE] = (app, found, given.get("model"))
        return found
    # Another one may have been picked since the last turn.
    found.model = app.open_model(named)
    meta[_PLACE] = (app, found, named)
    if functions is not None:
        found.restrict(functions)
    return found


def _budget(given: Mapping[str, Any], usual: Budget) -> Budget:
    return replace(usual, **{name: given[name] for name in _LIMITS if name in given})


class _Live:
    """One output that follows a view; nothing in a terminal, which cannot take anything back."""

    def __init__(self, shell: Any, view: ChatView) -> None:
        self._view = view
        self._handle: Any = None
        self._next = 0.0
        if getattr(shell, "kernel", None) is not None:
            from IPython.display import display

            self._handle = display(_EMPTY, raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def take(self, event: Event) -> None:
        row = event.row()
        self._view.take(row)
        # Pieces of text come fast; whatever else happens is shown at once.
        if row["event"] != "text" or monotonic() >= self._next:
            self.update()

    def update(self) -> None:
        self._show(self._view.bundle)

    def clear(self) -> None:
        self._show(lambda: _EMPTY)

    def _show(self, bundle: Callable[[], Mapping[str, Any]]) -> None:
        self._next = monotonic() + _EVERY
        if self._handle is not None:
            with suppress(Exception):
                self._handle.update(bundle(), raw=True)


_EMPTY = {"text/plain": ""}
