"""A line that ends in plain words keeps them as they were typed, and finds the options around."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import Option, Place, Syntax
from babyagi_nb.jupyter.prose import read_prose

_SYNTAX = Syntax(
    command="%babyagi build",
    options=(
        Option(name="calls", kind="count", help=""),
        Option(name="model", help=""),
        Option(name="new", kind="flag", help=""),
    ),
    prose="TASK…",
)


@pytest.mark.parametrize(
    ("line", "options", "text"),
    [
        ("add two numbers", {}, "add two numbers"),
        ("what's {x} in a=b?", {}, "what's {x} in a=b?"),
        ("--new say 'hi' twice", {"new": True}, "say 'hi' twice"),
        ("add calls=3", {"calls": 3}, "add"),
        ("add calls=3 --new", {"calls": 3, "new": True}, "add"),
        ("model='a b' add", {"model": "a b"}, "add"),
        ('"add, then calls=9" calls=3', {"calls": 3}, "add, then calls=9"),
        ("'it's fine' --new", {"new": True}, "it's fine"),
        ("'a' and 'b' are words", {}, "'a' and 'b' are words"),
        ('"open', {}, '"open'),
        ("calls=3x4 is a product", None, "calls is '3x4'"),
        ('"add" cals=3', None, "unknown option 'cals'"),
        ('"add" calls=many', None, "calls is 'many'"),
        ("calls=3", None, "%babyagi build needs TASK"),
        ("", None, "%babyagi build needs TASK"),
    ],
)
def test_options_stand_around_the_text(
    line: str, options: dict[str, object] | None, text: str
) -> None:
    if options is None:
        with pytest.raises(UsageError, match=text):
            read_prose(line, _SYNTAX)
    else:
        assert read_prose(line, _SYNTAX) == (options, text)


def test_a_cell_is_the_text_and_its_line_the_options() -> None:
    assert read_prose("calls=2", _SYNTAX, body="one\n\ntwo\n") == ({"calls": 2}, "one\n\ntwo")
    assert read_prose("first", _SYNTAX, body="then calls=3\n") == ({}, "first\nthen calls=3")


def test_places_come_before_the_text() -> None:
    syntax = Syntax(
        command="%babyagi revise",
        places=(Place(name="NAME@N", help="", required=True),),
        options=_SYNTAX.options,
        prose="REMARK…",
    )
    found = read_prose("calls=2 f@1 --new don't round", syntax)
    assert found == ({"calls": 2, "NAME@N": "f@1", "new": True}, "don't round")
    with pytest.raises(UsageError, match="needs NAME@N"):
        read_prose("", syntax, body="text")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"])))
def test_one_word_that_is_no_option_is_the_text(word: str) -> None:
    if word and not word.startswith(("calls=", "model=", "new=", "--", '"', "'")):
        assert read_prose(word, _SYNTAX) == ({}, word)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1))
def test_a_text_in_quotes_stays_as_it_is(text: str) -> None:
    if text.strip() and '"' not in text:
        assert read_prose(f'calls=1 "{text}" --new', _SYNTAX) == (
            {"calls": 1, "new": True},
            text.strip(),
        )
