"""The traceback that the log keeps."""

from __future__ import annotations

import linecache

from babyagi_nb.runtime.traces import text_of


def test_a_frame_of_a_cell_is_not_named_by_a_file_that_does_not_exist() -> None:
    name, text = "/tmp/ipykernel_4711/1696378884.py", "def half(n):\n    return n / 0\nhalf(1)\n"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    try:
        exec(compile(text, name, "exec"), {})
    except ZeroDivisionError as error:
        told = text_of(error)
    assert 'File "<cell>", line 2, in half\n    return n / 0' in told
    assert "ipykernel" not in told


def test_a_frame_of_a_file_keeps_its_name() -> None:
    try:
        raise ValueError("x")
    except ValueError as error:
        assert f'File "{__file__}"' in text_of(error)
