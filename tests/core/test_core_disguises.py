"""What a reader of code could miss is written out and counted."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.cleaning import clean
from babyagi_nb.core.disguises import (
    LONG_LINE,
    disguises,
    marks,
    python_lines,
    revealed,
    spelled,
)  # fmt: skip

HIDDEN = {
    "direction override": "\u202e",
    "isolate": "\u2066",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff",
    "tag letter": "\U000e0041",
    "variation selector": "\U000e0101",
    "lone presentation selector": "\ufe0f",
    "hangul filler": "\u3164",
    "braille blank": "\u2800",
    "hard blank": "\u00a0",
    "escape": "\x1b",
    "null": "\x00",
    "backspace": "\b",
    "form feed": "\x0c",
    "line separator": "\u2028",
    "next line": "\x85",
    "lone surrogate": "\ud800",
    "private": "\ue000",
}


@pytest.mark.parametrize("kind", HIDDEN)
@pytest.mark.parametrize("where", ["x = 1  # note{}", "x = 'a{}b'", "{}x = 1", "if x:\n    {}\n("])
def test_a_hidden_character_is_shown_in_its_place_and_counted(kind: str, where: str) -> None:
    code = where.format(HIDDEN[kind])
    shown = f"⟨U+{ord(HIDDEN[kind]):04X}⟩"
    assert revealed(code) == where.format(shown)
    assert clean(revealed(code)) == revealed(code)
    assert any(shown[1:-1] in each.words for each in disguises(code) if each.kind == "hidden")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("\u0430dmin = 1", "а⟨U+0430⟩dmin"),
        ("def pr\u0456nt(x):\n    pass", "prі⟨U+0456⟩nt"),
        ("x.\u0440assword", "р⟨U+0440⟩assword"),
        ("f(\u0435nv=1)", "е⟨U+0435⟩nv"),
        ("f'{\u0435val(1)}'", "е⟨U+0435⟩val"),
        ("\uff45val('1')", "ｅ⟨U+FF45⟩val"),
        ("not python ' \u0430bc", "а⟨U+0430⟩bc"),
        ("x = '''open \u0430bc", "а⟨U+0430⟩bc"),
    ],
)
def test_a_letter_that_passes_for_another_is_spelled_and_counted(code: str, name: str) -> None:
    assert name in revealed(code)
    (found,) = (each for each in disguises(code) if each.kind == "lookalike")
    assert name in found.words


def test_a_name_that_python_reads_as_another_says_so() -> None:
    assert disguises("\uff45val('1')")[0].words.endswith(", which Python reads as eval")
    assert [node.id for node in ast.walk(ast.parse("\uff45val")) if isinstance(node, ast.Name)] == [
        "eval"
    ]


@pytest.mark.parametrize(
    "code",
    [
        "x = 1\n",
        "greeting = 'Grüße, 世界 ✔\ufe0f 👩\u200d🔬'  # naïve, 説明\n",
        "x = 'one\u3000two'",
        "def f():\n\treturn 'é'\r\n",
    ],
)
def test_honest_text_of_any_language_is_left_alone(code: str) -> None:
    assert marks(code) == {}
    assert disguises(code) == ()
    assert revealed(code) == code.replace("\r\n", "\n")


def test_lines_end_where_python_ends_them() -> None:
    code = "# safe\rrun = 1\r\n# a\u2028b\x0cc\nlast = 2"
    assert python_lines(code) == ["# safe", "run = 1", "# a\u2028b\x0cc", "last = 2"]
    lines = {node.lineno for node in ast.parse(code).body}
    assert lines == {2, 4}


def test_a_long_line_is_counted() -> None:
    code = "x = 1\ny = 2" + " " * LONG_LINE + "; z = 3"
    assert [each.words for each in disguises(code)] == ["line 2 has 212 characters"]


def test_a_name_is_told_once_and_a_line_of_hidden_characters_once() -> None:
    code = "\u0430 = 1\nb = \u0430 + \u0430\n# \u200b\u200b\u202e"
    assert [(each.kind, each.line) for each in disguises(code)] == [
        ("lookalike", 1), ("hidden", 3),
    ]  # fmt: skip


@given(st.text(max_size=80))
def test_whatever_is_shown_holds_nothing_hidden_and_loses_nothing(code: str) -> None:
    shown = revealed(code)
    assert clean(shown) == shown
    assert not any(each.kind == "hidden" for each in disguises(shown))
    text = "\n".join(python_lines(code))
    for at in reversed(marks(code)):
        text = text[:at] + text[at + 1 :]
    assert len(text) <= len(shown)
    assert disguises(code) or all(at not in marks(code) for at in range(len(code)))


@given(st.text(max_size=60))
def test_a_spelled_name_is_one_line_in_which_every_odd_letter_has_its_number(text: str) -> None:
    shown = spelled(text, 10_000)
    assert "\n" not in shown
    assert shown.count("⟨U+") >= sum(not char.isascii() and char.isalpha() for char in text)


def test_a_spelled_name_keeps_to_its_limit() -> None:
    assert len(spelled("x" * 1000, 50)) == 50
    assert len(spelled("\u0430" * 1000, 50)) == 50
