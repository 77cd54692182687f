"""What all views share: two forms of one content, and a promise never to fail on the way out.

``text/plain`` is for terminals and for tests of notebooks: it holds no time, no duration and no
id, so running the same notebook again gives the same text. ``text/html`` is for people. There,
everything that differs from run to run stands in a ``<time>`` or ``<data>`` element, or in the
``style`` of a bar, where a comparison can mask it. A view that cannot be shown says so in its
place; an exception in a formatter would fail the user's cell.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import Any

from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.theme import frame

__all__ = ["Stack", "View"]


class View(ABC):
    """Something that can be shown in a notebook, a terminal and an exported page."""

    @abstractmethod
    def plain(self) -> str:
        """Text for terminals, the same for the same content."""

    @abstractmethod
    def body(self) -> Html:
        """Markup without the style sheet, for use inside another view."""

    def html(self) -> Html:
        return frame(self.body())

    def bundle(self) -> dict[str, Any]:
        """Every form by media type; a form that fails is replaced by a line that says so."""
        return {
            "text/plain": _guarded(self.plain, self),
            "text/html": _guarded(self.html, self, lambda line: frame(tag("p", line))),
        }

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        found = self.bundle()
        if include:
            found = {kind: form for kind, form in found.items() if kind in include}
        return {kind: form for kind, form in found.items() if kind not in (exclude or ())}

    def __repr__(self) -> str:
        return _guarded(self.plain, self)


class Stack(View):
    """Several views as one output, in order."""

    def __init__(self, *views: View) -> None:
        self.views = views

    def plain(self) -> str:
        return "\n".join(view.plain() for view in self.views)

    def body(self) -> Html:
        return tag(
            "div", *(tag("div", view.body(), style="margin-bottom:8px") for view in self.views)
        )


def _guarded(make: Callable[[], str], view: View, wrap: Callable[[str], str] = str) -> str:
    try:
        return str(make())
    except Exception as error:
        kind = type(view).__name__
        return wrap(f"{kind} cannot be shown: {type(error).__name__}: {one_line(error, 200)}")
