"""A model server on this machine that says what a script tells it, and fails when it is told to.

It speaks HTTP on a free port of 127.0.0.1 and serves what OpenAI-compatible servers serve:
``/v1/chat/completions``, plain and streamed, ``/v1/embeddings`` and ``/v1/models``. Every request
is recorded. What no rule of the script expects is answered with status 500 and makes the end of the
``with`` block raise.

The socket and its threads are in :mod:`babyagi_nb.testing.listener`; what is said is decided here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from babyagi_nb.testing.embeddings import embedded
from babyagi_nb.testing.fault import Fault, Step
from babyagi_nb.testing.listener import Listener
from babyagi_nb.testing.loading import read_script
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import EMBEDDINGS, MODELS, Request
from babyagi_nb.testing.script import Script, Unmatched
from babyagi_nb.testing.wire import answer, failure, steps

__all__ = ["FaultServer"]

LOGIN = "/login"
"""Where a redirect of a company's proxy ends: a page for people."""


class FaultServer:
    """A scripted model server; use it in a ``with`` block, or call :meth:`close`.

    *rules* are :class:`~babyagi_nb.testing.Rule` objects, or replies to any chat. *models* are the
    names that it lists. With ``listening=False`` its address refuses connections. Raises
    ``OSError`` where *port* is taken.

    >>> import json
    >>> from urllib.request import Request, urlopen
    >>> with FaultServer(["Hello!"]) as server:
    ...     asked = Request(server.url + "/chat/completions", b'{"messages": []}')
    ...     with urlopen(asked) as response:
    ...         json.load(response)["choices"][0]["message"]["content"]
    'Hello!'
    """

    def __init__(
        self,
        rules: Iterable[Any] | Script = (),
        *,
        models: Sequence[str] = ("scripted",),
        port: int = 0,
        listening: bool = True,
    ) -> None:
        self.script = rules if isinstance(rules, Script) else Script(rules)
        self.models = tuple(models)
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._http = Listener(self.respond, port=port, listening=listening)

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> FaultServer:
        """Serve the script in the JSON file *path*; raises ``UsageError`` where it is none."""
        script = read_script(path)
        return cls(script.rules, **{"models": script.models, **options})

    @property
    def url(self) -> str:
        """The base address, as a client is told it: ``http://127.0.0.1:<port>/v1``."""
        return f"http://127.0.0.1:{self._http.port}/v1"

    @property
    def requests(self) -> list[Request]:
        """What was asked until now, in order of arrival."""
        with self._lock:
            return list(self._requests)

    def inject(
        self, fault: Fault, *, after: int = 0, when: Callable[[Request], bool] | None = None
    ) -> None:
        """Let *fault* happen to the first fitting chat request behind the first *after* ones.

        A fault that does not recover happens to every such request from then on.
        """
        self.script.inject(fault, after=after, when=when)

    def assert_consumed(self) -> None:
        """Raise ``AssertionError`` for unexpected requests, unused rules and unused faults."""
        _complain(self.script.complaints() + self._http.failures)

    def close(self) -> None:
        """Stop serving; every connection is closed and every thread ended when it returns."""
        self._http.close()

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if error is None:
            _complain(self.script.complaints(unused=False) + self._http.failures)

    def respond(self, request: Request) -> Iterable[Step]:
        """Record *request* and return what is to be sent."""
        with self._lock:
            self._requests.append(request)
        try:
            served = self.script.serve(request, self._default(request))
        except Unmatched as error:
            return [failure(500, str(error), type="server_error", code="unscripted")]
        if served.good.body == {"page": LOGIN}:
            return [answer(200, "<html><body>Please log in.</body></html>", kind="text/html")]
        return steps(request, served.good, served.fault)

    def _default(self, request: Request) -> Reply | None:
        """The answer to what needs no rule."""
        if request.path == MODELS and request.method == "GET":
            rows = [
                {"id": name, "object": "model", "created": 0, "owned_by": "script"}
                for name in self.models
            ]
            return Reply(body={"object": "list", "data": rows})
        if request.path == EMBEDDINGS:
            return embedded(request)
        return Reply(body={"page": LOGIN}) if request.path == LOGIN else None


def _complain(found: list[str]) -> None:
    if found:
        raise AssertionError("\n".join(found))
