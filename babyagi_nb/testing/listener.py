"""The socket of a scripted server: it accepts, reads requests, and does steps on connections.

Each connection has a thread that does one step after the other. A pause waits on the connection
itself, so it ends when the client leaves, and when :meth:`Listener.close` closes the connection
from this side: no thread outlives that.
"""

from __future__ import annotations

import errno
import json
import selectors
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from babyagi_nb.testing.fault import Hangup, Pause, Step, Unlisten
from babyagi_nb.testing.request import Request, masked

__all__ = ["Listener"]

_GONE = (errno.ENOTCONN, errno.EINVAL, errno.EBADF)
"""A connection that the other side, or its own thread, has closed already."""


class Listener(ThreadingHTTPServer):
    """The socket, the thread that accepts, and one thread for each connection.

    ``respond`` returns the steps for a request; it is called by many threads at once. ``failures``
    are errors of ours.
    """

    request_queue_size = 64
    allow_reuse_address = True

    def __init__(
        self, respond: Callable[[Request], Iterable[Step]], *, port: int = 0, listening: bool = True
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler, bind_and_activate=False)
        self.respond = respond
        self.failures: list[str] = []
        self.resetting: set[socket.socket] = set()
        self._refusing = threading.Event()
        self._open: set[socket.socket] = set()
        self._serving: set[threading.Thread] = set()
        self._guard = threading.Lock()
        self._closed = False
        try:
            self.server_bind()
        except OSError:
            self.server_close()
            raise
        self._wake, self._woken = socket.socketpair()
        self.port: int = self.socket.getsockname()[1]
        self._accepting: threading.Thread | None = None
        if listening:
            self.server_activate()
            name = f"fault-server-{self.port}"
            self._accepting = threading.Thread(target=self._accept, name=name, daemon=True)
            self._accepting.start()

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # the class between asks the network for this machine's name

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name="fault-server", daemon=True
        )
        with self._guard:
            self._open.add(request)
            self._serving.add(thread)
        thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):  # a client that left is no failure
            self.failures.append(f"the fault server failed: {error!r}")

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        if request in self.resetting:  # an orderly end would come before the reset
            self.resetting.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def refuse(self) -> None:
        """Keep the port, and refuse every new connection from when it returns."""
        self._wake.sendall(b"r")
        self._refusing.wait()

    def close(self) -> None:
        with self._guard:
            if self._closed:
                return
            self._closed = True
        self._wake.sendall(b"c")
        if self._accepting is not None:
            self._accepting.join()
        self.socket.close()
        with self._guard:
            connections, threads = list(self._open), list(self._serving)
            for each in connections:
                _shut(each)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()
        self._wake.close()
        self._woken.close()

    def _accept(self) -> None:
        try:
            self._accept_until_closed()
        finally:
            self._refusing.set()

    def _accept_until_closed(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    if b"c" in self._woken.recv(16):
                        return
                    if not self._refusing.is_set():
                        selector.unregister(self.socket)
                        self._close_listener()
                        self._refusing.set()
                elif self.socket in ready:
                    self.handle_request()

    def _close_listener(self) -> None:
        """Put a socket that does not listen in the place of the one that does."""
        self.socket.close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.port))

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.discard(request)
                self._serving.discard(threading.current_thread())


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # unbuffered, each header line would wait for the client's acknowledgement
    server: Listener
    connection: socket.socket

    def do_POST(self) -> None:
        given = self.headers.get("Content-Length", "")
        length = int(given) if given.isdecimal() else 0
        body = self.rfile.read(length)
        if len(body) < length:  # the client left while it was asking
            self.close_connection = True
        else:
            self._answer(body)

    def do_GET(self) -> None:
        self._answer(b"")

    def handle_expect_100(self) -> bool:
        going = super().handle_expect_100()
        self.wfile.flush()
        return going

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: what was asked is in ``requests``."""

    def _answer(self, body: bytes) -> None:
        request = Request(
            path=self.path.partition("?")[0],
            method=self.command,
            headers=masked(dict(self.headers.items())),
            body=body,
            parsed=_parsed(body),
        )
        try:
            for step in self.server.respond(request):
                if not self._do(step):
                    break
        except OSError:
            self.close_connection = True

    def _do(self, step: Step) -> bool:
        """Do one step; return whether to go on."""
        match step:
            case bytes():
                self.wfile.write(step)
                self.wfile.flush()
                return True
            case Pause(seconds):
                return self._wait(seconds)
            case Unlisten():
                self.server.refuse()
                return True
            case Hangup(reset):
                self.close_connection = True
                if reset:
                    self.server.resetting.add(self.connection)
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False

    def _wait(self, seconds: float | None) -> bool:
        """Wait; return whether the client is still there."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            left = bool(selector.select(seconds))
        self.close_connection |= left
        return not left


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        if error.errno not in _GONE:
            raise
