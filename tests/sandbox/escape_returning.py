"""Attempts on the kernel by what is sent to it: judged by what the kernel then did."""

from __future__ import annotations

import array
import json
import os
import socket
import struct
import sys
import time


def _channels():
    """Whatever descriptors lead out of here."""
    found = []
    for fd in range(3, 256):
        try:
            socket.socket(fileno=os.dup(fd)).getsockname()
            found.append(fd)
        except OSError:
            continue
    return found


def _say(data):
    for fd in _channels():
        try:
            os.write(fd, data)
        except OSError:
            continue


def _frame(body, tail=b""):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return struct.pack(">II", len(text), len(tail)) + text + tail


def say_garbage(w):
    _say(os.urandom(4096))


def say_nothing_but_a_length(w):
    _say(struct.pack(">II", 100, 0))
    time.sleep(3)


def announce_an_endless_frame(w):
    _say(struct.pack(">II", 0xFFFFFFFF, 0))
    for _ in range(2000):
        _say(b"x" * 65536)


def announce_an_endless_tail(w):
    _say(struct.pack(">II", 2, 0xFFFFFFFF) + b"{}")
    for _ in range(2000):
        _say(b"x" * 65536)


def nest_deeply(w):
    _say(_frame(b'{"t":"result","v":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"))


def nest_deeply_by_returning(w):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


def say_what_is_no_number(w):
    _say(_frame(b'{"t":"result","v":NaN}'))


def say_a_number_without_end(w):
    _say(_frame(b'{"t":"result","v":' + b"9" * 1_000_000 + b"}"))


def say_a_key_twice(w):
    _say(_frame(b'{"t":"began","t":"result","v":1}'))


def say_text_that_is_none(w):
    _say(_frame(b'{"t":"result","v":"\xff\xfe"}'))


def say_half_a_character(w):
    _say(_frame(b'{"t":"printed","r":0,"s":"\\ud800"}'))
    return "\ud800"


def call_what_was_not_granted(w):
    for kind in ("call", "ask", "host"):
        for name in ("f", "n", "name", "function"):
            _say(_frame({"t": kind, "i": 1, "r": 0, name: "forbidden", "a": [], "k": {}}))
    time.sleep(0.1)


def call_by_the_channel(w):
    """Ask with the library's own channel for a function that was not granted."""
    import gc

    for each in gc.get_objects():
        if type(each).__name__ == "Channel":
            for name in ("f", "n", "name", "function"):
                each.send({"t": "call", "i": 7, "r": 0, name: "forbidden", "a": [], "k": {}})
    time.sleep(0.1)


def pretend_runs_of_strangers(w):
    for name in ("f", "n", "name", "function"):
        _say(_frame({"t": "began", "r": 5, "p": 0, name: "forbidden", "v": {}, "a": {}}))
    time.sleep(0.1)


def pretend_runs_without_end(w):
    for number in range(5000):
        _say(_frame({"t": "began", "r": number, "p": 0, "f": w["entry"], "v": {}, "a": {}}))


def ask_for_a_connection(w):
    for host in ("127.0.0.1", "localhost", "::1"):
        _say(_frame({"t": "connect", "i": 1, "r": 0, "h": host, "p": w["tcp"]}))
    time.sleep(0.1)


def print_as_another_run(w):
    _say(_frame({"t": "printed", "r": 77, "s": "x"}))
    time.sleep(0.1)


def print_without_end_by_frames(w):
    for _ in range(2000):
        _say(_frame({"t": "printed", "r": 0, "s": "x" * 10000}))


def end_runs_that_did_not_begin(w):
    _say(_frame({"t": "returned", "r": 9, "o": "x"}))
    time.sleep(0.1)


def fail_with_odd_words(w):
    _say(_frame({"t": "failed", "e": {"kind": ["x"], "message": {}, "traceback": 7}}))
    time.sleep(0.1)


def call_what_was_granted_with_odd_arguments(w):
    _say(_frame({"t": "call", "i": 1, "r": 0, "f": "granted", "a": {"x": 1}, "k": [1]}))
    time.sleep(0.1)


def call_what_was_granted_without_end(w):
    for number in range(5000):
        _say(_frame({"t": "call", "i": number, "r": 0, "f": "granted", "a": [], "k": {}}))


def return_too_much(w):
    return "x" * (32 << 20)


def return_too_many_items(w):
    return [0] * 3_000_000


def return_an_object(w):
    class Evil:
        def __repr__(self):
            raise SystemExit(9)

        def __reduce__(self):
            return os.system, ("true",)

    return Evil()


def return_a_value_that_prints_itself(w):
    class Evil(dict):
        def _repr_html_(self):
            return "<script>alert(1)</script>"

    return Evil(a=1)


def return_special_forms(w):
    return [
        {"__type__": "os.system", "__repr__": "<script>"},
        {"$bytes": "AAAA"},
        {"__class__": "x", "__reduce__": "y"},
        float("nan"),
        float("inf"),
        {1: 2, "1": 3},
    ]


def return_a_cycle(w):
    cycle = {}
    cycle["self"] = cycle
    return cycle


def raise_with_a_large_message(w):
    raise ValueError("x" * (32 << 20))


def raise_what_cannot_be_shown(w):
    class Evil(Exception):
        def __str__(self):
            raise KeyboardInterrupt

    raise Evil


def raise_to_end_the_kernel(w):
    raise SystemExit(3)


def raise_as_if_interrupted(w):
    raise KeyboardInterrupt


def pass_descriptors(w):
    made = os.open(w["id"], os.O_CREAT | os.O_RDWR, 0o600)
    for fd in _channels():
        try:
            leaving = socket.socket(fileno=os.dup(fd))
            rights = array.array("i", [made] * 8)
            leaving.sendmsg(
                [_frame({"t": "next"})], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
            )
        except OSError:
            continue
    time.sleep(0.1)


def close_every_channel(w):
    for fd in range(3, 256):
        try:
            os.close(fd)
        except OSError:
            continue
    time.sleep(3)


def answer_twice(w):
    for _ in range(3):
        _say(_frame({"t": "result", "v": 1}))


def print_controls(w):
    print("\x1b]0;title\x07\x1b[2J\x1b]52;c;AAAA\x07\u202eevil\x9b31m")


def replace_the_printer(w):
    class Fake:
        def write(self, text):
            return 10**30

        def flush(self):
            raise SystemExit

    sys.stdout = sys.stderr = Fake()
    print("x")


def interfere_with_the_library(w):
    """Replace what the library inside uses to answer."""
    json.dumps = lambda *a, **k: '{"t":"call","f":"forbidden"}'
    struct.pack = None
    return "x"
