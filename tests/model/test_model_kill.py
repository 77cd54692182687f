"""SIGKILL at every step of a build and at any moment: it goes on, and asks for nothing twice.

Whole applications in processes of their own, over HTTP, with the real gate and sandbox.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import model_scene as scene
import orjson
import psutil
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Build
from babyagi_nb.testing import FaultServer

pytestmark = pytest.mark.timeout(120)

HERE = Path(__file__).parent
QUESTIONS = 5
"""What a build of the scene asks."""
MOMENTS = 10
"""Kills at random moments."""


class Sittings:
    """Processes that work on the builds of one store, one after the other."""

    def __init__(self, store: Path, url: str) -> None:
        self.store = store
        path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "model_sittings.py"), str(store), url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip

    def begin(self, build: str = "-", steps: int = 0) -> int:
        """Begin a sitting, and return the id of its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps} {build}\n")
        self._process.stdin.flush()
        return int(self._said()["began"])

    def end(self) -> int:
        """Wait until the sitting is over: 0 when the build is done, -9 when it was killed."""
        return int(self._said()["ended"])

    def close(self) -> None:
        self._process.communicate()

    def _said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def sitting(store: Path, server: FaultServer) -> Iterator[Sittings]:
    made = Sittings(store, server.url)
    try:
        yield made
    finally:
        made.close()


def answers(store: Path) -> int:
    """Answers of the model that the journals of *store* hold."""
    journals = (file.read_bytes() for file in (store / "builds").glob("*.ndjson"))
    found = 0
    for line in b"\n".join(journals).splitlines():
        with suppress(orjson.JSONDecodeError):
            found += orjson.loads(line).get("step") == "answer"
    return found


def listed(store: Path) -> tuple[list[Build], dict[str, str]]:
    """The builds of a store, and the code of its drafts."""
    app = BabyAGI(store, namespace={}, read_only=True)
    try:
        drafts = {
            f"{name}@{number}": app.catalogue.version(name, number).spec.code
            for name, number in app.catalogue.drafts()
        }
        return app.builds(), drafts
    finally:
        app.close()


def gone(processes: list[psutil.Process]) -> bool:
    """Wait until none of *processes* runs; when an orphan is reaped is the system's affair."""
    deadline, never = monotonic() + 20, Event()
    while any(map(runs, processes)):
        if monotonic() > deadline:
            return False
        never.wait(0.005)
    return True


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, str]]:
    """How many steps an undisturbed build writes, and what it makes."""
    store = tmp_path_factory.mktemp("whole") / "store"
    with FaultServer(scene.answering(plan=scene.BOTH)) as server, sitting(store, server) as sits:
        sits.begin()
        assert sits.end() == 0
        assert len(server.requests) == QUESTIONS
    (journal,) = (store / "builds").glob("*.ndjson")
    lines = [orjson.loads(line) for line in journal.read_bytes().splitlines()[1:]]
    drafts = listed(store)[1]
    assert sorted(drafts) == ["forecast@1", "warmth@1"]
    return sum("step" in line for line in lines), drafts


def test_a_killed_build_asks_for_nothing_twice(
    tmp_path: Path, whole: tuple[int, dict[str, str]]
) -> None:
    store = tmp_path / "store"
    steps, made = whole
    assert steps >= 14
    with FaultServer(scene.answering(plan=scene.BOTH)) as server, sitting(store, server) as sits:
        build = "-"
        for _ in range(steps):
            sits.begin(build, steps=1)
            assert sits.end() == -signal.SIGKILL
            if build == "-":
                (known,), drafts = listed(store)
                assert known.state == "stopped"
                assert drafts == {}
                build = known.id
        sits.begin(build)
        assert sits.end() == 0
        asked = Counter(each.last for each in server.requests)
        assert set(asked.values()) == {1}
        assert len(asked) == QUESTIONS
    (known,), drafts = listed(store)
    assert known.state == "done"
    assert drafts == made


def test_a_build_killed_at_any_moment_goes_on(
    tmp_path: Path, whole: tuple[int, dict[str, str]]
) -> None:
    """Only an answer that no journal had yet is asked for again, and that once for each kill."""
    store = tmp_path / "store"
    chance, never = random.Random(7), Event()
    with FaultServer(scene.answering(plan=scene.BOTH)) as server, sitting(store, server) as sits:
        build, lost, kills = "-", 0, 0
        while kills < MOMENTS:
            process = sits.begin(build)
            held = psutil.Process(process)
            # The moment is what is random; nothing is waited for.
            never.wait(0.02 + chance.random() * 0.22)
            with suppress(psutil.NoSuchProcess):
                below = held.children(recursive=True)
                held.kill()
                assert gone(below), "a sandbox outlived who asked for it"
            ended = sits.end()
            assert ended in (0, -signal.SIGKILL)
            kills += ended != 0
            lost = len(server.requests) - answers(store)
            assert 0 <= lost <= kills
            known = listed(store)[0] if (store / "builds").exists() else []
            going = [each for each in known if each.state != "done"]
            assert [each.state for each in going] in ([], ["stopped"])
            build = going[0].id if going else "-"
            if ended == 0:
                break
        if build != "-" or not listed(store)[1]:
            sits.begin(build)
            assert sits.end() == 0
        asked = Counter(each.last for each in server.requests)
        assert len(asked) == QUESTIONS
        assert sum(asked.values()) == QUESTIONS + lost
        assert kills > 0
    assert listed(store)[1] == whole[1]
