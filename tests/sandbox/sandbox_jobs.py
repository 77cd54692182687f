"""Jobs, an observer that writes everything down, and one open sandbox for each tier."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.core.isolation import Job, Member, Raised
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.sandbox.server import Server, open_sandbox

CONFINED = ["strong", "standard"]
TIERS = [*CONFINED, "process"]


class Notes:
    """Writes down what happens; ``answers`` are the host functions."""

    def __init__(self, **answers: Callable[..., Any]) -> None:
        self.answers = answers
        self.text: list[tuple[int, str]] = []
        self.events: list[tuple[Any, ...]] = []
        self.errors: list[Raised] = []

    def printed(self, run: int, text: str) -> None:
        self.text.append((run, text))

    def began(self, run: int, parent: int, function: str, params: Mapping[str, Any]) -> None:
        self.events.append(("began", run, parent, function, dict(params)))

    def returned(self, run: int, output: Any) -> None:
        self.events.append(("returned", run, output))

    def raised(self, run: int, error: Raised) -> None:
        self.events.append(("raised", run, error.kind))
        self.errors.append(error)

    def call(self, run: int, function: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        self.events.append(("call", run, function))
        return self.answers[function](*args, **kwargs)

    def connected(self, run: int, host: str, port: int, allowed: bool) -> None:
        self.events.append(("connected", host, port, allowed))

    def all_text(self) -> str:
        return "".join(text for _, text in self.text)

    def by_run(self, run: int) -> str:
        return "".join(text for number, text in self.text if number == run)


def member(code: str, name: str = "f", **given: Any) -> Member:
    return Member(
        name=FunctionName(name),
        version=VersionNumber(1),
        code=textwrap.dedent(code).strip() + "\n",
        **given,
    )


def job(code: str, *args: Any, also: tuple[Member, ...] = (), **given: Any) -> Job:
    """A job whose entry is ``f``, which depends on members *also* and on host functions."""
    calls = given.get("calls", ())
    about = {
        each: given.pop(each) for each in ("keys_of", "is_async", "is_generator") if each in given
    }
    keys = about.pop("keys_of", tuple(given.get("keys", ())))
    entry = member(
        code,
        dependencies=(*(each.name for each in also), *calls),
        keys=keys,
        **about,
    )
    return Job(entry=entry.name, members=(entry, *also), args=args, **given)


def run(sandbox: Server, code: str, *args: Any, notes: Notes | None = None, **given: Any) -> Any:
    return sandbox.run(job(code, *args, **given), notes or Notes())


@contextmanager
def opened(tier: Any, folder: Path | None = None, **given: Any) -> Iterator[Server]:
    """A sandbox that leaves neither processes nor directories."""
    sandbox = open_sandbox(tier=tier, scratch=folder, confirm=lambda question: True, **given)
    try:
        yield sandbox
    finally:
        sandbox.close()


@pytest.fixture(scope="module", params=TIERS, name="sandbox")
def sandbox_fixture(request: pytest.FixtureRequest) -> Iterator[Server]:
    with opened(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=CONFINED, name="confined")
def confined_fixture(request: pytest.FixtureRequest) -> Iterator[Server]:
    with opened(request.param) as made:
        yield made


def descendants(pid: int | None = None) -> set[int]:
    """Processes below *pid* (this one), zombies left out."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path("/proc", name, "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(name)] = int(parent)
    found: set[int] = set()
    waiting = [os.getpid() if pid is None else pid]
    while waiting:
        one = waiting.pop()
        children = {each for each, parent in parents.items() if parent == one} - found
        found |= children
        waiting += children
    return found


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether *condition* comes true before long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.005)
    return condition()
