"""What the pages of one application began on the main shell: builds and turns of conversations.

All pages of an application share it, whichever wire they came over, and each sees what another
began. Feeds are written by the main thread, where an interrupt can land anywhere, so there are no
locks here, only operations that happen whole.

A turn may have to ask the person. It waits, in short waits that an interrupt ends, for an answer
that comes over a subshell; where nobody answers in time, or no page can answer beside a busy cell,
the answer is no.
"""

from __future__ import annotations

import itertools
import signal
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.jupyter.feed import BuildFeed, ChatFeed, Feed, Tell

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["Underway", "underway_of"]

PATIENCE = 300.0
"""Seconds for which a question waits for an answer."""
_SHORT = 0.2
"""Seconds of one wait; where the system lets nothing interrupt it, this is the longest delay."""
_KEPT = 20
"""Feeds of each kind that are kept."""
_NAME = "_underway"


class Underway:
    """Feeds, open questions, and whether there is something that can be stopped."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.builds: OrderedDict[str, BuildFeed] = OrderedDict()
        self.chats: OrderedDict[str, ChatFeed] = OrderedDict()
        self.promised: set[str] = set()
        """Ids of conversations in which nothing was said yet."""
        self.reachable = False
        """Whether a page has been heard beside the main shell."""
        self._questions: dict[int, SimpleQueue[bool]] = {}
        self._numbers = itertools.count(1)
        self._hearers: list[Tell] = []
        self._working = 0

    # -- who listens -----------------------------------------------------------------------

    def join(self, hear: Tell) -> None:
        """Tell *hear* of every change from now on; it must not wait, and not raise."""
        self._hearers.append(hear)

    def leave(self, hear: Tell) -> None:
        self._hearers = [each for each in self._hearers if each != hear]

    def _tell(self, feed: Feed, n: int) -> None:
        for hear in self._hearers:
            hear(feed, n)

    # -- feeds -----------------------------------------------------------------------------

    def build_feed(self, id: str) -> BuildFeed:
        """A fresh feed for a sitting of the build *id*; newer than that of the sitting before."""
        before = self.builds.get(id)
        feed = self.builds[id] = BuildFeed(id, self._tell)
        feed.revision = before.revision + 1 if before else 0
        _forget(self.builds)
        return feed

    def chat_feed(self, id: str) -> ChatFeed:
        """The feed of the conversation *id*; an empty one where there was none."""
        feed = self.chats.get(id)
        if feed is None:
            feed = self.chats[id] = ChatFeed(id, self._tell)
        self.chats.move_to_end(id)
        _forget(self.chats)
        return feed

    # -- questions -------------------------------------------------------------------------

    def ask(self, feed: ChatFeed, question: str) -> bool:
        """Whether the person says yes; waits, and lets ``KeyboardInterrupt`` through."""
        if not self.reachable:
            feed.take({"event": "note", "text": _UNREACHABLE})
            return False
        number = next(self._numbers)
        answers = self._questions[number] = SimpleQueue()
        note = ""
        try:
            feed.ask(number, one_line(question, 400))
            yes = _answered(answers, self.patience)
            note = "" if yes is not None else "nobody answered, which means no"
            return yes is True
        finally:
            self._questions.pop(number, None)
            feed.answered(note)

    def answer(self, question: int, yes: bool) -> bool:
        """Answer an open question; ``False`` where it is not open any more."""
        waiting = self._questions.pop(question, None)
        if waiting is None:
            return False
        waiting.put(yes)
        return True

    # -- stopping --------------------------------------------------------------------------

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """What is done inside can be stopped."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    def stop(self) -> bool:
        """Interrupt the main thread if it works for a page; never a cell of the notebook."""
        main = threading.main_thread()
        raises = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if not self._working or not raises or main.ident is None:
            return False
        if hasattr(signal, "pthread_kill"):
            # Also ends what waits in the system, which a flag would not.
            signal.pthread_kill(main.ident, signal.SIGINT)
        else:
            import _thread

            _thread.interrupt_main()
        return True


def underway_of(app: BabyAGI) -> Underway:
    """What is under way in *app*; kept with it, so that it goes with it."""
    found: Underway = vars(app).setdefault(_NAME, Underway())
    return found


_UNREACHABLE = (
    "this page cannot be asked while the kernel works, so the answer is no; "
    "choose the function by name to allow its calls"
)


def _answered(answers: SimpleQueue[bool], seconds: float) -> bool | None:
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0:
        try:
            return answers.get(timeout=min(_SHORT, left))
        except Empty:
            continue
    return None


def _forget(feeds: OrderedDict[str, BuildFeed] | OrderedDict[str, ChatFeed]) -> None:
    while len(feeds) > _KEPT:
        feeds.popitem(last=False)
