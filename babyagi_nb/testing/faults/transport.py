"""Faults of the server and of the way to it, before or instead of an answer."""

from __future__ import annotations

import time
from email.utils import formatdate

from babyagi_nb.errors import ModelError, ModelUnavailable
from babyagi_nb.testing.fault import Hangup, Pause, Step, Unlisten
from babyagi_nb.testing.faults.making import Sends, sends
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import Request
from babyagi_nb.testing.wire import answer, failure, head, steps

__all__ = [
    "bad_gateway_empty", "bad_tools", "body_cut", "body_stalls", "broken_json", "choices_missing",
    "choices_null", "connection_refused", "connection_reset", "content_length_short",
    "context_too_long", "error_object", "forbidden", "html_page", "latency", "no_response_format",
    "overloaded_html", "payload_too_large", "quota", "rate_limited", "rate_limited_bare",
    "rate_limited_date", "rate_limited_long", "redirect_loop", "redirect_to_login", "server_error",
    "server_error_always", "stall", "unauthorized", "unknown_model", "usage_missing",
    "usage_negative", "usage_null",
]  # fmt: skip

_BUSY = "Rate limit reached"


def _fixed(step: bytes) -> Sends:
    return lambda request, good: [step]


def _unavailable(kind: str) -> ModelError:
    return ModelUnavailable(f"the scripted server refuses ({kind})", kind=kind)


def _busy(after: str | None) -> Sends:
    headers = {} if after is None else {"Retry-After": after}
    return _fixed(
        failure(429, _BUSY, code="rate_limit_exceeded", type="rate_limit_error", headers=headers)
    )


@sends("transport", error=lambda: _unavailable("rate"))
def rate_limited(after: int = 1) -> Sends:
    """Status 429 with ``Retry-After`` in whole seconds."""
    return _busy(str(after))


@sends("transport", error=lambda: _unavailable("rate"))
def rate_limited_bare() -> Sends:
    """Status 429 that does not say when to come back."""
    return _busy(None)


@sends("transport", error=lambda: _unavailable("rate"))
def rate_limited_date(after: int = 1) -> Sends:
    """Status 429 with ``Retry-After`` as a date."""
    return lambda request, good: _busy(formatdate(time.time() + after, usegmt=True))(request, good)


@sends("transport", recovers=False, error=lambda: _unavailable("rate"))
def rate_limited_long(after: int = 3600) -> Sends:
    """Status 429 with a ``Retry-After`` of an hour, on every request."""
    return _busy(str(after))


@sends("transport", recovers=False, error=lambda: _unavailable("quota"))
def quota() -> Sends:
    """Status 429 that no waiting mends: the quota is used up."""
    message = "You exceeded your current quota"
    return _fixed(failure(429, message, code="insufficient_quota", type="insufficient_quota"))


@sends("transport", error=lambda: _unavailable("server"))
def server_error() -> Sends:
    """Status 500, once."""
    return _fixed(failure(500, "The server had an error", type="server_error"))


@sends("transport", recovers=False, error=lambda: _unavailable("server"))
def server_error_always() -> Sends:
    """Status 500, on every request."""
    return _fixed(failure(500, "The server had an error", type="server_error"))


@sends("transport", error=lambda: _unavailable("server"))
def overloaded_html() -> Sends:
    """Status 503 with a page for people instead of JSON."""
    page = "<html><body><h1>503 Service Unavailable</h1></body></html>"
    return _fixed(answer(503, page, kind="text/html"))


@sends("transport", error=lambda: _unavailable("server"))
def bad_gateway_empty() -> Sends:
    """Status 502 with no body at all."""
    return _fixed(answer(502, b"", kind="text/plain"))


@sends("transport", recovers=False, error=lambda: _unavailable("key"))
def unauthorized() -> Sends:
    """Status 401: the key is wrong."""
    return _fixed(failure(401, "Incorrect API key provided: sk-scripted", code="invalid_api_key"))


@sends("transport", recovers=False, error=lambda: _unavailable("key"))
def forbidden() -> Sends:
    """Status 403: the key may not do this."""
    return _fixed(failure(403, "You are not allowed to use this model", type="permission_error"))


@sends("transport", recovers=False, error=lambda: _unavailable("model"))
def unknown_model() -> Sends:
    """Status 404: there is no such model."""

    def send(request: Request, good: Reply) -> list[Step]:
        return [failure(404, f"The model {request.model!r} does not exist", code="model_not_found")]

    return send


@sends(
    "transport",
    recovers=False,
    error=lambda: ModelError("the scripted prompt is too long", kind="context"),
)
def context_too_long() -> Sends:
    """Status 400: the prompt is longer than the model can read."""
    message = "This model's maximum context length is 8192 tokens"
    return _fixed(failure(400, message, code="context_length_exceeded"))


@sends("transport", applies=lambda request, good: "response_format" in request.fields)
def no_response_format() -> Sends:
    """Status 400 to a request that asks for structured output; others are answered."""
    return _fixed(failure(400, "Unknown parameter: 'response_format'", code="unknown_parameter"))


@sends(
    "transport",
    recovers=False,
    applies=lambda request, good: bool(request.tools),
    error=lambda: _unavailable("tools"),
)
def bad_tools() -> Sends:
    """Status 400 to every request that offers tools; others are answered."""
    return _fixed(failure(400, "This model does not support tools", code="unsupported_parameter"))


@sends(
    "transport",
    recovers=False,
    error=lambda: ModelError("the scripted request is too large", kind="context"),
)
def payload_too_large() -> Sends:
    """Status 413: the request is larger than the server reads."""
    return _fixed(answer(413, "<html>Request Entity Too Large</html>", kind="text/html"))


@sends("transport", recovers=False, error=lambda: _unavailable("protocol"))
def redirect_to_login() -> Sends:
    """Status 302 to a page where people log in, as a company's proxy answers."""
    return _fixed(answer(302, b"", headers={"Location": "/login"}, kind="text/html"))


@sends("transport", recovers=False, error=lambda: _unavailable("protocol"))
def redirect_loop() -> Sends:
    """Status 307 back to the same address, without end."""
    return lambda request, good: [answer(307, b"", headers={"Location": request.path})]


@sends("transport", recovers=False, error=lambda: _unavailable("unreachable"))
def connection_refused() -> Sends:
    """The connection is dropped, and every new one is refused."""
    return lambda request, good: [Unlisten(), Hangup(reset=True)]


@sends("transport", error=lambda: _unavailable("unreachable"))
def connection_reset() -> Sends:
    """The connection is reset before anything was answered."""
    return lambda request, good: [Hangup(reset=True)]


def _whole(request: Request, good: Reply) -> bytes:
    """The good answer, plain or streamed, as one piece."""
    sent = steps(request, good)
    return b"".join(each for each in sent if isinstance(each, bytes))


@sends("transport", error=lambda: _unavailable("unreachable"))
def body_cut() -> Sends:
    """Half of the body arrives, then the connection ends."""

    def send(request: Request, good: Reply) -> list[Step]:
        whole = _whole(request, good)
        start = whole.index(b"\r\n\r\n") + 4
        return [whole[: start + (len(whole) - start) // 2], Hangup()]

    return send


@sends("transport", recovers=False, error=lambda: _unavailable("timeout"))
def stall() -> Sends:
    """The request is read, and nothing is ever answered."""
    return lambda request, good: [Pause(None), Hangup()]


@sends("transport", recovers=False, error=lambda: _unavailable("timeout"))
def body_stalls() -> Sends:
    """Headers and half of the body arrive, then nothing."""

    def send(request: Request, good: Reply) -> list[Step]:
        whole = _whole(request, good)
        return [whole[: -max(len(whole) // 4, 8)], Pause(None), Hangup()]

    return send


@sends("transport", delivers=True)
def latency(seconds: float = 0.2) -> Sends:
    """The answer is good, and late."""
    return lambda request, good: [Pause(seconds), *steps(request, good)]


@sends("transport")
def content_length_short() -> Sends:
    """``Content-Length`` is less than the body has, so its end is lost."""

    def send(request: Request, good: Reply) -> list[Step]:
        body = answer(200, good.completion(request)).partition(b"\r\n\r\n")[2]
        return [head(200, length=len(body) - 20) + body, Hangup()]

    return send


@sends("transport", recovers=False, error=lambda: _unavailable("protocol"))
def html_page() -> Sends:
    """Status 200 with a web page: the address is that of something else."""
    return _fixed(answer(200, "<html><body>Welcome!</body></html>", kind="text/html"))


@sends("transport")
def broken_json() -> Sends:
    """Status 200 with a body that is no JSON."""
    return _fixed(answer(200, '{"id": "x", "choices": [{"message": '))


@sends("transport", error=lambda: _unavailable("server"))
def error_object() -> Sends:
    """Status 200, and the body says that there was an error."""
    return _fixed(answer(200, {"error": {"message": "Provider returned error", "code": 502}}))


def _changed(**fields: object) -> Sends:
    """The good answer with other top fields, never streamed."""

    def send(request: Request, good: Reply) -> list[Step]:
        return [answer(200, {**good.completion(request), **fields})]

    return send


@sends("transport")
def choices_missing() -> Sends:
    """Status 200 with an empty list of choices."""
    return _changed(choices=[])


@sends("transport")
def choices_null() -> Sends:
    """Status 200 with ``null`` for the choices."""
    return _changed(choices=None)


def _told(**usage: object) -> Sends:
    """The good answer, with another usage."""

    def send(request: Request, good: Reply) -> list[Step]:
        if request.stream:
            asked = {**request.fields, "stream_options": {"include_usage": False}}
            silent = Request(path=request.path, parsed=asked)
            return list(steps(silent, good))
        return [answer(200, {**good.completion(request), **usage})]

    return send


@sends("transport", delivers=True)
def usage_missing() -> Sends:
    """The answer is good and does not say how many tokens it took."""

    def send(request: Request, good: Reply) -> list[Step]:
        if request.stream:
            return list(_told()(request, good))
        body = good.completion(request)
        body.pop("usage", None)
        return [answer(200, body)]

    return send


@sends("transport", delivers=True)
def usage_null() -> Sends:
    """The answer is good, and its usage is ``null``; a stream leaves it out."""
    return _told(usage=None)


@sends("transport", delivers=True)
def usage_negative() -> Sends:
    """The answer is good, and its usage is a nonsense of negative numbers."""

    def send(request: Request, good: Reply) -> list[Step]:
        wrong = {"prompt_tokens": -7, "completion_tokens": -1, "total_tokens": "many"}
        if good.body is not None:
            return [answer(200, {**good.body, "usage": wrong})]
        return list(steps(request, Reply(text=good.text, calls=good.calls, usage=wrong)))

    return send
