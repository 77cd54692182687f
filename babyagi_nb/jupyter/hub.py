"""The one place where pages and the application meet: requests in, responses and news out.

Every page, whichever wire it came over, is a *peer*. Requests are answered in the thread they
arrive in. News is pushed by one background thread, which exists while somebody listens: about ten
times a second it looks at the ends of the journals and at the catalogue's generation, and sends
what changed to those who asked for it. Whoever calls a function pays nothing for that: no hook is
on that way, and the thread never works for more than a twentieth of the time.

A page that is closed does not say so. So each peer is pinged now and then; one that stays silent
gets no more pushes until it speaks again, and after a long silence it is forgotten.

An interrupt can land anywhere in the main thread, also in the middle of what this file does there.
So there are no locks here, only operations that happen whole: those of dicts, deques, and queues.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.events import Event, KeyDeclared, KeyForgotten, TriggerAdded, TriggerRemoved
from babyagi_nb.core.ports import News
from babyagi_nb.core.runs import Run
from babyagi_nb.errors import BabyAGIError
from babyagi_nb.ids import RunId
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.feed import Feed
from babyagi_nb.jupyter.protocol import Refused, Request, failure, push, read_request, response
from babyagi_nb.jupyter.rows import run_row
from babyagi_nb.jupyter.underway import Underway, underway_of
from babyagi_nb.jupyter.unsettled import Unsettled

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["Hub", "Peer", "Send"]

Send = Callable[[dict[str, Any]], None]
"""Gives one message to one page; may be called from any thread."""

BEAT = 0.1
"""Seconds between two looks at what is new."""
_SHARE = 20
"""A look that was much work is followed by this many times as much rest."""
_RUNS = 100
"""Runs in one push."""
_PRINTED = 64_000
"""Characters of printed text in one push."""
_PING = 20.0
_SILENT = 60.0
"""Seconds without a word after which a peer gets no pushes."""
_FORGOTTEN = 3600.0


class Peer:
    """One page."""

    def __init__(self, number: int, send: Send, now: float, forgotten: Callable[[], None]) -> None:
        self.number = number
        self.heard = self.pinged = now
        self.runs = self.definitions = False
        """What it wants to be told."""
        self.printed: deque[tuple[int, str]] = deque()
        """What runs of its forms printed and it has not been told yet."""
        self.forgotten = forgotten
        self._send = send

    def send(self, message: dict[str, Any]) -> None:
        # A page that cannot be reached is no reason to fail a request, or the other pages.
        with suppress(Exception):
            self._send(message)

    def is_awake(self, now: float) -> bool:
        return now - self.heard < _SILENT


class Hub:
    """Pages of one application; *threaded* is off where tests beat time themselves."""

    def __init__(
        self,
        bridge: Bridge,
        *,
        clock: Callable[[], float] = time.monotonic,
        threaded: bool = True,
    ) -> None:
        self.bridge = bridge
        self._clock = clock
        self._threaded = threaded
        self._peers: dict[int, Peer] = {}
        self._numbers = itertools.count(1)
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._halt: SimpleQueue[None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._watched: BabyAGI | None = None
        self._news: News | None = None
        self._unsettled = Unsettled()
        self._generation = self._told = 0
        self._underway: Underway | None = None
        self._fresh: deque[tuple[Feed, int]] = deque()
        """Parts of builds and conversations that are to be told."""

    # -- peers -----------------------------------------------------------------------------

    def join(self, send: Send, forgotten: Callable[[], None] = lambda: None) -> Peer:
        """A page is there; *forgotten* is called should it be given up."""
        peer = Peer(next(self._numbers), send, self._clock(), forgotten)
        self._peers[peer.number] = peer
        return peer

    def leave(self, peer: Peer) -> None:
        self._peers.pop(peer.number, None)

    def receive(self, peer: Peer, message: object, *, main: bool) -> None:
        """Answer what *peer* sent; *main* says whether this is the kernel's main shell."""
        peer.heard = peer.pinged = self._clock()
        self._peers.setdefault(peer.number, peer)
        try:
            request = read_request(message)
        except Refused as refused:
            peer.send(failure(refused.id, refused))
            return
        self._follow(main)
        answer = self._answer(peer, request, main)
        self._tell_printed(peer)
        peer.send(answer)

    def close(self) -> None:
        """Let every page go and end the thread. Idempotent."""
        self._closed = True
        if self._underway is not None:
            self._underway.leave(self._hear)
        self._peers.clear()
        self._wake.put(None)
        self._halt.put(None)
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=10)

    def _answer(self, peer: Peer, request: Request, main: bool) -> dict[str, Any]:
        if request.op == "alive":
            return response(request.id, None)
        if request.op == "subscribe":
            peer.runs, peer.definitions = request.args["runs"], request.args["definitions"]
            self._mark()
            self._begin()
            return response(request.id, None)
        ticket = request.args.get("ticket", 0)

        def say(text: str) -> None:
            peer.printed.append((ticket, text))
            self._begin()

        return self.bridge.answer(request, main=main, say=say)

    def _follow(self, main: bool) -> None:
        """Hear of the builds and conversations of the application that there is now."""
        app = self.bridge.opened()
        underway = None if app is None else underway_of(app)
        if underway is not self._underway:
            if self._underway is not None:
                self._underway.leave(self._hear)
            self._underway = underway
            if underway is not None:
                underway.join(self._hear)
        if underway is not None and not main:
            underway.reachable = True

    def _hear(self, feed: Feed, n: int) -> None:
        """Something of *feed* is new; called by who works, who must not wait for pages."""
        self._fresh.append((feed, n))
        self._begin()

    # -- news ------------------------------------------------------------------------------

    def beat(self) -> None:
        """Push whatever is new to whoever wants it."""
        now = self._clock()
        for peer in list(self._peers.values()):
            self._tell_printed(peer)
            self._attend(peer, now)
        awake = [peer for peer in list(self._peers.values()) if peer.is_awake(now)]
        self._push_fresh(awake)
        app = self.bridge.opened()
        if app is not self._watched:
            self._watch(app, awake)
        if app is None:
            return
        with suppress(BabyAGIError, OSError):
            # What cannot be read now is told to whoever asks for it.
            self._push_definitions(app, [peer for peer in awake if peer.definitions])
            self._push_runs(app, [peer for peer in awake if peer.runs], now)

    def _mark(self) -> None:
        """News counts from now on, not from the next look."""
        app = self.bridge.opened()
        if app is not None and self._watched is None:
            self._watch(app, [])
        if app is not None and self._news is None:
            with suppress(BabyAGIError, OSError):
                self._news = app.queries.news()

    def _watch(self, app: BabyAGI | None, peers: list[Peer]) -> None:
        """The kernel has another application than at the last look."""
        first = self._watched is None
        self._watched, self._news, self._unsettled = app, None, Unsettled()
        if app is None:
            return
        self._generation, self._told = app.catalogue.generation, len(app.catalogue.history)
        if not first:
            where = app.path or "memory"
            for peer in peers:
                peer.send(push("notice", message=f"this kernel uses another store now: {where}"))
                peer.send(push("definitions", generation=self._generation, names=[]))

    def _push_definitions(self, app: BabyAGI, peers: list[Peer]) -> None:
        if not peers:
            return
        app.refresh()
        catalogue = app.catalogue
        if catalogue.generation == self._generation:
            return
        history = catalogue.history
        # A log that was exchanged has another history: then nobody knows which names.
        added = history[self._told :] if len(history) >= self._told else []
        names = {str(name) for each in added for name in map(_touched, each.events) if name}
        self._generation, self._told = catalogue.generation, len(history)
        for peer in peers:
            peer.send(push("definitions", generation=self._generation, names=sorted(names)))

    def _push_runs(self, app: BabyAGI, peers: list[Peer], now: float) -> None:
        if not peers:
            self._news, self._unsettled = None, Unsettled()
            return
        if self._news is None:
            self._news = app.queries.news()
        fresh = self._news.poll(_RUNS)
        self._unsettled.tell(fresh.runs, now)
        _send_runs(peers, fresh.runs, dropped=fresh.dropped)
        settled = self._unsettled.settle(app.queries, now)
        _send_runs(peers, settled.ended, gone=settled.gone)

    def _push_fresh(self, peers: list[Peer]) -> None:
        """Tell each part once, as it is now. One thread does it, so that the newest comes last."""
        found: dict[Feed, set[int]] = {}
        while self._fresh:
            feed, n = self._fresh.popleft()
            found.setdefault(feed, set()).add(n)
        for feed, numbers in found.items():
            message = feed.message(sorted(numbers))
            for peer in peers:
                peer.send(message)

    def _tell_printed(self, peer: Peer) -> None:
        """Push what was printed, joined; what is far too much loses its middle."""
        parts: dict[int, list[str]] = {}
        while peer.printed:
            with suppress(IndexError):
                ticket, text = peer.printed.popleft()
                parts.setdefault(ticket, []).append(text)
        for ticket, texts in parts.items():
            text = "".join(texts)
            if len(text) > _PRINTED:
                left = len(text) - _PRINTED
                text = f"… {left} characters …\n{text[-_PRINTED:]}"
            peer.send(push("printed", ticket=ticket, text=text))

    def _attend(self, peer: Peer, now: float) -> None:
        """Ping a silent peer, and forget one that has been silent for very long."""
        if now - peer.heard > _FORGOTTEN:
            self.leave(peer)
            with suppress(Exception):
                peer.forgotten()
        elif now - peer.pinged > _PING:
            peer.pinged = now
            peer.send(push("ping"))

    # -- the thread ------------------------------------------------------------------------

    def _begin(self) -> None:
        """There is something to watch, or to tell."""
        if self._closed or not self._threaded:
            return
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="babyagi-hub", daemon=True)
            self._thread = thread
            # A closing interpreter starts no threads.
            with suppress(RuntimeError):
                thread.start()
        elif self._wake.empty():
            self._wake.put(None)

    def _run(self) -> None:
        rest = BEAT
        while not self._closed:
            if self._is_heard():
                _arrives(self._halt, rest)
            else:
                # What is left to do is to notice who went away.
                _arrives(self._wake, _PING)
            # Work, not waiting: beside a busy cell most of a look is waiting for the interpreter.
            began = time.thread_time()
            with suppress(Exception):
                self.beat()
            rest = max(BEAT, _SHARE * (time.thread_time() - began))

    def _is_heard(self) -> bool:
        now = self._clock()
        return bool(self._fresh) or any(
            peer.printed or ((peer.runs or peer.definitions) and peer.is_awake(now))
            for peer in list(self._peers.values())
        )


def _send_runs(
    peers: list[Peer], runs: Sequence[Run], *, dropped: int = 0, gone: Sequence[RunId] = ()
) -> None:
    if runs or dropped or gone:
        rows = [run_row(run) for run in runs]
        message = push("runs", runs=rows, dropped=dropped, gone=list(gone))
        for peer in peers:
            peer.send(message)


def _arrives(queue: SimpleQueue[None], timeout: float) -> None:
    with suppress(Empty):
        queue.get(timeout=timeout)


def _touched(event: Event) -> str | None:
    """The function that *event* is about; of triggers, the one that runs."""
    if isinstance(event, TriggerAdded | TriggerRemoved):
        return event.triggered
    return None if isinstance(event, KeyDeclared | KeyForgotten) else event.name
