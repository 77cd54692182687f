"""A web server on this machine, plain and with TLS, that counts who connects.

The certificate below names ``localhost`` and ``127.0.0.1`` and was made for these tests only.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["CERTIFICATE", "web"]

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBWzCCAQ2gAwIBAgIUMnYrp9FcHUSnO2vS9HWE8S6wohkwBQYDK2VwMBQxEjAQ
BgNVBAMMCWxvY2FsaG9zdDAgFw0yNjExMjIyMzUzMzVaGA8yMTI2MTAyOTIzNTMz
NVowFDESMBAGA1UEAwwJbG9jYWxob3N0MCowBQYDK2VwAyEAK36EdVzitm3QkryK
DNUpZVMs/oB99GIgcZDy5F1TwhWjbzBtMB0GA1UdDgQWBBQf6dBUjam0JAuuJuJb
JLTOgr0nlDAfBgNVHSMEGDAWgBQf6dBUjam0JAuuJuJbJLTOgr0nlDAaBgNVHREE
EzARgglsb2NhbGhvc3SHBH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQDp
VA9LsmVX5Psa9Jv459Wz7o0JndOGc/dLDEUrGjI8nEDijSz3tCCs+zqHxPcU9wE2
Gqudt6lHzb7uK0qKXbkG
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAgClgy93QbNfUiFXDcKK+X4SYv0vr48F9ZASLIZ/p9v
-----END PRIVATE KEY-----
"""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"hello from outside"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *about: Any) -> None:
        pass


@contextmanager
def web(folder: Path, *, tls: bool = False) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1, which is what this yields."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    if tls:
        (folder / "cert.pem").write_text(CERTIFICATE)
        (folder / "key.pem").write_text(KEY)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
