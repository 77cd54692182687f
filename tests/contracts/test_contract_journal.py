"""What every journal does, whether its lines lie in files or in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from babyagi_nb.core.ports import Journal
from babyagi_nb.ids import RunId
from babyagi_nb.store.home import Home
from babyagi_nb.store.journal import FileJournal
from babyagi_nb.store.journals import FileLines, Lines, Tail
from babyagi_nb.store.kernel import new_kernel
from babyagi_nb.store.memory import MemoryJournal, MemoryLines

Both = tuple[FileJournal | MemoryJournal, Lines]


@pytest.fixture(params=["file", "memory"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    if request.param == "file":
        home = Home(tmp_path / ".babyagi").create()
        file = FileJournal(home, new_kernel(), on_trouble=pytest.fail)
        yield file, FileLines(home)
        file.close()
    else:
        memory = MemoryJournal(new_kernel())
        yield memory, MemoryLines(memory)


def start(journal: Journal, number: int) -> bytes:
    return b'{"id":"%s.%08d","function":"f","params":{"n":%d}}' % (
        journal.kernel.encode(),
        number,
        number,
    )


def end(journal: Journal, number: int) -> bytes:
    return start(journal, number)[:-1] + b',"status":"success"}\n'


def read(lines: Lines, seen: dict[str, int] | None = None, limit: int = 1 << 30) -> list[Tail]:
    return list(lines.tails(seen or {}, limit=limit))


def everything(lines: Lines) -> bytes:
    return b"".join(tail.data for tail in read(lines))


def test_a_record_is_readable_as_soon_as_end_returns(both: Both) -> None:
    journal, lines = both
    journal.end(journal.begin(start(journal, 1)), end(journal, 1))
    assert everything(lines) == end(journal, 1)


def test_an_open_run_stands_on_the_board_until_it_ends(both: Both) -> None:
    journal, lines = both
    one, two = journal.begin(start(journal, 1)), journal.begin(start(journal, 2))
    assert lines.open_runs() == journal.open_lines() == [start(journal, 1), start(journal, 2)]
    journal.end(one, end(journal, 1))
    assert lines.open_runs() == [start(journal, 2)]
    journal.release(two)
    journal.release(two)
    assert lines.open_runs() == []
    assert everything(lines) == end(journal, 1)


def test_append_needs_no_board(both: Both) -> None:
    journal, lines = both
    journal.append(end(journal, 1))
    assert (everything(lines), lines.open_runs()) == (end(journal, 1), [])


def test_nothing_beyond_the_watermark_is_delivered_twice(both: Both) -> None:
    journal, lines = both
    seen: dict[str, int] = {}
    got = b""
    for number in range(30):
        journal.append(end(journal, number))
        if number % 7 == 0:
            for tail in read(lines, seen):
                assert tail.offset == seen.get(tail.source, 0)
                seen[tail.source] = tail.end
                got += tail.data
    got += b"".join(tail.data for tail in read(lines, seen))
    assert got == b"".join(end(journal, number) for number in range(30))


def test_a_limit_cuts_between_lines_and_everything_comes_in_the_end(both: Both) -> None:
    journal, lines = both
    for number in range(20):
        journal.append(end(journal, number))
    limit = 3 * len(end(journal, 1)) + 5
    seen: dict[str, int] = {}
    rounds = []
    while tails := read(lines, seen, limit):
        seen |= {tail.source: tail.end for tail in tails}
        rounds.append(b"".join(tail.data for tail in tails))
    assert max(map(len, rounds)) <= limit
    assert all(each.endswith(b"\n") for each in rounds)
    assert b"".join(rounds) == everything(lines)


def test_a_line_longer_than_the_limit_is_delivered_alone(both: Both) -> None:
    journal, lines = both
    long = b'{"id":"x","output":"%s"}\n' % (b"y" * 5000)
    for line in (b'{"id":"a"}\n', long, b'{"id":"b"}\n'):
        journal.append(line)
    seen: dict[str, int] = {}
    rounds = []
    while tails := read(lines, seen, 100):
        seen |= {tail.source: tail.end for tail in tails}
        rounds.append(b"".join(tail.data for tail in tails))
    assert rounds == [b'{"id":"a"}\n', long, b'{"id":"b"}\n']


def test_wrote_knows_whole_run_ids_only(both: Both) -> None:
    journal, _ = both
    journal.append(end(journal, 12))
    assert journal.wrote(RunId(f"{journal.kernel}.00000012"))
    assert not journal.wrote(RunId(f"{journal.kernel}.0000001"))
    assert not journal.wrote(RunId(f"{journal.kernel}.00000013"))


def test_threads_write_at_once_and_nothing_is_lost_or_mixed(both: Both) -> None:
    journal, lines = both

    def write(first: int) -> None:
        for number in range(first, first + 250):
            journal.end(journal.begin(start(journal, number)), end(journal, number))

    threads = [threading.Thread(target=write, args=(1000 * n,)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    wanted = {end(journal, 1000 * n + m) for n in range(4) for m in range(250)}
    got = everything(lines).splitlines(keepends=True)
    assert len(got) == 1000
    assert set(got) == wanted
    assert lines.open_runs() == []


def test_the_wake_up_hook_is_called_after_the_record_is_there(both: Both) -> None:
    journal, lines = both
    seen = []

    def wake() -> None:
        journal.on_write = None
        seen.append(everything(lines))

    journal.on_write = wake
    journal.append(end(journal, 1))
    journal.append(end(journal, 2))
    assert seen == [end(journal, 1)]
    assert journal.written == 2 * len(end(journal, 1))


def test_what_is_redacted_reaches_neither_board_nor_record(both: Both) -> None:
    journal, lines = both
    journal.redact = lambda line: line.replace(b"secret", b"***")
    slot = journal.begin(b'{"id":"a","params":{"key":"secret"}}')
    assert lines.open_runs() == [b'{"id":"a","params":{"key":"***"}}']
    journal.end(slot, b'{"id":"a","output":"secret"}\n')
    assert everything(lines) == b'{"id":"a","output":"***"}\n'


def test_a_failing_redaction_stores_nothing_and_raises_nothing(both: Both) -> None:
    journal, lines = both
    if isinstance(journal, FileJournal):
        journal._on_trouble = lambda message: None

    def fail(line: bytes) -> bytes:
        raise RuntimeError("no")

    journal.redact = fail
    journal.end(journal.begin(start(journal, 1)), end(journal, 1))
    journal.redact = None
    assert everything(lines) == b""
    assert lines.open_runs() == []
    assert journal.dropped == 1


def test_a_finished_source_can_be_archived_and_nothing_else(both: Both) -> None:
    journal, lines = both
    journal.append(end(journal, 1))
    (tail,) = read(lines)
    assert lines.finished() == []
    lines.archive(tail.source)
    assert everything(lines) == end(journal, 1)


def test_there_is_nothing_to_settle_while_everybody_lives(both: Both) -> None:
    journal, lines = both
    journal.begin(start(journal, 1))
    assert lines.settle_dead() == []
    assert lines.open_runs() == [start(journal, 1)]


def test_closing_twice_is_one_close(both: Both) -> None:
    journal, lines = both
    journal.append(end(journal, 1))
    journal.close()
    journal.close()
    assert everything(lines) == end(journal, 1)
