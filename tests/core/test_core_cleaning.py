"""Text that comes in pieces keeps its colours and loses everything else that acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.cleaning import StreamCleaner, clean, clean_stream

ACTING = ["\x1b", "\x07", "\x9b", "\x9c", "\x9d", "\r", "\n", "\r\n", "\b", "\u202e", "\u2028"]
WHOLE = ["\x1b[31m", "\x1b]8;;http://x\x07", "x" * 5000, "1;" * 80, "\x85", "\ud800", "é"]
PIECES = st.lists(st.sampled_from([*"[]P\\385;mJ ?a", *ACTING, *WHOLE]), max_size=24)


def in_pieces(pieces: list[str]) -> str:
    cleaner = StreamCleaner()
    return "".join(map(cleaner.feed, pieces)) + cleaner.end()


@given(PIECES)
def test_where_a_writer_cuts_its_text_makes_no_difference(pieces: list[str]) -> None:
    whole = "".join(pieces)
    assert in_pieces(pieces) == clean_stream(whole) == in_pieces(list(whole))


@given(PIECES)
def test_only_colours_are_left_to_act(pieces: list[str]) -> None:
    shown = in_pieces(pieces)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800]", plain)


@given(PIECES)
def test_a_stream_without_its_colours_reads_as_the_cleaned_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert re.sub(r"\x1b\[[0-9;]*m", "", clean_stream(text)) == clean(text)


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["\x1b[1;3", "1mred\x1b", "[0m"], "\x1b[1;31mred\x1b[0m"),
        (["\x1b[31mred"], "\x1b[31mred\x1b[0m"),
        (["\x1b[38;5;8mgrey\x1b[m"], "\x1b[38;5;8mgrey\x1b[m"),
        (["\x1b[38;2;8;8;8mgrey\x1b[0m"], "\x1b[38;2;8;8;8mgrey\x1b[0m"),
        (["\x1b[8mhidden"], "hidden"),
        (["\x1b[1;08;4mhalf\x1b[0m"], "\x1b[1;4mhalf\x1b[0m"),
        (["\x1b[2J\x1b[H", "\x1b[1;1Hhome"], "home"),
        (["\x1b[>4;2m", "\x1b[?25l", "x"], "x"),
        (["\x1b]0;ti", "tle\x07", "x"], "x"),
        (["\x1b]8;;http://evil\x1b", "\\link\x1b]8;;\x1b\\"], "link"),
        (["\x1b]52;c;never closed", "\nnext line"], "\nnext line"),
        (["\x1bPq#0", "\x9c", "x"], "x"),
        (["\x9b31", "mx"], "x"),
        (["deleted all\rall is well\n"], "deleted all\nall is well\n"),
        (["one\r", "\ntwo\r", "three"], "one\ntwo\nthree"),
        (["rm\b\bls"], "rmls"),
        (["\u202egnp.exe", "\u2066x\u2069"], "gnp.exex"),
        (["a\x00b\x07c\x7fd\x85e"], "abcd\ne"),
        (["\ud800"], "\ufffd"),
        (["\x1b"], ""),
    ],
)
def test_what_a_terminal_would_act_on_is_dropped(pieces: list[str], shown: str) -> None:
    assert in_pieces(pieces) == shown


def test_a_sequence_that_never_ends_holds_back_a_bounded_amount() -> None:
    cleaner = StreamCleaner()
    passed = sum(len(cleaner.feed("x" * 1000)) for _ in range(1)) + len(cleaner.feed("\x1b]"))
    for _ in range(100):
        passed += len(cleaner.feed("y" * 1000))
    assert passed >= 1000 + 100_000 - 4096 - 2


def test_text_after_an_open_sequence_of_an_earlier_line_is_not_swallowed() -> None:
    assert clean("seen\x1b]hidden\nseen too") == "seen\nseen too"
