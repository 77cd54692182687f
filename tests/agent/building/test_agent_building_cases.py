"""Cases become test functions, and half of them are held out."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.building.cases import Case, check_cases, dealt


def case(title: str, code: str, raises: str = "") -> Case:
    return Case(title=title, code=code, raises=raises)


GOOD = [
    case("one", "assert f(1) == 2"),
    case("two", "assert f(2) == 3"),
    case("zero", "x = f(0)\nassert x == 1"),
    case("text", "f('a')", "TypeError"),
]


def problem(*cases: Case) -> str:
    return check_cases("f", cases) or ""


def run(text: str, f: Any) -> None:
    space: dict[str, Any] = {"f": f}
    exec(text, space)
    for name in [each for each in space if each.startswith("test_")]:
        space[name]()


def test_four_cases_with_an_error_are_good() -> None:
    assert problem(*GOOD) == ""


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (GOOD[:2], "at least 4"),
        ([*GOOD[:3], case("more", "assert f(9) == 10")], "no case says which error"),
        ([case("e", f"f({at!r})", "TypeError") for at in "abcd"], "says what is returned"),
        ([*GOOD, case("again", "assert f( 1 )==2")], "the same as case 1"),
        ([*GOOD, case("x", "assert f(1 ==")], "case 5 is not Python"),
        ([*GOOD, case("x", "f(1)")], "asserts nothing"),
        ([*GOOD, case("x", "assert g(1) == 2")], "does not call f"),
        ([*GOOD, case("x", "import pytest\nassert f(1)")], "imports pytest"),
        ([*GOOD, case("x", "f(1)", "NoSuchError")], "no built-in error"),
        ([*GOOD, case("x", "f(1)", "KeyboardInterrupt")], "no built-in error"),
        ([*GOOD, case("x", "assert f('\u202e') == 1")], "cannot be seen"),
        ([*GOOD, case("x", "")], "is empty"),
        ([*GOOD, case("x", "assert f(1) == " + "(" * 3000)], "is not Python"),
        ([*GOOD, case("x", "assert f(1)" + " " * 5000)], "characters"),
        ([case(f"{at}", f"assert f({at}) == 1") for at in range(40)], "at most 16"),
    ],
)
def test_what_is_wrong_with_cases_is_said(cases: list[Case], words: str) -> None:
    assert words in problem(*cases)


def test_the_tests_accept_what_is_right_and_refuse_what_is_wrong() -> None:
    def right(x: Any) -> Any:
        if not isinstance(x, int):
            raise TypeError
        return x + 1

    for text in dealt("f", GOOD).all:
        run(text, right)
    for text in dealt("f", GOOD).all:
        with pytest.raises(AssertionError):
            run(text, lambda x: None)


def test_another_error_than_the_named_one_is_no_pass() -> None:
    def wrong(x: Any) -> Any:
        raise KeyError(x)

    (text,) = [each for each in dealt("f", GOOD).all if "TypeError" in each]
    with pytest.raises(KeyError):
        run(text, wrong)


def test_half_is_held_out_and_the_one_error_is_shown() -> None:
    made = dealt("f", GOOD)
    assert (len(made.shown), len(made.hidden)) == (2, 2)
    assert any("TypeError" in each for each in made.shown)


def test_the_choice_depends_on_the_cases_alone() -> None:
    assert dealt("f", GOOD) == dealt("f", list(GOOD))
    assert set(dealt("f", GOOD).hidden) == set(dealt("f", GOOD[::-1]).hidden)


def test_a_title_stays_text() -> None:
    (text,) = dealt("f", [case('"""\nimport os\n"""', "assert f(1) == 2")]).all
    assert [type(each) for each in ast.parse(text).body] == [ast.FunctionDef]


def test_a_test_function_that_was_written_out_is_taken_as_its_body() -> None:
    written = case("x", "def test_x():\n    assert f(1) == 2")
    assert problem(*GOOD[:3], written, GOOD[3]).startswith("case 4 is the same as case 1")


def test_equal_titles_make_different_names() -> None:
    cases = [case("same", f"assert f({at}) == {at + 1}") for at in range(4)]
    names = {ast.parse(text).body[0].name for text in dealt("f", cases).all}  # type: ignore[attr-defined]
    assert len(names) == 4


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=40)), max_size=6))
def test_no_text_breaks_the_check(texts: list[tuple[str, str]]) -> None:
    cases = [case(title, code) for title, code in texts]
    assert check_cases("f", cases) is not None


@given(st.lists(st.tuples(st.integers(), st.booleans()), min_size=4, max_size=16, unique=True))
def test_every_case_is_dealt_to_one_side(numbers: list[tuple[int, bool]]) -> None:
    cases = [
        case("raises", f"f({at})", "ValueError") if bad else case("is", f"assert f({at}) == 1")
        for at, bad in numbers
    ]
    made = dealt("f", cases)
    assert len(made.all) == len(cases)
    assert not set(made.shown) & set(made.hidden)
    assert len(made.hidden) <= len(made.shown) + 1
    assert made.shown
