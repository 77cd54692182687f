"""The definition log in a file: several writers, torn and damaged files, full disks, exchange."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import babyagi_nb.store.definitions as definitions_module
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import (
    FunctionRegistered,
    FunctionRemoved,
    Transaction,
    TriggerAdded,
)
from babyagi_nb.core.ports import Decision
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.errors import StoreDamaged, StoreLocked, StoreUnwritable
from babyagi_nb.ids import Digest, FunctionName, KernelId, VersionNumber
from babyagi_nb.store.definitions import FileDefinitions
from babyagi_nb.store.home import Home
from babyagi_nb.store.lock import FileLock

K = KernelId("K")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


def registering(*names: str) -> Callable[[Catalogue], Decision]:
    def decide(catalogue: Catalogue) -> Decision:
        events = []
        for name in names:
            version = FunctionVersion(
                spec=FunctionSpec(name=FunctionName(name), code=f"def {name}(): ..."),
                number=catalogue.next_number(name),
                digest=Digest("b1:0"),
                created_at=1,
            )
            events.append(FunctionRegistered.of(version, catalogue.active(name)))
        return Decision(events=events, summary="register")

    return decide


def names(log: FileDefinitions) -> list[str]:
    return list(log.catalogue)


# -- several kernels ---------------------------------------------------------------------------


def test_another_kernel_sees_a_registration_at_its_next_refresh(home: Home) -> None:
    one, two = FileDefinitions(home, K), FileDefinitions(home, KernelId("L"))
    one.transact(registering("hello"))
    assert "hello" not in two.catalogue
    assert two.refresh() == {"hello"}
    assert two.catalogue.version("hello") == one.catalogue.version("hello")
    assert two.refresh() == set()


def test_a_writer_decides_on_what_others_wrote_before(home: Home) -> None:
    one, two = FileDefinitions(home, K), FileDefinitions(home, KernelId("L"))
    one.transact(registering("hello"))
    done = two.transact(registering("hello"))
    assert done is not None
    assert done.id == 2
    assert two.catalogue.numbers("hello") == (1, 2)


WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from test_store_definitions import *
log = FileDefinitions(Home(sys.argv[1]), KernelId(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(40):
    log.transact(registering("shared", sys.argv[3]))
"""


def test_two_processes_write_at_once_and_nothing_is_lost(home: Home) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home.path), str(Path(__file__).parent), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    log = FileDefinitions(home, K)
    for each in writers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    while any(each.poll() is None for each in writers):
        log.refresh()
    for each in writers:
        each.communicate()
        assert each.returncode == 0
    log.refresh()
    assert [each.id for each in log.catalogue.history] == list(range(1, 81))
    assert log.catalogue.numbers("shared") == tuple(range(1, 81))
    assert log.catalogue.numbers("one") == log.catalogue.numbers("two") == tuple(range(1, 41))
    assert log.findings == []
    assert FileDefinitions(home, K).catalogue.history == log.catalogue.history


def test_threads_of_one_kernel_take_turns(home: Home) -> None:
    log = FileDefinitions(home, K)

    def write() -> None:
        for _ in range(10):
            log.transact(registering("shared"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert log.catalogue.numbers("shared") == tuple(range(1, 41))


def test_a_log_held_by_another_writer_is_said_to_be_locked(home: Home) -> None:
    log = FileDefinitions(home, K, timeout=0.05)
    held, refused = FileLock(home.definitions_lock).hold(), pytest.raises(StoreLocked)
    with held, refused as error:
        log.transact(registering("hello"))
    assert f"process {os.getpid()}" in str(error.value)
    assert log.transact(registering("hello"))


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from test_store_definitions import *
log = FileDefinitions(Home(sys.argv[1]), KernelId("L"))
n = 0
while True:
    log.transact(registering("a", "b", "c"))
    n += 1
    os.write(1, b"%d\\n" % n)
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(home: Home) -> None:
    command = [sys.executable, "-c", KILLED, str(home.path), str(Path(__file__).parent)]
    acknowledged = 0
    for kill_after in (3, 17, 40):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(kill_after):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            acknowledged += kill_after + len(process.stdout.read().splitlines())
    log = FileDefinitions(home, K)
    done = len(log.catalogue.history)
    # A kill may fall between the write and its acknowledgement, once for each kill.
    assert acknowledged <= done <= acknowledged + 3
    assert log.catalogue.numbers("b") == tuple(range(1, done + 1))
    assert log.transact(registering("a"))
    assert log.findings == []


# -- torn and damaged files --------------------------------------------------------------------


def test_a_torn_tail_is_not_read_and_the_next_writer_cuts_it_off(home: Home) -> None:
    FileDefinitions(home, K).transact(registering("a"))
    whole = home.definitions.read_bytes()
    FileDefinitions(home, K).transact(registering("b", "c"))
    for cut in (len(whole) + 5, home.definitions.stat().st_size - 1):
        os.truncate(home.definitions, cut)
        log = FileDefinitions(home, K)
        assert names(log) == ["a"]
        assert log.findings == []
    log.transact(registering("d"))
    assert home.definitions.read_bytes().startswith(whole + b'{"tx":2,"left":0')
    assert names(FileDefinitions(home, K)) == ["a", "d"]


def test_a_reader_waits_for_the_rest_of_a_growing_transaction(home: Home) -> None:
    FileDefinitions(home, K).transact(registering("a", "b"))
    whole = home.definitions.read_bytes()
    home.definitions.write_bytes(b"")
    reader = FileDefinitions(home, K)
    for end in (10, whole.index(b"\n") + 1, len(whole) - 1):
        home.definitions.write_bytes(whole[:end])
        assert reader.refresh() == set()
    home.definitions.write_bytes(whole)
    assert reader.refresh() == {"a", "b"}


def test_a_damaged_line_is_found_and_everything_else_works(home: Home) -> None:
    log = FileDefinitions(home, K)
    for name in ("a", "b", "c"):
        log.transact(registering(name))
    lines = home.definitions.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b'"left"', b'"l\0ft"')
    home.definitions.write_bytes(b"\n".join(lines))
    log = FileDefinitions(home, K)
    assert names(log) == ["a", "c"]
    (finding,) = log.findings
    assert finding.level == "problem"
    assert "line 2 of" in finding.message
    assert finding.fix
    done = log.transact(registering("d"))
    assert done is not None
    assert done.id == 4
    assert names(FileDefinitions(home, K)) == ["a", "c", "d"]


def test_a_damaged_last_line_is_kept_as_evidence(home: Home) -> None:
    log = FileDefinitions(home, K)
    log.transact(registering("a"))
    with home.definitions.open("ab") as file:
        file.write(b"{garbage}\n{torn")
    log = FileDefinitions(home, K)
    log.transact(registering("b"))
    assert b"}\n{garbage}\n{" in home.definitions.read_bytes()
    assert b"torn" not in home.definitions.read_bytes()
    log.transact(registering("c"))
    again = FileDefinitions(home, K)
    assert names(again) == names(log) == ["a", "b", "c"]
    assert [each.message for each in again.findings] == [each.message for each in log.findings]


def test_a_transaction_about_a_damaged_function_is_a_finding(home: Home) -> None:
    log = FileDefinitions(home, K)
    log.transact(registering("a"))
    removed = FunctionRemoved(name=FunctionName("a"), previous=VersionNumber(1))
    log.transact(lambda _: Decision(events=[removed], summary="rm"))
    lines = home.definitions.read_bytes().split(b"\n")
    home.definitions.write_bytes(b"\n".join([b"!", *lines[1:]]))
    log = FileDefinitions(home, K)
    assert names(log) == []
    assert len(log.findings) == 2


def test_a_damaged_record_spoils_its_own_version_only(home: Home) -> None:
    log = FileDefinitions(home, K)
    log.transact(registering("a", "b"))
    data = home.definitions.read_bytes()
    home.definitions.write_bytes(data.replace(b"def a()", b"def \xff()"))
    log = FileDefinitions(home, K)
    assert log.catalogue.version("b").spec.code == "def b(): ..."
    with pytest.raises(StoreDamaged, match="a@1"):
        log.catalogue.version("a")


# -- disks that refuse -------------------------------------------------------------------------


FULL = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from test_store_definitions import *
log = FileDefinitions(Home(sys.argv[1]), K)
log.transact(registering("a"))
before = Home(sys.argv[1]).definitions.read_bytes()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, hard))
try:
    log.transact(registering("b"))
except StoreUnwritable as error:
    assert "free some space" in str(error), error
else:
    raise SystemExit("not refused")
assert names(log) == ["a"], names(log)
assert Home(sys.argv[1]).definitions.read_bytes() == before
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
log.transact(registering("b"))
assert names(FileDefinitions(Home(sys.argv[1]), K)) == ["a", "b"]
"""


def test_a_full_disk_changes_nothing(home: Home) -> None:
    """A real short write: the system cuts the write that reaches the allowed size of a file."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(home.path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_what_cannot_be_made_durable_is_taken_back_everywhere(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, other = FileDefinitions(home, K), FileDefinitions(home, KernelId("L"))
    log.transact(registering("a"))

    def fail(descriptor: int) -> None:
        other.refresh()
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(definitions_module, "_sync", fail)
    with pytest.raises(StoreUnwritable):
        log.transact(registering("b"))
    assert names(log) == ["a"]
    assert names(other) == ["a", "b"]
    monkeypatch.setattr(definitions_module, "_sync", os.fsync)
    assert other.refresh() == {"a", "b"}
    assert names(other) == ["a"]
    log.transact(registering("c_is_longer_than_b"))
    other.refresh()
    assert names(other) == ["a", "c_is_longer_than_b"]


def test_a_reader_that_missed_the_taking_back_reads_anew(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, other = FileDefinitions(home, K), FileDefinitions(home, KernelId("L"))
    log.transact(registering("a"))

    def fail(descriptor: int) -> None:
        other.refresh()
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(definitions_module, "_sync", fail)
    with pytest.raises(StoreUnwritable):
        log.transact(registering("b"))
    monkeypatch.setattr(definitions_module, "_sync", os.fsync)
    for name in ("longer_than_b", "d"):
        log.transact(registering(name))
    other.refresh()
    assert names(other) == ["a", "longer_than_b", "d"]
    assert other.findings == []


def test_a_directory_that_may_not_be_written_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = FileDefinitions(home, K)
    real = os.open

    def refuse(path: object, *rest: object, **more: object) -> int:
        if path == home.definitions:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreUnwritable, match="allow writing"):
        log.transact(registering("a"))
    assert names(log) == []


def test_an_interrupt_after_the_write_lets_the_transaction_stand(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = FileDefinitions(home, K)

    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(definitions_module, "_sync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        log.transact(registering("a"))
    monkeypatch.setattr(definitions_module, "_sync", os.fsync)
    assert log.refresh() == {"a"}
    done = log.transact(registering("b"))
    assert done is not None
    assert done.id == 2


def test_an_interrupt_between_applying_and_remembering_applies_nothing_twice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = FileDefinitions(home, K)
    apply = log.catalogue.apply

    def interrupted(transaction: Transaction) -> set[FunctionName]:
        apply(transaction)
        raise KeyboardInterrupt

    monkeypatch.setattr(log.catalogue, "apply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        log.transact(registering("a"))
    monkeypatch.setattr(log.catalogue, "apply", apply)
    log.refresh()
    assert [each.id for each in log.catalogue.history] == [1]
    assert log.transact(registering("b"))
    assert [each.id for each in log.catalogue.history] == [1, 2]


# -- exchange ----------------------------------------------------------------------------------


def test_a_restored_file_is_read_into_the_same_catalogue(home: Home, tmp_path: Path) -> None:
    log, other = FileDefinitions(home, K), FileDefinitions(home, KernelId("L"))
    log.transact(registering("a"))
    backup = shutil.copy(home.definitions, tmp_path / "backup")
    log.transact(registering("a", "b"))
    other.refresh()
    catalogue, generation = other.catalogue, other.catalogue.generation
    os.replace(backup, home.definitions)
    assert other.refresh() == {"a", "b"}
    assert other.catalogue is catalogue
    assert catalogue.generation > generation
    assert names(other) == ["a"]
    assert catalogue.active("a") == 1
    assert other.replaced == 1
    assert log.transact(registering("c"))
    assert names(log) == ["a", "c"]


def test_a_file_changed_in_place_is_read_anew(home: Home) -> None:
    log = FileDefinitions(home, K)
    log.transact(registering("abc"))
    data = home.definitions.read_bytes()
    home.definitions.write_bytes(data.replace(b"abc", b"xyz"))
    os.utime(home.definitions, ns=(1, 1))
    log.refresh()
    assert names(log) == ["xyz"]


def test_a_removed_file_keeps_the_functions_and_refuses_writing(home: Home) -> None:
    log = FileDefinitions(home, K)
    log.transact(registering("a"))
    home.definitions.unlink()
    assert log.refresh() == set()
    assert names(log) == ["a"]
    with pytest.raises(StoreDamaged, match="removed"):
        log.transact(registering("b"))


# -- size --------------------------------------------------------------------------------------


def test_a_batch_is_one_transaction_and_opens_as_written(home: Home) -> None:
    log = FileDefinitions(home, K)
    many = [f"f{n}" for n in range(2000)]
    done = log.transact(registering(*many))
    assert done is not None
    again = FileDefinitions(home, K)
    assert names(again) == many
    assert len(again.catalogue.history) == 1
    assert again.catalogue.version("f1999").spec.code == "def f1999(): ..."


def test_a_forked_child_writes_under_its_own_name(home: Home) -> None:
    kernel = [K]
    log = FileDefinitions(home, lambda: kernel[0])
    log.transact(registering("a"))
    child = os.fork()
    if not child:
        kernel[0] = KernelId("L")
        log.transact(registering("b"))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    log.transact(
        lambda _: Decision(
            events=[TriggerAdded(triggered=FunctionName("b"), triggering=FunctionName("a"))],
            summary="trigger",
        )
    )
    assert [(each.id, each.kernel) for each in log.catalogue.history] == [
        (1, "K"),
        (2, "L"),
        (3, "K"),
    ]
