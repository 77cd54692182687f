"""Faults of a streamed answer. A request that does not stream is answered as if there were none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from babyagi_nb.errors import ModelError, ModelUnavailable
from babyagi_nb.testing.fault import Hangup, Pause, Step
from babyagi_nb.testing.faults.making import Sends, sends
from babyagi_nb.testing.reply import Reply, chunk
from babyagi_nb.testing.request import Request
from babyagi_nb.testing.wire import DONE, answer, end, event, framed, head, stream

__all__ = [
    "stream_arguments_split", "stream_bad_chunk", "stream_comments", "stream_drip",
    "stream_error_chunk", "stream_finishes_twice", "stream_ignored", "stream_index_missing",
    "stream_no_finish", "stream_reset", "stream_stall", "stream_tools_interleaved",
    "stream_utf8_split",
]  # fmt: skip


def _streamed(request: Request, good: Reply) -> bool:
    return request.stream


def _with_calls(request: Request, good: Reply) -> bool:
    return request.stream and bool(good.calls)


def _stalled() -> ModelError:
    return ModelUnavailable("the scripted stream stalls", kind="timeout")


def _events(request: Request, good: Reply) -> list[bytes]:
    return [event(each) for each in good.chunks(request)]


def _half(events: list[bytes]) -> list[bytes]:
    """The first half, and never the last chunk, which says why it ended."""
    return events[: max(1, len(events) // 2)]


@sends("stream", applies=_streamed)
def stream_reset() -> Sends:
    """The connection is reset in the middle of the stream."""
    return lambda request, good: stream(
        [*_half(_events(request, good)), Pause(0.02), Hangup(reset=True)]
    )


@sends("stream", applies=_streamed)
def stream_no_finish() -> Sends:
    """The stream ends in order, half way, and never says why."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        return stream(_half(_events(request, good)), done=False)

    return send


@sends("stream", applies=_streamed, delivers=True)
def stream_drip(seconds: float = 0.002) -> Sends:
    """The stream comes in pieces of a few bytes that do not end where events end."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        yield head(200, length=None, kind="text/event-stream")
        whole = b"".join(_events(request, good)) + DONE
        size = max(7, len(whole) // 100)
        for at in range(0, len(whole), size):
            yield framed(whole[at : at + size])
            yield Pause(seconds)
        yield end()

    return send


@sends("stream", recovers=False, applies=_streamed, error=_stalled)
def stream_stall() -> Sends:
    """The stream stops half way without ending."""
    return lambda request, good: stream([*_half(_events(request, good)), Pause(None), Hangup()])


@sends("stream", applies=_streamed)
def stream_bad_chunk() -> Sends:
    """One event in the middle of the stream is no JSON."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        events = _events(request, good)
        half = _half(events)
        return stream([*half, b'data: {"id": "x", "choi\n\n', *events[len(half) :]])

    return send


@sends("stream", applies=_streamed)
def stream_error_chunk() -> Sends:
    """One event in the middle of the stream says that there was an error; then it ends."""
    error = {"error": {"message": "The server is overloaded", "type": "server_error"}}
    return lambda request, good: stream([*_half(_events(request, good)), event(error)], done=False)


@sends("stream", applies=_streamed, delivers=True)
def stream_comments() -> Sends:
    """Between the events stand comments and empty lines, as proxies send to keep a stream open."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        return stream(b": keep-alive\n\n\n" + each for each in _events(request, good))

    return send


@sends("stream", applies=_streamed, delivers=True)
def stream_utf8_split() -> Sends:
    """Characters of several bytes are cut in two by the chunks of the body."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        yield head(200, length=None, kind="text/event-stream")
        for each in good.chunks(request):
            written = json.dumps(each, ensure_ascii=False).encode("utf-8", "replace")
            whole = b"data: " + written + b"\n\n"
            at = next((i for i, byte in enumerate(whole) if byte >= 0x80), len(whole) - 1) + 1
            yield framed(whole[:at])
            yield Pause(0.002)
            if whole[at:]:
                yield framed(whole[at:])
        yield framed(DONE) + end()

    return send


@sends("stream", applies=_streamed)
def stream_ignored() -> Sends:
    """The wish for a stream is ignored: the answer comes as one JSON body."""
    return lambda request, good: [answer(200, good.completion(request))]


def _calls(request: Request, good: Reply, pieces: list[dict[str, Any]]) -> Iterator[Step]:
    """A stream whose tool calls are *pieces*."""
    start = chunk(request, {"role": "assistant", "content": None})
    middle = [chunk(request, {"tool_calls": [each]}) for each in pieces]
    return stream(map(event, [start, *middle, chunk(request, {}, "tool_calls")]))


def _split(good: Reply, size: int) -> list[list[dict[str, Any]]]:
    """For each call its opening and then its arguments in pieces of *size* characters."""
    found = []
    for index, each in enumerate(good.calls):
        function = each["function"]
        arguments = str(function["arguments"])
        opening = {**each, "index": index, "function": {**function, "arguments": ""}}
        rest = [
            {"index": index, "function": {"arguments": arguments[at : at + size]}}
            for at in range(0, len(arguments), size)
        ]
        found.append([opening, *rest])
    return found


@sends("stream", applies=_with_calls, delivers=True)
def stream_arguments_split() -> Sends:
    """The arguments of tool calls come in pieces of three characters."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        return _calls(request, good, [each for call in _split(good, 3) for each in call])

    return send


@sends("stream", applies=_with_calls, delivers=True)
def stream_index_missing() -> Sends:
    """The pieces of tool calls do not say to which call they belong."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        pieces = [each for call in _split(good, 12) for each in call]
        for each in pieces:
            del each["index"]
        return _calls(request, good, pieces)

    return send


@sends("stream", applies=_with_calls, delivers=True)
def stream_tools_interleaved() -> Sends:
    """The pieces of several tool calls come mixed."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        calls = _split(good, 5)
        longest = max(map(len, calls))
        mixed = [call[at] for at in range(longest) for call in calls if at < len(call)]
        return _calls(request, good, mixed)

    return send


@sends("stream", applies=_streamed, delivers=True)
def stream_finishes_twice() -> Sends:
    """The chunk that says why it ended comes twice."""

    def send(request: Request, good: Reply) -> Iterator[Step]:
        return stream([*_events(request, good), event(chunk(request, {}, good.ending))])

    return send
