"""What went wrong, as one typed error: its kind, whether asking again helps, and the mend.

A server says so by a status and words; the same word may come with any status, and the words are
somebody else's. So the code and the words are asked first, the status after that, and what is
shown of them is one cleaned, clipped line.

===============  =====================================  ======================
kind             meaning                                asked again
===============  =====================================  ======================
``key``          no key, a wrong one, or no permission  no
``model``        the server has no such model           no
``quota``        what the account may spend is spent    no
``tools``        the model takes no tools               no
``context``      the question is too long               no
``request``      the server does not take the question  no
``filter``       a filter refused question or answer    no
``refused``      the model declined                     no
``timeout``      the time is up                         no
``unreachable``  nobody is there, or the line broke     where a line broke
``rate``         too many requests                      when the server says so
``server``       the server failed                      yes
``protocol``     what came is no answer                 once, where it may help
``empty``        the answer has nothing in it           once
===============  =====================================  ======================
"""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.errors import ModelError, ModelRefused, ModelUnavailable

__all__ = ["broken", "failure_of", "out_of_time", "protocol", "retry_after", "too_long"]

LONGEST_WAIT = 24 * 3600.0

_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("quota", ("insufficient_quota", "billing", "credit balance", "exceeded your current quota")),
    ("filter", ("content_filter", "content_policy", "responsibleai")),
    ("context", ("context_length", "context length", "maximum context", "context window",
                 "context size", "too many tokens", "prompt is too long")),
    ("model", ("model_not_found", "model not found", "no such model", "unknown model")),
    ("key", ("invalid_api_key", "incorrect api key", "invalid api key", "no api key")),
    ("tools", ("does not support tools", "tools are not supported", "tool_choice", "'tools'")),
)  # fmt: skip
"""Kinds by what refusals are called, and by what they say."""

_STATUS = {401: "key", 403: "key", 404: "model", 413: "context", 429: "rate"}

_AT_200 = frozenset({"quota", "filter", "context", "model", "key", "tools"})


def failure_of(status: int, error: object, headers: Mapping[str, str]) -> ModelError:
    """The error behind an answer of *status*; *error* is its body, decoded as far as it can be.

    >>> failure_of(404, {"error": {"message": "The model 'x' does not exist"}}, {}).kind
    'model'
    """
    code, said = _words_of(error)
    kind = _kind(status, code, said)
    after = retry_after(headers, time.time)
    return _MAKERS[kind](status, said or "no reason given", after)


def protocol(what: str, *, retry: bool = False, fix: str = "") -> ModelError:
    """The server sent *what*, which is no answer."""
    mend = fix or "ask again; if it stays so, the server does not speak the OpenAI interface"
    return ModelError(f"the server sent {what}", fix=mend, kind="protocol", retry=retry)


def too_long(limit: int) -> ModelError:
    return ModelError(
        f"the server sent more than {limit // 1000:,} kB", kind="protocol",
        fix="the rest was not read; ask for less at a time",
    )  # fmt: skip


def out_of_time(seconds: float) -> ModelError:
    return ModelUnavailable(
        f"the model did not answer within {seconds:.3g} s", kind="timeout",
        fix="give it more time, or pick a faster model",
    )  # fmt: skip


def broken(names: frozenset[str], host: str) -> ModelError:
    """The connection failed; *names* are those of the error's classes in the client library."""
    if names & {"ConnectError", "ConnectTimeout", "UnsupportedProtocol", "ProxyError"}:
        return ModelUnavailable(
            f"no server answers at {host}", kind="unreachable",
            fix="start it, or say where it is with %babyagi model NAME url=http://…/v1",
        )  # fmt: skip
    if names & {"TimeoutException", "APITimeoutError"}:
        return ModelUnavailable(
            f"the server at {host} stopped sending", fix="give it more time", kind="timeout"
        )
    return ModelUnavailable(
        f"the connection to {host} broke", fix="ask again", kind="unreachable", retry=True
    )


def retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """Seconds that the server asks to wait, given as a number or a date; ``None``: not said.

    >>> retry_after({"retry-after": "2"}, lambda: 0.0)
    2.0
    >>> retry_after({"retry-after": "Thu, 01 Jan 1970 00:00:30 GMT"}, lambda: 10.0)
    20.0
    """
    precise = _number(headers.get("retry-after-ms"))
    if precise is not None:
        return min(precise / 1000, LONGEST_WAIT)
    said = headers.get("retry-after")
    seconds = _number(said)
    if seconds is None and said:
        try:
            seconds = email.utils.parsedate_to_datetime(said).timestamp() - now()
        except (ValueError, OverflowError, OSError):
            return None
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _words_of(error: object) -> tuple[str, str]:
    """Code and words of an error, which may be an object, an object around it, or any text."""
    if isinstance(error, str):
        try:
            error = json.loads(error)
        except (ValueError, RecursionError):
            text = str(error)
            return "", "" if text.lstrip()[:1] == "<" else one_line(text, 200)
    if isinstance(error, Mapping) and isinstance(error.get("error"), Mapping | str):
        error = error["error"]
    if isinstance(error, Mapping):
        code = f"{error.get('code') or ''} {error.get('type') or ''}"
        said = error.get("message") or error.get("detail") or ""
        return one_line(code, 100).lower(), one_line(said, 400)
    return "", one_line(error, 200) if isinstance(error, str) else ""


def _kind(status: int, code: str, said: str) -> str:
    text = f"{code} {said}".lower()
    if status < 500 or status == 529:
        for kind, words in _WORDS:
            if any(word in text for word in words):
                return kind
    if status == 200:
        return _status_in(code)
    if 300 <= status < 400:
        return "redirect"
    if status in _STATUS:
        return _STATUS[status]
    return "server" if status >= 500 or status in (408, 409, 425) else "request"


def _status_in(code: str) -> str:
    """The kind of an error that came as an answer: its code may be a status."""
    if "rate_limit" in code or "429" in code:
        return "rate"
    return "request" if "invalid_request" in code else "server"


def _server(status: int, said: str, after: float | None) -> ModelError:
    return ModelUnavailable(
        f"the server failed ({status}): {said}", kind="server", retry=True, after=after,
        fix="try again in a while",
    )  # fmt: skip


def _rate(status: int, said: str, after: float | None) -> ModelError:
    wait = "" if after is None else f" in {after:.0f} s"
    return ModelUnavailable(
        f"the server has too many requests: {said}", kind="rate", retry=True, after=after,
        fix=f"try again{wait or ' in a while'}",
    )  # fmt: skip


def _filter(status: int, said: str, after: float | None) -> ModelError:
    return ModelRefused(
        f"a filter of the server refused: {said}", kind="filter", fix="ask for it in other words"
    )


def _plainly(kind: str, what: str, fix: str, error: type[ModelError] = ModelUnavailable) -> Any:
    def make(status: int, said: str, after: float | None) -> ModelError:
        return error(f"{what} ({status}): {said}", kind=kind, fix=fix)

    return make


_MAKERS: Mapping[str, Callable[[int, str, float | None], ModelError]] = {
    "server": _server,
    "rate": _rate,
    "filter": _filter,
    "quota": _plainly(
        "quota", "the account has nothing left to spend", "add credit, or pick another server"
    ),
    "key": _plainly(
        "key", "the server does not accept the key",
        "%babyagi key set openai_api_key, or whichever key this server is asked with",
    ),
    "model": _plainly(
        "model", "the server has no such model", "%babyagi model lists what it has; its address"
        " usually ends in /v1",
    ),
    "tools": _plainly("tools", "the model takes no tools", "pick one that does"),
    "context": _plainly(
        "context", "the question is too long for the model",
        "pick a model that takes more, or ask for less at a time", ModelError,
    ),
    "redirect": _plainly(
        "protocol", "the server sends us elsewhere, and we do not follow",
        "give the address it really has",
    ),
    "request": _plainly(
        "request", "the server does not take the question", "pick another model or server",
        ModelError,
    ),
}  # fmt: skip
