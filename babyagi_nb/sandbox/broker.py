"""Connections for a job that may make none itself: checked, looked up and made in the kernel.

A host is granted as ``name:port``. It is looked up here, and the connection goes to the very
address that was checked, so that a name cannot change its mind in between. Addresses inside the
machine or the local network are refused unless they were granted as such: literally, or as
``localhost``.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["Broker", "Connecting", "Host", "parse_host"]

_SECONDS: Final = 20.0
"""For one address to answer."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Host:
    """One grant."""

    name: str
    """Lower case; ``*.`` in front stands for every subdomain."""
    port: int

    def covers(self, name: str, port: int) -> bool:
        """Whether a connection to *name* is within the grant.

        >>> parse_host("*.example.org:443").covers("api.example.org", 443)
        True
        >>> parse_host("*.example.org:443").covers("example.org", 443)
        False
        """
        if port != self.port:
            return False
        if self.name.startswith("*."):
            return name.endswith(self.name[1:]) and len(name) > len(self.name) - 1
        return name == self.name


def parse_host(text: str) -> Host:
    """Read ``host:port``, ``*.host:port`` or ``[address]:port``; raises ``ValueError``.

    >>> parse_host("API.example.org:443")
    Host(name='api.example.org', port=443)
    """
    name, _, port = text.rpartition(":")
    plain = _plain(name.removeprefix("[").removesuffix("]"))
    if not plain or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError(f"{text!r} is not host:port")
    return Host(plain, int(port))


def _plain(name: str) -> str:
    """*name* as it is compared: lower case, without the last dot, in its ASCII form."""
    name = name.strip().rstrip(".").lower()
    try:
        return name.encode("ascii").decode() if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return ""


class Broker:
    """Makes the connections of one job; *hosts* raise ``ValueError`` when they cannot be read."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(map(parse_host, hosts))

    def allows(self, host: str, port: int) -> bool:
        name = _plain(host)
        return bool(name) and any(each.covers(name, port) for each in self._hosts)

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect; raises ``PermissionError`` for what is not granted, else ``OSError``."""
        if not self.allows(host, port):
            raise PermissionError(
                errno.EACCES,
                f"the sandbox may not connect to {host}:{port}; "
                f"approve it with hosts={host}:{port}",
            )
        name = _plain(host)
        last: OSError | None = None
        for family, kind, proto, _, place in socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM):
            try:
                _check(name, str(place[0]))
                return _connected(family, kind, proto, place)
            except OSError as error:
                last = error
        raise last or OSError(errno.EHOSTUNREACH, f"{name} has no address")


def _check(name: str, address: str) -> None:
    """Raise ``PermissionError`` when *name* leads inside and was not granted as such."""
    if name == "localhost" or _is_literal(name):
        return
    if not _is_public(ipaddress.ip_address(address.partition("%")[0])):
        raise PermissionError(
            errno.EACCES, f"{name} leads to {address}, which is no address of the open internet"
        )


def _is_literal(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        for inner in (address.ipv4_mapped, address.sixtofour):
            if inner is not None:
                return _is_public(inner)
        if address in _TRANSLATED:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast


_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


def _connected(family: int, kind: int, proto: int, place: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, kind, proto)
    try:
        made.settimeout(_SECONDS)
        made.connect(place)
    except BaseException:
        made.close()
        raise
    return made


class Connecting:
    """One connection under way in a thread, since a look-up can neither be timed nor interrupted.

    ``fileno()`` becomes readable when it is over.
    """

    def __init__(self, broker: Broker, number: int, host: str, port: int) -> None:
        self.number = number
        self._reading, self._writing = socket.socketpair()
        self._lock = threading.Lock()
        self._over = False
        self._made: socket.socket | None = None
        self.error: OSError | None = None
        threading.Thread(target=self._work, args=(broker, host, port), daemon=True).start()

    def fileno(self) -> int:
        return self._reading.fileno()

    def taken(self) -> socket.socket | None:
        """The connection, which is the caller's from now on; ``None`` when ``error`` says why."""
        with self._lock:
            made, self._made = self._made, None
        return made

    def close(self) -> None:
        """Want it no longer."""
        with self._lock:
            self._over = True
            if self._made is not None:
                self._made.close()
            self._reading.close()
            self._writing.close()

    def _work(self, broker: Broker, host: str, port: int) -> None:
        made = None
        try:
            made = broker.connect(host, port)
        except OSError as error:
            self.error = error
        except Exception as error:
            self.error = OSError(errno.EHOSTUNREACH, str(error))
        with self._lock:
            if not self._over:
                self._made = made
                self._writing.send(b"!")
            elif made is not None:
                made.close()
