"""Ctrl-C while the model is silent, and while code is tried: the build stops and can go on."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import building_bench as bench
import pytest

from babyagi_nb.agent.models.picker import Models
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.builds import Progress
from babyagi_nb.settings import Settings
from babyagi_nb.testing import FaultServer, ScriptedModel, faults

ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}
ENDLESS = """```python
def label_of(amount: float) -> str:
    while amount == amount:
        amount += 0
    return ""
```"""


@contextmanager
def interrupted(ready: Callable[[], bool]) -> Iterator[None]:
    """Send this process a SIGINT as soon as *ready*, unless the body ends before."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            if ready():
                os.kill(os.getpid(), signal.SIGINT)
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_an_interrupt_while_the_model_is_silent(tmp_path: Path) -> None:
    with FaultServer(bench.answering(plan=ONE)) as server:
        server.inject(faults.stall(), after=1)
        settings = Settings(model="scripted", base_url=server.url)
        app = BabyAGI(tmp_path / "store", namespace={}, settings=settings)
        models = Models(app.settings, app.keys.get, app._store.shelf, app.runs)
        desk = bench.desk(app, models.open(), bench.quick(app))
        with pytest.raises(KeyboardInterrupt), interrupted(lambda: len(server.requests) == 2):
            desk.build(bench.TASK)
        (stopped,) = desk.all()
        assert (stopped.state, stopped.message[:11]) == ("stopped", "interrupted")
        assert app.queries.run(str(stopped.run)).status == "interrupted"
        models.close()
        again = ScriptedModel(bench.answering(plan=ONE))
        assert bench.desk(app, again, bench.quick(app)).resume().state == "done"
        assert [bench.step(each) for each in again.requests] == ["tests", "code"]
        app.close()


def test_an_interrupt_while_code_is_tried(tmp_path: Path) -> None:
    app = BabyAGI(tmp_path / "store", namespace={})
    said: dict[Any, Any] = {("code", "label_of"): ENDLESS}
    model = ScriptedModel(bench.answering(said, plan=ONE))
    desk = bench.desk(app, model)
    trying = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.step == "gate" and progress.state == "began":
            trying.set()

    with pytest.raises(KeyboardInterrupt), interrupted(trying.is_set):
        desk.build(bench.TASK, watch=watch)
    (stopped,) = desk.all()
    assert stopped.state == "stopped"
    assert app.drafts() == []
    asked = len(model.requests)
    good = {("repair", "label_of"): bench.fenced(bench.CODE["label_of"])}
    again = ScriptedModel(bench.answering(good, plan=ONE))
    assert bench.desk(app, again).resume().state == "done"
    assert asked == 3
    assert [bench.step(each) for each in again.requests] == ["repair"]
    app.close()
