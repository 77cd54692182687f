"""The network from inside: nothing without a grant, and everything unchanged with one."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_jobs import Notes, confined_fixture, run, sandbox_fixture  # noqa: F401
from sandbox_web import CERTIFICATE, web

from babyagi_nb.core.isolation import Raised
from babyagi_nb.errors import SandboxRefused
from babyagi_nb.sandbox.broker import Broker, parse_host
from babyagi_nb.sandbox.server import Server

HELLO = "hello from outside"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with web(tmp_path_factory.mktemp("web")) as port:
        yield port


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with web(tmp_path_factory.mktemp("web"), tls=True) as port:
        yield port


PLAIN = {
    "urllib": """
        import urllib.request
        def f(url, certificate):
            with urllib.request.urlopen(url) as answer:
                return answer.read().decode()
        """,
    "http.client": """
        import http.client, urllib.parse
        def f(url, certificate):
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=5)
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        """,
    "socket": """
        import socket, urllib.parse
        def f(url, certificate):
            parts = urllib.parse.urlsplit(url)
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.settimeout(5)
            made.connect((parts.hostname, parts.port))
            assert made.getpeername()[1] == parts.port
            made.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            return made.makefile("rb").read().decode().split("\\r\\n\\r\\n")[1]
        """,
    "httpx": """
        import httpx
        def f(url, certificate): return httpx.get(url, verify=False).text
        """,
    "requests": """
        import requests
        def f(url, certificate): return requests.get(url).text
        """,
}
SECURE = {
    "urllib": """
        import ssl, urllib.request
        def f(url, certificate):
            context = ssl.create_default_context(cadata=certificate)
            with urllib.request.urlopen(url, context=context) as answer:
                return answer.read().decode()
        """,
    "asyncio": """
        import asyncio, ssl, urllib.parse
        async def f(url, certificate):
            context = ssl.create_default_context(cadata=certificate)
            parts = urllib.parse.urlsplit(url)
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
            writer.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
            text = (await reader.read()).decode()
            writer.close()
            return text.split("\\r\\n\\r\\n")[1]
        """,
    "httpx in tasks": """
        import asyncio, httpx, ssl
        async def f(url, certificate):
            context = ssl.create_default_context(cadata=certificate)
            async with httpx.AsyncClient(verify=context) as client:
                found = await asyncio.gather(*(client.get(url) for _ in range(3)))
            return {answer.text for answer in found}.pop()
        """,
}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("code", PLAIN.values(), ids=PLAIN)
def test_clients_work_with_a_grant(sandbox: Server, plain: int, host: str, code: str) -> None:
    place = f"{host}:{plain}"
    notes = Notes()

    made = run(sandbox, code, f"http://{place}/", CERTIFICATE, hosts=(place,), notes=notes)

    assert made == HELLO
    assert ("connected", host, plain, True) in notes.events


@pytest.mark.parametrize("code", SECURE.values(), ids=SECURE)
def test_tls_runs_from_end_to_end(sandbox: Server, tls: int, code: str) -> None:
    place = f"localhost:{tls}"
    is_async = "async def f" in code

    made = run(
        sandbox, code, f"https://{place}/", CERTIFICATE, hosts=(place,), is_async=is_async
    )  # fmt: skip

    assert made == HELLO


@pytest.mark.parametrize("hosts", [(), ("localhost:1",), ("example.org:443",)])
def test_a_host_that_was_not_granted_is_refused_with_the_mend(
    sandbox: Server, plain: int, hosts: tuple[str, ...]
) -> None:
    notes = Notes()
    code = "import socket\ndef f(port): socket.create_connection(('localhost', port))"

    with pytest.raises(Raised, match=f"approve it with hosts=localhost:{plain}") as caught:
        run(sandbox, code, plain, hosts=hosts, notes=notes)

    assert caught.value.kind == "PermissionError"
    assert ("connected", "localhost", plain, False) in notes.events


def test_a_connection_that_is_refused_is_that_error_inside(sandbox: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    code = "import socket\ndef f(port): socket.create_connection(('127.0.0.1', port))"

    with pytest.raises(Raised) as caught:
        run(sandbox, code, port, hosts=(f"127.0.0.1:{port}",))

    assert caught.value.kind == "ConnectionRefusedError"


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket().bind(('127.0.0.1', 0))",
        "socket.create_server(('127.0.0.1', 0))",
        "socket.socket().connect('/run/some.sock')",
    ],
)
def test_there_is_nothing_but_outgoing_tcp(confined: Server, code: str) -> None:
    with pytest.raises(Raised) as caught:
        run(confined, f"import socket\ndef f(): {code}", hosts=("localhost:80",))

    assert caught.value.kind == "PermissionError"


def test_hosts_that_cannot_be_read_are_refused(sandbox: Server) -> None:
    with pytest.raises(SandboxRefused, match="is not host:port"):
        run(sandbox, "def f(): return 1", hosts=("example.org",))


# -- the broker on its own ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given: found)

    with pytest.raises(PermissionError, match="no address of the open internet"):
        Broker(["rebound.example.org:443"]).connect("rebound.example.org", 443)


@pytest.mark.parametrize(
    ("granted", "host", "port", "allowed"),
    [
        ("Example.ORG:443", "example.org.", 443, True),
        ("example.org:443", "example.org", 80, False),
        ("example.org:443", "www.example.org", 443, False),
        ("*.example.org:443", "a.b.example.org", 443, True),
        ("*.example.org:443", "badexample.org", 443, False),
        ("*.example.org:443", ".example.org", 443, False),
        ("[::1]:80", "::1", 80, True),
        ("bücher.example:443", "xn--bcher-kva.example", 443, True),
    ],
)
def test_a_grant_covers_what_it_says(granted: str, host: str, port: int, allowed: bool) -> None:
    assert Broker([granted]).allows(host, port) is allowed


@given(st.text(max_size=30))
def test_any_text_is_a_host_or_refused(text: str) -> None:
    try:
        host = parse_host(text)
    except ValueError:
        return
    assert host.covers(host.name.replace("*.", "a."), host.port)
