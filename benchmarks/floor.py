"""The floor: what somebody would write by hand who wants each call as a line in a file, no more.

It encodes a record like ours with ``orjson`` and appends it with one ``os.write``. It has no
versions, no parents, no open runs, no triggers, no bounds on what it encodes, and it takes
positional arguments only.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import Any

import orjson

__all__ = ["HandWritten"]


class HandWritten:
    """A file, and the wrapper that logs into it."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        self._numbers = itertools.count(1)

    def log(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap *function*; each call appends one line."""
        descriptor, numbers, name = self._descriptor, self._numbers, function.__name__
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        dumps, newline, write = orjson.dumps, orjson.OPT_APPEND_NEWLINE, os.write

        def logged(*args: Any) -> Any:
            started = time_ns()
            clock = perf_counter_ns()
            output = function(*args)
            duration = perf_counter_ns() - clock
            number = f"01KGA3TQ8ZC4XN.{next(numbers):08d}"
            record = {
                "id": number, "root": number, "function": name, "version": 1, "started": started,
                "params": dict(zip(names, args)), "duration": duration, "status": "success",  # noqa: B905
                "output": output,
            }  # fmt: skip
            write(descriptor, dumps(record, None, newline))
            return output

        return logged

    def close(self) -> None:
        os.close(self._descriptor)
