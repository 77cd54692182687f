"""The ways to run a function that are not the short one: limits, coroutines, generators.

Each opens a frame, runs the body inside it, closes it, and lets listeners follow. A generator's run
begins at its first step and lasts to its last; between two steps the caller's own run is current
again, because a paused generator must not lend its context to whoever resumes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator, Mapping
from time import perf_counter_ns
from typing import Any, Protocol

from babyagi_nb.core.preview import preview
from babyagi_nb.runtime.deadline import deadline, timed_out
from babyagi_nb.runtime.frame import Frame, current, under
from babyagi_nb.runtime.linker import Link
from babyagi_nb.runtime.recorder import Recorder

__all__ = ["Followers", "Variants"]

_SHOWN = 5
"""Items of a generator that its record shows."""


class Followers(Protocol):
    """Runs the listeners of a run that ended well."""

    def fire(self, link: Link, frame: Frame, output: Any) -> None: ...

    def fire_async(self, link: Link, frame: Frame, output: Any) -> Coroutine[Any, Any, None]: ...


class Variants:
    """Runs links of every kind; ``start`` picks the way by the link's kind."""

    def __init__(self, recorder: Recorder, followers: Followers) -> None:
        self._recorder = recorder
        self._followers = followers

    def start(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        timeout: float | None = None,
    ) -> Any:
        """Return what a call of the function would: a value, a coroutine or a generator."""
        __tracebackhide__ = True
        limit = link.timeout if timeout is None else timeout
        if link.kind == "async":
            return self._awaited(link, args, kwargs, limit)
        if link.kind == "generator":
            return self._stepped(link, args, kwargs, current.get())
        if link.kind == "async_generator":
            return self._stepped_async(link, args, kwargs, current.get())
        return self._called(link, args, kwargs, limit)

    def _called(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        limit: float | None,
    ) -> Any:
        __tracebackhide__ = True
        before = current.get()
        frame = self._recorder.open(link, args, kwargs, before)
        try:
            self._recorder.stand(frame)
            clock = perf_counter_ns()
            try:
                with under(frame), deadline(limit, link.version.label, lambda: frame.ended):
                    _make_ready(link, args, kwargs)
                    output = link.function(*args, **kwargs)
            finally:
                frame.duration = perf_counter_ns() - clock
            self._recorder.succeed(frame, output)
        except BaseException as error:
            try:
                self._recorder.settle(frame, error, before)
            finally:
                self._recorder.settle(frame, error, before)
            raise
        if link.listeners:
            self._followers.fire(link, frame, output)
        return output

    async def _awaited(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        limit: float | None,
    ) -> Any:
        __tracebackhide__ = True
        before = current.get()
        frame = self._recorder.open(link, args, kwargs, before)
        try:
            self._recorder.stand(frame)
            clock = perf_counter_ns()
            try:
                with under(frame):
                    _make_ready(link, args, kwargs)
                    output = await _within(limit, link, link.function(*args, **kwargs))
            finally:
                frame.duration = perf_counter_ns() - clock
            self._recorder.succeed(frame, output)
        except BaseException as error:
            try:
                self._recorder.settle(frame, error, before)
            finally:
                self._recorder.settle(frame, error, before)
            raise
        if link.listeners:
            await self._followers.fire_async(link, frame, output)
        return output

    def _stepped(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        parent: Frame | None,
    ) -> Generator[Any, Any, Any]:
        __tracebackhide__ = True
        before = current.get()
        frame = self._recorder.open(link, args, kwargs, parent)
        seen = _Seen()
        try:
            self._recorder.stand(frame)
            with under(frame):
                _make_ready(link, args, kwargs)
                steps = link.function(*args, **kwargs)
            advance, given = steps.send, None
            while True:
                before = current.get()
                clock = perf_counter_ns()
                try:
                    with under(frame):
                        item = advance(given)
                except StopIteration as stop:
                    result = stop.value
                    break
                finally:
                    frame.duration += perf_counter_ns() - clock
                seen.add(item)
                try:
                    given = yield item
                    advance = steps.send
                except GeneratorExit:
                    with under(frame):
                        steps.close()
                    raise
                except BaseException as thrown:
                    given, advance = thrown, steps.throw
            self._recorder.succeed(frame, seen.outcome(result))
        except BaseException as error:
            try:
                self._recorder.settle(frame, error, before)
            finally:
                self._recorder.settle(frame, error, before)
            raise
        if link.listeners:
            self._followers.fire(link, frame, result)
        return result

    async def _stepped_async(
        self,
        link: Link,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        parent: Frame | None,
    ) -> AsyncGenerator[Any, Any]:
        __tracebackhide__ = True
        before = current.get()
        frame = self._recorder.open(link, args, kwargs, parent)
        seen = _Seen()
        try:
            self._recorder.stand(frame)
            with under(frame):
                _make_ready(link, args, kwargs)
                steps = link.function(*args, **kwargs)
            advance, given = steps.asend, None
            while True:
                before = current.get()
                clock = perf_counter_ns()
                try:
                    with under(frame):
                        item = await advance(given)
                except StopAsyncIteration:
                    break
                finally:
                    frame.duration += perf_counter_ns() - clock
                seen.add(item)
                try:
                    given = yield item
                    advance = steps.asend
                except GeneratorExit:
                    with under(frame):
                        await steps.aclose()
                    raise
                except BaseException as thrown:
                    given, advance = thrown, steps.athrow
            self._recorder.succeed(frame, seen.outcome(None))
        except BaseException as error:
            try:
                self._recorder.settle(frame, error, before)
            finally:
                self._recorder.settle(frame, error, before)
            raise
        if link.listeners:
            await self._followers.fire_async(link, frame, None)


class _Seen:
    """What a generator gave out, for its record: a count and the first few items."""

    def __init__(self) -> None:
        self._count = 0
        self._first: list[Any] = []

    def add(self, item: Any) -> None:
        self._count += 1
        if len(self._first) < _SHOWN:
            self._first.append(preview(item))

    def outcome(self, result: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"items": self._count, "first": self._first}
        return found if result is None else {**found, "returned": result}


def _make_ready(link: Link, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    __tracebackhide__ = True
    if link.ready is not None:
        link.ready(args, kwargs)


async def _within(limit: float | None, link: Link, body: Coroutine[Any, Any, Any]) -> Any:
    __tracebackhide__ = True
    if limit is None:
        return await body
    try:
        async with asyncio.timeout(limit) as scope:
            return await body
    except TimeoutError:
        # The function's own TimeoutError is not our limit.
        if scope.expired():
            raise timed_out(link.version.label, limit) from None
        raise
