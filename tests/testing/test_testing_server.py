"""The scripted server on its socket: what it answers, what it records, and that nothing stays."""

from __future__ import annotations

import base64
import http.client
import json
import signal
import socket
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from testing_raw import CALLING, GOOD, TOOLS, asked, send

from babyagi_nb.testing import FaultServer, Request, Rule, faults


def test_a_chat_is_answered() -> None:
    with FaultServer(["Hello!"]) as server:
        heard = send(server, asked("Hi"))
    assert heard.status == 200
    assert heard.message == {"role": "assistant", "content": "Hello!"}
    assert heard.json["usage"] == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assert heard.json["choices"][0]["finish_reason"] == "stop"


def test_a_stream_says_the_same_in_pieces() -> None:
    with FaultServer([GOOD]) as server:
        heard = send(server, asked(stream=True, stream_options={"include_usage": True}))
    assert heard.headers["content-type"] == "text/event-stream"
    assert heard.text == GOOD.text
    assert len(heard.deltas) > 4
    assert heard.finishes == ["stop"]
    assert heard.events[-1]["usage"]["total_tokens"] > 0
    assert heard.data[-1] == "[DONE]"


def test_a_stream_counts_tokens_only_when_asked() -> None:
    with FaultServer([GOOD]) as server:
        heard = send(server, asked(stream=True))
    assert not any("usage" in each for each in heard.events)


def test_tool_calls_are_said_plain_and_streamed() -> None:
    with FaultServer([CALLING, CALLING]) as server:
        plain = send(server, asked(tools=TOOLS))
        streamed = send(server, asked(tools=TOOLS, stream=True))
    assert [each["id"] for each in plain.message["tool_calls"]] == ["c1", "c2"]
    assert plain.message["content"] is None
    pieces = [piece for each in streamed.deltas for piece in each.get("tool_calls", ())]
    assert [(each["index"], each["id"]) for each in pieces] == [(0, "c1"), (1, "c2")]
    assert json.loads(pieces[0]["function"]["arguments"]) == {"a": 1, "b": 2}
    assert streamed.finishes == ["tool_calls"]


def test_models_are_listed() -> None:
    with FaultServer(models=["big", "small"]) as server:
        heard = send(server, b"", path="/v1/models", method="GET")
    assert [each["id"] for each in heard.json["data"]] == ["big", "small"]


def embedding(server: FaultServer, texts: Any, **fields: Any) -> list[Any]:
    body = {"model": "e", "input": texts, **fields}
    rows = send(server, body, path="/v1/embeddings").json["data"]
    return [each["embedding"] for each in rows]


def test_texts_are_embedded_the_same_each_time_and_by_their_words() -> None:
    with FaultServer() as server:
        first = embedding(server, ["add two numbers", "numbers to add", "open a door"])
        again = embedding(server, "add two numbers", dimensions=64)
        short = embedding(server, "add two numbers", dimensions=8)
    assert again == [first[0]]
    assert len(short[0]) == 8
    near = sum(a * b for a, b in zip(first[0], first[1], strict=True))
    far = sum(a * b for a, b in zip(first[0], first[2], strict=True))
    assert near > far
    assert sum(each * each for each in first[0]) == pytest.approx(1)


def test_embeddings_come_packed_when_asked() -> None:
    with FaultServer() as server:
        (plain,) = embedding(server, "add")
        (packed,) = embedding(server, "add", encoding_format="base64")
    assert struct.unpack("<64f", base64.b64decode(packed)) == pytest.approx(plain)


def test_embeddings_can_fail_too() -> None:
    with FaultServer([Rule(faults.unauthorized(), path="embeddings")]) as server:
        heard = send(server, {"input": "x"}, path="/v1/embeddings")
    assert heard.status == 401


def ask_unexpected(server: FaultServer) -> None:
    with server:
        heard = send(server, asked("Hi"))
        assert heard.status == 500
        assert "no rule matches" in heard.json["error"]["message"]


def test_a_request_that_nobody_expects_is_refused_and_told() -> None:
    server = FaultServer([Rule("Four.", contains="2 + 2")])
    with pytest.raises(AssertionError, match="no rule matches POST /v1/chat/completions 'Hi'"):
        ask_unexpected(server)
    with pytest.raises(AssertionError, match="answered 0 of 1 times"):
        server.assert_consumed()


def test_an_unknown_address_is_refused_and_told() -> None:
    with pytest.raises(AssertionError, match="GET /v1/files"), FaultServer() as server:
        assert send(server, b"", path="/v1/files", method="GET").status == 500


def ask_and_fail() -> None:
    with FaultServer() as server:
        send(server, asked("unexpected"))
        raise ZeroDivisionError


def test_an_error_in_the_block_is_not_hidden_by_a_complaint() -> None:
    with pytest.raises(ZeroDivisionError):
        ask_and_fail()


def test_an_unused_rule_is_told_only_when_asked() -> None:
    with FaultServer(["never"]) as server:
        pass
    with pytest.raises(AssertionError, match=r"rule 1, Rule\(any chat\), answered 0 of 1 times"):
        server.assert_consumed()


def test_everything_asked_is_recorded_and_no_key() -> None:
    with FaultServer([Rule("ok", times=None)]) as server:
        send(server, asked("one"))
        send(server, b"no json \xff", path="/v1/chat/completions")
        first, second = server.requests
    assert first.path == "/v1/chat/completions"
    assert first.parsed == asked("one")
    assert json.loads(first.body) == first.parsed
    assert first.headers["authorization"] == "***"
    assert "sk-secret" not in repr(first)
    assert (second.parsed, second.body) == (None, b"no json \xff")


def test_one_connection_serves_many_requests() -> None:
    with FaultServer(["one", GOOD, "three"]) as server:
        where = urlsplit(server.url)
        client = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        said = []
        for fields in ({}, {"stream": True}, {}):
            client.request("POST", "/v1/chat/completions", json.dumps(asked(**fields)))
            said.append(client.getresponse().read())
        client.close()
    assert b"one" in said[0]
    assert said[1].endswith(b"data: [DONE]\n\n")
    assert b"three" in said[2]


def test_requests_in_parallel_are_all_answered_and_recorded() -> None:
    with FaultServer([Rule(lambda r: f"re {r.last}", times=None)]) as server:
        with ThreadPoolExecutor(8) as pool:
            heard = list(pool.map(lambda n: send(server, asked(f"n{n}")), range(40)))
        assert [each.message["content"] for each in heard] == [f"re n{n}" for n in range(40)]
        assert len(server.requests) == 40


def threads_of_servers() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("fault-server")]


@pytest.mark.parametrize("fault", [faults.stall(), faults.body_stalls(), faults.stream_stall()])
def test_closing_ends_a_stall_and_every_thread(fault: Any) -> None:
    before = threads_of_servers()
    arrived = threading.Event()
    server = FaultServer([Rule(fault, GOOD, when=lambda r: arrived.set() is None)])
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(send, server, asked(stream=True))
        assert arrived.wait(30)
        server.close()
        heard = job.result(30)
    assert heard.ended in ("end", "reset")
    assert threads_of_servers() == before


def test_a_stall_ends_when_the_client_leaves() -> None:
    with FaultServer([faults.stall()]) as server:
        send(server, asked(), first=0.05)
        serving = [each for each in threading.enumerate() if each.name == "fault-server"]
        for thread in serving:
            thread.join(30)
            assert not thread.is_alive()


def test_an_idle_connection_does_not_hold_up_the_end() -> None:
    server = FaultServer()
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as idle:
        server.close()
        with suppress(ConnectionResetError):  # where it had not been accepted yet
            assert idle.recv(1) == b""
    server.close()
    assert threads_of_servers() == []


def test_a_server_can_be_there_and_refuse() -> None:
    with FaultServer(listening=False) as server, pytest.raises(ConnectionRefusedError):
        send(server, asked())


def test_refused_stays_refused_until_the_end() -> None:
    with FaultServer([Rule(faults.connection_refused(), "never")]) as server:
        assert send(server, asked()).ended == "reset"
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                send(server, asked())


def test_a_large_request_that_asks_first_is_told_to_go_on() -> None:
    with FaultServer(["ok"]) as server:
        where = urlsplit(server.url)
        with socket.create_connection((where.hostname, where.port), timeout=30) as wire:
            head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            wire.sendall(f"{head}Content-Length: 2\r\n\r\n".encode())
            assert wire.recv(100).startswith(b"HTTP/1.1 100 ")
            wire.sendall(b"{}")
            assert wire.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_leaves_while_asking_asked_nothing() -> None:
    with FaultServer() as server:
        where = urlsplit(server.url)
        with socket.create_connection((where.hostname, where.port), timeout=30) as wire:
            wire.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
            wire.shutdown(socket.SHUT_WR)
            assert wire.recv(100) == b""
        assert server.requests == []


def test_a_taken_port_is_an_error_of_the_system() -> None:
    with FaultServer() as server, pytest.raises(OSError):
        FaultServer(port=urlsplit(server.url).port or 0)


def test_only_this_machine_can_reach_it() -> None:
    with FaultServer() as server:
        assert server._http.socket.getsockname()[0] == "127.0.0.1"


def test_a_request_is_the_same_record_for_a_function_of_the_script() -> None:
    seen: list[Request] = []
    with FaultServer([Rule(lambda r: seen.append(r) or "ok")]) as server:  # type: ignore[func-returns-value]
        send(server, asked("Hi", tools=TOOLS))
        assert seen == server.requests
    assert seen[0].tools == ("add",)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_server_runs_by_itself_until_it_is_ended(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "script.json"
    script.write_text('[{"contains": "Hi", "reply": "Hello!", "times": null}]', encoding="utf-8")
    command = [sys.executable, "-m", "babyagi_nb.testing", str(script), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        url = urlsplit(running.stdout.readline().decode().strip())
        client = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
        client.request("POST", f"{url.path}/chat/completions", json.dumps(asked("Hi")))
        assert b"Hello!" in client.getresponse().read()
        if how is signal.SIGTERM:
            client.request("POST", f"{url.path}/chat/completions", json.dumps(asked("What?")))
            assert client.getresponse().status == 500
        client.close()
        running.send_signal(how)
        try:
            _, told = running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == (0 if how is signal.SIGINT else 1)
    assert ("no rule matches" in told.decode()) == (how is signal.SIGTERM)
    assert "Traceback" not in told.decode()


def test_a_script_that_cannot_be_served_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "babyagi_nb.testing", str(tmp_path / "none.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
