"""A disk that is full, read-only, locked, damaged or gone.

The function's result is returned whatever happens to the log; the person is told once; runs wait
in memory and are written when the disk takes them; a registration either stands or says in one
line why not, and how to mend it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from trust_kernel import finished, kernel

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.runs import RunFilter
from babyagi_nb.errors import StoreError, StoreLocked, StoreTooNew, StoreUnwritable

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="limits are those of POSIX")


def outputs(app: BabyAGI, name: str = "double") -> list[Any]:
    runs = app.queries.runs(RunFilter(function=name, limit=100_000))
    return [run.output for run in reversed(runs)]


def assert_one_clear_line(error: BaseException) -> None:
    """What, where and the mend, in one line."""
    assert isinstance(error, StoreError)
    assert error.fix
    assert "\n" not in str(error)
    assert "Errno" not in str(error)


# -- full --------------------------------------------------------------------------------------


@needs_posix
def test_on_a_full_disk_results_are_returned_and_runs_are_written_later(tmp_path: Path) -> None:
    script = """
app = opened()
app.add_function("double", "def double(x):\\n    return 2 * x")
app.double(0)
journal = sum(f.stat().st_size for f in (app.path / "journal").glob("*.ndjson"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (journal + 1000, hard))
results = [app.double(n) for n in range(1, 501)]
try:
    app.add_function("other", "def other():\\n    return " + repr("x" * 5000))
    refused = None
except Exception as error:
    refused = [type(error).__name__, str(error), error.fix]
listed = list(app.catalogue)
full = list(told)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
app.add_function("other", "def other():\\n    return 1")
app._store.journal._retry_at = 0
results.append(app.double(501))
app.close()
say([results, refused, listed, full, told[len(full):]])
"""
    (line,) = finished(script, tmp_path / "store")
    results, refused, listed, full, later = json.loads(line)
    assert results == [2 * n for n in range(1, 502)]
    assert refused[0] == "StoreUnwritable"
    assert "free some space" in refused[1]
    assert listed == ["double"]
    runs = [each for each in full if "runs are kept in memory" in each]
    assert len(runs) == 1
    assert not [each for each in later if "runs are kept" in each]
    again = BabyAGI(tmp_path / "store", namespace={})
    assert sorted(outputs(again)) == [2 * n for n in range(502)]
    assert again.other() == 1
    assert [each for each in again.doctor() if each.level == "problem"] == []
    again.close()


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounting is for Linux and its root"
)
def test_on_a_small_disk_that_is_really_full_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        return  # a container without the right to mount: the test above has the same disk
    told: list[str] = []
    try:
        app = BabyAGI(disk / "store", namespace={}, notify=told.append)
        app.add_function("double", "def double(x, fill=''):\n    return 2 * x")
        ballast = disk / "ballast"
        fill_up(ballast)
        fill = "x" * 1000
        assert [app.double(n, fill) for n in range(300)] == [2 * n for n in range(300)]
        with pytest.raises(StoreUnwritable) as refused:
            app.add_function("other", "def other():\n    return " + repr("x" * 10_000))
        assert_one_clear_line(refused.value)
        assert len([each for each in told if "runs are kept in memory" in each]) == 1
        ballast.unlink()
        app._store.journal._retry_at = 0.0
        assert app.double(300) == 600
        assert sorted(outputs(app)) == [2 * n for n in range(301)]
        app.add_function("other", "def other():\n    return 1")
        app.close()
        again = BabyAGI(disk / "store", namespace={}, notify=told.append)
        assert sorted(outputs(again)) == [2 * n for n in range(301)]
        assert again.other() == 1
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill_up(ballast: Path) -> None:
    with open(ballast, "wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


def test_what_memory_cannot_hold_is_dropped_counted_and_the_results_stand(
    app: BabyAGI, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(0)
    monkeypatch.setattr("babyagi_nb.store.journal._MEMORY", 2_000)
    with refusing(app, monkeypatch):
        assert [app.double(n) for n in range(1, 101)] == [2 * n for n in range(1, 101)]
    journal: Any = app._store.journal
    journal._retry_at = 0.0
    app.double(101)
    kept = outputs(app)
    assert kept[0] == 0
    assert kept[-1] == 202
    assert journal.dropped == 102 - len(kept) > 0
    assert len([each for each in told if "runs are kept in memory" in each]) == 1


@contextmanager
def refusing(app: BabyAGI, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk without room for one more byte of journal."""

    def write(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("babyagi_nb.store.segment._write", write)
        yield


# -- read-only ---------------------------------------------------------------------------------

_WITHOUT_POWERS = """
if os.geteuid() == 0:  # whom permissions would not stop
    import ctypes
    version = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(version, (ctypes.c_uint32 * 6)()) == 0
"""


@needs_posix
def test_a_store_that_may_only_be_read_runs_functions_and_says_so_once(tmp_path: Path) -> None:
    path = tmp_path / "store"
    app = BabyAGI(path, namespace={})
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(1)
    app.close()
    with read_only(path):
        script = (
            _WITHOUT_POWERS
            + """
app = opened()
results = [app.double(n) for n in range(50)]
try:
    app.add_function("other", "def other():\\n    return 1")
    refused = None
except Exception as error:
    refused = [type(error).__name__, str(error), error.fix]
app.close()
say([results, refused, told])
"""
        )
        (line,) = finished(script, path)
    results, refused, told = json.loads(line)
    assert results == [2 * n for n in range(50)]
    assert refused[0] == "StoreUnwritable"
    assert "allow writing there, or open a store elsewhere" in refused[1]
    assert len([each for each in told if "runs are kept in memory" in each]) == 1


@needs_posix
def test_the_log_of_a_store_that_may_only_be_read_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "store"
    app = BabyAGI(path, namespace={})
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(1)
    app._store.maintenance.fold()
    app.close()
    with read_only(path):
        script = _WITHOUT_POWERS + 'say([row["output"] for row in opened().get_logs("double")])'
        (line,) = finished(script, path)
    assert json.loads(line) == [2]


@needs_posix
def test_a_directory_where_no_store_can_be_made_is_named(tmp_path: Path) -> None:
    place = tmp_path / "closed"
    place.mkdir()
    place.chmod(0o555)
    script = (
        _WITHOUT_POWERS
        + """
try:
    app = opened()
    app.add_function("double", "def double(x):\\n    return 2 * x")
    say(None)
except Exception as error:
    say([type(error).__name__, str(error)])
"""
    )
    (line,) = finished(script, place / "store")
    kind, words = json.loads(line)
    assert kind == "StoreUnwritable"
    assert str(place / "store") in words
    assert "allow writing there" in words


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    everything = [path, *path.rglob("*")]
    for each in everything:
        each.chmod(0o555 if each.is_dir() else 0o444)
    try:
        yield
    finally:
        for each in everything:
            if each.exists():
                each.chmod(0o700 if each.is_dir() else 0o600)


# -- locked ------------------------------------------------------------------------------------


def test_a_foreign_program_on_the_index_costs_no_call_and_no_registration(
    app: BabyAGI, told: list[str], tmp_path: Path
) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    app._store.maintenance.fold()
    script = """
import duckdb
con = duckdb.connect(sys.argv[1] + "/store.duckdb")
say("open")
sys.stdin.readline()
con.close()
say("closed")
"""
    with kernel(script, tmp_path / "store") as foreign:
        assert foreign.stdout is not None
        assert foreign.stdin is not None
        foreign.stdout.readline()
        assert [app.double(n) for n in range(20)] == [2 * n for n in range(20)]
        app.add_function("other", "def other():\n    return 1")
        assert app.other() == 1
        with pytest.raises(StoreLocked, match="another program has") as caught:
            app.get_logs()
        assert_one_clear_line(caught.value)
        foreign.stdin.write("\n")
        foreign.stdin.flush()
        foreign.stdout.readline()
    assert sorted(outputs(app)) == [2 * n for n in range(20)]
    assert len([each for each in told if "another program" in each]) <= 1


def test_a_log_that_another_kernel_is_writing_says_who(
    app: BabyAGI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    script = """
app = opened()
with app._store.definitions._inner._lock.hold():
    say(os.getpid())
    sys.stdin.readline()
"""
    definitions: Any = app._store.definitions
    monkeypatch.setattr(definitions._inner, "_timeout", 0.05)
    with kernel(script, tmp_path / "store") as other:
        assert other.stdout is not None
        assert other.stdin is not None
        number = other.stdout.readline().strip()
        with pytest.raises(StoreLocked, match=f"process {number}") as caught:
            app.add_function("other", "def other():\n    return 1")
        assert_one_clear_line(caught.value)
        assert app.double(4) == 8
        assert list(app.catalogue) == ["double"]
        other.stdin.write("\n")
        other.stdin.close()
        other.wait(30)
    app.add_function("other", "def other():\n    return 1")
    assert app.other() == 1


# -- damaged -----------------------------------------------------------------------------------

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda data: b"",
    "text": lambda data: b"this was a database once\n",
    "first header": lambda data: b"\xff" * 4096 + data[4096:],
    "all headers": lambda data: b"\x00" * 12288 + data[12288:],
    "cut in half": lambda data: data[: len(data) // 2],
    "flipped": lambda data: bytes(255 - byte for byte in data),
    "one block": lambda data: data[:12300] + b"\xff" * 64 + data[12364:],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_index_is_made_anew_from_the_journals(
    opened: Callable[[], BabyAGI], told: list[str], kind: str
) -> None:
    app = opened()
    app.add_function("double", "def double(x):\n    return 2 * x")
    for n in range(50):
        app.double(n)
    app._store.maintenance.fold()
    app._store.maintenance._tend()
    app.close()
    path = app.path
    assert path is not None
    index = path / "store.duckdb"
    index.write_bytes(DAMAGE[kind](index.read_bytes()))
    again = opened()
    assert again.double(50) == 100
    assert outputs(again) == [2 * n for n in range(51)]
    assert again.sql("SELECT count(*) FROM functions").rows == ((1,),)
    told_of = [each for each in told if "index" in each]
    assert len(told_of) <= 2
    assert [each for each in again.doctor() if each.level == "problem"] == []


def test_an_index_that_is_damaged_under_an_open_store_is_mended_too(
    app: BabyAGI, told: list[str]
) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(1)
    app._store.maintenance.fold()
    assert app.path is not None
    (app.path / "store.duckdb").write_bytes(b"no database " * 1000)
    assert app.double(2) == 4
    assert outputs(app) == [2, 4]


def test_a_damaged_line_of_the_definition_log_costs_what_it_held_and_is_reported(
    opened: Callable[[], BabyAGI],
) -> None:
    app = opened()
    for n in range(4):
        app.add_function(f"f{n}", f"def f{n}():\n    return {n}")
    app.close()
    assert app.path is not None
    log = app.path / "definitions.ndjson"
    lines = log.read_bytes().split(b"\n")
    hurt = next(n for n, line in enumerate(lines) if b"def f1" in line)
    lines[hurt] = lines[hurt].replace(b"return", b"\xffeturn")[:-5]
    log.write_bytes(b"\n".join(lines))
    again = opened()
    assert [again.f0(), again.f2(), again.f3()] == [0, 2, 3]
    problems = [each for each in again.doctor() if each.level == "problem"]
    assert problems
    assert all(each.fix for each in problems)
    assert any("definitions.ndjson" in each.message for each in problems)
    again.add_function("f1", "def f1():\n    return 'again'")
    assert again.f1() == "again"
    assert opened().f1() == "again"


def test_a_definition_log_of_rubbish_opens_with_a_finding(
    opened: Callable[[], BabyAGI],
) -> None:
    app = opened()
    app.add_function("f", "def f():\n    return 1")
    app.close()
    assert app.path is not None
    (app.path / "definitions.ndjson").write_bytes(os.urandom(5000))
    again = opened()
    assert any(each.level == "problem" for each in again.doctor())
    again.add_function("g", "def g():\n    return 2")
    assert again.g() == 2


def test_rubbish_in_the_journal_hides_no_run(opened: Callable[[], BabyAGI]) -> None:
    app = opened()
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(1)
    assert app.path is not None
    (app.path / "journal" / "00RUBBISH0.1.ndjson").write_bytes(
        b'\x00\xff\n{}\n[]\nnull\n{"id":1}\n{"id":"a.1","status":"nonsense"}\n' + b"{" * 9
    )
    (app.path / "journal" / "00RUBBISH0.board").write_bytes(b"\x01{\n" * 1000)
    app.double(2)
    assert outputs(app) == [2, 4]
    app._store.maintenance.fold()
    assert outputs(app) == [2, 4]


def test_a_store_of_a_newer_layout_is_refused_with_the_mend(
    opened: Callable[[], BabyAGI],
) -> None:
    app = opened()
    app.add_function("f", "def f():\n    return 1")
    app.close()
    assert app.path is not None
    (app.path / "format").write_text("99\n")
    with pytest.raises(StoreTooNew, match=r"format 99.*upgrade babyagi_nb") as caught:
        opened()
    assert_one_clear_line(caught.value)


# -- gone --------------------------------------------------------------------------------------


def test_a_store_that_vanishes_while_open_costs_no_result_and_is_told_once(
    app: BabyAGI, told: list[str]
) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(0)
    app._store.maintenance.fold()
    assert app.path is not None
    shutil.rmtree(app.path)
    assert [app.double(n) for n in range(200)] == [2 * n for n in range(200)]
    app._store.journal.rotate_if_large()  # what the background thread does between two folds
    assert [app.double(n) for n in range(200)] == [2 * n for n in range(200)]
    with pytest.raises(StoreError) as refused:
        app.add_function("other", "def other():\n    return 1")
    assert_one_clear_line(refused.value)
    with pytest.raises(StoreError) as unread:
        app.get_logs()
    assert_one_clear_line(unread.value)
    assert app.double(3) == 6
    assert len([each for each in told if "memory" in each or "removed" in each]) == 1
    app.close()
    assert not app.path.exists()


def test_a_store_that_vanishes_and_comes_back_takes_in_what_waited(
    app: BabyAGI, told: list[str], tmp_path: Path
) -> None:
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(0)
    assert app.path is not None
    away = tmp_path / "away"
    app.path.rename(away)
    app.double(1)
    away.rename(app.path)
    app.double(2)
    assert sorted(outputs(app)) == [0, 2, 4]
