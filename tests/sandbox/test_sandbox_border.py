"""What is computed at the border, on its own: frames, tags, text, directories, tables."""

from __future__ import annotations

import json
import math
import os
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import SandboxRefused
from babyagi_nb.sandbox.frames import Frames, decode
from babyagi_nb.sandbox.inside.encoding import encode, preview
from babyagi_nb.sandbox.inside.removal import remove
from babyagi_nb.sandbox.inside.wire import HEAD, pack
from babyagi_nb.sandbox.printed import Printed, clean_keeping_colours
from babyagi_nb.sandbox.scratch import used

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.just(math.inf) | st.just(2**5000)
)  # fmt: skip
KEYS = st.sampled_from(["$", "v", "__type__"]) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)


@given(VALUES)
def test_what_goes_out_as_json_and_tags_comes_back_equal(value: Any) -> None:
    frames = Frames(1 << 20).feed(pack({"v": encode(value)}))

    assert frames == [{"v": value}]


@given(st.lists(VALUES, max_size=4), st.data())
def test_frames_do_not_depend_on_how_they_arrive(values: list[Any], data: st.DataObject) -> None:
    stream = b"".join(pack({"v": encode(value)}) for value in values)
    frames, found = Frames(1 << 20), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += frames.feed(stream[:size])
        stream = stream[size:]

    assert [each["v"] for each in found] == values


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_refused(data: bytes) -> None:
    try:
        found = Frames(100).feed(data)
    except SandboxRefused:
        return
    assert all(type(each) is dict for each in found)


@given(st.text(alphabet=string.printable, max_size=60))
def test_any_text_is_a_message_or_refused(text: str) -> None:
    try:
        found = decode(text.encode())
    except SandboxRefused:
        return
    assert found == json.loads(text)


def test_a_frame_is_refused_before_it_is_read() -> None:
    with pytest.raises(SandboxRefused, match="are the most"):
        Frames(1000).feed(HEAD.pack(1 << 30, 0))


@given(VALUES)
def test_a_preview_is_small_json_and_never_raises(value: Any) -> None:
    assert len(json.dumps(preview(value))) < 300_000


def test_a_preview_of_something_huge_is_small() -> None:
    value = {str(n): ["x" * 10_000] * 1000 for n in range(1000)}

    assert len(json.dumps(preview(value))) < 100_000


CONTROL = st.sampled_from(
    ["\x1b[31m", "\x1b[0m", "\x1b[2J", "\x1b]0;t\x07", "\x9b1m", "\r", "\n", "\u202e", "\ud800",
     "\x1b", "[", "m", "a", "ä", "\x00", "\u2028"]
)  # fmt: skip


@given(st.lists(CONTROL).map("".join))
def test_nothing_that_acts_is_left_in_text(text: str) -> None:
    cleaned = clean_keeping_colours(text)
    without_colours = cleaned
    for colour in ("\x1b[31m", "\x1b[0m", "\x1b[m"):
        without_colours = without_colours.replace(colour, "")

    assert not [char for char in without_colours if ord(char) < 32 and char != "\n"]
    assert not set(without_colours) & set("\x9b\u202e\ud800\u2028\x7f")


@given(st.lists(st.sampled_from(["\x1b[31m", "\x1b[0m", "red", "\r\n", "x"])), st.data())
def test_pieces_of_text_are_cleaned_as_the_whole(parts: list[str], data: st.DataObject) -> None:
    whole = rest = "".join(parts)
    told: list[str] = []
    printed = Printed(10_000, lambda run, text: told.append(text))
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        printed.add(0, rest[:size])
        rest = rest[size:]
    printed.finish()

    assert "".join(told) == clean_keeping_colours(whole)


def test_removing_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("yes")
    inside = tmp_path / "inside"
    (inside / "deep" / "deeper").mkdir(parents=True)
    (inside / "link").symlink_to(outside)
    (inside / "deep" / "link").symlink_to(outside / "kept")
    (inside / "deep" / "deeper" / "dangling").symlink_to("nowhere")
    os.mkfifo(inside / "pipe")

    remove(str(inside))

    assert not inside.exists()
    assert (outside / "kept").read_text() == "yes"


def test_what_a_directory_holds_is_counted_without_following_links(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "large").write_bytes(bytes(10 << 20))
    (inside / "link").symlink_to(tmp_path / "large")
    (inside / "file").write_bytes(os.urandom(100_000))

    assert 100_000 <= used(inside) < 1 << 20
    assert used(tmp_path / "nowhere") == 0
