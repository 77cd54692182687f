"""One grammar for the line of every magic."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import Option, Place, Syntax, read_arguments
from babyagi_nb.jupyter.grammar import FUNCTION, SUBCOMMANDS


def read(line: str) -> dict[str, object]:
    return read_arguments(line, FUNCTION)


@pytest.mark.parametrize(
    "line",
    [
        "deps=world,moon", "deps=world, moon", "deps= world,moon", "deps = world , moon",
        "--deps world,moon", "--deps world, moon", "--deps=world,moon", "-deps world,moon",
        'deps="world, moon"', "deps=[world, moon]", "deps=world deps=moon",
        "dependencies=world,moon", "--dependencies world,moon",
    ],
)  # fmt: skip
def test_all_ways_to_write_a_list_mean_the_same(line: str) -> None:
    assert read(line) == {"deps": "world,moon"}
    assert read(f"hello {line}") == {"NAME": "hello", "deps": "world,moon"}


def test_a_list_ends_where_the_next_option_begins() -> None:
    assert read("deps=a, b imports=numpy as np, requests>=2,<3 log=errors") == {
        "deps": "a,b",
        "imports": "numpy as np, requests>=2,<3",
        "log": "errors",
    }


def test_an_empty_list_is_said_and_an_absent_one_is_not() -> None:
    assert read("deps=") == {"deps": ""}
    assert read("deps= log=none") == {"deps": "", "log": "none"}
    assert read("") == {}


def test_quotes_work_as_in_a_shell() -> None:
    assert read("""desc="it's a = b, isn't it" meta='{"a": 1}'""") == {
        "desc": "it's a = b, isn't it",
        "meta": '{"a": 1}',
    }


def test_values_have_their_kind() -> None:
    assert read("timeout=2.5 validate=off effects=pure") == {
        "timeout": 2.5,
        "validate": False,
        "effects": "pure",
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("dep=world", "unknown option 'dep'; did you mean 'deps'?"),
        ("--dep world", "unknown option 'dep'; did you mean 'deps'?"),
        ("-x", "unknown option 'x'; %babyagi help babyagi_function shows the usage"),
        ("hello tag", "unexpected 'tag'; did you mean 'tags'?"),
        ("desc='open", "cannot read the line: no closing quotation; close the quote"),
        ("--deps", "option 'deps' needs a value; write deps=a,b"),
        ("--deps --log all", "option 'deps' needs a value; write deps=a,b"),
        ("log=erors", "log is 'erors'; did you mean 'errors'?"),
        ("timeout=0", "timeout is '0'; give a number, for example timeout=20"),
        ("timeout=nan", "timeout is 'nan'; give a number, for example timeout=20"),
        ("validate=maybe", "validate is 'maybe'; write validate=on or off"),
        ("desc=a desc=b", "option 'desc' is given twice; leave one out"),
    ],
)
def test_a_mistake_is_one_line_with_its_mend(line: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(line)
    assert str(caught.value) == message


def test_a_place_that_is_needed_is_asked_for() -> None:
    with pytest.raises(UsageError) as caught:
        read_arguments("", SUBCOMMANDS["show"].syntax)
    assert str(caught.value) == "%babyagi show needs NAME[@N]; usage: %babyagi show NAME[@N]"


def test_each_of_several_choices_is_checked() -> None:
    syntax = SUBCOMMANDS["logs"].syntax
    assert read_arguments("status=error, lost", syntax) == {"status": "error,lost"}
    with pytest.raises(UsageError, match="status is 'eror'; did you mean 'error'"):
        read_arguments("status=lost,eror", syntax)


def test_a_flag_takes_no_word_and_a_negative_number_is_no_option() -> None:
    assert read_arguments("--tree hello", SUBCOMMANDS["logs"].syntax) == {
        "tree": True,
        "NAME|RUN": "hello",
    }
    syntax = Syntax(command="%x", places=(Place(name="N", help=""),))
    assert read_arguments("-5", syntax) == {"N": "-5"}


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(TEXT)
def test_any_text_survives_quoting(text: str) -> None:
    assert read(f"desc={shlex.quote(text)}") == {"desc": text}


@given(st.text())
def test_any_line_is_read_or_refused_by_name(line: str) -> None:
    try:
        found = read(line)
    except UsageError:
        return
    assert set(found) <= {"NAME", *(each.name for each in FUNCTION.options)}


@given(st.lists(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True), min_size=1))
def test_blanks_around_commas_never_matter(names: list[str]) -> None:
    option = Option(name="deps", help="", kind="names")
    syntax = Syntax(command="%x", options=(option,))
    tight = read_arguments(f"deps={','.join(names)}", syntax)
    assert read_arguments(f"deps={', '.join(names)}", syntax) == tight
    assert read_arguments(f"--deps {' , '.join(names)}", syntax) == tight
