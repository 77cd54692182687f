"""How a job's process and the kernel talk: length-prefixed frames over a stream socket.

A frame is a JSON object, and *from the kernel only* a tail of raw bytes behind it::

    4 bytes length of the JSON text | 4 bytes length of the tail | text | tail

The process never sends a tail: what it says is JSON and nothing else, because the kernel must be
able to read it without trusting it. File descriptors travel beside the first byte of a frame, also
only from the kernel. Whoever waits for an answer waits by its number, so that threads of a job can
ask at the same time: one of them reads, and puts what is not its own where the others look.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from typing import Any, Final, NamedTuple

__all__ = ["HEAD", "Channel", "Gone", "Message", "pack"]

HEAD: Final = struct.Struct(">II")
"""Length of the JSON text, length of the tail."""

_MOST_FDS = 4


class Gone(Exception):
    """The other side closed the channel."""


class Message(NamedTuple):
    """One frame from the kernel."""

    body: dict[str, Any]
    tail: bytes
    fds: list[int]


def pack(body: dict[str, Any], tail: bytes = b"") -> bytes:
    """Return the frame of *body*; raises ``ValueError`` for what JSON cannot hold.

    >>> pack({"t": "next"})[8:]
    b'{"t":"next"}'
    """
    text = json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")
    return HEAD.pack(len(text), len(tail)) + text + tail


class Channel:
    """The job's end of the connection; safe from any of its threads."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._state = threading.Condition()
        self._reading = False
        self._gone = False
        self._arrived: dict[int, Message] = {}
        self._number = 0

    def fileno(self) -> int:
        return self._connection.fileno()

    def send(self, body: dict[str, Any]) -> None:
        self.send_packed(pack(body))

    def send_packed(self, frame: bytes) -> None:
        with self._sending:
            try:
                self._connection.sendall(frame)
            except OSError as error:
                raise Gone from error

    def ask(self, body: dict[str, Any]) -> Message:
        """Send a question and wait for the frame that answers it."""
        with self._state:
            self._number += 1
            number = self._number
        self.send({**body, "i": number})
        return self.receive(number)

    def receive(self, number: int = 0) -> Message:
        """Wait for the frame with that number; 0 is what the kernel says unasked."""
        while True:
            with self._state:
                while number not in self._arrived and self._reading and not self._gone:
                    self._state.wait()
                if number in self._arrived:
                    return self._arrived.pop(number)
                if self._gone:
                    raise Gone
                self._reading = True
            message = None
            try:
                message = self._read()
            finally:
                with self._state:
                    self._reading = False
                    if message is None:
                        self._gone = True
                    else:
                        self._arrived[int(message.body.get("i", 0))] = message
                    self._state.notify_all()

    def _read(self) -> Message:
        head, fds = self._exactly(HEAD.size)
        length, tail_length = HEAD.unpack(head)
        text, more = self._exactly(length)
        tail, rest = self._exactly(tail_length)
        return Message(json.loads(bytes(text)), bytes(tail), [*fds, *more, *rest])

    def _exactly(self, size: int) -> tuple[bytearray, list[int]]:
        data = bytearray(size)
        view = memoryview(data)
        fds: list[int] = []
        while view:
            chunk, found = _receive(self._connection, min(len(view), 1 << 20))
            fds += found
            if not chunk:
                raise Gone
            view[: len(chunk)] = chunk
            view = view[len(chunk) :]
        return data, fds


def _receive(connection: socket.socket, size: int) -> tuple[bytes, list[int]]:
    try:
        if not hasattr(socket, "recv_fds"):  # Windows
            return connection.recv(size), []
        data, fds, _, _ = socket.recv_fds(connection, size, _MOST_FDS)
    except OSError as error:
        raise Gone from error
    return data, list(fds)
