"""Kernels that are killed while they write lose nothing that they acknowledged."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.ours import opened
from benchmarks.torture import Verdict, judge, torture


def test_four_kernels_under_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    verdict = torture(tmp_path, seconds=15, writers=4, seed=20)

    assert verdict.clean, str(verdict)
    assert verdict.calls > 0
    assert verdict.registrations > 0
    assert verdict.kills.total() > 0


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("turn", range(4))
def test_eight_kernels_under_random_kills_lose_and_double_nothing(
    tmp_path: Path, turn: int
) -> None:
    seed = random.randrange(1 << 30)

    verdict = torture(tmp_path, seconds=150, writers=8, seed=seed)

    print(f"seed {seed}: {verdict}")
    assert verdict.clean, f"seed {seed}: {verdict}"
    assert verdict.kills["checkpoint"] > 0
    assert verdict.kills["fold"] > 0


def test_the_judge_sees_a_lost_call_and_a_lost_registration(tmp_path: Path) -> None:
    store, acknowledged = _store_with_one_call(tmp_path)
    (acknowledged / "0").write_text("call 0:1\ncall 0:2\nfunction work 1 0\nfunction gone 1 0\n")

    verdict = judge(store, acknowledged, Counter(), [])

    assert [each for each in verdict.lost if "helper" not in each] == ["call 0:2", "gone@1"]
    assert verdict.doubled == []


def test_the_judge_sees_a_call_that_was_written_twice(tmp_path: Path) -> None:
    store, acknowledged = _store_with_one_call(tmp_path)
    with opened(store) as app:
        app.work("0:1")

    verdict = judge(store, acknowledged, Counter(), [])

    assert "call 0:1: 2 records" in verdict.doubled


def test_an_acknowledgement_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    store, acknowledged = _store_with_one_call(tmp_path)
    (acknowledged / "0").write_text("call 0:1\ncall 0:2")

    verdict = judge(store, acknowledged, Counter(), [])

    assert verdict.calls == 1
    assert verdict.lost == []


def test_a_verdict_with_a_complaint_is_not_clean() -> None:
    verdict = Verdict(calls=1, registrations=1, complaints=["a writer ended by itself"])

    assert not verdict.clean
    assert "a writer ended by itself" in str(verdict)


def _store_with_one_call(folder: Path) -> tuple[Path, Path]:
    store, acknowledged = folder / "store", folder / "acknowledged"
    acknowledged.mkdir()
    with opened(store) as app:
        app.add_function("helper", "def helper(token):\n    return token\n")
        app.add_function("work", "def work(token):\n    return helper(token)  # return 0\n")
        app.work("0:1")
    return store, acknowledged
