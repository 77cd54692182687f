"""Runs in the log that are no calls of stored functions: a question to a model, a build, a chat.

They have a record like any run, so that what was spent on a model stands in the same tree as what
came of it. Their version is 0, which no function has.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter_ns
from typing import Any

from babyagi_nb.core.preview import preview
from babyagi_nb.ids import FunctionName, RunId, VersionNumber
from babyagi_nb.runtime.frame import Frame, current
from babyagi_nb.runtime.recorder import Recorder

__all__ = ["Spans"]


class _Span:
    """Implements ``core.ports.Span``; entered once."""

    output: Any = None

    def __init__(self, recorder: Recorder, name: str, params: Mapping[str, Any]) -> None:
        self._recorder = recorder
        self._before = current.get()
        bounded = {str(each): preview(value) for each, value in params.items()}
        self._frame: Frame = recorder.enter(
            FunctionName(name), VersionNumber(0), "all", self._before, lambda: bounded
        )

    @property
    def id(self) -> RunId | None:
        return self._frame.anchor

    def __enter__(self) -> _Span:
        self._began = perf_counter_ns()
        try:
            self._recorder.stand(self._frame)
            current.set(self._frame)
        except BaseException as error:
            self._settle(error)
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._frame.duration = perf_counter_ns() - self._began
            if error is None:
                current.set(self._before)
                self._recorder.succeed(self._frame, self.output)
            else:
                self._settle(error)
        except BaseException as interrupt:
            self._settle(interrupt)
            raise

    def _settle(self, error: BaseException) -> None:
        # Twice, as the recorder asks for: an interrupt may have come before it held them back.
        try:
            self._recorder.settle(self._frame, error, self._before)
        finally:
            self._recorder.settle(self._frame, error, self._before)


class Spans:
    """Implements ``core.ports.RunLog`` over the recorder of this process."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __call__(self, name: str, params: Mapping[str, Any]) -> _Span:
        return _Span(self._recorder, name, params)
