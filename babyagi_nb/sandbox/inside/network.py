"""``socket`` for a process that may make none: connections come from the kernel, ready to use.

A job cannot create a socket. What looks like one begins as one end of a socket pair; at ``connect``
the kernel is asked, and the connection that it passes takes the place of that end. So whatever is
built on ``socket`` works unchanged, and TLS runs from end to end inside the job.

Names are not looked up here. ``getaddrinfo`` answers with stand-ins from the range for benchmarks
(198.18.0.0/15), and ``connect`` tells the kernel the name that a stand-in stands for.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any, Final

__all__ = ["Connect", "patch"]

Connect = Callable[[str, int], int | None]
"""Asks the kernel for a connection: a file descriptor; ``None``: allowed, make it yourself.

Raises ``OSError``: ``PermissionError`` for what was not granted.
"""

_STREAMS: Final = (socket.AF_INET, socket.AF_INET6)
_plain = socket.socket


class _Names:
    """Stand-in addresses for host names, for as long as the process lives."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._addresses: dict[str, str] = {}

    def address(self, name: str) -> str:
        found = self._addresses.get(name)
        if found is None:
            number = len(self._addresses) + 1
            found = f"198.{18 + (number >> 16 & 1)}.{number >> 8 & 255}.{number & 255}"
            self._addresses[name] = found
            self._names[found] = name
        return found

    def name(self, address: str) -> str:
        return self._names.get(address, address)


def patch(connect: Connect) -> None:
    """Put the stand-ins into :mod:`socket`; *connect* is asked at each connection."""
    names = _Names()

    class Socket(_plain):
        """A socket whose connections are made by the kernel."""

        def __init__(
            self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None
        ) -> None:
            self._other: socket.socket | None = None
            self._options: list[tuple[Any, ...]] = []
            if fileno is not None:
                super().__init__(family, type, proto, fileno)
                return
            family = socket.AF_INET if family == -1 else family
            type = socket.SOCK_STREAM if type == -1 else type
            if family not in _STREAMS or type & 0xF != socket.SOCK_STREAM:
                raise PermissionError(
                    errno.EPERM, "the sandbox has TCP connections to granted hosts only"
                )
            ours, self._other = _pair()
            super().__init__(family, type, max(proto, 0), ours.detach())

        def connect(self, address: Any) -> None:
            if self._other is None:
                return super().connect(address)
            host, port = _host_and_port(address)
            timeout = self.gettimeout()
            fd = connect(names.name(host), port)
            if fd is None:
                fd = _reach(names.name(host), port, timeout)
            os.dup2(fd, self.fileno(), False)
            os.close(fd)
            self._other.close()
            self._other = None
            self.settimeout(timeout)
            for option in self._options:
                # They were asked of another kind of socket; none is worth failing for.
                try:
                    super().setsockopt(*option)
                except OSError:
                    continue

        def connect_ex(self, address: Any) -> int:
            try:
                self.connect(address)
            except OSError as error:
                return error.errno or errno.ECONNREFUSED
            return 0

        def setsockopt(self, *option: Any) -> None:
            if self._other is not None:
                self._options.append(option)
            else:
                super().setsockopt(*option)

        def bind(self, address: Any) -> None:
            raise PermissionError(errno.EPERM, "the sandbox may not listen or choose an address")

        def close(self) -> None:
            if self._other is not None:
                self._other.close()
            super().close()

    def getaddrinfo(
        host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[Any, ...]]:
        return _answers(names, host, port, family, type)

    def gethostbyname(host: str) -> str:
        return host if _is_address(host) else names.address(host)

    socket.socket = socket.SocketType = Socket  # type: ignore[misc, assignment]
    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = gethostbyname
    socket.gethostbyname_ex = lambda host: (host, [], [gethostbyname(host)])


def _pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair()


def _reach(host: str, port: int, timeout: float | None) -> int:
    """Connect without help, where file descriptors cannot travel."""
    last: OSError | None = None
    for family, kind, proto, _, address in _lookup(host, port, 0, socket.SOCK_STREAM):
        made = _plain(family, kind, proto)
        try:
            made.settimeout(timeout)
            made.connect(address)
            return made.detach()
        except OSError as error:
            made.close()
            last = error
    raise last or OSError(errno.EHOSTUNREACH, f"{host} has no address")


_lookup = socket.getaddrinfo


def _host_and_port(address: Any) -> tuple[str, int]:
    if not isinstance(address, tuple) or len(address) < 2:
        raise PermissionError(errno.EPERM, "the sandbox has TCP connections only")
    return _text(address[0]), int(address[1])


def _text(host: Any) -> str:
    return host.decode("ascii") if isinstance(host, bytes | bytearray) else str(host or "localhost")


def _is_address(host: str) -> int:
    """The family of a literal address, or 0."""
    for family in _STREAMS:
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return family
    return 0


def _answers(names: _Names, host: Any, port: Any, family: int, kind: int) -> list[tuple[Any, ...]]:
    name = _text(host)
    number = _port(port)
    found = _is_address(name)
    if not found:
        found, name = socket.AF_INET, names.address(name)
    if kind not in (0, socket.SOCK_STREAM) or family not in (0, found):
        raise socket.gaierror(socket.EAI_NONAME, "the sandbox has TCP over IPv4 names only")
    address = (name, number) if found == socket.AF_INET else (name, number, 0, 0)
    return [
        (socket.AddressFamily(found), socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address),
    ]


_PORTS: Final = {"http": 80, "https": 443}


def _port(port: Any) -> int:
    if isinstance(port, bytes):
        port = port.decode("ascii")
    if isinstance(port, str) and not port.isdigit():
        return _PORTS.get(port, 0)
    return int(port or 0)
