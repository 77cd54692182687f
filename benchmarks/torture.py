"""Kernels that write all the time and are killed all the time, and a judge who counts afterwards.

Each *writer* is a process with an app on the one shared store. It calls and registers, and after
each call or registration that returned it appends a line to a file of its own: the acknowledgement.
Writers also fold and checkpoint, as the background thread of a kernel does, only far more often.
They die in three ways:

- by SIGKILL from outside, at a random moment of their life;
- by a timer, a random moment after a fold began;
- by a timer, a random moment after a checkpoint began, which is where a database file is most
  vulnerable.

A writer that died is replaced. When the time is up the judge opens the store and compares it with
the acknowledgements: everything acknowledged is there, nothing is there twice, no run has two ends,
and the doctor finds no problem. What was written but not yet acknowledged may be there or not.

``python -m benchmarks.torture --seconds 600`` runs it by hand; ``make torture`` is its long form.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import NotFound
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.fold import Folder
from babyagi_nb.store.index import Index
from benchmarks.ours import opened, upkeep
from benchmarks.peer import ROOT

__all__ = ["Verdict", "judge", "torture"]

WORK = "def work(token):\n    return helper(token)\n"
HELPER = "def helper(token):\n    return token\n"

_LIVES = (0.1, 3.0)
"""Seconds after its start within which a writer is killed from outside."""

_PATIENCE = 60.0
"""Seconds without any acknowledgement after which the writers are stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was done, and what was lost or doubled by it."""

    calls: int
    """Acknowledged calls, each of which is two records."""
    registrations: int
    """Acknowledged registrations."""
    kills: Counter[str] = field(default_factory=Counter)
    """By kind: ``outside``, ``fold``, ``checkpoint``."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Writers that failed instead of being killed, and what the doctor found."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.complaints)

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kills.items()))
        found = [*self.lost[:5], *self.doubled[:5], *self.complaints[:5]]
        return (
            f"{self.calls:,} calls and {self.registrations:,} registrations acknowledged, "
            f"{sum(self.kills.values())} kills ({kills}): {len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {len(self.complaints)} complaints"
            + "".join(f"\n  {each}" for each in found)
        )


def torture(
    folder: Path, *, seconds: float, writers: int, seed: int, enough: float = math.inf
) -> Verdict:
    """Let *writers* processes write to a store in *folder*, and judge it.

    It ends after *seconds*, or earlier when *enough* of them were killed.
    """
    chance = random.Random(seed)
    store, acknowledged = folder / "store", folder / "acknowledged"
    acknowledged.mkdir()
    with opened(store) as app:
        app.add_function("helper", HELPER)
        app.add_function("work", WORK)
    kills, complaints = _kill_and_replace(store, acknowledged, seconds, writers, chance, enough)
    return judge(store, acknowledged, kills, complaints)


# -- outside: starting, killing, replacing -----------------------------------------------------


class _Writer:
    """One writing process, and when it is going to be killed."""

    def __init__(self, store: Path, acknowledged: Path, number: int, chance: random.Random) -> None:
        self.errors = acknowledged / f"{number}.errors"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.torture", "--writer", str(number),
                 "--store", str(store), "--acknowledged", str(acknowledged / str(number)),
                 "--seed", str(chance.random())],
                cwd=store.parent,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )  # fmt: skip
        self.started = acknowledged / str(number)
        self.life = chance.uniform(*_LIVES)
        self.dies_at: float | None = None
        """Counts from its first acknowledgement: starting takes as long as it takes."""


def _kill_and_replace(
    store: Path,
    acknowledged: Path,
    seconds: float,
    count: int,
    chance: random.Random,
    enough: float,
) -> tuple[Counter[str], list[str]]:
    kills: Counter[str] = Counter()
    complaints: list[str] = []
    number = count
    writers = [_Writer(store, acknowledged, each, chance) for each in range(count)]
    until = monotonic() + seconds
    moved_at, size = monotonic(), 0
    try:
        while (now := monotonic()) < until and kills.total() < enough:
            for place, writer in enumerate(writers):
                if writer.dies_at is None and writer.started.exists():
                    writer.dies_at = now + writer.life
                if writer.process.poll() is None:
                    if writer.dies_at is None or now < writer.dies_at:
                        continue
                    writer.process.kill()
                    writer.process.wait()
                    kills["outside"] += 1
                elif writer.process.returncode == -signal.SIGALRM:
                    kills[writer.started.with_suffix(".aim").read_text()] += 1
                else:
                    complaints.append(_last_line(writer))
                writers[place] = _Writer(store, acknowledged, number, chance)
                number += 1
            written = sum(each.stat().st_size for each in acknowledged.iterdir())
            if written != size:
                moved_at, size = now, written
            elif now - moved_at > _PATIENCE:
                complaints.append(f"no acknowledgement for {_PATIENCE:.0f} s: writers are stuck")
                break
            sleep(0.01)
    finally:
        for writer in writers:
            writer.process.kill()
            writer.process.wait()
    kills["outside"] += len(writers)
    return kills, complaints


def _last_line(writer: _Writer) -> str:
    lines = writer.errors.read_text().strip().splitlines()
    return f"a writer ended by itself: {lines[-1] if lines else writer.process.returncode}"


# -- inside one writer -------------------------------------------------------------------------


def _write(store: Path, acknowledgements: Path, number: int, chance: random.Random) -> None:
    """Call, register, fold and checkpoint for ever; acknowledge what returned."""
    with opened(store) as app:
        _aim(acknowledgements.with_suffix(".aim"), chance)
        work = app.function("work")
        descriptor = os.open(acknowledgements, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        step = 0
        while True:
            for _ in range(chance.randrange(1, 200)):
                step += 1
                token = f"{number}:{step}"
                if work(token) != token:
                    raise AssertionError(f"work({token!r}) returned something else")
                os.write(descriptor, f"call {token}\n".encode())
            step += 1
            # One name per writer: version after version, each with a number to be judged by.
            name = f"made_by_{number}_{step % 3}"
            row = app.add_function(name, f"def {name}():\n    return {step}\n")
            os.write(descriptor, f"function {name} {row['version']} {step}\n".encode())
            if chance.random() < 0.3:
                upkeep(app).fold()


def _aim(note: Path, chance: random.Random) -> None:
    """Let this process die a little after a fold or a checkpoint began, now and then.

    The death is a timer's SIGALRM, whose default action ends a process as SIGKILL does: at once,
    wherever it is, and without a line of its code being run. The clock is the system's, so it
    strikes in the middle of native code and of system calls as well.
    """
    fold, checkpoint = Folder.fold, Index.checkpoint

    def perhaps(what: str, likely: float, within: float) -> None:
        if chance.random() < likely:
            note.write_text(what)
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0001, within))

    def aimed_fold(folder: Folder, **options: Any) -> int:
        perhaps("fold", 0.04, 0.03)
        return fold(folder, **options)

    def aimed_checkpoint(index: Index, hold: Hold, *, at: int = 1) -> bool:
        # Far earlier than by size, so that there are many to be hit.
        at = min(at, 16 * 1024)
        if index.log_size() >= at:
            perhaps("checkpoint", 0.15, 0.02)
        return checkpoint(index, hold, at=at)

    Folder.fold = aimed_fold  # type: ignore[method-assign, assignment]
    Index.checkpoint = aimed_checkpoint  # type: ignore[method-assign, assignment]


# -- the judge ---------------------------------------------------------------------------------


def judge(store: Path, acknowledged: Path, kills: Counter[str], complaints: list[str]) -> Verdict:
    """Compare the store with the files in *acknowledged*."""
    calls, functions = _acknowledgements(acknowledged)
    with opened(store) as app:
        upkeep(app).fold()
        tokens = _counted(app, "work")
        helped = _counted(app, "helper")
        missing = [f"call {each}" for each in calls if not tokens[each]]
        missing += [f"helper of call {each}" for each in calls if not helped[each]]
        twice = [f"call {each}: {count} records" for each, count in tokens.items() if count > 1]
        twice += [f"run {id}: {count} records" for id, count in _rows(app, _TWICE_ENDED)]
        twice += [f"{name}@{number} twice" for name, number, _ in _rows(app, _TWICE_STORED)]
        missing += [
            f"{name}@{number}"
            for name, number, step in functions
            if not _has(app, name, number, step)
        ]
        missing += [f"{name}@{number} in the index" for name, number in _not_folded(app)]
        twice += _skipped_numbers(app)
        complaints = [*complaints, *_problems(app)]
    return Verdict(
        calls=len(calls), registrations=len(functions), kills=kills, lost=missing, doubled=twice,
        complaints=complaints,
    )  # fmt: skip


_TWICE_ENDED = "SELECT id, count(*) FROM logs GROUP BY id HAVING count(*) > 1"
_TWICE_STORED = (
    "SELECT name, version, count(*) FROM versions GROUP BY name, version HAVING count(*) > 1"
)


def _acknowledgements(folder: Path) -> tuple[list[str], list[tuple[str, int, int]]]:
    """Tokens of calls, and (name, version, step) of registrations; a torn line does not count."""
    calls: list[str] = []
    functions: list[tuple[str, int, int]] = []
    for file in folder.iterdir():
        if file.suffix:
            continue
        for line in file.read_text().split("\n")[:-1]:
            kind, *words = line.split()
            if kind == "call":
                calls.append(words[0])
            else:
                functions.append((words[0], int(words[1]), int(words[2])))
    return calls, functions


def _counted(app: BabyAGI, function: str) -> Counter[str]:
    return Counter(
        dict(
            _rows(
                app,
                "SELECT params->>'token', count(*) FROM logs "
                f"WHERE function_name = '{function}' AND log_type = 'success' GROUP BY 1",
            )
        )
    )


def _rows(app: BabyAGI, statement: str) -> tuple[tuple[Any, ...], ...]:
    return app.sql(statement, limit=10_000_000).rows


def _has(app: BabyAGI, name: str, number: int, step: int) -> bool:
    try:
        return f"return {step}\n" in app.catalogue.version(name, number).spec.code + "\n"
    except NotFound:
        return False


def _not_folded(app: BabyAGI) -> set[tuple[str, int]]:
    """Versions that the catalogue has and the index has not."""
    folded = {(name, number) for name, number in _rows(app, "SELECT name, version FROM versions")}
    return {(str(n), int(v)) for n in app.catalogue for v in app.catalogue.numbers(n)} - folded


def _skipped_numbers(app: BabyAGI) -> list[str]:
    """Version numbers count from 1 without gaps, however many writers died on the way."""
    return [
        f"{name} has versions {numbers}"
        for name in app.catalogue
        if (numbers := app.catalogue.numbers(name)) != tuple(range(1, len(numbers) + 1))
    ]


def _problems(app: BabyAGI) -> list[str]:
    return [f"{each.subject}: {each.message}" for each in app.doctor() if each.level == "problem"]


def _main() -> int:
    parser = argparse.ArgumentParser(description="Kill writing kernels and count what is lost.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, help="end earlier, after so many kills")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seed", type=float, default=None)
    parser.add_argument("--writer", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--acknowledged", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.writer is not None:
        chance = random.Random(options.seed)
        _write(options.store, options.acknowledged, options.writer, chance)
    seed = int(options.seed) if options.seed is not None else random.randrange(1 << 30)
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    verdict = torture(
        folder,
        seconds=options.seconds,
        writers=options.writers,
        seed=seed,
        enough=options.kills or math.inf,
    )
    print(f"seed {seed}: {verdict}")
    if verdict.clean:
        shutil.rmtree(folder)
    else:
        print(f"  the store is kept in {folder}")
    return not verdict.clean


if __name__ == "__main__":
    sys.exit(_main())
