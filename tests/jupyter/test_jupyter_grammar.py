"""The tables of what may be typed, and the page that explains them, say the same."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.arguments import Option, read_arguments
from babyagi_nb.jupyter.grammar import FUNCTION, SUBCOMMANDS, find_subcommand
from babyagi_nb.jupyter.literals import read_run_line
from babyagi_nb.jupyter.prose import read_prose
from babyagi_nb.jupyter.subcommand import Subcommand

PAGE = (Path(__file__).parents[2] / "docs" / "magics.md").read_text(encoding="utf-8")
EACH = pytest.mark.parametrize("subcommand", SUBCOMMANDS.values(), ids=SUBCOMMANDS)


def section(title: str) -> str:
    """The part of the page under one heading."""
    match = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"docs/magics.md has no section {title!r}"
    return match[1]


def missing(options: tuple[Option, ...], text: str) -> list[str]:
    spelled = [f"`--{each.name}`" if each.kind == "flag" else f"`{each.name}=`" for each in options]
    return [each for each in spelled if each not in text]


@EACH
def test_the_page_explains_a_subcommand_with_every_option_and_choice(
    subcommand: Subcommand,
) -> None:
    text = section(f"`%babyagi {subcommand.name}`")
    assert missing(subcommand.options, text) == []
    choices = [each for place in subcommand.places for each in place.choices]
    choices += [each for option in subcommand.options for each in option.choices]
    assert [each for each in choices if f"`{each}`" not in text] == []


def test_the_page_explains_every_option_of_a_function_cell() -> None:
    text = section("Options")
    assert missing(FUNCTION.options, text) == []
    choices = [each for option in FUNCTION.options for each in option.choices]
    assert [each for each in choices if f"`{each}`" not in text] == []


def test_the_page_explains_nothing_that_is_not_there() -> None:
    titles = re.findall(r"^#+ `%babyagi (\w+)`$", PAGE, re.MULTILINE)
    assert sorted(titles) == sorted(SUBCOMMANDS)


@EACH
def test_a_handler_is_there(subcommand: Subcommand) -> None:
    module, _, name = subcommand.handler.partition(":")
    assert callable(getattr(import_module(f"babyagi_nb.jupyter.{module}"), name))


@EACH
def test_an_example_can_be_read_and_stands_in_no_other_help(subcommand: Subcommand) -> None:
    assert subcommand.examples
    for example in subcommand.examples:
        line = example.partition("%babyagi ")[2]
        word, _, rest = line.partition(" ")
        assert find_subcommand(word) is subcommand
        if subcommand.name == "run":
            assert read_run_line(rest, ()).name
        elif subcommand.prose:
            assert read_prose(rest, subcommand.syntax)[1]
        elif not subcommand.rest:
            read_arguments(rest, subcommand.syntax)


def test_a_help_fits_on_a_line() -> None:
    assert all("\n" not in each.help and len(each.help) < 70 for each in SUBCOMMANDS.values())


def test_a_mistyped_subcommand_is_suggested() -> None:
    with pytest.raises(UsageError, match="no subcommand 'lgos'; did you mean 'logs'"):
        find_subcommand("lgos")
