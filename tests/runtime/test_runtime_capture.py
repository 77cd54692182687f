"""What a run prints is kept with it, whatever others do to the stream meanwhile."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI


@pytest.fixture
def app() -> Iterator[BabyAGI]:
    made = BabyAGI(":memory:", namespace={})
    made.add_function("say", "def say(word):\n    print(word)")
    yield made
    made.close()


@contextmanager
def a_cell(stream: Any) -> Iterator[None]:
    """Put another ``write`` on *stream* for a while, as IPython does for each cell."""
    write = stream.write
    stream.write = lambda text: write(text)
    yield
    stream.write = write


def printed(app: BabyAGI) -> list[str]:
    return [row["stdout"] for row in reversed(app.get_logs())]


def test_printed_text_is_kept_in_the_first_cell_and_in_later_ones(app: BabyAGI) -> None:
    with redirect_stdout(io.StringIO()) as stream:
        for word in ("one", "two", "three"):
            with a_cell(stream):
                app.say(word)
    assert printed(app) == ["one\n", "two\n", "three\n"]
    assert stream.getvalue() == "one\ntwo\nthree\n"


def test_text_is_kept_once_when_a_cell_begins_above_the_tap(app: BabyAGI) -> None:
    with redirect_stdout(io.StringIO()) as stream:
        app.say("before")
        with a_cell(stream):
            app.say("within")
        app.say("after")
    assert printed(app) == ["before\n", "within\n", "after\n"]
    assert stream.getvalue() == "before\nwithin\nafter\n"


def test_text_keeps_its_order_where_its_end_could_begin_a_secret(app: BabyAGI) -> None:
    app.add_key("token", "n-secret-0123456789")
    test_text_is_kept_once_when_a_cell_begins_above_the_tap(app)


def test_two_applications_keep_a_text_once_each(app: BabyAGI) -> None:
    other = BabyAGI(":memory:", namespace={})
    other.add_function("say", "def say(word):\n    print(word)")
    with redirect_stdout(io.StringIO()) as stream:
        app.say("a")
        other.say("b")
        app.say("c")
        other.close()
        app.say("d")
    assert printed(app) == ["a\n", "c\n", "d\n"]
    assert stream.getvalue() == "a\nb\nc\nd\n"


def test_text_is_kept_where_the_stream_changed_and_changed_back(app: BabyAGI) -> None:
    with redirect_stdout(io.StringIO()) as outer:
        app.say("outer")
        with redirect_stdout(io.StringIO()) as inner:
            app.say("inner")
        app.say("outer again")
    assert printed(app) == ["outer\n", "inner\n", "outer again\n"]
    assert (outer.getvalue(), inner.getvalue()) == ("outer\nouter again\n", "inner\n")


def test_closing_leaves_the_stream_as_it_was(app: BabyAGI) -> None:
    with redirect_stdout(io.StringIO()) as stream:
        app.say("x")
        app.close()
        assert "write" not in vars(stream)
    assert sys.stdout is not stream


def test_a_process_without_standard_output_can_call(
    app: BabyAGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert app.say("nobody hears it") is None
