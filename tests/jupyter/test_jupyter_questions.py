"""Lines that end in a question mark reach the magic, and help stays help."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from babyagi_nb.jupyter.questions import QuestionRule


@pytest.fixture
def manager() -> TransformerManager:
    made = TransformerManager()
    made.cleanup_transforms.append(QuestionRule({"chat", "ask"}))
    return made


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("%babyagi chat what is a monoid?", "('babyagi', 'chat what is a monoid?')"),
        ("%babyagi chat really??", "('babyagi', 'chat really??')"),
        ("said = %babyagi ask why so?", "('babyagi', 'ask why so?')"),
        ("x = 1\n%babyagi ask why so?\ny = 2", "('babyagi', 'ask why so?')"),
        ("if x:\n    %babyagi ask why so?", "('babyagi', 'ask why so?')"),
        ("%babyagi run f?", "('pinfo', 'f')"),
        ("%babyagi?", "('pinfo', '%babyagi')"),
        ("%babyagi ask?", "('pinfo', 'ask')"),
        ("f?", "('pinfo', 'f')"),
        ("what, babyagi ask?", "('pinfo', 'ask')"),
    ],
)
def test_a_line_becomes_the_call_that_was_meant(
    manager: TransformerManager, line: str, call: str
) -> None:
    assert call in manager.transform_cell(line)


def test_the_text_of_other_cells_stays_as_it_is(manager: TransformerManager) -> None:
    cell = "%%babyagi chat\nIs it a magic?\n%babyagi chat why?\n"
    assert repr("Is it a magic?\n%babyagi chat why?\n") in manager.transform_cell(cell)
    assert manager.transform_cell("print('why?')\n") == "print('why?')\n"
