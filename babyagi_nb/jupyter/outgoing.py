"""What leaves a kernel is redacted: printed text, results, displays, tracebacks, widget state.

All of it passes one point, where the kernel's session encodes messages, and the notebook file, the
page and every other front end get it from there. So that is where the known values of keys are
taken out, whichever library or cell showed them. The message's own header is left alone.

Nothing is looked through before there is a known value. Not covered: binary buffers (widgets,
images), which are not text; a value cut in two by whoever prints it outside of a stored function;
the input of cells, which the front end wrote and already has.
"""

from __future__ import annotations

from typing import Any

from babyagi_nb.core import scrubbing

__all__ = ["Outgoing"]


class Outgoing:
    """The session of one kernel; a shell without a kernel (a terminal) has none."""

    def __init__(self, shell: Any) -> None:
        self._session: Any = getattr(getattr(shell, "kernel", None), "session", None)
        self._before: Any = None
        self._ours: Any = None

    def enter(self) -> None:
        session = self._session
        before = getattr(session, "pack", None)
        if before is None:
            return

        def pack(message: Any) -> bytes:
            packed: bytes = before(message)
            if not scrubbing.active() or (type(message) is dict and "msg_id" in message):
                return packed
            return scrubbing.json(packed)

        self._before, self._ours = before, pack
        session.pack = pack

    def leave(self) -> None:
        # Somebody may have wrapped after us; then ours has to stay underneath.
        if self._ours is not None and self._session.pack is self._ours:
            self._session.pack = self._before
        self._ours = None
