"""Looks at the process table while an attempt runs, from outside, and reports what is not right.

A job names its process ``job-<n>`` before it tries anything; programs it might start are called
``esc-<n>``. So a second ``job-<n>``, any ``esc-<n>``, or a ``job-<n>`` that changed its name or its
standing is a process that should not be there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST_MEMORY = 600 << 20
MOST_THREADS = 9000
MOST_ON_DISK = 128 << 20
_STANDING = ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp")


class Watch(threading.Thread):
    """Watches the descendants of this process; :meth:`begin` and :meth:`end` frame one attempt."""

    def __init__(self, tick: Any, scratch: Path, port: int) -> None:
        super().__init__(daemon=True)
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # orphans come here, not to the first process
        self._tick, self._scratch, self._port = tick, scratch, port
        self._lock = threading.Lock()
        self._number = -1
        self._found: set[str] = set()
        self._jobs: set[int] = set()
        self.facts: dict[str, str] = {}
        self._calm: dict[str, str] | None = None
        self._over = threading.Event()

    def begin(self, number: int) -> None:
        with self._lock:
            self._number, self._found, self._jobs = number, set(), set()

    def end(self) -> set[str]:
        """What was seen since :meth:`begin`, and what is still there."""
        with self._lock:
            self._look()
            return set(self._found)

    def calm(self) -> dict[str, str]:
        """Take the facts that were seen last as what is right."""
        with self._lock:
            self._calm = dict(self.facts)
            return self._calm

    def stop(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(0.02):
            with contextlib.suppress(OSError):
                os.utime(self._tick())
            with self._lock:
                if self._number >= 0:
                    self._look()

    def _look(self) -> None:
        job, program = f"job-{self._number}", f"esc-{self._number}"
        names = {pid: _read(pid, "comm").strip() for pid in descendants()}
        jobs = {pid for pid, name in names.items() if name == job}
        if len(jobs) > 1:
            self._found.add("another process runs")
        if program in names.values():
            self._found.add("a program runs, or a limit was passed")
        for pid in self._jobs & set(names) - jobs:
            if names[pid]:
                self._found.add("the process became another program")
        self._jobs |= jobs
        for pid in jobs:
            self._facts_of(pid)
        with socket.socket() as asking:
            asking.settimeout(0.2)
            with contextlib.suppress(OSError):
                asking.connect(("127.0.0.1", self._port))
                self._found.add("a server listens")
        if any(line.endswith(f"@{program}") for line in _net().splitlines()):
            self._found.add("a server listens by name")
        if _size(self._scratch) > MOST_ON_DISK:
            self._found.add("much was written")

    def _facts_of(self, pid: int) -> None:
        status = dict(
            line.split(":", 1) for line in _read(pid, "status").splitlines() if ":" in line
        )
        fields = _read(pid, "stat").rpartition(") ")[2].split()
        dying = status.get("Seccomp", "").strip() == "3"  # the filter just ended it
        if len(fields) < 40 or "VmRSS" not in status or dying:
            return
        self.facts = {name: status.get(name, "").strip() for name in _STANDING}
        self.facts["nice"], self.facts["policy"] = fields[16], fields[38]
        self.facts["locked"] = status.get("VmLck", "").strip()
        self.facts["session"] = str(fields[3] == str(pid))
        self.facts["limits"] = "; ".join(_limits(pid))
        for name in ("user", "mnt", "net", "uts", "ipc"):
            with contextlib.suppress(OSError):
                self.facts[name] = os.readlink(f"/proc/{pid}/ns/{name}")
        self.facts["personality"] = _read(pid, "personality").strip()
        if int(status["VmRSS"].split()[0]) << 10 > MOST_MEMORY:
            self._found.add("much memory is used")
        if int(status["Threads"]) > MOST_THREADS:
            self._found.add("many threads run")
        for name, value in (self._calm or {}).items():
            if self.facts.get(name, value) not in (value, ""):  # "": gone while it was looked at
                self._found.add(f"{name} changed: {value} to {self.facts[name]}"[:100])


def descendants() -> Iterator[int]:
    """Every process below this one."""
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        for task in _tasks(pid):
            below = [int(each) for each in _read(pid, f"task/{task}/children").split()]
            waiting += below
            yield from below


def _tasks(pid: int) -> list[str]:
    # A process with thousands of threads has its children, if any, with the first few.
    with contextlib.suppress(OSError):
        return sorted(os.listdir(f"/proc/{pid}/task"), key=int)[:16]
    return []


def _limits(pid: int) -> Iterator[str]:
    for line in _read(pid, "limits").splitlines():
        if line.startswith(("Max open files", "Max file size", "Max core", "Max locked")):
            yield " ".join(line.split())


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def _net() -> str:
    return _read(os.getpid(), "net/unix")


def _size(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
    return total
