"""A chat on a page: every text in it is text, whoever wrote it."""

from __future__ import annotations

from typing import Any

import pytest
from test_widgets_safety import HOSTILE

from babyagi_nb.widgets.chatview import ChatTable, ChatView


def rows(text: str) -> list[dict[str, Any]]:
    return [
        {"event": "said", "text": text},
        {"event": "text", "text": text},
        {"event": "began", "call": text, "name": text, "arguments": text},
        {"event": "asked", "call": text, "question": text},
        {"event": "brought", "names": [text, text]},
        {"event": "note", "text": text},
        {"event": "ended", "call": "other", "name": text, "status": text, "note": text,
         "run": text},
        {"event": "turn", "finish": text, "run": text, "spent": {"calls": text, "tokens": text}},
    ]  # fmt: skip


@pytest.mark.parametrize("text", [each for each in HOSTILE if each])
def test_nothing_that_was_said_becomes_markup(text: str) -> None:
    plain = ChatView(rows("harmless")).body()
    hostile = ChatView(rows(text)).body()
    assert hostile.count("<") == plain.count("<")
    assert hostile.count(">") == plain.count(">")
    row = {"title": text, "turns": 1, "model": text, "id": text, "changed": 0}
    calm = {"title": "x", "turns": 1, "model": "x", "id": "x", "changed": 0}
    assert ChatTable([row]).body().count("<") == ChatTable([calm]).body().count("<")


def test_text_that_acts_on_a_terminal_does_not() -> None:
    shown = ChatView(rows("a\x1b[2J\u202eb\x07")).plain()
    assert all(char.isprintable() or char == "\n" for char in shown)


def test_the_plain_form_has_no_ids_and_no_figures() -> None:
    view = ChatView(
        [
            {"event": "began", "call": "a", "name": "f", "arguments": "{}"},
            {"event": "ended", "call": "a", "name": "f", "status": "done", "note": "1",
             "run": "K.1"},
            {"event": "text", "text": "One."},
            {"event": "turn", "finish": "stop", "run": "K.0",
             "spent": {"calls": 2, "tokens": 99, "cost": 0.01}},
        ]
    )  # fmt: skip
    assert view.plain() == "✓ f {} → 1\nOne."
    assert "2 requests, 99 tokens · $0.0100 · run K.0" in view.body()


def test_a_call_changes_its_line_and_pieces_of_text_become_one() -> None:
    view = ChatView()
    seen = []
    for row in (
        {"event": "text", "text": "I "},
        {"event": "text", "text": "add."},
        {"event": "began", "call": "a", "name": "add", "arguments": "{}"},
        {"event": "asked", "call": "a", "question": "call add?"},
        {"event": "ended", "call": "a", "name": "add", "status": "refused", "note": "no"},
        {"event": "began", "call": "a", "name": "add", "arguments": "{}"},
        {"event": "of another kind"},
        {"event": "turn", "finish": "interrupted"},
    ):
        view.take(row)
        seen.append(view.plain().splitlines())
    assert seen[1] == ["I add."]
    assert seen[3][1] == "▶ add {}"
    assert seen[4][1] == "⊘ add {} → no"
    assert seen[-1] == ["I add.", "⊘ add {} → no", "▶ add {}", "(interrupted)"]


def test_a_long_chat_is_bounded() -> None:
    view = ChatView()
    for at in range(1000):
        view.take({"event": "text", "text": "x" * 10_000})
        view.take({"event": "note", "text": str(at)})
    assert len(view.body()) < 6_000_000
    assert "! 999" in view.plain()
    for _ in range(1000):
        view.take({"event": "text", "text": "y" * 1000})
    assert len(view.plain()) < 6_000_000


def test_no_conversations_say_so() -> None:
    assert ChatTable([]).plain() == "no conversation is kept"
    assert "No conversation" in ChatTable([]).body()
