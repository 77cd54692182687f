"""What a server says, byte for byte: one request on a socket of its own, read to its end."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from babyagi_nb.testing import Fault, FaultServer, Reply, Rule, call

CODE = "def add(a: int, b: int) -> int:\n    '''Add two numbers.'''\n    return a + b"
WRITTEN = {"code": CODE, "tests": ["assert add(1, 2) == 3"], "why": "große Zahlen"}
GOOD = Reply(text=json.dumps(WRITTEN, ensure_ascii=False))
CALLS = (call("add", {"a": 1, "b": 2}, id="c1"), call("add", {"a": 30}, id="c2"))
CALLING = Reply(text="", calls=CALLS)
TOOLS = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came back, and how it ended: ``end``, ``reset``, or ``silence`` where it did not."""

    raw: bytes
    ended: str

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1]) if self.raw else 0

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def chunks(self) -> list[bytes]:
        """Of a chunked body, as they were framed; the empty one at the end is among them."""
        rest, found = self.raw.partition(b"\r\n\r\n")[2], []
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            found.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        return found

    @property
    def body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            return b"".join(self.chunks)
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["choices"][0]["message"]
        return found

    @property
    def data(self) -> list[str]:
        """The data of the events of a stream."""
        lines = self.body.decode().split("\n")
        return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.data if each != "[DONE]"]

    @property
    def deltas(self) -> list[dict[str, Any]]:
        return [each["choices"][0]["delta"] for each in self.events if each["choices"]]

    @property
    def text(self) -> str:
        """What was said in a stream."""
        return "".join(each.get("content") or "" for each in self.deltas)

    @property
    def finishes(self) -> list[str]:
        found = (each["choices"][0]["finish_reason"] for each in self.events if each["choices"])
        return [each for each in found if each]


def asked(said: str = "Add two numbers.", **fields: Any) -> dict[str, Any]:
    """The body of a question."""
    return {"model": "m", "messages": [{"role": "user", "content": said}], **fields}


def send(
    server: FaultServer,
    body: Any,
    *,
    path: str = "/v1/chat/completions",
    method: str = "POST",
    patience: float = 30.0,
    first: float = 30.0,
) -> Heard:
    """Send one request and read what comes.

    *patience* is how long silence is listened to, *first* the same before anything was said.
    """
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    where = urlsplit(server.url)
    assert where.hostname is not None
    with socket.create_connection((where.hostname, where.port or 0), timeout=first) as wire:
        wire.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-secret\r\n"
            f"Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n".encode()
            + sent
        )
        got = b""
        try:
            while piece := wire.recv(1 << 20):
                got += piece
                wire.settimeout(patience)
        except ConnectionResetError:
            return Heard(raw=got, ended="reset")
        except TimeoutError:
            return Heard(raw=got, ended="silence")
    return Heard(raw=got, ended="end")


SILENT = {"stall", "body_stalls", "stream_stall"}
"""Faults after which nothing comes and nothing ends."""


def patience_for(name: str) -> dict[str, Any]:
    """How long to listen to what the fault *name* does."""
    short = 0.1
    return {
        "patience": short if name in SILENT else 30.0,
        "first": short if name == "stall" else 30.0,
    }


def heard(fault: Fault, good: Any = GOOD, **fields: Any) -> Heard:
    """What the first request to a server with *fault* gets."""
    with FaultServer([Rule(fault, good, times=None)]) as server:
        return send(server, asked(**fields), **patience_for(fault.name))
