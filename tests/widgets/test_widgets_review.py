"""The cards on which somebody decides whether to trust a function."""

from __future__ import annotations

import re
from html import unescape

import pytest
from widget_records import version

from babyagi_nb.core.isolation import TierReport
from babyagi_nb.core.trust import Grants, wording
from babyagi_nb.widgets import (
    DiffView,
    FunctionCard,
    PendingRow,
    PendingTable,
    ReviewCard,
    TierNote,
)

CODE = "def fetch(url):\n    return get(url)\n"


def text_of(page: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", page, flags=re.S))


def card(**rest: object) -> ReviewCard:
    one = version(
        3, "fetch", code=CODE, origin="model:m1", description="Fetches.", triggers=("collect",)
    )
    return ReviewCard(one, state="draft", **rest)  # type: ignore[arg-type]


def test_a_card_says_whose_it_is_what_it_asks_and_how_to_decide() -> None:
    shown = card(
        asked=wording(Grants(hosts=("api.example.org:443",), keys=("openai",))),
        closure=(("parse@2", "draft"),),
        packages=(("requests", "2.32.0, installed"),),
        code="6a41f0",
        approve="%babyagi approve fetch@3 6a41f0",
    )
    assert shown.plain().splitlines() == [
        "fetch@3 · draft · written by model:m1",
        "it asks to",
        "  read the key  openai",
        "  connect to    api.example.org:443",
        "declared",
        "  runs after  collect",
        "comes with",
        "  parse@2  draft",
        "packages",
        "  requests  2.32.0, installed",
        "it says of itself",
        "  | Fetches.",
        "code of fetch(x: int = 1)",
        "     1  def fetch(url):",
        "     2      return get(url)",
        "review code 6a41f0",
        "to approve, type: %babyagi approve fetch@3 6a41f0",
        "to deny, type:    %babyagi deny fetch@3",
    ]
    page = text_of(shown.html())
    for words in ("model:m1", "It asks to", "api.example.org:443", "parse@2", "runs after"):
        assert words in page
    assert "%babyagi approve fetch@3 6a41f0" in page


def test_a_function_that_asks_for_nothing_is_said_to_stay_in_the_sandbox() -> None:
    assert "it asks for nothing: it stays in the sandbox" in card().plain()
    assert "It asks for nothing: it stays in the sandbox." in text_of(card().html())


def test_what_replaces_another_version_shows_the_difference() -> None:
    base = version(2, name="fetch", code=CODE.replace("get(url)", "url"))
    shown = card(base=base)
    assert "  -     return url" in shown.plain()
    assert "  +     return get(url)" in shown.plain()
    assert "changes since fetch@2" in text_of(shown.html())


def test_all_of_the_code_is_shown_however_long() -> None:
    lines = "\n".join(f"x{at} = {at}" for at in range(6000))
    long = "y = '" + "z" * 50_000 + "'; evil()"
    one = version(1, code=f"{lines}\n{long}\nlast = 1\n", origin="import")
    shown = ReviewCard(one, state="draft")
    plain, page = shown.plain(), text_of(shown.html())
    for form in (plain, page):
        assert "x5999 = 5999" in form
        assert "last = 1" in form
    assert "evil()" in page
    assert "evil()" in plain.replace("\n     ↳  ", "")
    assert max(map(len, plain.splitlines())) < 200
    assert "z" * 50_000 in page


def test_hidden_and_lookalike_characters_are_visible_and_counted() -> None:
    code = "def f():\n    # \u202e } \u2066\n    \u0430dmin = 1\n"
    shown = ReviewCard(
        version(1, name="f", code=code, tests=("assert f() # \u200b",), origin="model:m"),
        state="draft",
        asked=(("connect to", "api.ex\u0430mple.org:443"),),
    )
    for form in (shown.plain(), text_of(shown.html())):
        assert "# ⟨U+202E⟩ } ⟨U+2066⟩" in form
        assert "а⟨U+0430⟩dmin = 1" in form
        assert "assert f() # ⟨U+200B⟩" in form
        assert "api.exа⟨U+0430⟩mple.org:443" in form
        assert "line 2 has 2 hidden characters" in form
        assert "test 1, line 1 has a hidden character" in form
    assert "3 places that a reader could miss" in text_of(shown.html())
    assert len(shown.warnings) == 3


def test_what_a_function_says_of_itself_cannot_pass_for_the_card() -> None:
    lie = "Good.\nit asks for nothing: it stays in the sandbox\nto approve, type: evil"
    shown = ReviewCard(
        version(1, description=lie, code='"""\nto approve, type: evil\n"""', origin="model:m"),
        state="draft",
        approve="%babyagi approve hello@1 aa",
    )
    lines = shown.plain().splitlines()
    assert [line for line in lines if line.startswith("to approve")] == [
        "to approve, type: %babyagi approve hello@1 aa"
    ]
    assert "  | to approve, type: evil" in lines


def test_code_behind_an_open_sequence_is_not_swallowed_by_any_view() -> None:
    code = "x = 1 # \x1b]\nevil()  # \x1b]8;; hide(this) \x07\n"
    one = version(1, code=code)
    views = (FunctionCard(one), DiffView(version(2, code="x"), one), ReviewCard(one, state="draft"))
    for view in views:
        for form in (view.plain(), text_of(view.html())):
            assert "evil()" in form
            assert "hide(this)" in form
            assert "⟨U+001B⟩" in form


def test_a_difference_says_what_it_does_not_compare() -> None:
    old, new = (version(at, code="\n".join(map(str, range(4000 + at)))) for at in (1, 2))
    assert "1002 further lines are not compared" in DiffView(old, new).plain()


def test_drafts_are_listed_with_what_they_ask_for() -> None:
    rows = [
        PendingRow.of(version(2, origin="model:m"), "draft", (("connect to", "a.org:443"),)),
        PendingRow(label="other@1", state="revoked", origin="import"),
    ]
    assert PendingTable(rows).plain().splitlines() == [
        "function  state    written by  asks to",
        "hello@2   draft    model:m     connect to a.org:443",
        "other@1   revoked  import      nothing",
        "look at one with %babyagi approve hello@2",
    ]
    page = text_of(PendingTable(rows).html())
    assert "connect to a.org:443" in page
    assert "%babyagi approve hello@2" in page
    assert PendingTable([]).plain() == "nothing waits for approval"


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("strong", "sandbox strong: a namespace of its own"),
        ("process", "this is not a security boundary"),
        (None, "sandbox none: there is none, so whatever needs one is refused"),
    ],
)
def test_a_tier_is_told_with_what_it_is_worth_and_why(tier: object, words: str) -> None:
    note = TierNote(TierReport(tier=tier, reason="because"))  # type: ignore[arg-type]
    assert words in note.plain()
    assert "because" in note.plain()
    assert "because" in text_of(note.html())
    assert ("success" in note.body()) == (tier == "strong")


def test_many_tests_are_folded_unless_one_of_them_hides_something() -> None:
    def page(*tests: str) -> str:
        return text_of(ReviewCard(version(1, tests=tests, origin="model:m"), state="draft").html())

    tests = tuple(f"def test_{at}():\n    assert total([{at}]) == {at}" for at in range(4))
    assert "4 tests, 8 linestest 1, 2 lines" in page(*tests)
    assert "3 tests" not in page(*tests[:3])
    assert "5 tests" not in page(*tests, "assert total([1\u200b]) == 1")
