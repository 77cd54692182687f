"""Operations about conversations. Something is said on the kernel's main shell, where functions run
and an interrupt reaches them; everything else, also the answer to a question, comes beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.errors import BabyAGIError, NotFound
from babyagi_nb.jupyter.feed import ChatFeed
from babyagi_nb.jupyter.messages import Chat, ChatRow
from babyagi_nb.jupyter.operations.desk import Desk
from babyagi_nb.jupyter.rows import milliseconds
from babyagi_nb.jupyter.spoken import rows_of

__all__ = ["answer", "get", "listed", "new", "say", "stop"]

_MOST = 100


def listed(desk: Desk) -> list[ChatRow]:
    """Conversations that were kept, the one that went on last first."""
    busy = {feed.id for feed in list(desk.underway.chats.values()) if feed.busy}
    return [
        {
            "id": each.id,
            "title": one_line(each.title, 200),
            "model": one_line(each.model, 200),
            "turns": each.turns,
            "changed": milliseconds(each.changed),
            "busy": each.id in busy,
        }
        for each in desk.app.chats.list()[:_MOST]
    ]


def new(desk: Desk) -> str:
    """The id of a conversation in which nothing was said; nothing is written for it."""
    id = desk.app.chats.begin().id
    desk.underway.promised.add(id)
    return id


def get(desk: Desk, chat: str) -> Chat:
    feed = _feed(desk, chat)
    conversation = feed.conversation
    kept = conversation.transcript if conversation else None
    if kept is None and chat in desk.app.chats.ids():
        kept = desk.app.chats.open(chat)
    revision = feed.revision
    return {
        "id": chat,
        "title": one_line(kept.title, 200) if kept else "",
        "revision": revision,
        "busy": feed.busy,
        "dropped": kept.dropped if kept else 0,
        "parts": list(feed.parts),
    }


def say(desk: Desk, chat: str, text: str, functions: Sequence[str] | None = None) -> str:
    """One turn; how it ended is the answer. Raises what keeps it from beginning.

    With *functions* only those can be called, and are called without asking.
    """
    app, feed = desk.app, _feed(desk, chat)
    # Another one may have been picked since the last turn.
    model = app.open_model()
    if feed.conversation is None:
        kept = chat if chat in app.chats.ids() else None
        made = app.converse(confirm=lambda words: desk.underway.ask(feed, words), transcript=kept)
        if kept is None:
            made.transcript = replace(made.transcript, id=chat)
        feed.conversation = made
    conversation = feed.conversation
    conversation.model = model
    conversation.restrict(functions)
    with desk.underway.at_work():
        feed.set_busy(True)
        try:
            feed.take({"event": "said", "text": text})
            return conversation.say(text, lambda event: feed.take(event.row())).finish
        except KeyboardInterrupt:
            return "interrupted"
        except BabyAGIError as error:
            feed.fail(str(error))
            return conversation.last.finish if conversation.last else "error"
        finally:
            feed.set_busy(False)


def answer(desk: Desk, question: int, yes: bool) -> bool:
    return desk.underway.answer(question, yes)


def stop(desk: Desk) -> bool:
    """End what a page began; whether there was anything."""
    return desk.underway.stop()


def _feed(desk: Desk, chat: str) -> ChatFeed:
    """What is told of a conversation; of one that was kept, as it was kept."""
    underway, app = desk.underway, desk.app
    known = underway.chats.get(chat)
    if known is not None:
        return known
    if chat not in app.chats.ids():
        if chat not in underway.promised:
            raise NotFound(f"no conversation {one_line(chat, 60)!r}", fix="begin another one")
        return underway.chat_feed(chat)
    feed = underway.chat_feed(chat)
    for row in rows_of(app.chats.open(chat).messages):
        feed.take(row)
    return feed
