"""The one adapter to the ``openai`` library: one attempt of one request, bounded in time and size.

What we use of the library is how it talks: ``chat.completions.create``, ``embeddings.create`` and
``models.list``, its connections and its headers. What it makes of an answer we do not use, for it
passes web pages, errors with status 200 and empty choices on as if they were answers; bodies are
read here, as bytes, up to a bound, and given to :mod:`~babyagi_nb.agent.models.reply`. It never
retries, and follows no redirect: that would take the key elsewhere.

The library is imported with the first request, in the background. Servers that are sent no key are
sent no header either that the library takes from the environment, such as an organisation.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.agent.models.assembling import Assembly
from babyagi_nb.agent.models.background import Background
from babyagi_nb.agent.models.eventstream import Events
from babyagi_nb.agent.models.failures import broken, failure_of, out_of_time, too_long
from babyagi_nb.agent.models.reply import Reply, reply_of
from babyagi_nb.errors import ModelError

__all__ = ["Clients", "Line", "Target"]

LIMIT = 2_000_000
"""Bytes of an answer; a longer one is not read to its end."""
VECTORS_LIMIT = 32_000_000
"""Bytes of an answer that is made of vectors."""
ERROR_LIMIT = 64_000
"""Bytes that are read of a refusal."""
_CONNECT, _WRITE = 10.0, 60.0
"""Seconds to be connected, and to hand over one piece of a request."""
_AFTER_END = 2.0
"""Seconds that a stream which said its end may still take to say what it took."""
_MOST_CLIENTS = 4
_NO_KEY = (
    "none was sent: %babyagi key set NAME, and %babyagi model MODEL url=ADDRESS key=NAME sends it"
)
_SHORTEST_KEY = 6
"""Characters; shorter ones would be found in any text."""
_PLAIN_HEADERS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length",
     "user-agent", "transfer-encoding"}
)  # fmt: skip
_OWN_HEADER = "x-stainless-"
"""How headers begin that the library makes of itself, and reads back."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and what it is asked with."""

    base_url: str
    key: str = field(default="", repr=False)
    """Value of the key; empty: none is sent."""
    direct: bool = False
    """Whether it is on this machine, and no proxy lies between."""


class _Refusal(Exception):
    """An answer whose status is no success."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str) -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers, body


class Clients:
    """The open clients of an application, one for each server and key."""

    def __init__(self) -> None:
        self._background = Background()
        self._open: dict[Target, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def line(self, target: Target, host: str) -> Line:
        """A line to *target*; *host* names it in errors."""
        return Line(self, target, host)

    def run(
        self,
        target: Target,
        work: Callable[[Any, Callable[[str], None]], Any],
        seconds: float,
        on_text: Callable[[str], None] | None = None,
    ) -> Any:
        """The result of *work* on the client for *target*."""
        if seconds <= 0:
            raise out_of_time(0.0)

        async def with_client(say: Callable[[str], None]) -> Any:
            return await work(await self._client(target), say)

        return self._background.run(with_client, seconds, on_text)

    def close(self) -> None:
        """Let go of every connection; a later request opens them again."""
        self._background.close(self._close_all)
        self._open.clear()

    async def _client(self, target: Target) -> Any:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # After a fork, or after closing: what is open belongs to a loop that is gone.
            self._open.clear()
            self._loop = loop
        found = self._open.pop(target, None) or _make(target)
        self._open[target] = found
        while len(self._open) > _MOST_CLIENTS:
            await self._open.pop(next(iter(self._open))).close()
        return found

    async def _close_all(self) -> None:
        for each in list(self._open.values()):
            await each.close()


class Line:
    """One attempt at a time to have something answered by one server."""

    def __init__(self, clients: Clients, target: Target, host: str) -> None:
        self._clients, self._target, self._host = clients, target, host

    def complete(
        self,
        body: Mapping[str, Any],
        seconds: float,
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """Send *body*, and read what is answered: at once, or as a stream where one comes."""

        async def work(client: Any, say: Callable[[str], None]) -> Reply:
            create = client.chat.completions.with_streaming_response.create
            async with create(**body, **_options(seconds)) as response:
                kind = response.headers.get("content-type", "").lower()
                if "text/event-stream" in kind:
                    async with aclosing(_bounded(response.http_response, LIMIT)) as pieces:
                        return await _streamed(pieces, say)
                return reply_of(await _whole(response.http_response, LIMIT), kind)

        return self._attempt(work, seconds, on_text)  # type: ignore[no-any-return]

    def embed(self, model: str, texts: list[str], seconds: float) -> bytes:
        """The body that answers a request for vectors."""

        async def work(client: Any, say: Callable[[str], None]) -> bytes:
            create = client.embeddings.with_streaming_response.create
            given = {"model": model, "input": texts, "encoding_format": "float"}
            async with create(**given, **_options(seconds)) as response:
                return await _whole(response.http_response, VECTORS_LIMIT)

        return self._attempt(work, seconds)  # type: ignore[no-any-return]

    def models(self, seconds: float) -> bytes:
        """The body that answers which models there are."""

        async def work(client: Any, say: Callable[[str], None]) -> bytes:
            listing = client.models.with_streaming_response.list
            async with listing(**_options(seconds)) as response:
                return await _whole(response.http_response, LIMIT)

        return self._attempt(work, seconds)  # type: ignore[no-any-return]

    def _attempt(
        self, work: Any, seconds: float, on_text: Callable[[str], None] | None = None
    ) -> Any:
        # What failed below holds the request with its headers, so nothing is chained.
        try:
            return self._clients.run(self._target, work, seconds, on_text)
        except ModelError:
            raise
        except TimeoutError:
            raise out_of_time(seconds) from None
        except Exception as error:
            failure = _failure(error, self._host, self._target.key)
            if failure is None:
                raise
            raise failure from None


async def _streamed(pieces: AsyncIterator[bytes], say: Callable[[str], None]) -> Reply:
    events, answer = Events(), Assembly()
    try:
        while not answer.done:
            async with asyncio.timeout(_AFTER_END if answer.finish else None):
                piece = await anext(pieces, None)
            for event in events.end() if piece is None else events.feed(piece):
                if not answer.done and (text := answer.take(event)):
                    say(text)
            if piece is None:
                break
    except TimeoutError:
        # Its end was said; only what it took is not known then.
        if not answer.finish:
            raise
    except ModelError as error:
        # What was handed out cannot be taken back, so another attempt would say it twice.
        if answer.pieces:
            error.retry = False
        raise
    except Exception:
        if not answer.pieces and not answer.finish:
            raise
    if not answer.chunks and not answer.spoilt:
        raise ModelError("the server sent an empty stream", kind="empty-stream", fix="ask again")
    if rest := answer.rest():
        say(rest)
    return answer.reply()


async def _whole(response: Any, limit: int) -> bytes:
    async with aclosing(_bounded(response, limit)) as pieces:
        return b"".join([piece async for piece in pieces])


async def _bounded(response: Any, limit: int) -> AsyncGenerator[bytes]:
    read = 0
    async with aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            read += len(piece)
            if read > limit:
                raise too_long(limit)
            yield piece


def _options(seconds: float) -> dict[str, Any]:
    import openai

    timeout = openai.Timeout(
        connect=min(_CONNECT, seconds), read=seconds, write=_WRITE, pool=_CONNECT
    )
    return {"timeout": timeout, "extra_headers": {"Accept-Encoding": "identity"}}


def _make(target: Target) -> Any:
    """A client of the library for *target*."""
    import openai

    async def sent(request: Any) -> None:
        if not target.key:
            for name in list(request.headers):
                if name.lower() not in _PLAIN_HEADERS and not name.lower().startswith(_OWN_HEADER):
                    del request.headers[name]

    async def came(response: Any) -> None:
        if response.status_code != 200:
            raise _Refusal(response.status_code, response.headers, await _beginning(response))

    http = openai.DefaultAsyncHttpxClient(
        follow_redirects=False,
        trust_env=not target.direct,
        # Where nothing is encrypted, reading every certificate authority would be for nothing.
        verify=target.base_url.startswith("https:"),
        event_hooks={"request": [sent], "response": [came]},
    )
    return openai.AsyncOpenAI(
        api_key=target.key or "none", base_url=target.base_url, max_retries=0, http_client=http
    )


async def _beginning(response: Any) -> str:
    """As much of a refusal as is read of one."""
    body = b""
    async with aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > ERROR_LIMIT:
                break
    return body[:ERROR_LIMIT].decode("utf-8", "replace")


def _failure(error: BaseException, host: str, key: str) -> ModelError | None:
    """What an error of the library means; ``None`` for one that is none of its."""
    seen: BaseException | None = error
    names: set[str] = set()
    while seen is not None:
        if isinstance(seen, _Refusal):
            # Some servers say the key back that they refuse.
            body = seen.body.replace(key, "[key]") if len(key) >= _SHORTEST_KEY else seen.body
            failure = failure_of(seen.status, body, seen.headers)
            if failure.kind == "key" and not key:
                failure.fix = _NO_KEY
            return failure
        names |= {each.__name__ for each in type(seen).__mro__}
        seen = seen.__cause__
    ours = {"OpenAIError", "HTTPError", "InvalidURL", "StreamError", "OSError", "EndOfStream"}
    return broken(frozenset(names), host) if names & ours else None
