"""``chat_with_functions``: one answer to a history that the caller keeps, with named functions.

Takes what the original's function of this name takes, and refuses what it refuses with the same
class of error, ``ValueError``. Other than there, a model may call functions in several rounds, what
it calls is checked, and a function that manages the store cannot be named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from babyagi_nb.core.cleaning import clean, one_line
from babyagi_nb.core.model import Message
from babyagi_nb.errors import UsageError

if TYPE_CHECKING:
    from babyagi_nb.agent.chat.conversation import Conversation

__all__ = ["HistoryError", "chat_with_functions", "read_history", "read_names"]

_ROLES = ("user", "assistant", "system")


class HistoryError(UsageError, ValueError):
    """A history or a list of names is not what it has to be."""


def chat_with_functions(
    converse: Callable[[list[str]], Conversation],
    chat_history: object,
    available_function_names: object,
) -> str:
    """The answer to *chat_history*, for which the model may call the functions named.

    *converse* makes a conversation that is restricted to such names. Raises
    :class:`HistoryError` (a ``ValueError``) for what is no history or names nothing, ``NotFound``
    for a function that is not there, and what the model raises.
    """
    messages = read_history(chat_history)
    names = read_names(available_function_names)
    return converse(names).reply(messages).text


def read_history(given: object) -> tuple[Message, ...]:
    """Messages in the original's form, ``{"role": …, "message": …}``; ``content`` is as good.

    >>> read_history([{"role": "user", "message": "Hi"}])[0].content
    'Hi'
    >>> read_history("Hi")
    Traceback (most recent call last):
    babyagi_nb.agent.chat.history.HistoryError: chat_history is no list of messages; give
    [{'role': 'user', 'message': 'Hello'}]
    """
    shape = "give [{'role': 'user', 'message': 'Hello'}]"
    if not isinstance(given, list):
        raise HistoryError("chat_history is no list of messages", fix=shape)
    if not given:
        raise HistoryError("chat_history is empty", fix=shape)
    found = []
    for at, each in enumerate(given):
        if not isinstance(each, dict):
            raise HistoryError(f"message {at} of chat_history is no dictionary", fix=shape)
        role, said = each.get("role"), each.get("message", each.get("content"))
        if role not in _ROLES:
            raise HistoryError(
                f"message {at} has the role {one_line(repr(role), 40)}",
                fix="user, assistant or system",
            )
        if not isinstance(said, str):
            raise HistoryError(f"message {at} has no text under 'message'", fix=shape)
        found.append(Message(role=role, content=clean(said)))
    return tuple(found)


def read_names(given: object) -> list[str]:
    """Names of functions: a list, or one text with commas.

    >>> read_names("add, world,")
    ['add', 'world']
    """
    if isinstance(given, str):
        listed = given.split(",")
    elif isinstance(given, list):
        listed = [each for each in given if isinstance(each, str)]
    else:
        raise HistoryError(
            "available_function_names is neither a text nor a list", fix="give 'add, world'"
        )
    names = list(dict.fromkeys(name for each in listed if (name := each.strip())))
    if not names:
        raise HistoryError("available_function_names names no function", fix="give 'add, world'")
    return names
