"""What there is to find, to change and to reach: canaries, and a look whether all is as it was."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import resource
import secrets
import shutil
import socket
import sqlite3
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from escape_queues import Queues

from babyagi_nb.sandbox.inside.libc import syscall
from babyagi_nb.sandbox.inside.syscalls import MACHINES

NUMBERS = MACHINES[os.uname().machine].numbers
HERE = Path(__file__).parent


_KERNEL_NAMES = {
    name: Path("/proc/sys/kernel", name.replace(" ", "")) for name in ("host name", "domain name")
}


class World:
    """A place full of canaries, in a directory of its own; ``environment`` is the kernel's."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.canaries: dict[str, str] = {}
        self.home = base / "home"
        self.scratch = base / "scratch"
        self.scratch.mkdir(mode=0o700)
        self._environment()
        self._servers()
        self.queues = Queues(self.canary)
        self._terminal()
        self._calm_names = {kind: path.read_text() for kind, path in _KERNEL_NAMES.items()}
        self.restore()

    def canary(self, of: str, size: int = 24) -> str:
        """A new random text, which nobody can say who did not get at this thing."""
        text = ("canary" + secrets.token_hex(20))[:size]
        self.canaries[text] = of
        return text

    # ---- making

    def restore(self) -> None:
        """Put everything back that an attempt may have changed."""
        self._end_victim()
        with contextlib.suppress(OSError):
            _umount(self.home / "folder")
        shutil.rmtree(self.home, ignore_errors=True)
        self._files()
        self._victim()
        self._calm_files = self._look_at_files()
        self._calm_victim = self._look_at_victim()
        self._calm_queues = self.queues.look()

    def _files(self) -> None:
        home = self.home
        for folder in ("folder/empty", "granted", "modules", "run", "hidden"):
            (home / folder).mkdir(parents=True, mode=0o700)
        self.secret = home / "secret.txt"
        self._write(self.secret, self.canary("a file"))
        with contextlib.suppress(OSError):  # not every file system has attributes
            os.setxattr(self.secret, "user.canary", self.canary("an attribute").encode())
        self._write(home / "folder" / self.canary("a listing"), "x")
        self._write(home / "folder" / "plain.txt", "x")
        self.tick = home / "folder" / self.canary("an event")
        self._write(self.tick, "x")
        self._write(home / self.canary("the home's listing"), "x")
        self.size = 100_000 + secrets.randbelow(900_000)
        self._write(home / "sized", "x" * self.size)
        os.symlink(self.canary("a link's target"), home / "link")
        self._write(home / "granted" / "inside.txt", "x" * 5000)
        os.symlink(self.secret, home / "granted" / "out")
        self._write(home / "granted.txt", "x" * 5000)
        token = self.canary("a module")
        self._write(home / "modules" / "canary_module.py", f"TOKEN = {token!r}\n")
        self.database = home / "canary.db"
        with contextlib.closing(sqlite3.connect(self.database)) as made:
            made.execute("create table canary (text)")
            made.execute("insert into canary values (?)", (self.canary("a database"),))
            made.commit()
        shutil.copy("/bin/sleep", home / "run" / "sleep")
        self.hidden = home / "hidden" / self.canary("a process's directory")
        self.hidden.mkdir()
        self._write(self.hidden / "mapped", "x" * 5000)
        self.other = self.scratch / "job-of-another"
        shutil.rmtree(self.other, ignore_errors=True)
        self.other.mkdir(mode=0o700)
        self._write(self.scratch / self.canary("the list of jobs"), "x")
        self._write(self.other / "theirs.txt", self.canary("another job's scratch"))

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)

    def _environment(self) -> None:
        self.canaries[os.environ["CANARY_KERNEL"]] = "the kernel's environment"
        for path in ("/etc/passwd", "/etc/shadow"):
            with contextlib.suppress(OSError):
                last = Path(path).read_text().strip().splitlines()[-1]
                self.canaries[last[:40]] = path

    def _servers(self) -> None:
        def server(family: int, kind: int, address: Any) -> socket.socket:
            made = socket.socket(family, kind)
            made.bind(address)
            if kind == socket.SOCK_STREAM:
                made.listen(64)
            made.setblocking(False)
            return made

        folder = self.base / "sockets"
        folder.mkdir()
        abstract = "canary-" + secrets.token_hex(6)
        inet, unix = socket.AF_INET, socket.AF_UNIX
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        self.servers = {
            "tcp": server(inet, stream, ("127.0.0.1", 0)),
            "udp": server(inet, datagram, ("127.0.0.1", 0)),
            "unix": server(unix, stream, f"{folder}/stream"),
            "datagram": server(unix, datagram, f"{folder}/datagram"),
            "abstract": server(unix, stream, "\0" + abstract),
            "abstract_datagram": server(unix, datagram, f"\0{abstract}-datagram"),
            "hidden": server(unix, stream, f"{folder}/{self.canary('network tables')}"),
        }
        self.abstract = abstract
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.free = free.getsockname()[1]

    def _terminal(self) -> None:
        self.pipe = self.base / "pipe"
        os.mkfifo(self.pipe, 0o600)
        self._pipe = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self._master, self._slave = os.openpty()
        os.set_blocking(self._master, False)
        self.terminal = os.ttyname(self._slave)

    def _victim(self) -> None:
        folder = str(self.hidden)
        name, inside = self.canary("a process's name", 15), self.canary("a process's memory")
        self.victim = subprocess.Popen(
            [
                sys.executable, "-I", str(HERE / "escape_victim.py"),
                folder, name, str(self.secret), self.canary("a command line"),
            ],
            env={"CANARY_MEMORY": inside, "OTHER": self.canary("a process's environment")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self.victim.stdout
        self.about_victim = json.loads(self.victim.stdout.readline())

    def _end_victim(self) -> None:
        victim = getattr(self, "victim", None)
        if victim is not None:
            victim.kill()
            victim.communicate()

    def close(self) -> None:
        """Remove what lies outside the base directory."""
        self._end_victim()
        for server in self.servers.values():
            server.close()
        self.queues.close()
        for fd in (self._pipe, self._master, self._slave):
            os.close(fd)

    # ---- telling

    def told(self, number: int, entry: str, confined: bool) -> dict[str, Any]:
        """Everything that an attempt may know: where things are, and never what they say."""
        program = self.home / "run" / f"esc-{number}"
        with contextlib.suppress(FileExistsError):
            os.link(self.home / "run" / "sleep", program)
        return {
            "id": f"esc-{number}", "job": f"job-{number}", "entry": entry, "confined": confined,
            "numbers": NUMBERS, "base": str(self.base), "secret": str(self.secret),
            "folder": str(self.home / "folder"), "sized": str(self.home / "sized"),
            "link": str(self.home / "link"), "granted": str(self.home / "granted.txt"),
            "granted_folder": str(self.home / "granted"), "modules": str(self.home / "modules"),
            "database": str(self.database), "program": str(program),
            "other_scratch": str(self.other / "theirs.txt"), "kernel": os.getpid(),
            "victim": self.victim.pid, "victim_fd": self.about_victim["fd"],
            "victim_address": self.about_victim["address"], "free": self.free,
            "tcp": self.servers["tcp"].getsockname()[1],
            "udp": self.servers["udp"].getsockname()[1],
            "unix": self.servers["unix"].getsockname(),
            "datagram": self.servers["datagram"].getsockname(),
            "abstract": self.abstract, "abstract_datagram": f"{self.abstract}-datagram",
            "pipe": str(self.pipe), **self.queues.told(),
            "terminal": self.terminal, "control_groups": _control_group(),
        }  # fmt: skip

    # ---- looking

    def changes(self, number: int) -> Iterator[str]:
        """What differs from before, in words; the world is put back when something does."""
        name = f"esc-{number}"
        found = [*self._arrivals(), *self._left(name)]
        found += [
            f"changed: {each}" for each in _differing(self._calm_files, self._look_at_files())
        ]
        found += [
            f"victim: {each}" for each in _differing(self._calm_victim, self._look_at_victim())
        ]
        found += [f"queues: {each}" for each in _differing(self._calm_queues, self.queues.look())]
        found += self._names()
        if found:
            self.queues.close()
            self.queues = Queues(self.canary)
            self.restore()
        yield from found

    def _names(self) -> Iterator[str]:
        for kind, before in self._calm_names.items():
            if _KERNEL_NAMES[kind].read_text() != before:
                yield f"the {kind} changed"
                with contextlib.suppress(OSError):
                    _KERNEL_NAMES[kind].write_text(before)

    def _arrivals(self) -> Iterator[str]:
        for name, server in self.servers.items():
            with contextlib.suppress(BlockingIOError):
                if server.type == socket.SOCK_STREAM:
                    server.accept()[0].close()
                else:
                    server.recv(4096)
                yield f"reached: {name}"
        for name, fd in (("pipe", self._pipe), ("terminal", self._master), ("keys", self._slave)):
            os.set_blocking(fd, False)
            with contextlib.suppress(BlockingIOError):
                os.read(fd, 4096)
                yield f"reached: {name}"

    def _left(self, name: str) -> Iterator[str]:
        places = [Path("/dev/shm", name), self.base / name, *self.scratch.glob(f"*/{name}")]
        if _control_group():
            places.append(Path(_control_group(), name))
        for place in places:
            if place.exists():
                yield f"made: {place.parent}"
                place.rmdir() if place.is_dir() else place.unlink()
        yield from self.queues.left(name)

    def _look_at_files(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for path in (self.home, *sorted(self.home.rglob("*")), *sorted(self.other.rglob("*"))):
            if path == self.tick or path.is_relative_to(self.home / "run"):
                continue
            facts = path.lstat()
            seen[str(path)] = [facts.st_mode, facts.st_uid, facts.st_gid, facts.st_dev]
            if stat.S_ISREG(facts.st_mode):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
                seen[str(path)] += [facts.st_mtime_ns, digest, attributes, _flags(path)]
        return seen

    def _look_at_victim(self) -> dict[str, Any]:
        pid = self.victim.pid
        if self.victim.poll() is not None:
            return {"alive": False}
        assert self.victim.stdin
        assert self.victim.stdout
        self.victim.stdin.write("\n")
        self.victim.stdin.flush()
        return {
            "alive": True,
            "nice": os.getpriority(os.PRIO_PROCESS, pid),
            "kernel's nice": os.getpriority(os.PRIO_PROCESS, os.getpid()),
            "processors": os.sched_getaffinity(pid),
            "scheduling": os.sched_getscheduler(pid),
            "open files": resource.prlimit(pid, resource.RLIMIT_NOFILE),
            "disk": syscall(NUMBERS["ioprio_get"], 1, pid),
            "killer": Path(f"/proc/{pid}/oom_score_adj").read_text(),
            "says": json.loads(self.victim.stdout.readline()),
        }


def _differing(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [each for each in sorted({*before, *now}) if before.get(each) != now.get(each)]


def _flags(path: Path) -> int:
    fd = os.open(path, os.O_RDONLY)
    try:
        return int(struct.unpack("l", fcntl.ioctl(fd, 0x80086601, bytes(8)))[0])
    except OSError:
        return 0
    finally:
        os.close(fd)


def _umount(path: Path) -> None:
    syscall(NUMBERS["umount2"], str(path).encode(), 2)


def _control_group() -> str:
    """A control group in which this user may make another, or nothing."""
    for place in ("/sys/fs/cgroup", *sorted(map(str, Path("/sys/fs/cgroup").glob("*")))):
        if os.path.isfile(f"{place}/cgroup.procs") and os.access(place, os.W_OK):
            return place
    return ""
