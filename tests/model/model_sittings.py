"""Sittings of builds in processes of their own, forked from one that has everything imported.

    python model_sittings.py STORE URL

Each line of standard input is ``STEPS BUILD`` (``-``: a new build). The forked process opens the
store, goes on with the build, and kills itself with SIGKILL as soon as it wrote its STEPS-th line
into the journal, or never when STEPS is 0. Lines of standard output are, as JSON: the process id
when it begins, and how it ended when it did.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import model_scene as scene
import openai
import openai.resources.chat  # noqa: F401

from babyagi_nb.agent.building.builder import Builder  # noqa: F401
from babyagi_nb.app import BabyAGI
from babyagi_nb.runtime.laboratory import SandboxLaboratory  # noqa: F401
from babyagi_nb.sandbox.server import open_sandbox  # noqa: F401
from babyagi_nb.settings import Settings
from babyagi_nb.store import builds


def mortal(steps: int) -> None:
    """Let this process die behind its *steps*-th line."""
    record, left = builds.Journalled.record, [steps]

    def recorded(self: Any, *given: Any) -> None:
        record(self, *given)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    builds.Journalled.record = recorded  # type: ignore[method-assign]


def sit(store: str, url: str, steps: int, build: str) -> None:
    """One sitting; this process ends with it."""
    if steps:
        mortal(steps)
    settings = Settings(model="scripted", base_url=url)
    app = BabyAGI(store, namespace={}, settings=settings)
    done = app.build(scene.TASK) if build == "-" else app.resume_build(build)
    app.close()
    os._exit(0 if done.state == "done" else 3)


def main(store: str, url: str) -> None:
    for line in sys.stdin:
        steps, build = line.split()
        child = os.fork()
        if child == 0:
            try:
                sit(store, url, int(steps), build)
            finally:
                os._exit(4)
        say({"began": child})
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


def say(what: dict[str, int]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
