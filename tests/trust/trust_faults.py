"""Faults at the n-th write of an operation on a store, for every n; run as a program of its own.

``python trust_faults.py FOLDER OPERATION FAULT:FIRST:STEP …`` makes a store, counts the steps with
which OPERATION changes the disk, and then does the operation again and again on a copy of that
store, with the fault at step FIRST, FIRST + STEP, …. After each time a fresh kernel judges what is
left. Every process is forked from one that has loaded everything and runs no thread, so that a
place costs tens of milliseconds. One JSON line is written for each place, with what was wrong.

A *step* is a call that changes a file: a write, a sync, a rename, a removal, the making of a file.
DuckDB's own writes are native code and no steps. They are met by a limit on the size of files,
which kills (``grow``) or refuses (``cut``) in the middle of whatever native code is doing.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import stat
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_write, _fsync, _replace, _unlink = os.write, os.fsync, os.replace, os.unlink
_UNUSED = ("turn", "lock")
"""Files that are locked and never read: writes to them mean nothing."""


LIMITS = 40
"""Places of the faults that are limits: the n-th is n² KiB, so that small files are met often."""


class Fault:
    """What happens at the n-th step.

    ``kill``: the process dies before it; ``tear``: it dies after half of it; ``full``: it and all
    that follow are refused; ``once``: it is refused, and what follows is not.
    """

    def __init__(self, kind: str, place: int) -> None:
        self.kind = kind
        self.place = place
        self.steps = 0
        self.armed = False

    def limit(self) -> None:
        """Let no file grow beyond the n-th limit."""
        if self.kind in ("grow", "cut"):
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if self.kind == "grow" else signal.SIG_IGN)
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.place**2 << 10, hard))

    def lift(self) -> None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    def meet(self) -> bool:
        """Count a step; whether it is to be torn. Dies or raises where that is its kind."""
        if not self.armed:
            return False
        self.steps += 1
        if self.kind == "kill" and self.steps == self.place:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == "full" and self.steps >= self.place:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.kind == "once" and self.steps == self.place:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self.kind == "tear" and self.steps == self.place


fault = Fault("none", 0)


def _counted(name: str) -> None:
    original = getattr(os, name)

    def step(*arguments: Any, **named: Any) -> Any:
        torn = fault.meet()
        done = original(*arguments, **named)
        if torn:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(os, name, step)


def _counted_write(descriptor: int, data: Any) -> int:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_size == 64:  # no file, or the note in a lock
        return _write(descriptor, data)
    if fault.meet():
        _write(descriptor, bytes(data)[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return _write(descriptor, data)


def _opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and fault.armed and arguments[2] & (os.O_CREAT | os.O_TRUNC):
        path = arguments[0]
        name = os.path.basename(os.fsdecode(path)) if isinstance(path, str | bytes) else ""
        if name and name not in _UNUSED and not name.endswith(".lock"):
            fault.meet()


def count_steps() -> None:
    """From now on every step is counted; must come before the package is imported."""
    for name in ("fsync", "fdatasync", "replace", "unlink", "ftruncate", "mkdir", "rmdir"):
        _counted(name)
    os.write = _counted_write
    sys.addaudithook(_opened)


# -- the store that is worked on ---------------------------------------------------------------

WAIT = "def wait(x, see):\n    see()"
BEFORE = 60
"""Calls that were acknowledged before the fault."""
BACKED_UP = 30
"""Calls that the backup has."""


def double(factor: int) -> str:
    return f"def double(x):\n    return {factor} * x"


def _app(store: Path) -> Any:
    from babyagi_nb.app import BabyAGI
    from babyagi_nb.settings import Settings

    app = BabyAGI(store, namespace={}, notify=lambda text: None, settings=Settings())
    # Folding is done where it is meant.
    app._store.maintenance._background.wake = lambda: None
    app._store.journal.on_write = None
    return app


def prepare(folder: Path) -> None:
    """A store with an archive, folded and unfolded journals, a dead kernel, and a backup of it."""
    store = folder / "template"
    app = _app(store)
    app.add_function("double", double(2))
    app.add_function("wait", WAIT)
    for x in range(BACKED_UP):
        app.double(x)
    app.backup(folder / "backup.zip")
    app.close()
    app = _app(store)
    app._store.maintenance._tend()
    app.add_function("double", double(3))
    app.add_trigger("wait", "double")
    app.remove_trigger("wait", "double")
    for x in range(BACKED_UP, BEFORE - 10):
        app.double(x)
    app._store.maintenance.fold()
    for x in range(BEFORE - 10, BEFORE):
        app.double(x)
    app.wait(1, lambda: os._exit(0))


# -- operations --------------------------------------------------------------------------------

Say = Callable[..., None]


def _register(app: Any, folder: Path, say: Say) -> None:
    app.add_function("double", double(4))
    say("version", 3, double(4))
    app.add_function("other", "def other():\n    return 1")
    say("other")


def _activate(app: Any, folder: Path, say: Say) -> None:
    app.activate_function_version("double", 1)
    say("active", 1)


def _call(app: Any, folder: Path, say: Say) -> None:
    for x in range(BEFORE, BEFORE + 3):
        factor = app.catalogue.active("double") + 1
        if app.double(x) != factor * x:
            raise AssertionError("a wrong result")
        say("call", x)


def _fold(app: Any, folder: Path, say: Say) -> None:
    app._store.maintenance.fold()


def _tend(app: Any, folder: Path, say: Say) -> None:
    app._store.maintenance.fold()
    app._store.maintenance._tend()


def _rotate(app: Any, folder: Path, say: Say) -> None:
    # So small that every other line asks for another file.
    import babyagi_nb.store.segment as segment

    segment.LARGE = 400
    _call(app, folder, say)


def _back_up(app: Any, folder: Path, say: Say) -> None:
    app.backup(folder / "copy.zip")
    say("backup")


def _restore(app: Any, folder: Path, say: Say) -> None:
    app.restore(folder / "backup.zip")
    say("restored")


def _mirror(app: Any, folder: Path, say: Say) -> None:
    fault.armed = False
    shutil.rmtree(app.path / "functions" / "_versions")
    fault.armed = True
    app._store.maintenance._write_mirror()


def _close(app: Any, folder: Path, say: Say) -> None:
    _call(app, folder, say)
    app.close()


OPERATIONS: dict[str, Callable[[Any, Path, Say], None]] = {
    "register": _register,
    "activate": _activate,
    "call": _call,
    "fold": _fold,
    "tend": _tend,
    "rotate": _rotate,
    "back up": _back_up,
    "restore": _restore,
    "mirror": _mirror,
    "close": _close,
}


def operate(folder: Path, operation: str, acknowledged: Path) -> None:
    """Do *operation* with the fault armed; what it says is acknowledged."""
    import babyagi_nb.store.fold as fold
    from babyagi_nb.errors import BabyAGIError

    fold.CHECKPOINT_AT = 1
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(*words: Any) -> None:
        _write(descriptor, json.dumps(words).encode() + b"\n")

    app = _app(folder / "store")
    fault.armed = True
    fault.limit()
    try:
        OPERATIONS[operation](app, folder, say)
    except BabyAGIError as error:
        if not error.fix or "\n" in str(error) or "Errno" in str(error):
            say("complaint", f"not one clear line with its mend: {error!r}")
    except Exception as error:
        say("complaint", f"{operation} raised {error!r}")
    fault.armed = False
    fault.lift()
    say("steps", fault.steps)
    say("done")
    if fault.kind in ("full", "once", "cut"):
        # The disk has room again: the same kernel goes on.
        app._store.journal._retry_at = 0.0
        app.double(BEFORE + 9)
        say("call", BEFORE + 9)
        app.close()


# -- the judge ---------------------------------------------------------------------------------


@dataclass(slots=True)
class State:
    """What a store holds."""

    calls: Counter[int]
    versions: dict[int, str]
    lost: int


def state(app: Any) -> State:
    rows = app.get_logs(limit=10_000)
    return State(
        calls=Counter(row["params"]["x"] for row in rows if row["function_name"] == "double"),
        versions={row["version"]: row["code"] for row in app.get_function_versions("double")},
        lost=sum(row["log_type"] == "lost" for row in rows),
    )


def judge(folder: Path, operation: str, said: list[list[Any]]) -> list[str]:
    """What is wrong with the store, given what was acknowledged."""
    app = _app(folder / "store")
    complaints = [words[1] for words in said if words[0] == "complaint"]
    app._store.maintenance.fold()
    found = state(app)
    restored = operation == "restore" and (["restored"] in said or found.versions.keys() == {1})
    # One run was open before; a kill makes it two. The one before may become a record of the new
    # content when a restore is interrupted and its kernel goes on.
    least, most = (0, 1) if restored else (1, 2 - (["done"] in said))
    calls = {words[1] for words in said if words[0] == "call"}
    wanted = {*range(BACKED_UP if restored else BEFORE), *calls}
    lost = wanted - found.calls.keys()
    complaints += [f"lost: calls {sorted(lost)}"] if lost else []
    extra = {x for x in found.calls if x not in wanted and x < BEFORE}
    complaints += [f"neither old nor new: calls {sorted(extra)}"] if extra else []
    complaints += [f"doubled: call {x}" for x, count in found.calls.items() if count > 1]
    if not least <= found.lost <= most:
        complaints.append(f"{found.lost} lost runs")
    complaints += _judged_versions(app, found, said, restored)
    complaints += [str(each) for each in app.doctor() if each.level == "problem"]
    complaints += _judged_backup(folder, ["backup"] in said)
    if app.double(1000) != 1000 * (app.catalogue.active("double") + 1):
        complaints.append("the store does not work")
    app.close()
    return complaints


def _judged_versions(app: Any, found: State, said: list[list[Any]], restored: bool) -> list[str]:
    complaints = []
    for number in (1,) if restored else (1, 2):
        if found.versions.get(number, "").strip() != double(number + 1):
            complaints.append(f"version {number} is {found.versions.get(number)!r}")
    for words in said:
        if words[0] == "version" and found.versions.get(words[1], "").strip() != words[2]:
            complaints.append(f"lost: version {words[1]}")
        if words[0] == "other" and "other" not in app.catalogue:
            complaints.append("lost: the function other")
        if words[0] == "active" and app.catalogue.active("double") != words[1]:
            complaints.append("lost: the activation")
    indexed = app.sql("SELECT version FROM versions WHERE name = 'double' ORDER BY 1").rows
    if [row[0] for row in indexed] != sorted(found.versions):
        complaints.append(f"the index has versions {indexed}")
    return complaints


def _judged_backup(folder: Path, acknowledged: bool) -> list[str]:
    from babyagi_nb.store.backup import verify

    copy = folder / "copy.zip"
    if not copy.exists():
        return ["lost: the backup"] if acknowledged else []
    return [] if verify(copy).lines >= BEFORE else ["the backup is incomplete"]


# -- one place after the other -----------------------------------------------------------------


def _forked(work: Callable[[], None], log: Path) -> int:
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            import traceback

            log.write_text(traceback.format_exc())
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _at(folder: Path, operation: str, kind: str, place: int) -> dict[str, Any]:
    """Do *operation* with the fault at *place* on a fresh copy, and judge it."""
    global fault
    for old in (folder / "store", folder / "copy.zip", folder / "said", folder / "trouble"):
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    shutil.copytree(folder / "template", folder / "store", copy_function=shutil.copy2)
    fault = Fault(kind, place)
    _forked(lambda: operate(folder, operation, folder / "said"), folder / "trouble")
    said = [json.loads(line) for line in (folder / "said").read_text().splitlines()]
    fault = Fault("none", 0)
    report = folder / "report"
    report.unlink(missing_ok=True)
    _forked(
        lambda: (report.write_text(json.dumps(judge(folder, operation, said))), None)[1],
        folder / "trouble",
    )
    complaints = json.loads(report.read_text()) if report.exists() else ["the judge failed"]
    if (folder / "trouble").exists():
        complaints.append((folder / "trouble").read_text()[-1500:])
    steps = [words[1] for words in said if words[0] == "steps"]
    return {
        "fault": f"{kind} at {place}",
        "steps": steps[0] if steps else None,
        "complaints": complaints,
    }


def main(folder: Path, operation: str, wanted: list[str]) -> None:
    import babyagi_nb.app
    import babyagi_nb.store.backup
    import babyagi_nb.store.faults
    import babyagi_nb.store.fold  # noqa: F401 - so that no child has to load anything

    _forked(lambda: prepare(folder), folder / "trouble")
    whole = _at(folder, operation, "none", 0)
    print(json.dumps(whole), flush=True)
    for each in wanted:
        kind, first, step = each.split(":")
        places = LIMITS if kind in ("grow", "cut") else whole["steps"] or 0
        for place in range(int(first), places + 1, int(step)):
            print(json.dumps(_at(folder, operation, kind, place)), flush=True)


if __name__ == "__main__":
    count_steps()
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
