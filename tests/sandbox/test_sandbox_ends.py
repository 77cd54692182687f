"""How jobs end that do not end by themselves, and what is left of them: nothing."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sandbox_jobs import (  # noqa: F401
    TIERS,
    Notes,
    confined_fixture,
    descendants,
    eventually,
    job,
    member,
    opened,
    run,
    sandbox_fixture,
)

from babyagi_nb.core.isolation import Limits, Raised
from babyagi_nb.errors import RunTimeout, SandboxRefused, SandboxUnavailable
from babyagi_nb.sandbox.server import Server, open_sandbox

FOREVER = "def f():\n    ready()\n    while True: pass"

# -- limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(1000)"])
def test_the_limit_of_seconds_ends_the_job(sandbox: Server, code: str) -> None:
    with pytest.raises(RunTimeout, match=r"longer than 0\.2 s"):
        run(sandbox, f"def f():\n    {code}", limits=Limits(seconds=0.2))


def test_the_clock_of_a_generator_stands_still_between_its_steps(sandbox: Server) -> None:
    code = "def f():\n    yield 1\n    yield 2"
    limits = Limits(seconds=0.5)
    steps = sandbox.steps(job(code, is_generator=True, limits=limits), Notes())

    assert next(steps) == 1
    threading.Event().wait(0.6)
    assert next(steps) == 2


def test_too_much_memory_is_a_memory_error(sandbox: Server) -> None:
    with pytest.raises(Raised) as caught:
        run(sandbox, "def f(): return len(bytearray(1 << 30))", limits=Limits(memory=256 << 20))

    assert caught.value.kind == "MemoryError"


def test_a_file_cannot_grow_beyond_its_limit(sandbox: Server) -> None:
    code = """
    def f():
        with open("big", "wb") as file:
            for _ in range(100):
                file.write(bytes(1 << 20))
    """

    with pytest.raises(Raised, match="File too large"):
        run(sandbox, code, limits=Limits(file=10 << 20))


def test_all_files_together_are_limited_too(sandbox: Server) -> None:
    code = """
    import time
    def f():
        for n in range(30):
            with open(str(n), "wb") as file:
                file.write(bytes(1 << 20))
        time.sleep(30)
    """

    with pytest.raises(SandboxRefused, match="filled its scratch directory"):
        run(sandbox, code, limits=Limits(scratch=10 << 20))


# -- interrupts and ends -----------------------------------------------------------------------


def test_an_interrupt_ends_the_process_and_is_raised_again(sandbox: Server) -> None:
    before: set[int] = set()

    def ready() -> None:
        before.update(descendants())
        threading.Timer(0.05, _thread.interrupt_main).start()

    with pytest.raises(KeyboardInterrupt):
        run(sandbox, FOREVER, calls=("ready",), notes=Notes(ready=ready))

    assert before
    assert run(sandbox, "def f(): return 1") == 1


def test_a_job_can_be_stopped_from_another_thread(sandbox: Server) -> None:
    wanted = job(FOREVER, calls=("ready",))
    other = job("def f(): return 1")
    notes = Notes(ready=lambda: threading.Timer(0.05, sandbox.stop, [wanted]).start())

    with pytest.raises(SandboxRefused, match="f was stopped"):
        sandbox.run(wanted, notes)

    sandbox.stop(wanted)
    assert sandbox.run(other, Notes()) == 1


def test_a_generator_that_will_not_close_is_ended(sandbox: Server) -> None:
    code = """
    def f():
        try:
            yield 1
        finally:
            while True: pass
    """
    steps = sandbox.steps(job(code, is_generator=True, limits=Limits(seconds=0.5)), Notes())
    next(steps)

    with pytest.raises(RunTimeout):
        steps.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("tier", TIERS)
def test_a_closed_sandbox_leaves_no_process_and_no_directory(tier: str, tmp_path: Path) -> None:
    before = descendants()
    with opened(tier, tmp_path) as made:
        assert run(made, "def f(): return 1") == 1
    made.close()

    assert descendants() <= before
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SandboxUnavailable, match="closed"):
        run(made, "def f(): return 1")


KERNEL = """
import sys, pathlib
sys.path[:0] = {path!r}
from sandbox_jobs import Notes, job, opened
def ready():
    print("ready", flush=True)
with opened({tier!r}, pathlib.Path({folder!r})) as sandbox:
    steps = sandbox.steps(job("def f():\\n    yield 1", is_generator=True), Notes())
    next(steps)
    sandbox.run(job({code!r}, calls=("ready",)), Notes(ready=ready))
"""


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("work", ["while True: pass", "import time; time.sleep(1000)"])
def test_a_killed_kernel_leaves_no_process(tier: str, work: str, tmp_path: Path) -> None:
    code = f"def f():\n    ready()\n    {work}"
    program = KERNEL.format(path=sys.path, tier=tier, code=code, folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as kernel:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == b"ready\n"
        family = descendants(kernel.pid)
        assert len(family) >= 2
        kernel.kill()

    # The fork server is a child of another process by now: it is looked for by its number.
    assert eventually(lambda: not [pid for pid in family if _lives(pid)])
    if tier != "process":
        assert not [path for path in tmp_path.rglob("*") if path.is_file() or "job" in path.name]


def _lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_a_killed_fork_server_is_started_again(confined: Server) -> None:
    assert run(confined, "def f(): return 1") == 1
    assert confined._main is not None
    for pid in descendants(confined._main.pid) | {confined._main.pid}:
        with suppress(ProcessLookupError):
            # In a namespace, all go with the first.
            os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: confined._main is not None and not _lives(confined._main.pid))

    assert run(confined, "def f(): return 2") == 2


def test_a_forked_copy_of_the_kernel_does_not_end_the_sandbox(confined: Server) -> None:
    assert run(confined, "def f(): return 1") == 1
    pid = os.fork()
    if pid == 0:
        confined.close()
        os._exit(0)
    os.waitpid(pid, 0)

    assert run(confined, "def f(): return 2") == 2


# -- what breaks the protocol ------------------------------------------------------------------

BREAKER = """
import gc, json, struct
def f():
    channel = next(each for each in gc.get_objects() if type(each).__name__ == "Channel")
    def frame(body):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        return struct.pack(">II", len(text), 0) + text
    channel._connection.sendall({data})
    channel._connection.recv(1)
"""
FORGED = {
    "no frame at all": "b'GET / HTTP/1.1' * 99",
    "an endless frame": "struct.pack('>II', 1 << 31, 0)",
    "a tail": "struct.pack('>II', 2, 9) + b'{}' + bytes(9)",
    "no JSON": "frame(b'{')",
    "no text": "frame(bytes(range(256)))",
    "no object": "frame([1])",
    "constants": 'frame(b\'{"t":"result","v":NaN}\')',
    "deep nesting": "frame(b'[' * 200_000)",
    "a key twice": 'frame(b\'{"t":"result","v":1,"v":2}\')',
    "an unknown tag": "frame({'t': 'result', 'v': {'$': 'pickle', 'v': 'x'}})",
    "bytes that are none": "frame({'t': 'result', 'v': {'$': 'bytes', 'v': '*'}})",
    "a tag instead of a frame": "frame({'$': 'int', 'v': '1'})",
    "many containers": "frame(b'[' + b'[],' * 2_000_000 + b'[]]')",
    "an unknown message": "frame({'t': 'obey'})",
    "no kind": "frame({'t': [1]})",
    "a run that never began": "frame({'t': 'printed', 'r': 7, 's': 'x'})",
    "a stranger's run": "frame({'t': 'began', 'r': 1, 'p': 0, 'f': 'admin', 'a': {}})",
    "the entry's run again": "frame({'t': 'began', 'r': 0, 'p': 0, 'f': 'f', 'a': {}})",
    "the end of the entry": "frame({'t': 'returned', 'r': 0, 'o': 1})",
    "text that is none": "frame({'t': 'printed', 'r': 0, 's': 5})",
    "a number that is none": "frame({'t': 'call', 'i': True, 'r': 0, 'f': 'x', 'a': [], 'k': {}})",
    "an error that is none": "frame({'t': 'failed', 'e': 'x'})",
}


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED)
def test_what_is_no_message_ends_the_job(confined: Server, data: str) -> None:
    with pytest.raises(SandboxRefused):
        run(confined, BREAKER.format(data=data))


def test_a_forged_call_of_a_function_that_was_not_granted_is_answered_with_no(
    confined: Server,
) -> None:
    notes = Notes(other=lambda: pytest.fail("must not run"))
    code = """
    import gc
    def f():
        channel = next(each for each in gc.get_objects() if type(each).__name__ == "Channel")
        answer = channel.ask({"t": "call", "r": 0, "f": "other", "a": [], "k": {}})
        return answer.body["e"]["kind"]
    """

    assert run(confined, code, notes=notes) == "PermissionError"
    assert not notes.events


def test_a_closed_channel_ends_the_job(confined: Server) -> None:
    code = """
    import gc, time
    def f():
        for each in gc.get_objects():
            if type(each).__name__ == "Channel":
                each._connection.close()
        time.sleep(1000)
    """

    with pytest.raises(SandboxRefused, match="ended without a result"):
        run(confined, code)


def test_a_job_that_reads_no_answers_cannot_hold_the_kernel(confined: Server) -> None:
    code = """
    import gc, json, struct
    def f():
        channel = next(each for each in gc.get_objects() if type(each).__name__ == "Channel")
        for n in range(1, 400):
            text = json.dumps({"t": "call", "i": n, "r": 0, "f": "big", "a": [], "k": {}}).encode()
            channel._connection.sendall(struct.pack(">II", len(text), 0) + text)
        while True: pass
    """
    notes = Notes(big=lambda: "x" * 1_000_000)

    with pytest.raises(RunTimeout):
        run(confined, code, calls=("big",), notes=notes, limits=Limits(seconds=1.0))

    assert len(notes.events) < 100


# -- tiers -------------------------------------------------------------------------------------


def test_a_lower_tier_than_required_is_refused_with_its_reason() -> None:
    made = open_sandbox(minimum="strong", tier="process")

    with pytest.raises(SandboxUnavailable, match="'strong' sandbox is required"):
        run(made, "def f(): return 1")
    with pytest.raises(SandboxUnavailable):
        made.warm()


def test_the_process_tier_asks_every_time_and_nobody_means_no() -> None:
    asked: list[str] = []
    answers = iter([True, False])

    def confirm(question: str) -> bool:
        asked.append(question)
        return next(answers)

    made = open_sandbox(tier="process", confirm=confirm)
    assert run(made, "def f(): return 1") == 1
    for one in (made, open_sandbox(tier="process")):
        with pytest.raises(SandboxUnavailable, match="not a security boundary"):
            run(one, "def f(): return 1")
    made.close()

    assert len(asked) == 2
    assert "not a security boundary" in asked[0]


def test_the_best_tier_is_chosen_by_trying() -> None:
    report = open_sandbox().report()

    assert report.tier in TIERS
    assert report.reason


def test_without_bubblewrap_the_report_names_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    from babyagi_nb.sandbox import bubblewrap, tiers

    bubblewrap.probe.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        report = tiers.choose()
        forced = tiers.choose("strong")
    finally:
        bubblewrap.probe.cache_clear()

    assert report.tier == "standard"
    assert "apt install bubblewrap" in report.reason
    assert forced.tier is None


def test_a_fork_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from babyagi_nb.sandbox import forkserver

    broken = [sys.executable, "-c", "raise SystemExit('the floor is wet')"]
    monkeypatch.setattr(forkserver, "command", lambda *given: broken)

    with opened("standard") as made, pytest.raises(SandboxUnavailable, match="the floor is wet"):
        run(made, "def f(): return 1")


def test_opening_starts_nothing() -> None:
    before = descendants()
    with opened(None):
        assert descendants() == before


def test_an_older_landlock_serves_as_well() -> None:
    with opened("standard", abi=1) as made:
        assert run(made, "def f(): return open('note', 'w').write('x')") == 1
