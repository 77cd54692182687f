"""A conversation about pens and paper: notebook 08_chat.

The model looks two things up in one go, wants to order, and takes no for an answer. The functions
are those of the notebook: ``in_stock``, ``price_of`` and ``order``. Rules match the last message,
so a line of the notebook can be run again.
"""

from __future__ import annotations

from collections.abc import Callable

from babyagi_nb.testing.reply import Reply, call
from babyagi_nb.testing.request import Request
from babyagi_nb.testing.script import Rule

__all__ = ["RULES"]

_REACT = "You solve a task step by step"


def _told(request: Request, *pieces: str) -> bool:
    """Whether all *pieces* are in what was said and returned since the person spoke last."""
    texts = []
    for message, text in zip(reversed(request.messages), reversed(request.texts), strict=True):
        texts.append(text)
        if message.get("role") == "user":
            break
    return all(any(piece in text for text in texts) for piece in pieces)


def _stock_and_price(request: Request) -> Reply:
    if "price_of" not in request.tools or "in_stock" not in request.tools:
        return Reply(text="I was offered no functions for stock and prices.")
    if not _told(request, "7.5"):
        asked = (call("in_stock", {"item": "pens"}, id="call_1"),
                 call("price_of", {"item": "pens", "count": 3}, id="call_2"))  # fmt: skip
        return Reply(calls=asked)
    return Reply(text="There are 4 boxes of pens; three more cost 7.50.")


def _order(request: Request) -> Reply:
    if _told(request, "was not done"):
        return Reply(text="Nothing was ordered: you did not say yes.")
    if _told(request, "ordered 3 boxes"):
        return Reply(text="Done: three boxes of pens are ordered.")
    return Reply(calls=(call("order", {"item": "pens", "count": 3}, id="call_3"),))


def _react(request: Request) -> Reply:
    if _told(request, "12"):
        return Reply(text="Answer: paper will last; it takes 12 boxes, and there are 20.")
    if _told(request, "20"):
        return Reply(
            text="There are 20 boxes. Now how many a month takes.",
            calls=(call("used_in", {"item": "paper", "weeks": 4}, id="call_2"),),
        )
    return Reply(
        text="First I need to know how much paper there is.",
        calls=(call("in_stock", {"item": "paper"}, id="call_1"),),
    )


def _speaks(piece: str) -> Callable[[Request], bool]:
    """A condition: the person's last message has *piece* in it."""

    def when(request: Request) -> bool:
        told = zip(request.messages, request.texts, strict=True)
        spoken = [text for message, text in told if message.get("role") == "user"]
        return bool(spoken) and piece in spoken[-1]

    return when


RULES: tuple[Rule, ...] = (
    Rule(_react, system=_REACT, times=None),
    Rule(_order, when=_speaks("Order"), times=None),
    Rule(_stock_and_price, when=_speaks("pens"), times=None),
)
