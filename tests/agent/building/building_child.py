"""One sitting of a build in a process of its own, which dies as soon as it wrote its n-th step.

    python building_child.py STORE URL STEPS [BUILD]

STEPS of 0 lets it live. It prints how the build ended.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import building_bench as bench

from babyagi_nb.agent.models.picker import Models
from babyagi_nb.app import BabyAGI
from babyagi_nb.settings import Settings


class Mortal:
    """The journals of a store, of which the holder dies after a number of steps."""

    def __init__(self, builds: Any, steps: int) -> None:
        self._builds = builds
        self._left = steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builds, name)

    def begin(self, header: Any) -> Any:
        return self._watched(self._builds.begin(header))

    def open(self, id: str) -> Any:
        return self._watched(self._builds.open(id))

    def _watched(self, steps: Any) -> Any:
        record = steps.record

        def recorded(*given: Any) -> None:
            record(*given)
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        steps.record = recorded
        return steps


def main(store: str, url: str, steps: str, build: str = "") -> None:
    app = BabyAGI(store, namespace={}, settings=Settings(model="scripted", base_url=url))
    models = Models(app.settings, app.keys.get, app._store.shelf, app.runs)
    builds: Any = Mortal(app._store.builds, int(steps))
    desk = bench.desk(app, models.open(), bench.quick(app), builds)
    done = desk.resume(build) if build else desk.build(bench.TASK)
    sys.stdout.write(f"{done.state} {done.message}".strip())
    models.close()
    app.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
