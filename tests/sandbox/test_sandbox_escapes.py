"""Code that tries to get out of the sandbox, by every way that is known, does not.

Each configuration is judged by a process of its own (:mod:`escape_judge`), run as the user who is
to be protected; here is only what must come of it. The standard tier may tell metadata, and no
more: no version of Landlock judges ``stat`` and ``readlink``. The strong tier tells nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from escape_attempts import attempts

JUDGE = Path(__file__).with_name("escape_judge.py")
NOBODY = 65534
TOGETHER = 3
ALL = ("reading", "writing", "reaching", "acting", "exceeding", "returning")
WITHOUT_RETURNING = ALL[:5]
ENDLESS = ("compute_without_end", "wait_without_end", "stay_by_ignoring_signals", "recurse_in_c")
METADATA = "reading/metadata"


@dataclass(frozen=True)
class Config:
    """Which sandbox, for whom, and what is tried."""

    tier: str
    abi: int | None = None
    user: int | None = None
    groups: tuple[str, ...] = ALL
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        rules = self.tier if self.abi is None else f"{self.tier}, Landlock ABI {self.abi}"
        return f"{rules}, {'root' if self._uid() == 0 else 'ordinary user'}"

    def _uid(self) -> int:
        return os.getuid() if self.user is None else self.user


def _configs() -> list[Config]:
    fewer = {"groups": WITHOUT_RETURNING, "without": ENDLESS}
    chosen = [
        Config("standard"),
        Config("strong"),
        Config("standard", 4, **fewer),
        Config("standard", 1, **fewer),
    ]
    if os.getuid() == 0:
        chosen += [
            Config("standard", user=NOBODY, **fewer),
            Config("strong", user=NOBODY, **fewer),
            Config("standard", 1, NOBODY, **fewer),
        ]
    return chosen


CONFIGS = _configs()
MANY = [
    Config(each.tier, abi, user)
    for each in (Config("standard"), Config("strong"))
    for user in ((None, NOBODY) if os.getuid() == 0 else (None,))
    for abi in (None, 6, 5, 4, 3, 2, 1)
]
WORKS_UNCONFINED = (
    "open_it", "follow_a_link_in_what_is_granted", "by_file_handle", "list_a_directory",
    "metadata", "watch_a_directory", "name_of_the_victim", "memory_of_the_victim_by_system_call",
    "shared_memory_by_key", "message_queue", "another_program", "write_it", "remove_it",
    "truncate_what_is_granted_on_opening", "make_a_file_beside_the_scratch", "change_the_mode",
    "change_the_times_of_what_is_granted", "write_to_a_terminal", "connect_by_system_call",
    "connect_to_an_abstract_socket", "send_from_a_pair", "listen", "raise_a_semaphore", "fork",
    "start_a_program", "become_a_program_in_memory", "signal_the_victim", "pin_the_victim",
    "signal_as_owner_of_a_socket", "limit_the_victim", "signal_the_kernel",
)  # fmt: skip
BY_ROOT_ONLY = ("by_file_handle",)
UNCONFINED = Config(
    "process",
    groups=ALL,
    only=WORKS_UNCONFINED,
    without=BY_ROOT_ONLY if os.getuid() else (),
)


def judged(config: Config) -> dict[str, Any]:
    """What the judge of one configuration says."""
    done = subprocess.run(
        [sys.executable, str(JUDGE), json.dumps(asdict(config))],
        env={**os.environ, "CANARY_KERNEL": "canary" + secrets.token_hex(9)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    report["escaped"] = {label: how for label, how in report["attempts"].items() if how}
    return report


Judging = dict[Config, "Future[dict[str, Any]]"]


@pytest.fixture(scope="module")
def judging() -> Any:
    """All configurations, a few at a time."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        yield {config: pool.submit(judged, config) for config in (UNCONFINED, *CONFIGS)}


@pytest.fixture(params=CONFIGS, ids=lambda config: config.label)
def outcome(request: pytest.FixtureRequest, judging: Judging) -> tuple[Config, dict[str, Any]]:
    return request.param, judging[request.param].result()


def test_nothing_escapes_but_metadata_where_no_namespace_hides_it(
    outcome: tuple[Config, dict[str, Any]], record_property: Any, capsys: Any
) -> None:
    config, report = outcome
    tried, escaped = len(report["attempts"]), report["escaped"]
    record_property("escapes", len(escaped))
    with capsys.disabled():
        print(f"\n  {len(escaped):3} of {tried} escaped: {config.label} ({report['seconds']} s)")
    allowed = {METADATA} if config.tier == "standard" else set()
    assert {label: how for label, how in escaped.items() if label not in allowed} == {}
    assert set(escaped.get(METADATA, [])) <= {"told: metadata", "told: a link's target"}


def test_every_process_is_gone_afterwards(outcome: tuple[Config, dict[str, Any]]) -> None:
    assert outcome[1]["left"] == []


def test_a_process_has_nothing_left_to_give_up(outcome: tuple[Config, dict[str, Any]]) -> None:
    facts = outcome[1]["facts"]
    assert facts["Seccomp"] == "2"
    assert facts["NoNewPrivs"] == "1"
    assert int(facts["CapEff"], 16) == int(facts["CapPrm"], 16) == 0
    assert facts["session"] == "True"
    assert "Max core file size 0 0" in facts["limits"]
    assert "Max open files 256 256" in facts["limits"]


def test_the_attempts_are_many_and_each_is_tried(judging: Judging) -> None:
    known = {attempt.label for attempt in attempts()}
    assert len(known) >= 200
    assert set(judging[CONFIGS[0]].result()["attempts"]) == known


def test_attempts_escape_where_nothing_confines(judging: Judging) -> None:
    """The process tier is no boundary, and the judge sees that: no attempt here is a decoration."""
    report = judging[UNCONFINED].result()
    assert {label for label, how in report["attempts"].items() if not how} == set()
    assert len(report["escaped"]) >= 30


@pytest.mark.torture
@pytest.mark.parametrize("config", MANY, ids=lambda config: config.label)
def test_nothing_escapes_with_any_landlock(config: Config) -> None:
    allowed = {METADATA} if config.tier == "standard" else set()
    assert set(judged(config)["escaped"]) <= allowed


# Ways that need what a kernel, a library or an ordinary user may not have, and ways that are closed
# without any confinement: the environment is scrubbed, a descriptor for reading cannot write.
CLOSED_ANYWAY = 60


@pytest.mark.torture
def test_nearly_every_attempt_escapes_where_nothing_confines() -> None:
    # What these three do to the machine or to the judge would be no experiment any more.
    harmful = ("end_the_fork_server", "start_many_threads", "use_much_memory_without_a_map")
    lasting = ("slow_all_of_the_user_down", "connect_a_descriptor_that_was_left_open")
    report = judged(Config("process", groups=ALL[:5], without=(*harmful, *lasting)))
    assert len(report["escaped"]) >= len(report["attempts"]) - CLOSED_ANYWAY
