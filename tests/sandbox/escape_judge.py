"""Runs every attempt through a sandbox and judges it from outside; the result is JSON on stdout.

Started as a process of its own for each configuration, as the user who is to be protected::

    python escape_judge.py '{"tier": "standard", "abi": null, "user": null, "groups": ["reading"]}'

An attempt escaped if a canary came back, a canary changed, something arrived where nothing was
granted, the process table shows what should not be, or the kernel's side did what it must not:
called a function that was not granted, kept a value that is no plain JSON, hung, or fell over.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
NOBODY = 65534
SECONDS, GRACE = 0.6, 6.0
PRINTED, RESULT, RUNS = 4096, 64 << 10, 20


def main() -> None:
    config = json.loads(sys.argv[1])
    if config["user"] is not None and os.getuid() != config["user"]:
        become(config["user"])
    if config["tier"] == "process":
        keep_to_oneself()
    base = Path(tempfile.mkdtemp(prefix="escape-"))
    try:
        report = judge(config, base)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(json.dumps(report))


# ---- who runs it


def keep_to_oneself() -> None:
    """Where nothing confines, at least let no mount and no name reach the machine."""
    libc = ctypes.CDLL(None)
    if libc.unshare(0x20000 | 0x4000000) == 0:
        libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None)


def become(user: int) -> None:
    """Go on as another user, for whom the interpreter is readable though it may lie in a home."""
    libc = ctypes.CDLL(None, use_errno=True)

    def check(answer: int) -> None:
        if answer != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    check(libc.unshare(0x20000))
    check(libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None))
    needed = {os.path.realpath(each) for each in (sys.prefix, sys.base_prefix, ROOT)}
    closed: dict[str, list[tuple[str, int]]] = {}
    for path in sorted(needed):
        barred = next((str(each) for each in _above(Path(path)) if not _open_to_all(each)), None)
        if barred:
            closed.setdefault(barred, []).append((path, os.open(path, os.O_PATH)))
    for barred, inside in closed.items():
        check(libc.mount(b"none", barred.encode(), b"tmpfs", 0, b"mode=755"))
        for path, fd in inside:
            os.makedirs(path)
            check(libc.mount(f"/proc/self/fd/{fd}".encode(), path.encode(), None, 0x5000, None))
            os.close(fd)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    environment = {**os.environ, "HOME": "/nonexistent", "TMPDIR": "/tmp"}
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def _above(path: Path) -> Iterator[Path]:
    yield from (*reversed(path.parents), path)


def _open_to_all(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o001)


# ---- what it does


class Seen:
    """An observer that keeps what it is told."""

    def __init__(self, entry: str) -> None:
        self.entry = entry
        self.texts: list[str] = []
        self.length = 0
        self.wrong: list[str] = []
        self.runs = self.calls = 0

    def printed(self, run: int, text: str) -> None:
        self.length += len(text)
        if len(self.texts) < 1000:
            self.texts.append(text)

    def began(self, run: int, parent: int, function: str, params: Any) -> None:
        self.runs += 1
        if function != self.entry:
            self.wrong.append(f"a run of {function} was believed"[:80])

    def returned(self, run: int, output: Any) -> None:
        self.texts.append(repr(output)[:10000])

    def raised(self, run: int, error: Any) -> None:
        self.texts.append(str(error)[:10000])

    def call(self, run: int, function: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        self.calls += 1
        if function != "granted" or type(args) is not list or type(kwargs) is not dict:
            self.wrong.append(f"{function} was called"[:80])

    def connected(self, run: int, host: str, port: int, allowed: bool) -> None:
        if allowed:
            self.wrong.append(f"a connection to {host}:{port} was allowed"[:80])


def judge(config: dict[str, Any], base: Path) -> dict[str, Any]:
    from escape_attempts import Attempt, attempts
    from escape_watch import Watch, descendants
    from escape_world import World

    from babyagi_nb.sandbox.server import open_sandbox

    signals: list[int] = []
    signal.signal(signal.SIGUSR2, lambda got, frame: signals.append(got))
    signal.signal(signal.SIGIO, lambda got, frame: signals.append(got))
    world = World(base)
    left_open = os.open(world.secret, os.O_RDONLY)
    os.set_inheritable(left_open, True)
    sandbox = open_sandbox(
        tier=config["tier"], abi=config["abi"], scratch=world.scratch, confirm=lambda asked: True
    )
    watch = Watch(lambda: world.tick, world.scratch, world.free)
    confined = config["tier"] != "process"
    report: dict[str, Any] = {"attempts": {}, "slow": {}}
    began = time.monotonic()
    try:
        bench = Bench(world, sandbox, watch, signals, confined)
        report["warmed"] = bench.calm(world.canary("an earlier job"))
        watch.start()
        report["facts"] = bench.calm("x")
        chosen = [each for each in attempts() if each.group in config["groups"]]
        for number, attempt in enumerate(chosen, 10):
            only = config["only"] or (attempt.name,)
            if attempt.name in config["without"] or attempt.name not in only:
                continue
            then = time.monotonic()
            assert isinstance(attempt, Attempt)
            report["attempts"][attempt.label] = bench.judged(number, attempt)
            if time.monotonic() - then > 0.5:
                report["slow"][attempt.label] = round(time.monotonic() - then, 2)
    finally:
        sandbox.close()
        if watch.is_alive():
            watch.stop()
        world.close()
    report["seconds"] = round(time.monotonic() - began, 1)
    report["left"] = [_name(pid) for pid in _left_alive(descendants)]
    return report


def _left_alive(descendants: Any) -> list[int]:
    """Processes that live on; those that are being ended have a moment to do so."""
    deadline = time.monotonic() + 2
    while alive := [pid for pid in descendants() if not _is_dead(pid)]:
        if time.monotonic() > deadline:
            break
        signal.sigtimedwait([signal.SIGCHLD], 0.02)
    return alive


class Bench:
    """One sandbox in one world."""

    def __init__(
        self, world: Any, sandbox: Any, watch: Any, signals: list[int], confined: bool
    ) -> None:
        self.world, self.sandbox, self.watch = world, sandbox, watch
        self.signals, self.confined = signals, confined

    def calm(self, secret: str) -> Any:
        """Run a job that tries nothing, and take its process as what is right."""
        import escape_tools

        name = "calm"
        code = (
            Path(escape_tools.__file__).read_text()
            + "\ndef calm(w):\n    named('job-0')\n    linger(0.4)\n    return len(w['text'])\n"
        )
        self.watch.begin(0)
        told = {"text": secret}
        assert self.sandbox.run(self._job(name, code, told), Seen(name)) == len(secret)
        self.watch.end()
        return self.watch.calm()

    def _job(self, name: str, code: str, told: dict[str, Any]) -> Any:
        from babyagi_nb.core.isolation import Job, Limits, Member

        home = self.world.home
        return Job(
            entry=name,
            members=(Member(name=name, version=1, code=code),),
            args=(told,),
            calls=("granted",),
            reads=(str(home / "granted.txt"), str(home / "granted"), str(home / "run")),
            limits=Limits(
                seconds=SECONDS, memory=256 << 20, file=1 << 20, scratch=8 << 20,
                result=RESULT, printed=PRINTED, runs=RUNS,
            ),
        )  # fmt: skip

    def judged(self, number: int, attempt: Any) -> list[str]:
        """How an attempt escaped, in words; empty if it did not."""
        told = self.world.told(number, attempt.name, self.confined)
        job = self._job(attempt.name, attempt.code, told)
        seen = Seen(attempt.name)
        self.watch.begin(number)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        answer, wrong = self._run(job, seen)
        if time.monotonic() - began > SECONDS + GRACE:
            wrong.append("the kernel waited")
        wrong += [*seen.wrong[:3], *sorted(self.watch.end()), *self.world.changes(number)]
        wrong += self._canaries(repr(answer) + "".join(seen.texts))
        if self.signals:
            wrong.append("the kernel got a signal")
            self.signals.clear()
        if seen.length > PRINTED + 1000:
            wrong.append(f"{seen.length} characters were printed")
        if seen.runs + seen.calls > RUNS:
            wrong.append(f"{seen.runs} runs and {seen.calls} calls were made")
        if any(each in "".join(seen.texts) for each in ("\x1b]", "\x1b[2J", "\u202e", "\x9b")):
            wrong.append("control characters were passed on")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        if grown > 200 << 10:
            wrong.append(f"the kernel grew by {grown >> 10} MB")
        return wrong + self._descriptors(told["id"])

    def _run(self, job: Any, seen: Seen) -> tuple[Any, list[str]]:
        from babyagi_nb.core.isolation import Raised
        from babyagi_nb.errors import RunTimeout, SandboxRefused

        try:
            answer = self.sandbox.run(job, seen)
        except (Raised, RunTimeout, SandboxRefused) as error:
            return [str(error)[:100_000], getattr(error, "traceback", "")], []
        except BaseException as error:
            return str(error)[:100_000], [
                f"the kernel raised {type(error).__name__}: {error}"[:200]
            ]
        return answer, list(_not_plain(answer))

    def _canaries(self, text: str) -> list[str]:
        """Canaries in what came back, also as bytes are shown."""
        found = [f"told: {of}" for canary, of in self.world.canaries.items() if canary in text]
        if str(self.world.size) in text:
            found.append("told: metadata")
        return sorted(set(found))

    def _descriptors(self, name: str) -> Iterator[str] | list[str]:
        links = []
        for fd in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                links.append(os.readlink(f"/proc/self/fd/{fd}"))
        return ["the kernel took a descriptor"] if any(name in each for each in links) else []


def _not_plain(answer: Any) -> Iterator[str]:
    waiting, many = [answer], 0
    while waiting:
        value = waiting.pop()
        many += 1
        if type(value) is dict:
            waiting += [*value, *value.values()]
        elif type(value) is list:
            waiting += value
        elif type(value) not in (str, int, float, bool, bytes, type(None)):
            yield f"a {type(value).__name__} came back"
    if many > 1_000_000:
        yield f"{many} values came back"


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def _is_dead(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith(("Z", "X"))
    return True


if __name__ == "__main__":
    main()
