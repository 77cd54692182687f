"""One job's conversation, seen from the kernel: everything waits in one place, and can be ended.

The kernel waits for five things at once: a frame, room to send one, text from C libraries, the
death of the process, and a connection under way; and never for long, so that time limits, the size
of the scratch directory and exceptions scheduled for this thread are seen to. Whatever is raised
here, the caller ends the process.
"""

from __future__ import annotations

import codecs
import os
import selectors
import socket
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Final

from babyagi_nb.core.isolation import Job, Observer
from babyagi_nb.errors import RunTimeout, SandboxUnavailable
from babyagi_nb.sandbox.broker import Broker, Connecting
from babyagi_nb.sandbox.child import Child, cause_of_death
from babyagi_nb.sandbox.frames import Frames, refuse
from babyagi_nb.sandbox.inside.wire import pack
from babyagi_nb.sandbox.printed import Printed
from babyagi_nb.sandbox.requests import Requests
from babyagi_nb.sandbox.scratch import used

__all__ = ["Session"]

_TICK: Final = 0.08
"""Seconds after which an exception that was scheduled for this thread is let in."""

_WATCH: Final = 0.25
"""Seconds between two looks at the scratch directory."""

_STARTUP: Final = 60.0
"""Seconds until the first line of a job's code; only this package runs before it."""

_CHUNK: Final = 1 << 18
_BACKLOG: Final = 32 << 20
"""Bytes that wait to be sent, above which nothing more is read."""


class Session:
    """Runs *job* in *child* and tells *observer*; to be used in one thread."""

    def __init__(self, child: Child, job: Job, observer: Observer) -> None:
        self._child = child
        self._job = job
        self._frames = Frames(job.limits.result)
        self._arrived: deque[dict[str, Any]] = deque()
        self._printed = Printed(job.limits.printed, observer.printed)
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._requests = Requests(job, observer, self.send, self._connect, self._printed)
        self._outgoing: deque[tuple[memoryview, list[socket.socket]]] = deque()
        self._backlog = 0
        self._connecting: list[Connecting] = []
        self._broker = _broker(job)
        self._left = job.limits.seconds
        self._deadline = monotonic() + _STARTUP
        self._started = self._gone = self._stopped = False
        self._observer = observer
        self._selector = selectors.DefaultSelector()
        self._watch(child.connection, self._receive)
        if child.printed is not None:
            self._watch(child.printed, self._read_printed)
        if child.pidfd is not None:
            self._watch(child.pidfd, self._receive_the_rest)

    def send(self, frame: bytes, passing: Sequence[socket.socket] = ()) -> None:
        """Send *frame* as the process takes it; connections that are passed on are closed here."""
        self._outgoing.append((memoryview(frame), list(passing)))
        self._backlog += len(frame)
        self._flush()

    def outcome(self) -> Any:
        """Wait for the result; raises what the contract of a sandbox says."""
        return self._until("result")["v"]

    def step(self) -> tuple[bool, Any]:
        """Advance a generator: whether it is over, and its item or what it returned."""
        if self._started:
            self._deadline = monotonic() + self._left
        self.send(pack({"t": "next", "i": 0}))
        body = self._until("item", "result")
        self._left = self._deadline - monotonic()
        return body["t"] == "result", body["v"]

    def finish(self, seconds: float) -> None:
        """Have a generator closed, for at most so long."""
        self._deadline = monotonic() + min(seconds, max(self._left, 0.0))
        self.send(pack({"t": "close", "i": 0}))
        self._until("result")

    def stop(self) -> None:
        """End the process, from any thread; whoever waits here is told."""
        self._stopped = True
        self._child.kill()

    def close(self) -> None:
        """Let go of everything but the process; idempotent."""
        for connecting in self._connecting:
            connecting.close()
        self._connecting.clear()
        self._drop_outgoing()
        self._selector.close()

    def tell_the_rest(self) -> None:
        """Pass on what C libraries printed up to now, and how much text was dropped."""
        for _ in range(4):
            if self._child.printed is None or not self._read_printed():
                break
        self._printed.finish()

    # -- waiting -------------------------------------------------------------------------------

    def _until(self, *kinds: str) -> dict[str, Any]:
        watched = monotonic() + _WATCH
        while True:
            # While answers wait to be taken, no more is done that makes answers.
            while self._arrived and self._backlog < _BACKLOG:
                body = self._arrived.popleft()
                if body.get("t") in kinds and "v" in body and self._started:
                    return body
                self._handle(body)
            if self._gone:
                self._died()
            now = monotonic()
            if now > self._deadline:
                self._late()
            if now > watched:
                self._look_at_scratch()
                watched = monotonic() + _WATCH
            for key, events in self._selector.select(min(self._deadline - now, _TICK)):
                if events & selectors.EVENT_WRITE:
                    self._flush()
                if events & selectors.EVENT_READ:
                    key.data()

    def _handle(self, body: dict[str, Any]) -> None:
        kind = body.get("t")
        if kind == "started" and not self._started:
            self._started = True
            self._deadline = monotonic() + self._left
        elif kind == "unconfined":
            raise SandboxUnavailable(
                f"the sandbox could not confine its process: {self._requests.text(body, 'm')}",
                fix="%babyagi doctor tells what this machine can do",
            )
        else:
            self._requests.handle(kind, body)

    def _late(self) -> None:
        if not self._started:
            raise SandboxUnavailable(f"the sandbox did not get ready within {_STARTUP:g} s")
        raise RunTimeout(
            f"{self._job.entry} took longer than {self._job.limits.seconds:g} s in the sandbox",
            fix="raise its limit of seconds, or make it do less",
        )

    def _look_at_scratch(self) -> None:
        limit = self._job.limits.scratch
        if used(Path(self._child.scratch)) > limit:
            refuse(
                f"{self._job.entry} filled its scratch directory: {limit / (1 << 20):,.0f} MB "
                "are the most",
                "write less, or raise its limit on scratch",
            )

    # -- the channel ---------------------------------------------------------------------------

    def _watch(self, file: Any, ready: Callable[[], Any]) -> None:
        self._selector.register(file, selectors.EVENT_READ, ready)

    def _receive(self) -> bool:
        """Take in what is there; whether there was anything."""
        try:
            data = self._child.connection.recv(_CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._died()
            return False
        self._arrived += self._frames.feed(data)
        return True

    def _receive_the_rest(self) -> None:
        """The process is dead: what it said before still counts."""
        self._selector.unregister(self._child.pidfd)  # type: ignore[arg-type]
        while self._receive():
            continue

    def _died(self) -> None:
        """The channel ended: raise, unless there are last words to be read first."""
        if self._arrived:
            if not self._gone:
                self._gone = True
                self._drop_outgoing()
                self._selector.unregister(self._child.connection)
            return
        self.tell_the_rest()
        if self._stopped:
            refuse(f"{self._job.entry} was stopped")
        why = cause_of_death(self._child.status(), self._job.limits.memory)
        refuse(f"the sandbox's process for {self._job.entry!r} ended without a result: {why}")

    def _flush(self) -> None:
        connection = self._child.connection
        while self._outgoing:
            view, passing = self._outgoing[0]
            try:
                if passing:
                    sent = socket.send_fds(connection, [view], [each.fileno() for each in passing])
                else:
                    sent = connection.send(view)
            except BlockingIOError:
                break
            except OSError:
                # It is dead or as good as dead; reading finds out how.
                self._drop_outgoing()
                break
            for each in passing:
                each.close()
            passing.clear()
            self._backlog -= sent
            if sent == len(view):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = (view[sent:], passing)
        self._choose_events()

    def _drop_outgoing(self) -> None:
        for _, passing in self._outgoing:
            for connection in passing:
                connection.close()
        self._outgoing.clear()
        self._backlog = 0

    def _choose_events(self) -> None:
        wanted = selectors.EVENT_READ if self._backlog < _BACKLOG else 0
        if self._outgoing:
            wanted |= selectors.EVENT_WRITE
        key = self._selector.get_map().get(self._child.connection)
        if key is not None and key.events != wanted:
            self._selector.modify(self._child.connection, wanted, key.data)

    def _read_printed(self) -> bool:
        assert self._child.printed is not None
        try:
            data = os.read(self._child.printed, 1 << 16)
        except BlockingIOError:
            return False
        if data:
            self._printed.add(0, self._text.decode(data))
        elif self._child.printed in self._selector.get_map():
            self._selector.unregister(self._child.printed)
        return bool(data)

    # -- connections ---------------------------------------------------------------------------

    def _connect(self, number: int, run: int, host: str, port: int) -> None:
        self._observer.connected(run, host, port, self._broker.allows(host, port))
        connecting = Connecting(self._broker, number, host, port)
        self._connecting.append(connecting)
        self._watch(connecting, lambda: self._connected(connecting))

    def _connected(self, connecting: Connecting) -> None:
        self._selector.unregister(connecting)
        self._connecting.remove(connecting)
        made, error = connecting.taken(), connecting.error
        connecting.close()
        if made is None:
            told = {"number": (error and error.errno) or 113, "message": str(error)}
            self.send(pack({"t": "reply", "i": connecting.number, "e": told}))
        elif not hasattr(socket, "send_fds"):
            made.close()
            self.send(pack({"t": "reply", "i": connecting.number}))
        else:
            self.send(pack({"t": "reply", "i": connecting.number}), [made])


def _broker(job: Job) -> Broker:
    try:
        return Broker(job.hosts)
    except ValueError as error:
        refuse(f"hosts of {job.entry!r}: {error}", "name a host as example.org:443")
