"""Locks between threads and processes: exclusion, fairness, giving up, interrupts, forks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from babyagi_nb.errors import StoreLocked, StoreUnwritable
from babyagi_nb.store.home import Home
from babyagi_nb.store.lock import FileLock, Turnstile, claim, is_claimed

HOLDER = """
import sys
from pathlib import Path
from babyagi_nb.store.lock import FileLock
with FileLock(Path(sys.argv[1])).hold():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


def start_holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_an_exclusive_hold_keeps_threads_of_this_process_out(home: Home) -> None:
    turnstile = Turnstile(home)
    with turnstile.exclusive(), pytest.raises(StoreLocked), turnstile.shared(timeout=0):
        pass
    with turnstile.exclusive(timeout=0):
        pass


def test_readers_hold_together(home: Home) -> None:
    turnstile = Turnstile(home)
    with turnstile.shared(), turnstile.shared(timeout=0), pytest.raises(StoreLocked):
        turnstile.exclusive(timeout=0.05).__enter__()


def test_the_message_names_the_process_that_holds_it(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with start_holder(lock.path) as process:
        assert f"process {process.pid} since" in lock.holder()
        with pytest.raises(StoreLocked, match=f"held by process {process.pid} since"):
            lock.acquire(timeout=0.05)
        process.communicate("\n")
    assert lock.holder() == ""


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with start_holder(lock.path) as process:
        process.kill()
        process.communicate()
    with lock.hold(timeout=5):
        pass


def test_a_waiter_gets_the_lock_when_it_is_given_back(home: Home) -> None:
    turnstile = Turnstile(home)
    got = threading.Event()

    def wait() -> None:
        with turnstile.exclusive(timeout=10):
            got.set()

    with turnstile.exclusive():
        waiter = threading.Thread(target=wait)
        waiter.start()
    waiter.join(10)
    assert got.is_set()


def test_whoever_gave_up_waiting_does_not_hold_it_later(home: Home) -> None:
    turnstile = Turnstile(home)
    with turnstile.exclusive():
        for _ in range(3):
            with pytest.raises(StoreLocked), turnstile.exclusive(timeout=0.02):
                pass
    # The helpers of those who left may get the lock for a moment, but give it back by themselves.
    with turnstile.exclusive(timeout=5):
        pass


def test_a_writer_is_not_starved_by_readers_that_keep_coming(home: Home) -> None:
    turnstile = Turnstile(home)
    written, reading = threading.Event(), threading.Barrier(4)

    def read() -> None:
        first = True
        while not written.is_set():
            with turnstile.shared(timeout=30):
                if first:
                    reading.wait(10)
                    first = False

    readers = [threading.Thread(target=read) for _ in range(3)]
    for each in readers:
        each.start()
    reading.wait(10)
    try:
        with turnstile.exclusive(timeout=20):
            written.set()
    finally:
        written.set()
        for each in readers:
            each.join(30)


INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from babyagi_nb.store.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
for _ in range(3):
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        lock.acquire(timeout=60)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
sys.stdin.readline()
"""


def test_an_interrupt_ends_the_wait_and_leaves_no_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    process = None
    try:
        with lock.hold():
            process = subprocess.Popen(
                [sys.executable, "-c", INTERRUPTED, str(lock.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            assert [process.stdout.readline() for _ in range(3)] == ["interrupted\n"] * 3
        # The process lives on, and three helpers of its abandoned waits with it.
        with lock.hold(timeout=5):
            assert process.poll() is None
    finally:
        if process is not None:
            process.communicate("\n")


def test_an_interrupt_inside_a_hold_gives_it_back(home: Home) -> None:
    turnstile = Turnstile(home)
    with pytest.raises(KeyboardInterrupt), turnstile.exclusive():
        signal.raise_signal(signal.SIGINT)
    with turnstile.exclusive(timeout=0):
        pass


def test_a_forked_child_does_not_hold_its_parents_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    go, wait = os.pipe()
    with lock.hold():
        child = os.fork()
        if not child:
            os.read(go, 1)
            os._exit(0)
        assert is_claimed(lock.path)
    try:
        with lock.hold(timeout=0):
            pass
    finally:
        os.write(wait, b".")
        os.waitpid(child, 0)
        os.close(go)
        os.close(wait)


def test_the_end_of_a_childs_hold_leaves_the_parents_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with lock.hold():
        child = os.fork()
        if not child:
            try:
                with lock.hold(timeout=0):
                    code = 1
            except StoreLocked:
                code = 0
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert is_claimed(lock.path)


def test_a_claim_lasts_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "board"
    assert claim(path) is None
    path.touch()
    held = claim(path)
    assert held is not None
    assert claim(path) is None
    held.close()
    assert not is_claimed(path)


def test_a_vanished_store_is_named(home: Home) -> None:
    turnstile = Turnstile(Home(home.path / "gone"))
    with pytest.raises(StoreUnwritable, match="gone"), turnstile.exclusive():
        pass


def test_two_who_look_at_a_claim_do_not_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "board"
    path.write_bytes(b"")
    seen: list[bool] = []
    looks = [
        threading.Thread(target=lambda: seen.extend(is_claimed(path) for _ in range(2000)))
        for _ in range(4)
    ]
    for each in looks:
        each.start()
    for each in looks:
        each.join()
    assert len(seen) == 8000
    assert not any(seen)
    held = claim(path)
    assert held is not None
    assert is_claimed(path)
    held.close()
