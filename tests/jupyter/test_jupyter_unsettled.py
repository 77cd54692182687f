"""What is open for long is looked up, and what has ended is told as it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from babyagi_nb.core.runs import Run, RunFilter
from babyagi_nb.errors import NotFound, StoreError
from babyagi_nb.ids import FunctionName, KernelId, RunId, VersionNumber
from babyagi_nb.jupyter.unsettled import Settled, Unsettled

RUN = Run(
    id=RunId("a"), root=RunId("a"), parent=None, trigger=None, function=FunctionName("f"),
    version=VersionNumber(1), kernel=KernelId("k"), cell=None, started=0, duration=None,
    status="started", params={},
)  # fmt: skip


class Log:
    """As much of the queries as is asked for."""

    def __init__(self, *known: Run) -> None:
        self.known = {run.id: run for run in known}
        self.looks = 0
        self.broken = False

    def runs(self, wanted: RunFilter) -> list[Run]:
        self.looks += 1
        if self.broken:
            raise StoreError("locked", fix="wait")
        return [run for run in self.known.values() if run.status in wanted.status]

    def run(self, id: str) -> Run:
        if id not in self.known:
            raise NotFound("no such run", fix="look again")
        return self.known[RunId(id)]


def settle(unsettled: Unsettled, log: Any, now: float) -> Settled:
    return unsettled.settle(log, now)


def test_a_run_that_ended_elsewhere_is_told_with_its_record() -> None:
    unsettled, lost = Unsettled(), replace(RUN, status="lost")
    unsettled.tell([RUN], 0.0)
    assert settle(unsettled, Log(lost), 3.0) == Settled(ended=(lost,))


def test_a_run_without_a_record_is_told_as_gone_once() -> None:
    unsettled = Unsettled()
    unsettled.tell([RUN], 0.0)
    assert settle(unsettled, Log(), 1.0) == Settled(), "too early to look"
    assert settle(unsettled, Log(), 3.0) == Settled(gone=(RUN.id,))
    assert settle(unsettled, Log(), 99.0) == Settled()


def test_a_run_whose_end_was_told_is_not_looked_up() -> None:
    unsettled, log = Unsettled(), Log()
    unsettled.tell([RUN], 0.0)
    unsettled.tell([replace(RUN, status="success")], 1.0)
    assert (settle(unsettled, log, 9.0), log.looks) == (Settled(), 0)


def test_a_run_that_lasts_is_looked_up_less_and_less() -> None:
    unsettled, log = Unsettled(), Log(RUN)
    unsettled.tell([RUN], 0.0)
    for second in range(100):
        assert settle(unsettled, log, float(second)) == Settled()
    assert log.looks < 15


def test_a_log_that_cannot_be_read_is_not_asked_again_at_once() -> None:
    unsettled, log = Unsettled(), Log()
    unsettled.tell([RUN], 0.0)
    log.broken = True
    with pytest.raises(StoreError):
        settle(unsettled, log, 3.0)
    assert settle(unsettled, log, 3.1) == Settled()
    log.broken = False
    assert settle(unsettled, log, 30.0).gone == (RUN.id,)
