"""How a reply is sent: HTTP/1.1, as one body or as a stream of server-sent events in chunks.

Pure: what comes out are the steps of one response (see :mod:`babyagi_nb.testing.fault`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from http.client import responses
from typing import Any

from babyagi_nb.testing.fault import Fault, Hangup, Step
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import Request

__all__ = ["DONE", "answer", "end", "event", "failure", "framed", "head", "steps", "stream"]

DONE = b"data: [DONE]\n\n"
"""The last event of a stream."""


def steps(request: Request, good: Reply, fault: Fault | None = None) -> Iterator[Step]:
    """What is done on the connection for *request*; what follows a hang-up is not done."""
    if fault is not None and fault.sends is not None:
        yield from fault.sends(request, good)
        return
    said = good if fault is None or fault.says is None else fault.says(request, good)
    if request.stream and said.body is None:
        yield from stream(event(each) for each in said.chunks(request))
    else:
        yield answer(200, said.completion(request))


def head(
    status: int,
    *,
    length: int | None,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The status line and headers; *length* in bytes, ``None`` for a body that comes in chunks."""
    lines = {
        "Content-Type": kind,
        **({"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}),
        **(headers or {}),
    }
    written = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}\r\n{written}\r\n".encode(
        "latin-1"
    )


def answer(
    status: int,
    body: Any,
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A whole response; a *body* that is neither text nor bytes is written as JSON."""
    if not isinstance(body, str | bytes):
        body = json.dumps(body)
    sent = body.encode() if isinstance(body, str) else body
    return head(status, length=len(sent), kind=kind, headers=headers) + sent


def failure(
    status: int,
    message: str,
    *,
    code: str | None = None,
    type: str = "invalid_request_error",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A response that says what is wrong, in the form that OpenAI-compatible servers use."""
    error = {"message": message, "type": type, "param": None, "code": code}
    return answer(status, {"error": error}, headers=headers)


def event(data: Any) -> bytes:
    """One server-sent event; *data* that is no text is written as JSON."""
    written = data if isinstance(data, str) else json.dumps(data)
    return b"data: " + written.encode() + b"\n\n"


def framed(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def end() -> bytes:
    """The end of a chunked body."""
    return b"0\r\n\r\n"


def stream(events: Iterable[bytes | Step], *, done: bool = True) -> Iterator[Step]:
    """A streamed response; steps between the events that are no bytes are done as they come."""
    yield head(200, length=None, kind="text/event-stream")
    for each in events:
        yield framed(each) if isinstance(each, bytes) else each
        if isinstance(each, Hangup):
            return
    yield framed(DONE) + end() if done else end()
