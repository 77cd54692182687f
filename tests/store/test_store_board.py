"""Boards: what stands on them, seen from here and from other processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import babyagi_nb.store.board as board_module
from babyagi_nb.store.board import ROOM, SLOTS, Board, is_owned, read_board


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path / "K.board")
    yield board
    board.close()


def test_what_was_put_stands_until_it_is_freed(board: Board) -> None:
    one, two = board.put(b'{"id":"K.1"}'), board.put(b'{"id":"K.2"}')
    assert read_board(board.path) == board.lines() == [b'{"id":"K.1"}', b'{"id":"K.2"}']
    board.free(one)
    assert read_board(board.path) == [b'{"id":"K.2"}']
    board.free(two)
    assert read_board(board.path) == []


def test_a_shorter_line_leaves_nothing_of_a_longer_one(board: Board) -> None:
    board.free(board.put(b'{"id":"K.1","params":{"a":"long"}}'))
    board.put(b'{"id":"K.2"}')
    assert board.lines() == [b'{"id":"K.2"}']


def test_a_full_board_says_so_and_works_again_after_a_free(board: Board) -> None:
    tickets = [board.put(b"{}") for _ in range(SLOTS)]
    assert len(set(tickets)) == SLOTS
    assert board.put(b"{}") == -1
    board.free(tickets[7])
    assert board.put(b"{}") >= 0


def test_an_interrupt_at_any_place_costs_no_slot(board: Board) -> None:
    """At every look for signals inside the board; the caller then frees by the line, as it does."""
    line, interrupts = b'{"id":"K.1","params":{}}', 0
    for place in range(1, 100):
        left = place

        def look(frame: FrameType, event: str, argument: object) -> None:
            nonlocal left
            if frame.f_code.co_filename == board_module.__file__ and event in ("call", "c_return"):
                left -= 1
                if not left:
                    sys.setprofile(None)
                    raise KeyboardInterrupt

        sys.setprofile(look)
        try:
            board.free(board.put(line))
        except KeyboardInterrupt:
            interrupts += 1
        finally:
            sys.setprofile(None)
        if left > 0:
            break
        board.free_line(line[:11])
        assert board.lines() == []
    assert interrupts >= 4
    tickets = [board.put(b"{}") for _ in range(SLOTS)]
    assert -1 not in tickets
    assert len({ticket % SLOTS for ticket in tickets}) == SLOTS


def test_threads_never_get_the_same_slot(board: Board) -> None:
    taken: list[int] = []

    def take() -> None:
        for _ in range(2_000):
            ticket = board.put(b"{}")
            taken.append(ticket)
            board.free(ticket)

    threads = [threading.Thread(target=take) for _ in range(8)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        sys.setswitchinterval(before)
    assert len(set(taken)) == len(taken) == 16_000
    assert len({board.put(b"{}") % SLOTS for _ in range(SLOTS)}) == SLOTS


def test_freeing_twice_does_not_free_the_next_run(board: Board) -> None:
    old = board.put(b'{"id":"K.1"}')
    board.free(old)
    new = board.put(b'{"id":"K.2"}')
    board.free(old)
    assert new != old
    assert board.lines() == [b'{"id":"K.2"}']
    assert board.put(b'{"id":"K.3"}') not in (old, new)


@given(
    size=st.integers(0, 3000),
    head=st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
def test_a_line_that_is_too_long_stands_without_its_params(
    tmp_path_factory: pytest.TempPathFactory, size: int, head: dict[str, int]
) -> None:
    board = Board(tmp_path_factory.mktemp("board") / "K.board")
    members = {"id": "K.1", "at": head}
    whole = json.dumps(members | {"params": {"text": "x" * size}}, separators=(",", ":")).encode()
    assert board.put(whole) >= 0
    (stands,) = board.lines()
    fits = len(whole) <= ROOM
    assert json.loads(stands) == (json.loads(whole) if fits else members)
    board.close()


def test_a_line_that_never_fits_gets_no_slot(board: Board) -> None:
    assert board.put(b'{"id":"' + b"x" * ROOM + b'"}') == -1
    assert board.lines() == []


def test_an_empty_board_is_removed_and_another_one_stays(tmp_path: Path) -> None:
    empty, used = Board(tmp_path / "A.board"), Board(tmp_path / "B.board")
    used.put(b"{}")
    empty.close()
    used.close()
    assert [path.name for path in tmp_path.iterdir()] == ["B.board"]


def test_a_board_is_owned_while_its_kernel_lives(board: Board) -> None:
    assert is_owned(board.path)
    assert read_board(board.path) == []
    assert is_owned(board.path)
    board.put(b"{}")
    board.close()
    assert not is_owned(board.path)


def test_there_is_no_board_to_read_where_there_is_none(tmp_path: Path) -> None:
    assert read_board(tmp_path / "K.board") == []
    assert not is_owned(tmp_path / "K.board")


KILLED = """
import os, signal, sys
from pathlib import Path
from babyagi_nb.store.board import Board
board = Board(Path(sys.argv[1]))
for n in range(5):
    ticket = board.put(b'{"n":%d}' % n)
    if n % 2:
        board.free(ticket)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_stood_when_the_process_was_killed_is_still_there(tmp_path: Path) -> None:
    path = tmp_path / "K.board"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert sorted(read_board(path)) == [b'{"n":0}', b'{"n":2}', b'{"n":4}']
    assert not is_owned(path)


READING = """
import json, sys
from pathlib import Path
from babyagi_nb.store.board import read_board
seen = 0
print("ready", flush=True)
while sys.stdin.readline() == "look\\n":
    for line in read_board(Path(sys.argv[1])):
        record = json.loads(line)
        assert record["a"] == record["z"], line
        seen += 1
    print(seen, flush=True)
"""


def test_a_reader_never_sees_half_a_record(board: Board) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", READING, str(board.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        standing = board.put(b'{"a":0,"z":0}')
        for n in range(100):
            process.stdin.write("look\n")
            process.stdin.flush()
            for m in range(200):
                fill = b"x" * (m * 37 % 700)
                board.free(board.put(b'{"a":%d,"fill":"%s","z":%d}' % (m, fill, m)))
            assert int(process.stdout.readline()) > n
        board.free(standing)
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_forked_child_lets_go_of_the_board_without_changing_it(board: Board) -> None:
    ticket = board.put(b"{}")
    child = os.fork()
    if not child:
        board.abandon()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert is_owned(board.path)
    assert board.lines() == [b"{}"]
    board.free(ticket)
    assert board.next_first > ticket
