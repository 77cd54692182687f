"""Building HTML so that text stays text.

Every piece of markup is an :class:`Html` made by :func:`tag`; anything else that becomes a child or
an attribute is cleaned and escaped. Only the elements and attributes below can be made, so no
handler, link, script or foreign style can come out, whatever a store holds.

>>> tag("b", "<script>", cls="x")
'<b class="x">&lt;script&gt;</b>'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape as _escape

from babyagi_nb.core.cleaning import clean, one_line

__all__ = ["Html", "clean", "escape", "join", "one_line", "tag"]

_ELEMENTS = frozenset(
    {"b", "code", "data", "details", "div", "p", "pre", "span", "summary"}
    | {"table", "tbody", "td", "th", "thead", "time", "tr"}
)
_ATTRIBUTES = frozenset(
    ("aria-hidden", "aria-label", "class", "colspan", "open", "role", "style", "title")
)
_STYLE = re.compile(r"[-\w:;%. #]*", re.ASCII)
_LONGEST = 40_000
"""Characters of one text that a page is asked to show."""


class Html(str):
    """Markup that was built here; nothing else may be put on a page unescaped."""

    __slots__ = ()


def escape(text: object, limit: int = _LONGEST) -> Html:
    """Clean, cut and escape *text*; :class:`Html` passes as it is."""
    return text if isinstance(text, Html) else Html(_escape(clean(text, limit), quote=True))


def join(parts: Iterable[object], between: object = "") -> Html:
    return Html(escape(between).join(escape(part) for part in parts))


def tag(
    name: str, *children: object, cls: str = "", open: bool = False, **attributes: object
) -> Html:
    """One element; ``None`` children and attributes are left out.

    A name outside the allowed sets is a mistake of this package and raises ``ValueError``.
    """
    if name not in _ELEMENTS:
        raise ValueError(f"element {name!r} is not allowed")
    given = {"class": cls or None, **attributes}
    written = [_attribute(key.replace("_", "-"), value) for key, value in given.items()]
    flags = " open" if open else ""
    inner = join(child for child in children if child is not None)
    return Html(f"<{name}{''.join(written)}{flags}>{inner}</{name}>")


def _attribute(name: str, value: object) -> str:
    if value is None:
        return ""
    if name not in _ATTRIBUTES:
        raise ValueError(f"attribute {name!r} is not allowed")
    if name == "style" and not _STYLE.fullmatch(str(value)):
        raise ValueError(f"style {value!r} is not one of ours")
    return f' {name}="{_escape(clean(value, 2000), quote=True)}"'
