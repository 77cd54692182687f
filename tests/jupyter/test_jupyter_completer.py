"""What is offered at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from babyagi_nb.core.panel import SECTIONS
from babyagi_nb.jupyter.arguments import Values
from babyagi_nb.jupyter.completer import Suggestions, suggest
from babyagi_nb.jupyter.grammar import SUBCOMMANDS


class Names:
    def names(self, kind: Values) -> Iterable[str]:
        return {
            "function": ["hello", "help_me", "world"],
            "run": ["hello", "help_me", "world"],
            "version": ["hello@1", "hello@2", "world@1"],
            "source": ["hello", "function_added_or_updated"],
            "pack": ["default_functions"],
            "key": ["openai"],
        }.get(kind, [])

    def parameters(self, function: str) -> Iterable[str]:
        return ["name", "count"] if function == "hello" else []


def at(marked: str) -> Suggestions:
    """Suggestions where the bar stands."""
    before, after = marked.split("|")
    lines = before.split("\n")
    return suggest(before + after, len(lines) - 1, len(lines[-1]), Names())


@pytest.mark.parametrize(
    ("marked", "fragment", "texts"),
    [
        ("%babyagi ru|", "ru", ("run",)),
        ("x = %babyagi run he|", "he", ("hello", "help_me")),
        ("  %babyagi run wo|", "wo", ("world",)),
        ("%babyagi run hello na|", "na", ("name=",)),
        ("%babyagi run hello name=1 |", "", ("count=",)),
        ("%babyagi run --ti|", "--ti", ("--timeout",)),
        ("%babyagi run --timeout |", "", ("hello", "help_me", "world")),
        ("%babyagi show hello@|", "hello@", ("hello@1", "hello@2")),
        ("%babyagi show he|", "he", ("hello", "help_me")),
        ("%babyagi logs --st|", "--st", ("--status",)),
        ("%babyagi logs status=er|", "er", ("error",)),
        ("%babyagi logs status=lost,er|", "er", ("error",)),
        ("%babyagi logs --status er|", "er", ("error",)),
        ("%babyagi logs st|", "st", ("status=",)),
        ("%babyagi key se|", "se", ("set",)),
        ("%babyagi key set op|", "op", ("openai",)),
        ("%babyagi load de|", "de", ("default_functions",)),
        ("%babyagi trigger add hello after=func|", "func", ("function_added_or_updated",)),
        ("%babyagi help lo|", "lo", ("logs", "load")),
        ("%babyagi panel |", "", SECTIONS),
        ("%%babyagi_function deps=world,he|", "he", ("hello", "help_me")),
        ("%%babyagi_function deps=world, he|", "he", ("hello", "help_me")),
        ("%%babyagi_function --deps he|", "he", ("hello", "help_me")),
        ("%%babyagi_function lo|", "lo", ("log=",)),
        ("%%babyagi_function log=|", "", ("all", "errors", "none")),
        ("%%babyagi_function validate=o|", "o", ("on", "off")),
        ("%%babyagi_function deps=world --lo|", "--lo", ("--log",)),
        ("\n%%babyagi_function keys=o|\ndef f(): pass", "o", ("openai",)),
    ],
)
def test_a_magic_line_offers_what_fits(marked: str, fragment: str, texts: tuple[str, ...]) -> None:
    found = at(marked)
    assert found.fragment == fragment
    assert sorted(found.texts) == sorted(texts)
    assert found.exclusive


def test_every_subcommand_is_offered_first() -> None:
    assert at("%babyagi |").texts == tuple(SUBCOMMANDS)


def test_an_option_that_was_said_is_not_offered_again() -> None:
    assert "log=" in at("%%babyagi_function deps=world |").texts
    assert "deps=" not in at("%%babyagi_function deps=world |").texts


def test_the_body_of_a_function_cell_knows_stored_names_beside_the_usual_ones() -> None:
    found = at("%%babyagi_function\ndef f():\n    return wor|")
    assert found == Suggestions(fragment="wor", texts=("world",), exclusive=False)


@pytest.mark.parametrize(
    "marked",
    ["hel|", "x = hel|", "%babyag|", "%babyagi|", "%babyagi nonsense x|", "%time hel|",
     "%%babyagi_function\nx.hel|", "%%babyagi_function\n|", "%babyagi logs nosuch=er|"],
)  # fmt: skip
def test_elsewhere_nothing_is_offered_and_nobody_is_silenced(marked: str) -> None:
    found = at(marked)
    assert not found.texts
    assert not found.exclusive
