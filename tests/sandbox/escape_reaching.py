"""Attempts to reach servers, queues and keys: judged by what arrives there."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import struct
import subprocess
import time

from escape_tools import Socket, attached, linger, raw


def connect(w):
    socket.create_connection(("127.0.0.1", w["tcp"]), 0.5).sendall(b"hello")


def connect_by_system_call(w):
    fd = raw(w, "socket", 2, 1, 0)
    address = struct.pack("=HH", 2, socket.htons(w["tcp"])) + b"\x7f\0\0\1" + bytes(8)
    raw(w, "connect", fd, address, 16)


def connect_over_ipv6(w):
    made = Socket(socket.AF_INET6)
    made.connect(("::ffff:127.0.0.1", w["tcp"]))


def connect_in_an_event_loop(w):
    asyncio.run(asyncio.open_connection("127.0.0.1", w["tcp"]))


def connect_by_fast_open(w):
    made = Socket()
    made.sendto(b"hello", 0x20000000, ("127.0.0.1", w["tcp"]))


def connect_a_descriptor_that_was_left_open(w):
    address = struct.pack("=HH", 2, socket.htons(w["tcp"])) + b"\x7f\0\0\1" + bytes(8)
    for fd in range(256):
        try:
            raw(w, "connect", fd, struct.pack("=H", 0) + bytes(14), 16)
            raw(w, "connect", fd, address, 16)
        except OSError:
            continue


def fetch_an_address(w):
    import urllib.request

    urllib.request.urlopen(f"http://127.0.0.1:{w['tcp']}/", timeout=0.5)


def fetch_by_name(w):
    import http.client

    http.client.HTTPConnection("localhost", w["tcp"], timeout=0.5).request("GET", "/")


def fetch_by_odd_spelling(w):
    for host in ("0x7f.1", "2130706433", "127.1", "[::1]", "0", "localhost.", "LOCALHOST"):
        try:
            socket.create_connection((host, w["tcp"]), 0.2)
        except (OSError, UnicodeError):
            continue


def call_a_shell_with_a_connection(w):
    subprocess.run(["bash", "-c", f"echo x > /dev/tcp/127.0.0.1/{w['tcp']}"], check=True)


def send_a_datagram(w):
    Socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", w["udp"]))


def send_a_connected_datagram(w):
    made = Socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.connect(("127.0.0.1", w["udp"]))
    made.send(b"hello")


def send_raw_packets(w):
    made = Socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    made.sendto(struct.pack("!HHHH", 9, w["udp"], 13, 0) + b"hello", ("127.0.0.1", 0))


def connect_to_a_unix_socket(w):
    Socket(socket.AF_UNIX).connect(w["unix"])


def connect_to_an_abstract_socket(w):
    Socket(socket.AF_UNIX).connect("\0" + w["abstract"])


def send_to_a_unix_socket(w):
    Socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"hello", w["datagram"])


def send_from_a_pair(w):
    mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.sendto(b"hello", w["datagram"])


def send_a_message_from_a_pair(w):
    mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.sendmsg([b"hello"], [], 0, w["datagram"])


def send_from_a_sequenced_pair(w):
    mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mine.sendmsg([b"hello"], [], 0, w["datagram"])


def send_to_an_abstract_address_from_a_pair(w):
    mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    mine.sendto(b"hello", "\0" + w["abstract_datagram"])


def listen(w):
    made = Socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", w["free"]))
    made.listen()
    linger()


def listen_on_a_descriptor_that_was_left_open(w):
    address = struct.pack("=HH", 2, socket.htons(w["free"])) + b"\x7f\0\0\1" + bytes(8)
    for fd in range(3, 256):
        try:
            raw(w, "bind", fd, address, 16)
            raw(w, "listen", fd, 5)
            linger()
        except OSError:
            continue


def listen_on_an_abstract_name(w):
    made = Socket(socket.AF_UNIX)
    made.bind("\0" + w["id"])
    made.listen()
    linger()


def write_to_shared_memory(w):
    ctypes.memmove(attached(w, w["shared_memory"]), b"changed", 7)


def make_shared_memory(w):
    raw(w, "shmget", w["new_key"], 4096, 0o1600)


def remove_shared_memory(w):
    raw(w, "shmctl", raw(w, "shmget", w["shared_memory"], 64, 0), 0, 0)


def put_into_a_queue(w):
    raw(w, "msgsnd", raw(w, "msgget", w["queue"], 0), struct.pack("l", 1) + b"changed", 7, 0o4000)


def make_a_queue(w):
    raw(w, "msgget", w["new_key"], 0o1600)


def raise_a_semaphore(w):
    group = raw(w, "semget", w["semaphore"], 1, 0)
    raw(w, "semop", group, struct.pack("Hhh", 0, 1, 0), 1)


def make_a_semaphore(w):
    raw(w, "semget", w["new_key"], 1, 0o1600)


def put_into_a_posix_queue(w):
    queue = raw(w, "mq_open", w["posix_queue"].encode(), os.O_WRONLY | os.O_NONBLOCK, 0, 0)
    raw(w, "mq_timedsend", queue, b"changed", 7, 0, 0)


def make_a_posix_queue(w):
    raw(w, "mq_open", w["id"].encode(), os.O_RDWR | os.O_CREAT, 0o600, 0)


def remove_a_posix_queue(w):
    raw(w, "mq_unlink", w["posix_queue"].encode())


def add_a_key(w):
    raw(w, "add_key", b"user", w["id"].encode(), b"changed", 7, -3)


def change_a_key(w):
    key = raw(w, "keyctl", 10, -3, b"user", w["key"].encode(), 0)
    raw(w, "keyctl", 2, key, b"changed", 7, 0)


def wait_for_connections_of_others(w):
    """Take what others send, by a socket that shares their port."""
    made = Socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", w["free"]))
    time.sleep(0.01)
    Socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", w["udp"]))
