"""A chat as it is shown: what was said, and a line for each function that was called.

The view is fed the rows of the events of a turn (``babyagi_nb.agent.chat.events``), one after the
other, and can be shown at any moment between. Everything in them was written by a person, a model
or a function, so it is text here and never markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babyagi_nb.widgets.grid import grid
from babyagi_nb.widgets.markup import Html, clean, one_line, tag
from babyagi_nb.widgets.moment import when
from babyagi_nb.widgets.view import View

__all__ = ["ChatTable", "ChatView"]

_GLYPHS = {"done": "✓", "failed": "✗", "refused": "⊘", "known": "↺", "began": "▶"}
_CLASSES = {"done": "success", "failed": "error", "refused": "refused", "began": "started"}
_FINISHES = {
    "rounds": "it went on calling functions, and was told to answer",
    "length": "the answer was cut off: it reached its limit",
    "truncated": "the answer was cut off",
    "budget": "the budget is spent",
    "interrupted": "interrupted",
    "error": "ended by an error",
}
_LONGEST = 40_000
_MOST = 300
"""Parts that are shown; of a longer chat the newest."""

Row = Mapping[str, Any]


class ChatView(View):
    r"""One or several turns.

    >>> view = ChatView()
    >>> view.take({"event": "began", "call": "a", "name": "add", "arguments": '{"a": 2, "b": 3}'})
    >>> view.take({"event": "ended", "call": "a", "name": "add", "status": "done", "note": "5"})
    >>> view.take({"event": "text", "text": "It is five."})
    >>> view
    ✓ add {"a": 2, "b": 3} → 5
    It is five.
    """

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._parts: list[dict[str, Any]] = []
        self._foot: Row | None = None
        for row in rows:
            self.take(row)

    def take(self, row: Row) -> None:
        """Take in the next event; kinds that are not known are passed over."""
        kind = row.get("event")
        last: dict[str, Any] = self._parts[-1] if self._parts else {}
        if kind == "text" and last.get("event") == "text":
            if len(last["text"]) < _LONGEST:
                last["text"] += str(row.get("text", ""))
        elif kind == "ended":
            began = self._began(row.get("call"))
            if began is None:
                self._parts.append(dict(row))
            else:
                began.update(row)
        elif kind == "asked":
            began = self._began(row.get("call"))
            if began is not None:
                began["question"] = row.get("question")
        elif kind == "turn":
            self._foot = row
        elif kind in ("text", "began", "brought", "note", "said"):
            self._parts.append(dict(row))

    def plain(self) -> str:
        lines = [self._plain(part) for part in self._shown()]
        finish = _FINISHES.get(str((self._foot or {}).get("finish")))
        return "\n".join([*filter(None, lines), *([f"({finish})"] if finish else [])])

    def body(self) -> Html:
        parts = [self._html(part) for part in self._shown()]
        foot = self._footer()
        return tag("div", *parts, foot)

    def _began(self, call: object) -> dict[str, Any] | None:
        """The call *call* that is under way."""
        open = (part for part in reversed(self._parts) if part["event"] == "began")
        return next((part for part in open if part.get("call") == call), None)

    def _shown(self) -> list[dict[str, Any]]:
        return self._parts[-_MOST:]

    def _plain(self, part: Row) -> str:
        kind = part["event"]
        if kind == "text":
            return _whole(part).strip()
        if kind == "said":
            return f"> {_whole(part).strip()}"
        if kind == "brought":
            return f"  found: {_names(part)}"
        if kind == "note":
            return f"! {one_line(part.get('text', ''), 300)}"
        sign = _GLYPHS.get(_status(part), "·")
        note = f" → {one_line(part['note'], 120)}" if part.get("note") else ""
        given = one_line(part.get("arguments", ""), 120)
        return f"{sign} {one_line(part.get('name', ''), 80)} {given}{note}".rstrip()

    def _html(self, part: Row) -> Html:
        kind = part["event"]
        if kind == "text":
            return tag("div", _whole(part).strip(), style=_SPEECH)
        if kind == "said":
            return tag("div", tag("b", _whole(part).strip()), style=_SPEECH)
        if kind == "brought":
            return tag("div", "found: ", tag("span", _names(part), cls="m"), cls="soft")
        if kind == "note":
            return tag("div", one_line(part.get("text", ""), 300), cls="warn")
        return self._call(part)

    def _call(self, part: Row) -> Html:
        status = _status(part)
        sign = tag(
            "span",
            _GLYPHS.get(status, "·"),
            cls=f"g {_CLASSES.get(status, 'soft')}",
            role="img",
            aria_label=status,
            title=status,
        )
        note = part.get("note")
        question = part.get("question") if status == "began" else None
        return tag(
            "div",
            sign,
            tag("b", one_line(part.get("name", ""), 80), cls="m"),
            tag("span", one_line(part.get("arguments", ""), 300), cls="m soft cut"),
            tag("span", f"→ {one_line(note, 300)}", cls="m cut said") if note else None,
            tag("span", one_line(question, 400), cls="warn") if question else None,
            tag("data", one_line(part["run"], 60), cls="m") if part.get("run") else None,
            cls="row",
        )

    def _footer(self) -> Html | None:
        if self._foot is None:
            return None
        finish = _FINISHES.get(str(self._foot.get("finish")))
        spent = self._foot.get("spent")
        facts = []
        if isinstance(spent, Mapping):
            facts = [f"{spent.get('calls', 0)} requests, {spent.get('tokens', 0)} tokens"]
            if spent.get("cost"):
                facts.append(f"${spent['cost']:.4f}")
        run = self._foot.get("run")
        if run:
            facts.append(f"run {run}")
        return tag(
            "div",
            tag("span", f"{finish} · ", cls="warn") if finish else None,
            tag("data", one_line(" · ".join(facts), 200)),
            cls="foot",
            style="padding-left:0",
        )


class ChatTable(View):
    """Conversations that were kept, the newest first; each is known by its place in this list.

    Rows have ``title``, ``turns``, ``model``, ``id`` and ``changed`` (nanoseconds since the epoch).

    >>> ChatTable([{"title": "add 2 and 3", "turns": 2, "model": "m", "id": "x", "changed": 0}])
       conversation  turns  model
    1  add 2 and 3   2      m
    go on with one by %babyagi chat id=1 …, look at it with %babyagi chats 1
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)[:_MOST]

    def plain(self) -> str:
        if not self.rows:
            return _NONE
        lines = [
            [str(at), one_line(row["title"], 60), str(row["turns"]), one_line(row["model"], 30)]
            for at, row in enumerate(self.rows, 1)
        ]
        return f"{grid(['', 'conversation', 'turns', 'model'], lines, [4, 60, 6, 30])}\n{_HINT}"

    def body(self) -> Html:
        if not self.rows:
            return tag("p", _NONE.capitalize() + ".", cls="soft")
        head = [tag("th", each) for each in ("", "conversation", "turns", "model", "last", "id")]
        rows = [
            tag(
                "tr",
                tag("td", str(at), cls="num"),
                tag("td", one_line(row["title"], 120)),
                tag("td", str(row["turns"]), cls="num"),
                tag("td", one_line(row["model"], 60), cls="m"),
                tag("td", when(int(row["changed"]))),
                tag("td", tag("data", one_line(row["id"], 60), cls="m")),
            )
            for at, row in enumerate(self.rows, 1)
        ]
        table = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows), cls="t flow")
        return tag("div", tag("div", table, cls="scroll"), tag("div", _HINT, cls="foot"), cls="box")


_SPEECH = "white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0"
_NONE = "no conversation is kept"
_HINT = "go on with one by %babyagi chat id=1 …, look at it with %babyagi chats 1"


def _status(part: Row) -> str:
    return str(part.get("status") or "began")


def _whole(part: Row) -> str:
    return clean(str(part.get("text", "")), _LONGEST)


def _names(part: Row) -> str:
    names = part.get("names")
    return one_line(", ".join(map(str, names)) if isinstance(names, list | tuple) else "", 400)
