"""Short texts as outputs, what the application has to tell, and the card behind ``name?``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babyagi_nb import kernel_app
from babyagi_nb.widgets.markup import Html, clean, one_line, tag
from babyagi_nb.widgets.view import View

if TYPE_CHECKING:
    from IPython.core.oinspect import InspectorHookData

__all__ = ["Line", "Text", "card_of_object", "tell"]

_LONGEST = 2000


class Line(View):
    """One thing to say; further lines are kept apart."""

    def __init__(self, text: str) -> None:
        self.lines = [one_line(each, _LONGEST) for each in text.splitlines()]

    def plain(self) -> str:
        return "\n".join(self.lines)

    def body(self) -> Html:
        return tag("div", *(tag("div", each) for each in self.lines), style="padding-left:6px")


class _Notice(Line):
    """Something that went on beside what was asked for."""

    def body(self) -> Html:
        sign = tag("span", "!", cls="g", aria_hidden="true")
        return tag("div", *(tag("div", sign, each, cls="warn") for each in self.lines))


class Text(View):
    """Several lines whose layout counts."""

    def __init__(self, text: str) -> None:
        self.text = clean(text)

    def plain(self) -> str:
        return self.text

    def body(self) -> Html:
        return tag("pre", self.text)


def tell(message: str) -> None:
    """Show one line, outside any result and not on the error stream."""
    from IPython.display import display

    display(_Notice(f"babyagi: {message}"))  # type: ignore[no-untyped-call]


def card_of_object(data: InspectorHookData) -> View | None:
    """The card that ``hello?`` shows for a stored function; nothing for any other object."""
    name = getattr(data.obj, "__babyagi_name__", None)
    app = kernel_app.opened()
    if type(name) is not str or app is None or name not in app.catalogue:
        return None
    from babyagi_nb.jupyter.commands.functions import card_of

    try:
        return card_of(app, app.version(name))
    except Exception:
        # Help on an object must never fail because of what we would add to it.
        return None
