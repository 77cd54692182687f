"""``%babyagi find``: what was found, as text whatever a store holds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from babyagi_nb.jupyter.commands.finding import FoundTable, find
from babyagi_nb.jupyter.request import Request

FOUND = [
    {"name": "mean", "description": "Mean of numbers.\n\nLong.", "score": 0.9, "why": "mean"},
    {"name": "evil", "description": "<script>x</script>\x1b[2J", "score": 0.1, "why": "<b>, a"},
]


class Application:
    """Answers what it is told to, and remembers the question."""

    def __init__(self, found: list[dict[str, Any]]) -> None:
        self.found = found
        self.asked: list[tuple[str, int]] = []

    def find_functions(self, query: str, k: int = 8) -> list[dict[str, Any]]:
        self.asked.append((query, k))
        return self.found


def request(app: Application, rest: str, **given: Any) -> Request:
    # The application of a request is the kernel's; this one stands in for it.
    return SimpleNamespace(app=app, rest=rest, given=given)  # type: ignore[return-value]


def test_the_words_are_asked_for_as_they_were_typed() -> None:
    app = Application(FOUND)
    find(request(app, "  what's the mean?  "))
    find(request(app, "mean", limit=3))
    assert app.asked == [("what's the mean?", 8), ("mean", 3)]


def test_each_line_says_name_description_and_why() -> None:
    head, first, _ = FoundTable("mean", FOUND).plain().splitlines()
    assert head.split() == ["function", "description", "found", "by"]
    assert first.split("  ")[0] == "mean"
    assert "Mean of numbers." in first
    assert "Long" not in first


def test_what_a_store_holds_is_shown_as_text() -> None:
    table = FoundTable("mean", FOUND)
    assert "<script>" not in table.html()
    assert "&lt;script&gt;" in table.html()
    assert "\x1b" not in table.html() + table.plain()


def test_nothing_found_says_what_to_do_next() -> None:
    table = FoundTable("<i>quaternions</i>", [])
    assert table.plain() == "no function fits '<i>quaternions</i>'; %babyagi list shows all of them"
    assert "<i>" not in table.html()
    assert "%babyagi list" in table.html()
