"""The arguments of ``%babyagi run``: Python's values, and the notebook's own objects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import MissingName, UsageError
from babyagi_nb.jupyter.literals import read_call_text, read_run_line, read_values, words

FRAME = object()
SPACE = {"frame": FRAME, "n": 6, "text": "abc", "rows": [1, 2]}


def values(line: str) -> tuple[tuple[object, ...], dict[str, object]]:
    read = read_values(words(line), SPACE)
    return read.args, dict(read.kwargs)


def test_literals_are_read_as_python_reads_them() -> None:
    assert values("1 -2.5 'a b' None True [1, 2] (3,) b'x'") == (
        (1, -2.5, "a b", None, True, [1, 2], (3,), b"x"),
        {},
    )


def test_a_word_with_a_sign_is_a_keyword_argument() -> None:
    assert values("x='a' y=[1, 2] z={'k': 1}") == ((), {"x": "a", "y": [1, 2], "z": {"k": 1}})


def test_a_dollar_hands_over_the_object_itself() -> None:
    (given_,), _ = values("$frame")
    assert given_ is FRAME
    assert values("$text.upper() x=$rows[0]") == (("ABC",), {"x": 1})


def test_braces_are_an_expression_of_the_notebook() -> None:
    (given_, more), _ = values("{frame} {n + 1}")
    assert given_ is FRAME
    assert more == 7


def test_a_dict_or_a_set_in_braces_is_itself() -> None:
    assert values("{} {'n': n} {1, 2}") == (({}, {"n": 6}, {1, 2}), {})


def test_a_plain_word_is_text() -> None:
    assert values("Alice it's 2026-01-31 a.csv") == (("Alice", "it's", "2026-01-31", "a.csv"), {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1, n]", "cannot read '[1, n]': not a literal"),
        ("'open", 'cannot read "\'open"; close the quote'),
        ("[1, 2", "cannot read '[1, 2'; close the bracket"),
        ("x=", "cannot read ''"),
        ("x=1 x=2", "argument 'x' is given twice"),
        ("{1 +}", "'1 +' is no expression"),
        ("$", "'' is no expression"),
    ],
)
def test_what_cannot_be_read_is_not_taken_as_text(line: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        values(line)
    assert message in str(caught.value)


def test_a_name_that_the_notebook_lacks_is_named() -> None:
    with pytest.raises(MissingName, match="no name 'fram' in the notebook; did you mean 'frame'"):
        values("$fram")


def test_an_error_in_an_expression_is_the_users_own() -> None:
    with pytest.raises(ZeroDivisionError):
        values("{n / 0}")


def test_options_of_run_stand_before_or_after_the_name() -> None:
    line = read_run_line("--timeout 5 f 1 --awaitable x='--y'", {"timeout"})
    assert (line.name, line.options, line.arguments) == (
        "f",
        ("--timeout", "5", "--awaitable"),
        ("1", "x='--y'"),
    )
    assert read_run_line("f -- --verbose", ()).arguments == ("--verbose",)


def test_the_inside_of_a_call_is_read_with_the_notebooks_names() -> None:
    read = read_call_text("n, *rows, key=text", SPACE)
    assert (read.args, dict(read.kwargs)) == ((6, 1, 2), {"key": "abc"})


@pytest.mark.parametrize("text", ["1) or (2", "1,,", "x=1 y=2"])
def test_a_broken_call_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot read the arguments"):
        read_call_text(text, {})


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


NAMES = st.from_regex(r"[a-z]\w{0,5}", fullmatch=True)


@given(st.lists(LITERALS), st.dictionaries(NAMES, LITERALS))
def test_whatever_repr_writes_is_read_back(args: list[object], kwargs: dict[str, object]) -> None:
    parts = [repr(each) for each in args] + [f"{name}={each!r}" for name, each in kwargs.items()]
    assert words(" ".join(parts)) == parts
    read = read_values(parts, {})
    assert (list(read.args), dict(read.kwargs)) == (args, kwargs)


@given(st.text())
def test_splitting_never_fails_otherwise_than_by_name(line: str) -> None:
    try:
        found = words(line)
    except UsageError:
        return
    assert "".join("".join(found).split()) == "".join(line.split())
