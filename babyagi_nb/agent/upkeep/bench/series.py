"""All tasks in all arms, written down one by one, so that a series can go on where it stopped.

Beside the file of tasks stands one with the results, a JSON line each. It is only ever added to. A
result counts for the same arm, model, server and file of tasks (by its hash); the line that a kill
cut short does not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyagi_nb.agent.upkeep.bench.arms import Arm, OneShot, Pipeline
from babyagi_nb.agent.upkeep.bench.judging import Judge
from babyagi_nb.agent.upkeep.bench.score import Report, Result, scores
from babyagi_nb.agent.upkeep.bench.tasks import Task
from babyagi_nb.core.model import Model
from babyagi_nb.errors import UsageError

__all__ = ["Journal", "Step", "run_series"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a series is, for whoever watches."""

    result: Result
    done: int
    """Tasks of the arm that have a result now."""
    of: int
    known: bool = False
    """Whether it was known from an earlier sitting."""

    def row(self) -> dict[str, Any]:
        """As a plain dict: the result's members, and how far the arm is."""
        return {**self.result.row(), "done": self.done, "of": self.of, "known": self.known}


class Journal:
    """Results beside a file of tasks."""

    def __init__(self, data: Path, model: Model) -> None:
        self.path = data.with_name(f"{data.name}.results.jsonl")
        with data.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        self._about = {"model": model.id, "host": model.host, "data": digest}

    def known(self) -> dict[tuple[str, str], Result]:
        """Results by arm and task, the newest of each."""
        found: dict[tuple[str, str], Result] = {}
        for row in self._rows():
            if all(row.get(name) == value for name, value in self._about.items()):
                try:
                    result = Result.of(row)
                except (KeyError, TypeError, ValueError):
                    continue
                found[result.arm, result.task] = result
        return found

    def record(self, result: Result) -> None:
        """Write *result* down; raises ``UsageError`` where that cannot be done."""
        line = json.dumps({**self._about, **result.row()}, ensure_ascii=True)
        try:
            with self.path.open("a+b") as file:
                if file.tell() and not _ended(file):
                    file.write(b"\n")
                file.write(f"{line}\n".encode())
        except OSError as error:
            raise UsageError(
                f"results cannot be written to {self.path}: {error.strerror or error}",
                fix="copy the data to a folder of your own",
            ) from None

    def _rows(self) -> Iterator[dict[str, Any]]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be read: {error.strerror or error}", fix="move it away"
            ) from None
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                yield row


def run_series(
    tasks: Sequence[Task],
    arms: Iterable[Arm],
    *,
    data: Path,
    model: Model,
    judge: Judge,
    open_arm: Callable[[Arm], OneShot | Pipeline],
    watch: Callable[[Step], None] | None = None,
    scripted: bool = False,
) -> Report:
    """Every task in every arm; what is known from the journal is not done again.

    ``open_arm(arm)`` gives the arm anew. Raises ``ModelError`` when the model cannot be asked,
    ``SandboxUnavailable``, ``UsageError`` and ``KeyboardInterrupt``; calling it again goes on.
    """
    journal = Journal(data, model)
    unusable = {each.id: why for each in tasks if (why := judge.unusable(each))}
    usable = [each for each in tasks if each.id not in unusable]
    wanted = list(dict.fromkeys(arms))
    results: list[Result] = []
    for arm in wanted:
        opened = open_arm(arm)
        try:
            for at, (result, known) in enumerate(_in_arm(arm, opened, usable, journal, judge), 1):
                results.append(result)
                if watch is not None:
                    watch(Step(result=result, done=at, of=len(usable), known=known))
        finally:
            opened.close()
    return Report(
        model=model.id,
        host=model.host,
        data=data.name,
        journal=journal.path.name,
        scores=scores(results, wanted),
        results=tuple(results),
        unusable=unusable,
        scripted=scripted,
    )


def _in_arm(
    arm: Arm,
    opened: OneShot | Pipeline,
    tasks: Sequence[Task],
    journal: Journal,
    judge: Judge,
) -> Iterator[tuple[Result, bool]]:
    known = journal.known()
    for task in tasks:
        result = known.get((arm, task.id))
        if result is not None:
            opened.resume(result.facts)
            yield result, True
            continue
        solution = opened.solve(task)
        try:
            passed, note = False, solution.note
            if solution.code:
                passed, note = judge.judge(task, solution.code, solution.uses, solution.laboratory)
        finally:
            solution.close()
        result = Result(
            arm=arm, task=task.id, passed=passed, note=note, spent=solution.spent,
            facts=solution.facts,
        )  # fmt: skip
        journal.record(result)
        yield result, False


def _ended(file: Any) -> bool:
    """Whether what is in *file* ends with the end of a line."""
    file.seek(-1, 2)
    return bool(file.read(1) == b"\n")
