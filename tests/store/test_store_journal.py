"""Journals in files: kills, disks that refuse, forks, rotation, the dead and their archive."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import babyagi_nb.store.journal as journal_module
import babyagi_nb.store.segment as segment_module
from babyagi_nb.ids import KernelId, RunId
from babyagi_nb.store.home import Home
from babyagi_nb.store.journal import FileJournal
from babyagi_nb.store.journals import (
    FileLines,
    archive,
    archived,
    dead_kernels,
    finished,
    lost_lines,
    open_runs,
    read_archived,
    settle_dead,
    tails,
)
from babyagi_nb.store.kernel import new_kernel


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def journal(home: Home, warnings: list[str]) -> Iterator[FileJournal]:
    journal = FileJournal(home, new_kernel(), on_trouble=warnings.append)
    yield journal
    journal.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Move the clock that decides when a refusing disk is tried again."""
    now = [100.0]
    monkeypatch.setattr(journal_module.time, "monotonic", lambda: now[0])

    def advance(seconds: float) -> None:
        now[0] += seconds

    return advance


def record(kernel: str, number: int, fill: str = "") -> bytes:
    members = {"id": f"{kernel}.{number:08}", "function": "f", "started": number, "output": fill}
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def everything(home: Home) -> list[bytes]:
    data = b"".join(tail.data for tail in tails(home, {}, limit=1 << 30))
    return data.splitlines(keepends=True)


def numbers(home: Home) -> list[int]:
    """Numbers of the readable records, in the order of the files."""
    found = []
    for line in everything(home):
        # What is no JSON is the trace of a short write.
        with suppress(ValueError):
            found.append(json.loads(line)["started"])
    return found


def run(script: str, home: Home, *, code: int = 0) -> str:
    preface = (
        "import json, os, resource, signal, sys\n"
        "from babyagi_nb.store.home import Home\n"
        "from babyagi_nb.store.journal import FileJournal\n"
        "from babyagi_nb.store.kernel import new_kernel\n"
        "home = Home(sys.argv[1])\n"
        "journal = FileJournal(home, new_kernel(), on_trouble=lambda text: print('!', text))\n"
        "k = journal.kernel.encode()\n"
        'def start(n): return b\'{"id":"%s.%08d","started":%d,"params":{}}\' % (k, n, n)\n'
        'def end(n): return start(n)[:-1] + b\',"function":"f"}\\n\'\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", preface + script, str(home.path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


# -- kills -------------------------------------------------------------------------------------


def test_a_thousand_runs_survive_a_kill_right_after_the_last(home: Home) -> None:
    run(
        "for n in range(1000): journal.end(journal.begin(start(n)), end(n))\n"
        "os.kill(os.getpid(), signal.SIGKILL)",
        home,
        code=-signal.SIGKILL,
    )
    assert numbers(home) == list(range(1000))
    (kernel,) = dead_kernels(home)
    assert lost_lines(home, kernel) == []


def test_a_run_that_was_open_at_the_kill_is_lost_and_said_to_be(home: Home) -> None:
    run(
        "one = journal.begin(start(1)); journal.begin(start(2)); journal.end(one, end(1))\n"
        "os.kill(os.getpid(), signal.SIGKILL)",
        home,
        code=-signal.SIGKILL,
    )
    (kernel,) = dead_kernels(home)
    assert open_runs(home) == []
    (line,) = lost_lines(home, kernel)
    assert json.loads(line) == {
        "id": f"{kernel}.00000002",
        "started": 2,
        "params": {},
        "status": "lost",
    }
    assert settle_dead(home) == [kernel]
    assert everything(home)[-1] == line
    assert settle_dead(home) == []
    assert len(everything(home)) == 2
    assert not list(home.journal.glob("*.board"))


def test_a_run_that_was_written_but_not_taken_off_the_board_is_not_lost(home: Home) -> None:
    run(
        "journal.begin(start(1)); journal.append(end(1))\nos.kill(os.getpid(), signal.SIGKILL)",
        home,
        code=-signal.SIGKILL,
    )
    (kernel,) = dead_kernels(home)
    (source,) = finished(home)
    archive(home, source)
    assert lost_lines(home, kernel) == []
    assert settle_dead(home) == [kernel]
    assert everything(home) == []


def test_settling_that_died_half_way_is_done_again_once(home: Home) -> None:
    run("journal.begin(start(1))\nos.kill(os.getpid(), signal.SIGKILL)", home, code=-signal.SIGKILL)
    (board,) = home.journal.glob("*.board")
    kept = board.read_bytes()
    settle_dead(home)
    lines = everything(home)
    board.write_bytes(kept)
    settle_dead(home)
    assert everything(home) == lines


def test_the_living_are_not_dead(home: Home, journal: FileJournal) -> None:
    journal.begin(b'{"id":"%s.00000001"}' % journal.kernel.encode())
    journal.append(record(journal.kernel, 2))
    assert dead_kernels(home) == settle_dead(home) == finished(home) == []


def test_a_process_that_ended_without_closing_leaves_no_open_runs(home: Home) -> None:
    run("journal.end(journal.begin(start(1)), end(1)); os._exit(0)", home)
    assert len(settle_dead(home)) == 1
    assert numbers(home) == [1]
    assert [path.suffix for path in home.journal.iterdir()] == [".ndjson"]


# -- a disk that refuses -----------------------------------------------------------------------


def test_a_disk_that_fills_up_in_the_middle_of_a_record_loses_nothing(home: Home) -> None:
    """Real short writes: the system cuts the write that reaches the allowed size of a file."""
    out = run(
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "journal.append(end(0)); size = len(end(0))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10 * size + 7, hard))\n"
        "for n in range(1, 20): journal.append(end(n))\n"
        "print(journal.held, journal.dropped)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "journal.close(); print(journal.held)",
        home,
    )
    warning, held, after = out.splitlines()
    assert "free some space" in warning
    assert held == "10 0"
    assert after == "0"
    assert numbers(home) == list(range(20))


def test_a_record_that_lacks_only_its_newline_is_not_doubled(home: Home) -> None:
    run(
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3 * len(end(0)) - 1, hard))\n"
        "for n in range(5): journal.append(end(n))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "journal.close()",
        home,
    )
    assert numbers(home) == [0, 1, 2, 3, 4]


def test_a_record_that_stuck_to_a_cut_one_is_written_anew(
    journal: FileJournal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread's write may land right behind the cut piece, before anybody knows of it."""
    cut, stuck = record(journal.kernel, 1, "long" * 9), record(journal.kernel, 2)
    journal.append(record(journal.kernel, 0))

    def short(descriptor: int, line: bytes) -> int:
        monkeypatch.setattr(segment_module, "_write", os.write)
        taken = os.write(descriptor, line[:20])
        os.write(descriptor, stuck)
        return taken

    monkeypatch.setattr(segment_module, "_write", short)
    journal.append(cut)
    journal.append(record(journal.kernel, 3))
    assert numbers(home) == [0, 1, 2, 3]
    assert everything(home)[-3:] == [cut, stuck, record(journal.kernel, 3)]


def refuse(number: int) -> Callable[[int, bytes], int]:
    def write(descriptor: int, line: bytes) -> int:
        raise OSError(number, os.strerror(number))

    return write


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
def test_a_refusing_disk_warns_once_and_catches_up(
    journal: FileJournal,
    home: Home,
    warnings: list[str],
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    journal.append(record(journal.kernel, 0))
    monkeypatch.setattr(segment_module, "_write", refuse(number))
    for n in range(1, 6):
        journal.append(record(journal.kernel, n))
        clock(1)
    assert len(warnings) == 1
    assert os.strerror(number) in warnings[0]
    assert journal.wrote(RunId(f"{journal.kernel}.00000003"))
    assert numbers(home) == [0]
    monkeypatch.setattr(segment_module, "_write", os.write)
    clock(1)
    journal.append(record(journal.kernel, 6))
    assert numbers(home) == [0, 1, 2, 3, 4, 5, 6]
    assert journal.held == 0


def test_a_refusing_disk_is_not_asked_at_every_call(
    journal: FileJournal, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    refusing = refuse(errno.ENOSPC)

    def write(descriptor: int, line: bytes) -> int:
        asked.append(line)
        return refusing(descriptor, line)

    journal.append(record(journal.kernel, 0))
    monkeypatch.setattr(segment_module, "_write", write)
    for n in range(100):
        journal.append(record(journal.kernel, n))
    assert len(asked) == 2
    clock(0.6)
    journal.append(record(journal.kernel, 100))
    assert len(asked) == 3


def test_what_the_memory_cannot_hold_is_counted(
    journal: FileJournal, monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]
) -> None:
    size = len(record(journal.kernel, 100))
    monkeypatch.setattr(journal_module, "_MEMORY", 10 * size)
    journal.append(record(journal.kernel, 100))
    monkeypatch.setattr(segment_module, "_write", refuse(errno.ENOSPC))
    for n in range(101, 116):
        journal.append(record(journal.kernel, n))
    assert (journal.held, journal.dropped) == (10, 5)
    monkeypatch.setattr(segment_module, "_write", os.write)


def test_a_store_that_cannot_be_written_at_all_keeps_runs_in_memory(
    tmp_path: Path, warnings: list[str]
) -> None:
    (tmp_path / "file").write_text("")
    journal = FileJournal(
        Home(tmp_path / "file" / ".babyagi"), new_kernel(), on_trouble=warnings.append
    )
    slot = journal.begin(b'{"id":"a"}')
    journal.end(slot, b'{"id":"a"}\n')
    journal.close()
    assert slot == -1
    assert journal.held == 1
    assert len(warnings) == 1


def test_a_warning_that_fails_does_not_fail_the_call(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(message: str) -> None:
        raise RuntimeError(message)

    journal = FileJournal(home, new_kernel(), on_trouble=fail)
    journal.append(record(journal.kernel, 1))
    monkeypatch.setattr(segment_module, "_write", refuse(errno.EIO))
    journal.append(record(journal.kernel, 2))
    assert journal.held == 1
    monkeypatch.setattr(segment_module, "_write", os.write)
    journal.close()
    assert numbers(home) == [1, 2]


def test_a_journal_removed_under_us_is_begun_anew(
    journal: FileJournal, home: Home, warnings: list[str]
) -> None:
    journal.append(record(journal.kernel, 1))
    for path in home.journal.iterdir():
        path.unlink()
    home.journal.rmdir()
    assert journal.rotate_if_large()
    journal.append(record(journal.kernel, 2))
    assert numbers(home) == [2]
    assert "removed" in warnings[0]


# -- segments ----------------------------------------------------------------------------------


def test_nothing_is_created_before_the_first_write(journal: FileJournal, home: Home) -> None:
    assert journal.open_lines() == []
    assert list(home.journal.iterdir()) == []


def test_a_large_segment_is_followed_by_another(
    journal: FileJournal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_module, "LARGE", 1000)
    for n in range(100):
        journal.append(record(journal.kernel, n))
    names = [tail.source for tail in tails(home, {}, limit=1 << 30)]
    assert names == [f"{journal.kernel}.{n}.ndjson" for n in range(1, len(names) + 1)]
    assert len(names) > 5
    assert numbers(home) == list(range(100))
    assert journal.written == sum(map(len, everything(home)))
    # The last but one stays open for threads that are on their way into it.
    assert finished(home) == names[:-2]
    assert journal.wrote(RunId(f"{journal.kernel}.00000099"))


def test_a_line_of_another_writer_is_not_delivered_before_it_is_complete(home: Home) -> None:
    path = home.journal / "K.1.ndjson"
    path.write_bytes(b'{"a":1}\n{"b":')
    assert everything(home) == [b'{"a":1}\n']
    assert list(tails(home, {path.name: 8}, limit=100)) == []
    with path.open("ab") as file:
        file.write(b"2}\n")
    (tail,) = tails(home, {path.name: 8}, limit=100)
    assert (tail.offset, tail.data, tail.end) == (8, b'{"b":2}\n', 16)


def test_a_writer_goes_on_after_close_in_a_new_segment(journal: FileJournal, home: Home) -> None:
    for n in (1, 2):
        journal.end(journal.begin(b'{"id":"x"}'), record(journal.kernel, n))
        journal.close()
    assert numbers(home) == [1, 2]
    assert len(finished(home)) == 2


# -- archive -----------------------------------------------------------------------------------


def test_an_archived_source_can_be_read_and_is_no_tail(home: Home) -> None:
    for source in ("K.10.ndjson", "K.9.ndjson"):
        (home.journal / source).write_bytes(source.encode() + b"\n")
        archive(home, source)
    assert everything(home) == []
    assert archived(home) == ["K.9.ndjson", "K.10.ndjson"]
    assert read_archived(home, "K.9.ndjson") == b"K.9.ndjson\n"


def test_a_damaged_archive_says_which(home: Home) -> None:
    (home.journal / "K.1.ndjson").write_bytes(b"{}\n" * 100)
    archive(home, "K.1.ndjson")
    packed = home.archive / "K.1.ndjson.gz"
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(OSError, match=r"K\.1\.ndjson"):
        read_archived(home, "K.1.ndjson")


def test_archiving_what_is_gone_or_in_use_does_nothing(home: Home, journal: FileJournal) -> None:
    journal.append(record(journal.kernel, 1))
    FileLines(home).archive(f"{journal.kernel}.1.ndjson")
    FileLines(home).archive("K.7.ndjson")
    assert archived(home) == []
    assert numbers(home) == [1]


# -- fork --------------------------------------------------------------------------------------


def in_child(work: Callable[[], object]) -> None:
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_forked_child_is_another_kernel(journal: FileJournal, home: Home) -> None:
    parent = journal.kernel
    slot = journal.begin(b'{"id":"%s.00000001","params":{}}' % parent.encode())

    def child() -> None:
        assert journal.kernel != parent
        journal.release(slot)  # not the child's to free
        mine = journal.begin(b'{"id":"%s.00000005","params":{}}' % journal.kernel.encode())
        journal.end(mine, record(journal.kernel, 5))
        # The run that was open at the fork ends in the child as well; its record is the parent's.
        journal.end(slot, record(parent, 1))
        journal.append(record(journal.kernel, 6))

    in_child(child)
    assert len(open_runs(home)) == 1
    journal.end(slot, record(parent, 1))
    assert sorted(numbers(home)) == [1, 5, 6]
    assert {KernelId(tail.source.partition(".")[0]) for tail in tails(home, {}, limit=9999)} > {
        parent
    }
    assert len(settle_dead(home)) == 1
    assert sorted(numbers(home)) == [1, 5, 6]


def test_what_waits_for_the_disk_is_written_by_the_parent_only(
    journal: FileJournal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(record(journal.kernel, 0))
    monkeypatch.setattr(segment_module, "_write", refuse(errno.ENOSPC))
    journal.append(record(journal.kernel, 1))
    monkeypatch.setattr(segment_module, "_write", os.write)
    in_child(journal.close)
    assert numbers(home) == [0]
    journal.close()
    assert numbers(home) == [0, 1]


# -- interrupts --------------------------------------------------------------------------------


def test_after_an_interrupt_wrote_tells_whether_the_record_is_there(home: Home) -> None:
    """An alarm rings at random places in the writing loop; each record ends up there once."""
    out = run(
        "class Ring(KeyboardInterrupt): pass\n"
        "def ring(*_): raise Ring\n"
        "signal.signal(signal.SIGALRM, ring)\n"
        "interrupts, n, slot = 0, 0, -1\n"
        "while n < 20000:\n"
        "    try:\n"
        "        signal.setitimer(signal.ITIMER_REAL, 0.0001 + n % 97 * 1e-6)\n"
        "        while n < 20000:\n"
        "            slot = -1\n"
        "            slot = journal.begin(start(n))\n"
        "            journal.end(slot, end(n))\n"
        "            n += 1\n"
        "    except Ring:\n"
        "        interrupts += 1\n"
        "        if journal.wrote('%s.%08d' % (journal.kernel, n)): n += 1\n"
        "        journal.release(slot)\n"
        "        if interrupts > 300: break\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "print(n, interrupts)",
        home,
    )
    count, interrupts = map(int, out.split()[-2:])
    assert interrupts > 20
    assert numbers(home) == list(range(count))
