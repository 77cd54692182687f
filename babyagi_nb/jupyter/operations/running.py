"""The operation that runs a function from its form. On the kernel's main shell only."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from itertools import islice
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from babyagi_nb.core.preview import preview
from babyagi_nb.core.runs import Run, RunFilter
from babyagi_nb.errors import BabyAGIError
from babyagi_nb.jupyter.awaiting import finish
from babyagi_nb.jupyter.operations.desk import Desk, Say
from babyagi_nb.jupyter.operations.logs import detail_of
from babyagi_nb.jupyter.protocol import jsonable

__all__ = ["run"]

_ITEMS = 1000
"""Items that are taken from a generator."""
_MARGIN = 10_000_000_000
"""Nanoseconds by which clocks may differ."""

_numbers = itertools.count(1)
"""Of the runs that forms began in this process: their place, as cells have ``In[n]``."""


def run(
    desk: Desk,
    name: str,
    arguments: Mapping[str, Any],
    version: int | None = None,
    *,
    say: Say,
) -> dict[str, Any]:
    """Call a function with JSON that fits its schema, and tell what became of it.

    What the function raised is in the run, which is an answer like any other. Raises what is in
    the way of a run: an argument that does not fit, a version that is not there.
    """
    app = desk.app
    began = time.time_ns()
    place = f"form[{next(_numbers)}]"
    recorder = app.executor.recorder
    before, recorder.cell = recorder.cell, place
    shown: Any = None
    failure: BaseException | None = None
    try:
        with _told(say):
            shown = preview(_result(desk, app.call_with_json(name, arguments, version=version)))
    except BaseException as error:
        failure = error
    finally:
        recorder.cell = before
    kernel = str(recorder.journal.kernel)
    wanted = RunFilter(
        function=name, kernel=kernel, cell=place, roots_only=True, since=began - _MARGIN, limit=1
    )
    found = _found(desk, wanted)
    if failure is not None and found is None:
        raise failure
    return {
        "run": None if found is None else detail_of(desk, found),
        "output": jsonable(shown),
    }


def _result(desk: Desk, value: Any) -> Any:
    """What a call gave, waited for and walked through."""
    run = desk.app.executor.loop.run
    if type(value) is CoroutineType:
        return finish(run, value)
    if type(value) is GeneratorType:
        return _items(value)
    if type(value) is AsyncGeneratorType:
        return finish(run, _items_async(value))
    return value


def _items(generator: Generator[Any, Any, Any]) -> list[Any]:
    try:
        return list(islice(generator, _ITEMS))
    finally:
        generator.close()


async def _items_async(generator: AsyncGenerator[Any, Any]) -> list[Any]:
    found = []
    try:
        async for each in generator:
            found.append(each)
            if len(found) == _ITEMS:
                break
    finally:
        await generator.aclose()
    return found


def _found(desk: Desk, wanted: RunFilter) -> Run | None:
    try:
        return next(iter(desk.app.queries.runs(wanted)), None)
    except BabyAGIError:
        # The function ran; that its log cannot be read now is no failure of it.
        return None


class _Printed(io.TextIOBase):
    """Stands in for the output of a cell, which a form does not have."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._say(text)
        return len(text)


@contextmanager
def _told(say: Say) -> Iterator[None]:
    printed = _Printed(say)
    with redirect_stdout(printed), redirect_stderr(printed), suppress(GeneratorExit):
        yield
