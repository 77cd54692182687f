"""The traceback that the log keeps."""

from __future__ import annotations

import linecache

import pytest

from babyagi_nb.runtime.traces import text_of


def test_a_frame_of_a_cell_is_not_named_by_a_file_that_does_not_exist() -> None:
    name, text = "/tmp/ipykernel_4711/1696378884.py", "def half(n):\n    return n / 0\nhalf(1)\n"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    with pytest.raises(ZeroDivisionError) as caught:
        exec(compile(text, name, "exec"), {})
    told = text_of(caught.value)
    assert 'File "<cell>", line 2, in half\n    return n / 0' in told
    assert "ipykernel" not in told


def test_a_frame_of_a_file_keeps_its_name() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0
    assert f'File "{__file__}"' in text_of(caught.value)


def test_what_led_to_an_exception_is_told_first() -> None:
    with pytest.raises(ValueError) as caught:
        int("x")
    outer = KeyError("k")
    outer.__cause__ = caught.value
    told = text_of(outer)
    assert "direct cause" in told
    assert told.index("ValueError: invalid literal") < told.index("KeyError: 'k'")


def test_every_exception_of_a_group_is_told() -> None:
    inner = ExceptionGroup("inner", [KeyError("k")])
    told = text_of(ExceptionGroup("outer", [ValueError("v"), inner]))
    assert "ValueError: v" in told
    assert "KeyError: 'k'" in told
